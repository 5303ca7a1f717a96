"""Models compare and show themselves by their fields, as classes of attrs do."""

import copy
import pickle

import attrs
import pytest

from astra_devops import models
from astra_devops._json import convert

STORAGE = {"nodeCount": 3, "replicationFactor": 3, "totalStorage": 5, "later": 1}


def read() -> models.Storage:
    storage = convert.structure(STORAGE, models.Storage)
    assert isinstance(storage, models.Storage)
    return storage


def test_models_with_equal_fields_are_equal() -> None:
    storage = read()
    assert storage == read()
    assert storage == attrs.evolve(storage)
    assert storage != attrs.evolve(storage, node_count=4)
    assert storage != attrs.evolve(storage, extra=models.Storage(node_count=1, replication_factor=1, total_storage=1).extra)
    assert copy.copy(storage) == storage
    assert pickle.loads(pickle.dumps(models.DatabaseMetrics(errors_total_count=2.0))) == models.DatabaseMetrics(errors_total_count=2)


def test_another_class_is_never_equal() -> None:
    @attrs.define(kw_only=True, eq=False, repr=False)
    class Other(models.Storage):
        """The same fields."""

    assert read() != Other(node_count=3, replication_factor=3, total_storage=5, extra=read().extra)
    assert read() != STORAGE
    assert models.DatabaseMetrics() != models.Costs()


def test_a_model_can_be_changed_so_it_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(read())


def test_the_repr_shows_the_fields_that_have_a_value() -> None:
    assert repr(models.DatabaseMetrics(errors_total_count=2.0)) == "DatabaseMetrics(errors_total_count=2.0)"
    assert repr(read()) == "Storage(node_count=3, replication_factor=3, total_storage=5)"


def test_a_model_that_contains_itself_can_be_shown() -> None:
    storage = read()
    storage.node_count = [storage]  # type: ignore[assignment]
    assert repr(storage) == "Storage(node_count=[Storage(...)], replication_factor=3, total_storage=5)"
