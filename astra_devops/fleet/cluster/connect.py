"""From the argument ``cluster`` to the address of a scheduler."""

from typing import Any

from astra_devops._runtime import checks

MISSING = "cluster needs the package distributed; install it with: pip install 'astra-devops[dask]'"


def scheduler_of(cluster: object) -> tuple[str, Any]:
    """Return the address of a scheduler, and its security (None: that of Dask's settings).

    Raises:
        ImportError: distributed is not installed.
        TypeError: ``cluster`` is none of what is accepted.
    """
    try:
        import distributed
    except ImportError as error:
        raise ImportError(MISSING) from error
    if isinstance(cluster, str):
        return checks.string(cluster, "cluster"), None
    if isinstance(cluster, distributed.Client):
        address = getattr(cluster.scheduler, "address", None)
    else:
        address = getattr(cluster, "scheduler_address", None)
    if not isinstance(address, str) or not address:
        raise TypeError(
            f"cluster must be a distributed.Client, a Dask cluster, or the address of a scheduler, not {checks.type_name(cluster)}"
        )
    return address, getattr(cluster, "security", None)


def checked_work(work: Any) -> None:
    """Check that a work function can be sent to workers.

    Raises:
        TypeError: It cannot be pickled.
    """
    import cloudpickle

    try:
        cloudpickle.dumps(work)
    except Exception as error:
        raise TypeError(
            f"work must be importable, or a function that cloudpickle can pickle, to run on a cluster, but it cannot be pickled "
            f"({type(error).__name__}): leave out clients, locks, files and other objects of this process"
        ) from None
