"""Reading and writing times."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_devops._json import times

NOON = datetime(2021, 8, 3, 12, 0, tzinfo=UTC)
CEST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-08-03T12:00:00Z", NOON),
        ("2021-08-03t12:00:00z", NOON),
        ("2021-08-03T12:00:00.000Z", NOON),
        ("2021-08-03T12:00:00+00:00", NOON),
        ("2021-08-03T12:00:00-00:00", NOON),
        ("2021-08-03T12:00:00", NOON),
        ("2021-08-03 12:00:00", NOON),
        ("2021-08-03 12:00:00 UTC", NOON),
        ("2021-08-03 12:00:00 +0000 UTC", NOON),
        ("2021-08-03 12:00:00 +0000 UTC m=+0.000012345", NOON),
        ("2021-08-03 12:00:00 +0000 +0000", NOON),
        ("2021-08-03T14:00:00+02:00", NOON),
        ("2021-08-03T14:00:00+0200", NOON),
        ("2021-08-03 14:00:00 +0200 CEST", NOON),
        ("2021-08-03 14:00:00 +0200 CEST m=-12.5", NOON),
        ("2021-08-03 09:00:00 -0300 -03", NOON),
        ("2021-08-03", datetime(2021, 8, 3, tzinfo=UTC)),
        ("2021-08-03 15:20:29.008 +0000 UTC", datetime(2021, 8, 3, 15, 20, 29, 8000, tzinfo=UTC)),
        ("2021-08-03T15:20:29,5Z", datetime(2021, 8, 3, 15, 20, 29, 500000, tzinfo=UTC)),
    ],
)
def test_every_known_format_is_read(text: str, moment: datetime) -> None:
    result = times.read(text)
    assert result == moment
    assert result is not None
    assert result.tzinfo is not None


@pytest.mark.parametrize(
    "text", ["2021-08-03T12:00:00.799083999Z", "2021-08-03 12:00:00.799083999 +0000 UTC", "2021-08-03t12:00:00.799083999z"]
)
def test_nanoseconds_are_cut_not_rounded(text: str) -> None:
    assert times.read(text) == NOON.replace(microsecond=799083)


@pytest.mark.parametrize("text", ["2021-08-03T14:00:00+02:00", "2021-08-03 14:00:00 +0200 CEST"])
def test_an_offset_is_kept(text: str) -> None:
    result = times.read(text)
    assert result is not None
    assert result.utcoffset() == timedelta(hours=2)
    assert result.hour == 14


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0001-01-01T00:00:00Z",
        "0001-01-01t00:00:00z",
        "0001-01-01T00:00:00.000Z",
        "0001-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00",
        "0001-01-01 00:00:00 +0000 UTC",
        "0001-01-01",
    ],
)
def test_what_means_never_is_none(text: str) -> None:
    assert times.read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        " ",
        "2021-13-03T12:00:00Z",
        "2021-02-30 12:00:00 +0000 UTC",
        "2021-08-03T25:00:00Z",
        "2021-08-03 12:00:00 +9900 UTC",
        "12:00:00",
        "2021-08-03T12:00:00Z and more",
        "٢٠٢١-08-03T12:00:00Z",
        "AstraCS:secret",
    ],
)
def test_what_is_not_a_time_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a valid time$") as caught:
        times.read(text)
    assert caught.value.__context__ is None


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        result = times.read(text)
    except ValueError:
        return
    assert result is None or result.tzinfo is not None


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON, "2021-08-03T12:00:00Z"),
        (NOON.replace(microsecond=500000), "2021-08-03T12:00:00.5Z"),
        (NOON.replace(microsecond=1), "2021-08-03T12:00:00.000001Z"),
        (datetime(2021, 8, 3, 14, 0, tzinfo=CEST), "2021-08-03T12:00:00Z"),
        (datetime(2021, 8, 3, 1, 0, tzinfo=CEST), "2021-08-02T23:00:00Z"),
    ],
)
def test_times_are_written_in_utc_with_no_needless_digit(moment: datetime, text: str) -> None:
    assert times.write(moment) == text


def test_a_time_without_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="time zone"):
        times.write(datetime(2021, 8, 3))


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=ZONES))
def test_what_is_written_is_read_again(moment: datetime) -> None:
    assert times.read(times.write(moment)) == moment
