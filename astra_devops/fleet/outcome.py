"""What came of one item of a fleet run."""

from datetime import datetime
from typing import Any, Literal

import attrs

State = Literal["ok", "failed", "unknown", "skipped"]
"""How an item ended.

``ok``: the work function returned, and the operations that it returned are done. ``failed``: it
raised an error. ``unknown``: a change may or may not have taken effect, or the service still works
on it. ``skipped``: nothing was changed, since an earlier session had finished the item, or the run
was stopped.
"""


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of one item of a fleet run.

    Attributes:
        key: The name of the item.
        state: How it ended: ``ok``, ``failed``, ``unknown`` or ``skipped``.
        value: What the work function returned; for an operation, what its wait returned.
        error: The error, if the item failed or its outcome is unknown.
        advice: What to do about it, as a sentence; None where nothing is to be done.
        attempts: How often the item was begun, those in earlier sessions of the journal included.
        requests: How many requests its calls sent in this session, without polls of its waits.
        began: When it began.
        seconds: How long it took, by the client's clock.
        resource_id: The id of the resource of the last operation that it started.
        resume_tokens: The operations that it started and that were not seen to be done, for
            ``client.resume``.
    """

    key: str
    state: State
    value: Any = attrs.field(default=None, repr=False)
    error: Exception | None = None
    advice: str | None = None
    attempts: int = 1
    requests: int = 0
    began: datetime
    seconds: float = 0.0
    resource_id: str | None = None
    resume_tokens: tuple[str, ...] = ()

    @property
    def resume_token(self) -> str | None:
        """The first of ``resume_tokens``; None if there is none."""
        return self.resume_tokens[0] if self.resume_tokens else None
