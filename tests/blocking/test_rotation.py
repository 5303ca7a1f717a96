"""Token rotation in the blocking client.

The callback runs in a worker thread, and may use the client that calls it.
"""

import pytest

from astra_devops import AstraDevOps, errors
from astra_devops.emulator import Emulator
from astra_devops.models import Token


def test_the_callback_may_call_either_client(astra: AstraDevOps, emulator: Emulator) -> None:
    old = astra.tokens.create(["UI View Only"])
    client_ids: list[set[str | None]] = []

    def on_new(new: Token) -> None:
        with AstraDevOps(new.token, base_url=emulator.url, clock=emulator.clock) as other:
            assert other.organizations.current().id == emulator.organization_id
        client_ids.append({info.client_id for info in astra.tokens.list()})

    new = astra.tokens.rotate(old.client_id, on_new=on_new)
    assert client_ids == [{emulator.token.split(":")[1], old.client_id, new.client_id}]
    with AstraDevOps(old.token, base_url=emulator.url) as other, pytest.raises(errors.AuthenticationError):
        other.organizations.current()


def test_an_error_in_the_callback_deletes_the_new_token(astra: AstraDevOps) -> None:
    old = astra.tokens.create(["UI View Only"])
    new_tokens: list[Token] = []

    def on_new(new: Token) -> None:
        new_tokens.append(new)
        raise LookupError("no vault")

    with pytest.raises(LookupError, match="no vault") as caught:
        astra.tokens.rotate(old.client_id, on_new=on_new)
    assert any("which was deleted" in note for note in caught.value.__notes__)
    remaining = {info.client_id for info in astra.tokens.list()}
    assert old.client_id in remaining
    assert new_tokens[0].client_id not in remaining


def test_can_takes_any_number_of_permissions(astra: AstraDevOps) -> None:
    assert astra.can("org-db-view") is True
    assert astra.can("org-db-view", "no-such-permission") is False
