"""Descriptions of the scripted faults, for the page."""

import attrs

from astra_devops.emulator.faults.entries import Entry, Fault, Staleness, StateFault, Throttle
from astra_devops.emulator.faults.faults import EARLY_404S, LISTING_DELAY, Faults


def describe_faults(faults: Faults) -> dict[str, str]:
    """Describe each scripted fault, by its id: what it applies to, what it does, and how often."""
    lines = {entry.id: f"{entry.operation}: {_effect(entry)}{_frequency(entry)}" for entry in faults.active()}
    lines |= {database_id: f"{database_id}: shows {status}" for database_id, status in faults.held_states.items()}
    if faults.early_404s:
        lines[EARLY_404S] = f"every create: the first {faults.early_404s} reads answer 404"
    if faults.listing_delay:
        lines[LISTING_DELAY] = f"every create: not listed for {faults.listing_delay:g} s"
    return lines


def _frequency(entry: Entry) -> str:
    times = "" if entry.times is None else f", {entry.times} left"
    return times if entry.probability is None else f"{times}, with a probability of {entry.probability:g}"


def _effect(entry: Entry) -> str:
    match entry:
        case Fault(reply=None, reset=True, moment=moment):
            return "reset before the effect" if moment == "instead" else "reset after the effect"
        case Fault(silent=True, moment="instead"):
            return "never answers, before the effect"
        case Fault(reply=None):
            return ", ".join(_settings(entry)) or "nothing"
        case Fault(reply=reply, moment=moment) if reply is not None:
            return f"answers {reply.status}" + (" after the effect" if moment == "after" else "")
        case Throttle(rate=rate, burst=burst):
            return f"answers 429 beyond {rate:g} requests per second, {burst:g} at once"
        case StateFault(stuck_in=str(stuck_in)):
            return f"stays {stuck_in}"
        case StateFault(ends_in=ends_in):
            return "fails" if ends_in is None else f"ends {ends_in}"
        case Staleness(seconds=seconds):
            return "as of before the last change" if seconds is None else f"as of {seconds:g} s ago"
    return type(entry).__name__.lower()


def _settings(fault: Fault) -> list[str]:
    """List the settings of a fault that differ from their defaults, with values that are short."""
    settings = []
    for field in attrs.fields(Fault):
        value = getattr(fault, field.name)
        if field.name in ("operation", "times", "probability", "id", "moment") or value == field.default:
            continue
        words = field.name.replace("_", " ")
        settings.append(words if isinstance(value, bool | bytes) else f"{words} {value}")
    return settings
