"""Progress of a run on standard error. It only watches the run."""
