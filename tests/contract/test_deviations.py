"""The list of deliberate deviations names operations that exist and reasons that can be looked up."""

from pathlib import Path

import yaml

from astra_devops._rest import index

HERE = Path(__file__).parent


def test_each_deviation_names_its_operation_and_its_reason(root):
    deviations = yaml.safe_load((HERE / "deviations.yaml").read_text())
    overlay = yaml.safe_load((root / "astra_devops/_spec/overlay.yaml").read_text())
    targets = {action["target"] for action in overlay["actions"]}
    for deviation in deviations:
        assert set(deviation) == {"operation", "differs", "because"}
        assert deviation["operation"] in index.OPERATIONS
        ((kind, reason),) = deviation["because"].items()
        assert reason in targets if kind == "overlay" else kind == "ruling"


def test_every_inferred_operation_is_listed_or_stands_beside_one_that_is(root):
    text = (HERE / "deviations.yaml").read_text()
    for operation in index.OPERATIONS.values():
        if operation.confidence == "inferred":
            assert operation.id in text
