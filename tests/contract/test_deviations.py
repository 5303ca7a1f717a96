"""The list of intended deviations names operations that exist, and overlay actions that exist.

That the evidence they cite exists is checked in test_evidence.py.
"""

from pathlib import Path

import yaml

from astra_devops._rest import index

HERE = Path(__file__).parent


def test_each_deviation_names_its_operation_and_its_reason(root: Path) -> None:
    deviations = yaml.safe_load((HERE / "deviations.yaml").read_text(encoding="utf-8"))
    overlay = yaml.safe_load((root / "astra_devops/_spec/overlay.yaml").read_text(encoding="utf-8"))
    targets = {action["target"] for action in overlay["actions"]}
    for deviation in deviations:
        assert set(deviation) - {"overlay"} == {"operation", "differs", "evidence"}
        assert deviation["operation"] in index.OPERATIONS
        assert deviation["evidence"].startswith("docs/evidence.md#")
        assert "overlay" not in deviation or deviation["overlay"] in targets


def test_every_inferred_operation_is_listed_or_stands_beside_one_that_is() -> None:
    text = (HERE / "deviations.yaml").read_text(encoding="utf-8")
    for operation in index.OPERATIONS.values():
        if operation.confidence == "inferred":
            assert operation.id in text
