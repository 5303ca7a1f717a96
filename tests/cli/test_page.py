"""The page on diagnosis names what there is: options, attributes of records, spans and metrics."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import attrs

from astra_devops._runtime.telemetry.log import Fields

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/diagnosis.md").read_text(encoding="utf-8")


def test_the_page_names_each_option_of_the_doctor() -> None:
    done = subprocess.run([sys.executable, "-m", "astra_devops", "doctor", "--help"], capture_output=True, text=True)
    options = set(re.findall(r"--[a-z][a-z-]+", done.stdout)) - {"--help"}
    assert options == set(re.findall(r"--[a-z][a-z-]+", PAGE))


def test_the_page_names_each_attribute_of_records() -> None:
    section = PAGE.partition("## The log of a service")[2].partition("```")[0]
    names = {field.name for field in attrs.fields(Fields)}
    assert names <= set(re.findall(r"`(\w+)`", section))


def test_the_page_names_each_metric() -> None:
    folder = ROOT / "astra_devops/_opentelemetry"
    source = (folder / "metrics.py").read_text(encoding="utf-8")
    created = set(re.findall(r'"((?:http\.client|astra_devops)\.[a-z_.]+)"', source))
    assert len(created) == 9
    rows = PAGE.partition("| metric |")[2].partition("\n\n")[0]
    assert created == set(re.findall(r"`((?:http\.client|astra_devops)\.(?:request|call|wait|fleet\.item|limit|circuit)\.\w+)`", rows))
