"""A program that takes users and groups through their whole life with scim2-client.

The client builds its models from the schemas that the service publishes, and refuses answers that
do not fit them. Run with a URL and a token, it prints one JSON document.
"""

import json
import sys
from collections.abc import Callable

from httpx2 import Client
from scim2_client import SCIMClientException
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Error, PatchOp, PatchOperation, SCIMException


def main(url: str, token: str) -> dict[str, object]:
    http = Client(base_url=f"{url}/v2/scim", headers={"Authorization": f"Bearer {token}"})
    scim = SyncSCIMClient(http)
    scim.discover()
    # RFC 7643 has endpoints relative to the base URL; those of this service begin at its root.
    http.base_url = url
    return {
        "discovered": [sorted(model.__name__ for model in scim.provider.models), scim.provider.config.patch.supported],
        "users": users(scim),
        "groups": groups(scim),
        "refused": refusals(scim),
    }


def users(scim: SyncSCIMClient) -> list[object]:
    User = scim.get_resource_model("User")
    user = scim.create(User(user_name="new@example.com", active=True, emails=[{"value": "new@example.com", "primary": True}]))
    seen: list[object] = [user.user_name, scim.query(User, user.id).id == user.id]
    found = scim.query(User, query_parameters={"filter": 'userName eq "new@example.com"'})
    seen += [found.total_results, [it.user_name for it in found.resources]]
    user.name = {"given_name": "New", "family_name": "User"}
    seen += [said(lambda: scim.replace(user).user_name)]
    patch = PatchOp[User](operations=[PatchOperation(op="replace", path="active", value=False)])
    seen += [said(lambda: changed(scim.modify(User, user.id, patch))), said(lambda: scim.delete(User, user.id))]
    return [*seen, said(lambda: scim.query(User, user.id))]


def groups(scim: SyncSCIMClient) -> list[object]:
    User, Group = scim.get_resource_model("User"), scim.get_resource_model("Group")
    member = scim.create(User(user_name="member@example.com", active=True, emails=[{"value": "member@example.com", "primary": True}]))
    group = scim.create(Group(display_name="operators"))
    seen: list[object] = [group.display_name]
    add = PatchOp[Group](operations=[PatchOperation(op="add", path="members", value=[{"value": member.id}])])
    seen += [said(lambda: changed(scim.modify(Group, group.id, add)))]
    seen += [said(lambda: [it.value == member.id for it in scim.query(Group, group.id).members])]
    group.display_name = "on call"
    seen += [said(lambda: scim.replace(group).display_name)]
    found = said(lambda: sorted(it.display_name for it in scim.query(Group).resources))
    seen += [found]
    seen += [
        said(lambda: scim.delete(Group, group.id)),
        said(lambda: scim.query(Group, group.id)),
        said(lambda: scim.delete(User, member.id)),
    ]
    return seen


def refusals(scim: SyncSCIMClient) -> dict[str, object]:
    User = scim.get_resource_model("User")
    twice = User(user_name="twice@example.com", active=True, emails=[{"value": "twice@example.com", "primary": True}])
    scim.create(twice)
    return {"user that exists": said(lambda: scim.create(twice)), "unknown id": said(lambda: scim.delete(User, "no-such-user"))}


def changed(answer: object) -> object:
    """Return the kind of an answer to a change, which may be empty."""
    return type(answer).__name__


def said(call: Callable[[], object]) -> object:
    """Return what a call returns, or the status or kind of its error."""
    try:
        answer = call()
    except (SCIMException, SCIMClientException) as problem:
        return str(problem)
    return ["Error", answer.status] if isinstance(answer, Error) else answer


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
