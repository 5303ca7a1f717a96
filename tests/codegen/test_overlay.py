"""Applying overlays."""

from typing import Any

import pytest

from astra_devops._codegen.errors import SpecError
from astra_devops._codegen.rest.overlay import apply

HEAD = {"overlay": "1.0.0", "info": {"title": "t", "version": "1"}}


def overlay(*actions: dict[str, Any]) -> dict[str, Any]:
    return {**HEAD, "actions": list(actions)}


def test_objects_merge_lists_concatenate_and_the_rest_is_replaced() -> None:
    document = {"a": {"b": {"c": 1, "keep": True}, "l": [1], "s": "old"}}
    action = {"target": "$.a", "update": {"b": {"c": 2}, "l": [2], "s": "new", "n": None}}
    assert apply(document, overlay(action)) == {"a": {"b": {"c": 2, "keep": True}, "l": [1, 2], "s": "new", "n": None}}


def test_the_document_is_not_changed_and_nothing_is_shared() -> None:
    document: dict[str, Any] = {"a": {}, "b": {}}
    update = {"x": {"y": [1]}}
    result = apply(document, overlay({"target": "$.*", "update": update}))
    assert document == {"a": {}, "b": {}}
    result["a"]["x"]["y"].append(2)
    assert result["b"] == {"x": {"y": [1]}}
    assert update == {"x": {"y": [1]}}


def test_actions_are_applied_in_order_so_that_a_list_can_be_removed_and_replaced() -> None:
    document = {"s": {"required": ["a", "b"]}}
    actions = ({"target": "$.s.required", "remove": True}, {"target": "$.s", "update": {"required": ["a"]}})
    assert apply(document, overlay(*actions)) == {"s": {"required": ["a"]}}


def test_a_selected_list_grows() -> None:
    assert apply({"l": [1]}, overlay({"target": "$.l", "update": {"a": 1}})) == {"l": [1, {"a": 1}]}
    assert apply({"l": [1]}, overlay({"target": "$.l", "update": [2, 3]})) == {"l": [1, 2, 3]}


def test_several_items_of_a_list_can_be_removed() -> None:
    document = {"l": [{"n": n} for n in range(12)]}
    result = apply(document, overlay({"target": "$.l[?@.n > 1 && @.n < 11]", "remove": True}))
    assert result == {"l": [{"n": 0}, {"n": 1}, {"n": 11}]}


def test_a_node_and_a_node_inside_it_can_both_be_removed() -> None:
    document = {"a": {"x": 1, "b": {"x": {"x": 2}}}, "c": 3}
    assert apply(document, overlay({"target": "$..x", "remove": True})) == {"a": {"b": {}}, "c": 3}


def test_a_node_that_is_selected_twice_is_removed_once() -> None:
    assert apply({"a": 1, "b": 2}, overlay({"target": "$['a', 'a']", "remove": True})) == {"b": 2}


def test_filters_select_nodes() -> None:
    document = {"paths": {"/a": {"get": {"operationId": "one"}}, "/b": {"get": {"operationId": "two"}}}}
    result = apply(document, overlay({"target": "$.paths..[?@.operationId == 'two']", "update": {"x-y": 1}}))
    assert result["paths"]["/b"]["get"] == {"operationId": "two", "x-y": 1}
    assert "x-y" not in result["paths"]["/a"]["get"]


@pytest.mark.parametrize(
    ("changes", "pointer", "message"),
    [
        ({"target": "$.gone", "update": {}}, "/actions/0/target", r"\$\.gone selects nothing"),
        ({"target": "$.gone", "remove": True}, "/actions/0/target", "selects nothing"),
        ({"target": "$[", "update": {}}, "/actions/0/target", "not a JSONPath"),
        ({"target": "$.s", "update": {}}, "/actions/0/update", "cannot be merged"),
        ({"target": "$.o", "update": 1}, "/actions/0/update", "cannot be merged"),
        ({"target": "$", "remove": True}, "/actions/0/target", "whole document"),
        ({"target": "$.o"}, "/actions/0", "must have update or remove"),
        ({"update": {}}, "/actions/0", "must have a target"),
        ({"target": "$.o", "updates": {}}, "/actions/0/updates", "has no field"),
    ],
)
def test_malformed_actions_are_refused(changes: dict[str, Any], pointer: str, message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        apply({"o": {}, "s": "text"}, overlay(changes))
    assert caught.value.pointer == pointer


@pytest.mark.parametrize("document", [{}, {"overlay": 1, "actions": []}, {"overlay": "2.0.0", "actions": []}, {"overlay": "1.0.0"}])
def test_other_documents_are_refused_as_overlays(document: dict[str, Any]) -> None:
    with pytest.raises(SpecError):
        apply({}, document)
