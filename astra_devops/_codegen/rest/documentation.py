"""The docstrings of generated code."""

from astra_devops._codegen.banner import banner
from astra_devops._codegen.rest.model import Class, Enum, Operation
from astra_devops._codegen.rest.verbs import begins_with_verb, imperative
from astra_devops._codegen.text import PROSE_WIDTH, docstring, paragraphs, plain, sentence, wrapped


def module_head(about: str, source: str) -> str:
    """Return the banner and the docstring of a module that is generated from ``source``."""
    return banner(source) + docstring(_opening(about, "Generated from a document.", 0), 0)


def class_doc(definition: Class) -> str:
    """Return the docstring of a model: a description, and its fields."""
    lines = _opening(definition.doc, f"{definition.name}, as sent on the wire.", 4)
    described = [line for field in definition.fields if field.doc for line in wrapped(f"{field.name}: {field.doc}", 8, 4)]
    if described:
        lines += ["", "Attributes:", *(f"    {line}" for line in described)]
    return docstring(lines, 4)


def enum_doc(definition: Enum) -> str:
    """Return the docstring of an enumeration."""
    return docstring(_opening(definition.doc, f"Known values of {definition.name}.", 4), 4)


def function_doc(operation: Operation) -> str:
    """Return the docstring of an endpoint: its purpose, request, permissions and arguments."""
    lines = _opening(imperative(operation.summary), f"Call {plain(operation.id) or 'this operation'}.", 4, of_function=True)
    for text in paragraphs(operation.description):
        if sentence(text) != lines[0]:
            lines += ["", *wrapped(text, 4)]
    lines += ["", *wrapped(f"{operation.method} {plain(operation.path)}", 4), *wrapped(_facts(operation), 4)]
    if operation.inferred:
        lines.append("Inferred: no published document shows this operation in full.")
    if operation.deprecated:
        lines.append("Deprecated.")
    arguments = [(parameter.name, parameter.doc) for parameter in operation.parameters]
    if operation.body is not None:
        arguments.append(("body", sentence(operation.body.doc)))
    described = [line for name, doc in arguments if doc for line in wrapped(f"{name}: {doc}", 8, 4)]
    if described:
        lines += ["", "Args:", *(f"    {line}" for line in described)]
    return docstring(lines, 4)


def _facts(operation: Operation) -> str:
    needs = f"Needs: {plain(', '.join(operation.permissions))}. " if operation.permissions else ""
    codes = "any 2xx" if len(operation.success) == 100 else ", ".join(str(code) for code in operation.success)
    return f"{needs}Success: {codes}."


def _opening(text: str, default: str, indent: int, *, of_function: bool = False) -> list[str]:
    """Return the summary line and the paragraphs after it.

    The summary is whole sentences of the text, or the default if the first is too long for a line,
    or if it is that of a function and does not begin with a verb.
    """
    if of_function and text and not begins_with_verb(text):
        return [sentence(default), *(line for paragraph in paragraphs(text) for line in ("", *wrapped(sentence(paragraph), indent)))]
    first, *others = paragraphs(text) or [default]
    opening, room = _capitalized(sentence(first)), PROSE_WIDTH - indent - 6
    end = len(opening) if len(opening) <= room else opening.rfind(". ", 0, room) + 1
    rest = opening[end:].strip()
    lines = [opening[:end] or sentence(default)]
    for paragraph in [rest, *others] if rest else others:
        lines += ["", *wrapped(paragraph, indent)]
    return lines


def _capitalized(text: str) -> str:
    """Return a sentence with a capital letter at its start, unless it starts with a name."""
    word = text.split(maxsplit=1)[0].rstrip(".,:;!?") if text else ""
    return text[0].upper() + text[1:] if word.isalpha() and word.islower() else text
