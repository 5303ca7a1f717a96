"""Mixing generated cases with valid requests, so that they pass the first check of the emulator."""

from random import Random
from typing import Any

from schemathesis import Case
from schemathesis.core import NotSet
from schemathesis.core.parameters import ParameterLocation

from .valid_requests import Request

Names = dict[str, tuple[str, ...]]


def random_for(case: Case) -> Random:
    """Return a source of random numbers that is the same for the same case."""
    return Random(f"{case.method} {case.path_parameters} {case.query} {None if _is_missing(case) else case.body}")


def mutate(case: Case, valid: Request, names: Names, rng: Random) -> None:
    """Put valid names and bodies into a generated case.

    If one part is invalid on purpose, all others become valid.
    """
    is_wrong = case.meta is not None and case.meta.generation.mode.is_negative
    if not _is_wrong(case, ParameterLocation.PATH) and case.path_parameters:
        case.path_parameters = {name: _name(name, value, valid, names, rng, is_wrong) for name, value in case.path_parameters.items()}
    if not _is_wrong(case, ParameterLocation.QUERY) and case.query is not None:
        case.query = valid.query if is_wrong else _mutated(case.query, valid.query, names, rng)
    if not _is_wrong(case, ParameterLocation.BODY) and valid.body is not None and not _is_missing(case):
        case.body = valid.body if is_wrong else _mutated(case.body, valid.body, names, rng)


def _is_wrong(case: Case, location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)


def _is_missing(case: Case) -> bool:
    return isinstance(case.body, NotSet)


def _name(name: str, generated: Any, valid: Request, names: Names, rng: Random, is_wrong: bool) -> Any:
    draw = rng.random()
    if is_wrong or draw < 0.7:
        return valid.path.get(name, generated)
    return rng.choice(names[name]) if draw < 0.9 and name in names else generated


def _mutated(generated: Any, valid: Any, names: Names, rng: Random) -> Any:
    draw = rng.random()
    if draw < 0.3:
        return valid
    return generated if draw < 0.5 else _crossed_over(generated, valid, names, rng)


def _crossed_over(generated: Any, valid: Any, names: Names, rng: Random, name: str = "") -> Any:
    """Take some parts from one value and some from another of the same form."""
    match generated, valid:
        case dict(), dict():
            return {
                key: _choose_part(key, generated, valid, names, rng) for key in {**valid, **generated} if key in valid or rng.random() < 0.5
            }
        case list(), list():
            inner = valid[0] if valid else None
            return [*valid, *(_crossed_over(item, inner, names, rng, name) for item in generated[:2])]
    if name in names and isinstance(valid, str | int) and rng.random() < 0.5:
        return rng.choice(names[name])
    return generated if rng.random() < 0.3 else valid


def _choose_part(key: str, generated: dict[str, Any], valid: dict[str, Any], names: Names, rng: Random) -> Any:
    if key not in valid:
        return generated[key]
    return _crossed_over(generated[key], valid[key], names, rng, key) if key in generated else valid[key]
