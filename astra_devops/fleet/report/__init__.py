"""The report of a run: collected while it runs, and written as text, JSON or one page of HTML."""
