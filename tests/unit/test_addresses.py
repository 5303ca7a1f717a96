"""Addresses and blocks: which are accepted, how they are written, what they contain."""

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_devops.operations.ip_ranges import block, contains, normalize


@pytest.mark.parametrize(
    ("text", "expected"),
    [("203.0.113.7", "203.0.113.7/32"), ("203.0.113.7/32", "203.0.113.7/32"), ("10.0.0.0/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0")],
)
def test_a_bare_address_is_the_block_of_one(text: str, expected: str) -> None:
    assert block(text, "addresses[0]") == expected


@pytest.mark.parametrize(
    "text", ["", "localhost", "10.0.0", "10.0.0.256", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.01", " 10.0.0.1", "10.0.0.0/8/8"]
)
def test_what_is_not_an_address_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"addresses\[0\]"):
        block(text, "addresses[0]")


def test_bits_outside_the_mask_are_refused_with_the_block_that_is_meant() -> None:
    with pytest.raises(ValueError, match=r"the block is 10\.0\.0\.0/8"):
        block("10.1.2.3/8", "addresses[0]")


def test_ipv6_only_where_it_is_accepted() -> None:
    assert block("2001:db8::1", "a", ipv6=True) == "2001:db8::1/128"
    with pytest.raises(ValueError, match="IPv4"):
        block("2001:db8::1", "a")


def test_only_strings() -> None:
    with pytest.raises(TypeError, match="a must be a string"):
        block(167772160, "a")
    with pytest.raises(TypeError, match="calling_from"):
        contains([], 5, "calling_from")


def test_what_the_service_returns_is_written_alike_where_it_can_be_parsed() -> None:
    assert [normalize(text) for text in ("10.1.2.3/8", "10.0.0.1", "office", None)] == ["10.0.0.0/8", "10.0.0.1/32", "office", ""]


def test_containing() -> None:
    assert contains(["office", None, "10.0.0.0/8"], "10.2.3.4", "calling_from")
    assert not contains(["10.0.0.0/8"], "11.0.0.1", "calling_from")
    assert not contains(["10.0.0.0/8"], "::1", "calling_from")
    with pytest.raises(ValueError, match="calling_from must be a single IP address"):
        contains(["10.0.0.0/8"], "10.0.0.0/8", "calling_from")


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_a_block_contains_each_address_that_it_was_made_of(address: Any, bits: int) -> None:
    network = ipaddress.ip_network(f"{address}/{bits}", strict=False)
    assert block(str(network), "a") == str(network)
    assert contains([str(network)], str(address), "calling_from")
