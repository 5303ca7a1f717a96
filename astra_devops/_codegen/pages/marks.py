"""Generated text in a page that is otherwise written by hand."""


def replace_between_marks(page: str, name: str, text: str) -> str:
    """Return a page with new text between the two marks of a name.

    Raises:
        ValueError: The page does not have these marks.
    """
    begin, end = f"<!-- {name}: written by python -m astra_devops._codegen -->", f"<!-- end of {name} -->"
    head, _, rest = page.partition(begin)
    _, mark, tail = rest.partition(end)
    if not mark:
        raise ValueError(f"the page must have the marks {begin!r} and {end!r}")
    return f"{head}{begin}\n\n{text}\n{end}{tail}"
