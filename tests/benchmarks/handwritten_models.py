"""Models as one would write them by hand, for cattrs with its default settings."""

import attrs


@attrs.define
class Datacenter:
    """A datacenter of a database."""

    id: str
    name: str
    tier: str
    status: str
    cloudProvider: str
    region: str
    regionZone: str
    regionClassification: str
    capacityUnits: int
    secureBundleUrl: str


@attrs.define
class Info:
    """The settings of a database."""

    name: str
    keyspace: str
    cloudProvider: str
    tier: str
    capacityUnits: int
    region: str
    keyspaces: list[str]
    datacenters: list[Datacenter]
    dbType: str


@attrs.define
class Storage:
    """The size of a database."""

    nodeCount: int
    replicationFactor: int
    totalStorage: int
    usedStorage: int


@attrs.define
class Database:
    """A database."""

    id: str
    orgId: str
    ownerId: str
    info: Info
    creationTime: str
    terminationTime: str
    status: str
    observedStatus: str
    storage: Storage
    availableActions: list[str]
    dataEndpointUrl: str
