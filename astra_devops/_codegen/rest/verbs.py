"""The first words of summaries: verbs in the imperative, as docstrings begin with."""

import re
from typing import Final

_VERBS: Final = frozenset(
    re.findall(
        r"[a-z]+",
        """
    abort accept acknowledge activate add allow alter append apply approve archive assign associate attach authenticate authorize
    begin bind block build calculate call cancel change check claim clean clear clone close commit compare
    complete compute configure confirm connect convert copy count create deactivate decline decommission define delete deny deploy
    deregister describe destroy detach detect determine disable disconnect discover dismiss do download drop edit enable end enqueue
    ensure enter estimate evaluate exchange execute expand export extend fetch filter find finish flush force generate get give grant
    halt hibernate import increase initialize initiate insert install introspect invalidate invite invoke issue join kill launch leave
    link list load lock log look make manage mark merge migrate modify move obtain offload open park patch pause peek perform pin ping
    place poll post prepare preview process promote provide provision publish pull purge push put query read reboot rebuild receive
    recover redeem refresh register reject release reload remove rename renew replace report request reschedule resend reset resize
    resolve restart restore resume retire retrieve retry return revert revoke roll rotate run save scale schedule search select send
    set share shift show shut simulate skip split start stop store stream submit subscribe suspend swap switch sync synchronize take
    terminate test tie transfer trigger truncate try turn unarchive unassign undelete undo unlink unlock unpark unpause unpin unset
    unskip unsubscribe update upgrade upload upsert use validate verify view wait wake withdraw write
    """,
    )
)
"""What operations do. Another first word may be a noun, which only reads like a verb."""
_FIRST: Final = re.compile(r"[A-Za-z][a-z-]*(?![A-Za-z0-9_])")


def begins_with_verb(text: str) -> bool:
    """Check whether a text begins with a verb that says what an operation does."""
    first = _FIRST.match(text)
    return first is not None and first[0].lower() in _VERBS


def imperative(text: str) -> str:
    """Return a summary in the imperative: "Creates a database" becomes "Create a database"."""
    text = text.lstrip()
    first = _FIRST.match(text)
    word = first[0].lower() if first else ""
    bases = (word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y") if word.endswith("s") else ()
    if first is None or word in _VERBS or not (verb := next((base for base in bases if base in _VERBS), "")):
        return text
    return verb.capitalize() + text[first.end() :]
