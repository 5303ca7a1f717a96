"""Every exception survives pickle and copy with all its attributes, except secrets."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from astra_devops import errors
from astra_devops._secret import SecretBytes

SNAPSHOT = errors.OperationSnapshot(
    "databases.create", {"database_id": "d"}, "PENDING", (errors.StatusChange("PENDING", 1.0),), 3.0, 2, "token"
)

SAMPLES = [
    errors.ConfigurationError("no token"),
    errors.RequestNotSentError("m", operation="o", reason="dns", attempts=2, is_final=True),
    errors.OutcomeUnknownError("m", operation="o", reason="reset", how_to_find_out="look", candidates=["a", "b"]),
    errors.NotFoundError("m", operation="o", status=404, errors=[errors.ErrorDetail(1, "x")], body=SecretBytes(b"raw"), headers={"a": "b"}),
    errors.RateLimitedError("m", operation="o", status=429, retry_after=7.5),
    errors.ResponseDecodeError("m", operation="o", status=200, pointer="/x", body=SecretBytes(b"raw")),
    errors.AmbiguousNameError("m", name="n", ids=["1", "2"]),
    errors.OperationFailedError("m", snapshot=SNAPSHOT),
    errors.OperationTimeoutError("m", snapshot=SNAPSHOT),
]


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("through", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
def test_an_error_survives_pickle_and_copy(error: errors.AstraDevOpsError, through: Callable[[Any], Any]) -> None:
    error.add_note("a note")
    twin = through(error)
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert twin.__notes__ == error.__notes__
    plain = {name: value for name, value in vars(error).items() if not isinstance(value, SecretBytes)}
    assert {name: vars(twin)[name] for name in plain} == plain


def test_the_body_is_not_pickled() -> None:
    pickled = pickle.dumps(errors.NotFoundError("m", operation="o", status=404, body=SecretBytes(b"hunter2")))
    assert b"hunter2" not in pickled
    body = pickle.loads(pickled).body
    assert len(body) == 7
    with pytest.raises(ValueError, match="redacted"):
        body.reveal()


def test_every_public_class_is_in_the_tree_of_the_module_docstring() -> None:
    tree = errors.__doc__ or ""
    for name in errors.__all__:
        cls = getattr(errors, name)
        if issubclass(cls, errors.AstraDevOpsError):
            assert name in tree


def test_an_ambiguous_name_lists_the_ids() -> None:
    error = errors.AmbiguousNameError.of("databases", "orders", ["1", "2"])
    assert str(error) == "2 databases match 'orders': 1, 2; use an id instead"
    assert (error.name, error.ids) == ("orders", ("1", "2"))


def test_operation_errors_show_their_snapshot() -> None:
    error = errors.OperationTimeoutError("m", snapshot=SNAPSHOT)
    assert (error.kind, error.last_status, error.elapsed, error.resume_token) == ("databases.create", "PENDING", 3.0, "token")
