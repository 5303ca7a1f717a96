"""Comparing a recording with the contract: each difference once, in words for a report."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from astra_devops import _contract
from astra_devops.emulator.contract.contract import Contract, Operation
from astra_devops.emulator.contract.routing import Match, Router
from astra_devops.emulator.recording import file
from astra_devops.emulator.recording.differences import differences
from astra_devops.emulator.recording.file import Recorded


@attrs.frozen
class Comparison:
    """What a comparison has found.

    ``lines`` has one line for each difference, the most frequent first within an operation.
    ``operations`` are those that the recording has at least one success of.
    """

    exchanges: int
    lines: tuple[str, ...]
    operations: frozenset[str]

    def report(self) -> str:
        """Return the comparison as a text that can be pasted into an issue."""
        head = (
            f"{_count(len(self.lines), 'difference')} from the contract in {_count(self.exchanges, 'exchange')}, "
            f"{_count(len(self.operations), 'operation')} succeeded"
        )
        return "\n".join([head + (":" if self.lines else "."), *(f"- {line}" for line in self.lines)])


def compare(path: str | os.PathLike[str]) -> Comparison:
    """Compare the answers in a recording with the contract.

    The lines have names, types and states, but no other values.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a recording.
    """
    document = _contract.load()
    router = Router(Contract(document).operations)
    exchanges = file.read(path)
    found: Counter[tuple[str, str]] = Counter()
    succeeded: set[str] = set()
    for recorded in exchanges:
        match = router.match(recorded.method, recorded.path)
        if not isinstance(match, Match):
            found["", f"{recorded.method} {_shape(recorded.path)} is not in the contract (answered {recorded.status})"] += 1
            continue
        if 200 <= recorded.status < 300:
            succeeded.add(match.operation.id)
        for words in _of_exchange(document, match.operation, recorded):
            found[match.operation.id, words] += 1
    ordered = sorted(found.items(), key=lambda entry: (entry[0][0], -entry[1], entry[0][1]))
    lines = tuple(f"{operation}{': ' if operation else ''}{words}{_times(count)}" for (operation, words), count in ordered)
    return Comparison(len(exchanges), lines, frozenset(succeeded))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _times(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""


def _shape(path: str) -> str:
    """Return a path without what may be an id: the segments that have a digit."""
    return "/".join("*" if any(letter.isdigit() for letter in step[2:]) else step for step in path.split("/"))


def _of_exchange(document: Mapping[str, Any], operation: Operation, recorded: Recorded) -> Iterator[str]:
    """List the differences of one exchange. One that failed, or answered 5xx, says nothing."""
    if recorded.failure is not None or recorded.status >= 500:
        return
    answers: Mapping[str, Any] = document["paths"][operation.path][operation.method.lower()]["responses"]
    answer = answers.get(str(recorded.status))
    if answer is None:
        yield f"answered {recorded.status}, which the contract does not list"
        return
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    content: Mapping[str, Any] = answer.get("content", {})
    if recorded.omitted is not None:
        return
    kind = next((value for name, value in recorded.headers.items() if name.lower() == "content-type"), "").partition(";")[0].strip().lower()
    if recorded.body is None and not recorded.text and not kind:
        # Where null is an answer, so is nothing.
        if recorded.status < 300 and any(differences(None, media.get("schema", {}), document) for media in content.values()):
            yield f"answered {recorded.status} with an empty body"
        return
    if not content:
        yield f"answered {recorded.status} with a body of {kind or 'an unnamed type'}, where the contract has none"
        return
    if kind not in content:
        yield f"answered {recorded.status} as {kind or 'an unnamed type'}, not {' or '.join(content)}"
    schema = content.get(kind, next(iter(content.values()))).get("schema", {})
    value = recorded.text if recorded.text is not None else recorded.body
    for difference in differences(value, schema, document):
        yield f"{recorded.status} {difference.place or 'the body'} {difference.words}"
