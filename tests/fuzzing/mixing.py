"""Crossing what was generated with what works, so that a request gets past the first check and still surprises the next."""

from random import Random
from typing import Any

from schemathesis import Case
from schemathesis.core import NotSet
from schemathesis.core.parameters import ParameterLocation

from .good import Request

Names = dict[str, tuple[str, ...]]


def chance_of(case: Case) -> Random:
    """Make a source of chance for a case, which is always the same for the same case."""
    return Random(f"{case.method} {case.path_parameters} {case.query} {None if _is_missing(case) else case.body}")


def mix(case: Case, good: Request, names: Names, chance: Random) -> None:
    """Put good names and bodies into a generated case.

    Where something was made wrong on purpose, everything else is made right.
    """
    wrong = case.meta is not None and case.meta.generation.mode.is_negative
    if not _is_wrong(case, ParameterLocation.PATH) and case.path_parameters:
        case.path_parameters = {name: _name(name, value, good, names, chance, wrong) for name, value in case.path_parameters.items()}
    if not _is_wrong(case, ParameterLocation.QUERY) and case.query is not None:
        case.query = good.query if wrong else _mixed(case.query, good.query, names, chance)
    if not _is_wrong(case, ParameterLocation.BODY) and good.body is not None and not _is_missing(case):
        case.body = good.body if wrong else _mixed(case.body, good.body, names, chance)


def _is_wrong(case: Case, location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)


def _is_missing(case: Case) -> bool:
    return isinstance(case.body, NotSet)


def _name(name: str, generated: Any, good: Request, names: Names, chance: Random, wrong: bool) -> Any:
    draw = chance.random()
    if wrong or draw < 0.7:
        return good.path.get(name, generated)
    return chance.choice(names[name]) if draw < 0.9 and name in names else generated


def _mixed(generated: Any, good: Any, names: Names, chance: Random) -> Any:
    draw = chance.random()
    if draw < 0.3:
        return good
    return generated if draw < 0.5 else _crossed(generated, good, names, chance)


def _crossed(generated: Any, good: Any, names: Names, chance: Random, name: str = "") -> Any:
    """Take some parts from one value and some from another that has a like form."""
    match generated, good:
        case dict(), dict():
            return {
                key: _part(key, generated, good, names, chance) for key in {**good, **generated} if key in good or chance.random() < 0.5
            }
        case list(), list():
            inner = good[0] if good else None
            return [*good, *(_crossed(item, inner, names, chance, name) for item in generated[:2])]
    if name in names and isinstance(good, str | int) and chance.random() < 0.5:
        return chance.choice(names[name])
    return generated if chance.random() < 0.3 else good


def _part(key: str, generated: dict[str, Any], good: dict[str, Any], names: Names, chance: Random) -> Any:
    if key not in good:
        return generated[key]
    return _crossed(generated[key], good[key], names, chance, key) if key in generated else good[key]
