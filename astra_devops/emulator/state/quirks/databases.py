"""Quirks of databases, their keyspaces, datacenters and bundles."""

import attrs


@attrs.frozen(kw_only=True, slots=False)
class DatabaseQuirks:
    """Quirks of databases, their keyspaces, datacenters and bundles."""

    maintenance_lag: float = 0.0
    """Seconds for which a database stays ACTIVE after a keyspace or datacenter change was accepted.

    Both orders are on record: the tests of one public client see MAINTENANCE at once, those of
    another still see ACTIVE.

    Evidence: docs/evidence.md#maintenance-after-a-change.
    """

    null_without_permission: bool = True
    """A token without the needed permission gets 401 with the body ``null``; off: 403 with an error
    body.

    Reported to the Terraform provider for databases and for regions (its issues 222 and 426).

    Evidence: docs/evidence.md#unauthorized-and-forbidden.
    """

    created_without_body: bool = True
    """The answer to a create has no body, and the id only in its ``Location`` header; off: in a
    body too.

    astrapy and the Java client read the header.

    Evidence: docs/evidence.md#database-ids-in-the-location-header.
    """

    cached_misses: float = 60.0
    """Seconds for which an id that was requested and did not exist stays unknown, even if a
    database gets that id.

    astrapy requests random ids because of a cache in front of the service. Here ids come from a
    seed, so a program may know one in advance.

    Evidence: docs/evidence.md#cached-unknown-ids.
    """

    duplicate_names: bool = True
    """Several databases may have the same name; off: 422 if a name is in use.

    See the Terraform provider's PR 12.

    Evidence: docs/evidence.md#database-names.
    """

    unspecified_states: bool = True
    """Databases have states that the published specification lacks, such as ASSOCIATING and
    HIBERNATED; off: UNKNOWN is shown instead.

    The Java client handles seven of them.

    Evidence: docs/evidence.md#database-states.
    """

    blank_datacenter_status: bool = True
    """The ``status`` of a datacenter that has not been terminated is empty; off: that of its
    database.

    Recorded by astra-cli.

    Evidence: docs/evidence.md#blank-datacenter-status.
    """

    undocumented_actions: bool = True
    """``availableActions`` has actions that are not documented, such as ``hibernate``; off: only
    documented ones.

    Recorded by astra-cli.

    Evidence: docs/evidence.md#available-actions.
    """

    default_keyspace: bool = True
    """A database that is created without a keyspace gets ``default_keyspace``; off: none.

    See Terraform provider issue 316.

    Evidence: docs/evidence.md#default-keyspace.
    """

    null_keyspaces: bool = True
    """``info.keyspaces`` is ``null`` for a database without keyspaces; off: an empty list.

    See astra-cli issue 199.

    Evidence: docs/evidence.md#null-keyspaces.
    """

    links_in_listings: bool = True
    """Every datacenter in a list has four presigned bundle URLs, valid for five minutes.

    Recorded by astra-cli.

    Evidence: docs/evidence.md#presigned-addresses.
    """

    misspelled_datacenter_id: bool = True
    """Bundle URLs come with ``datcenterID`` as well as ``datacenterID``.

    astra-client-go notes that the spelling is intentional.

    Evidence: docs/evidence.md#misspelled-datacenter-id.
    """

    zero_termination_time: bool = True
    """``terminationTime`` of a database that has not been terminated is in the year 1, Go's zero
    time; off: it is absent.

    Recorded by astra-cli.

    Evidence: docs/evidence.md#database-times.
    """

    owner_is_client_id: bool = True
    """``ownerId`` is the 24-character client id of the token that created the database; off: a
    UUID.

    Recorded by astra-cli.

    Evidence: docs/evidence.md#database-owners.
    """

    unknown_start_is_refused: bool = False
    """``starting_after`` must be the id of a database, or else the list answers 400; off: there is
    nothing after an unknown id.

    Evidence: docs/evidence.md#pages-after-an-unknown-database.
    """

    clamp_page_limit: bool = True
    """A page limit above 100 yields 100 entries; off: 400.

    Clients request 1,000 without an error (astra-cli); how many they get is not documented.

    Evidence: docs/evidence.md#database-pages.
    """

    ignore_unknown_filters: bool = True
    """Unknown values of ``include`` and ``provider`` count as the default; off: 400.

    The Java client sends some.

    Evidence: docs/evidence.md#database-filters.
    """

    pcu_types_in_regions: bool = True
    """The list of serverless regions includes the PCU types of each region, in a field that
    appeared unannounced.

    Evidence: docs/evidence.md#pcu-types-of-regions.
    """

    duplicate_regions: bool = True
    """The list of serverless regions has some regions twice. Noted in the source of astra-cli.

    Evidence: docs/evidence.md#duplicate-regions.
    """

    mixed_provider_casing: bool = False
    """The list of serverless regions has AWS in lower case, as in an example on the reference page;
    off: all providers in upper case, which astra-cli relies on.

    Elsewhere, as in the type of a PCU group, providers are in lower case regardless.

    Evidence: docs/evidence.md#provider-casing.
    """

    numbered_from_two: bool = False
    """Datacenter ids ``<database id>-<n>`` start at 2 instead of 1, as in a recording of
    astra-cli.

    Evidence: docs/evidence.md#datacenter-ids.
    """

    unauthorized_hibernated_bundle: bool = True
    """Requests for the bundle of a hibernated database get 401; off: 409.

    See astra-cli issue 254.

    Evidence: docs/evidence.md#bundles-of-unavailable-databases.
    """

    classic_only_changes: bool = True
    """Serverless databases cannot be parked, unparked or resized, and have no password: 400; off:
    they can, and have.

    See the Java client's tests.

    Evidence: docs/evidence.md#classic-operations.
    """

    case_sensitive_keyspaces: bool = True
    """Keyspace names that differ only in case are different names; off: names are converted to
    lower case.

    See Terraform provider issue 67.

    Evidence: docs/evidence.md#keyspace-names.
    """

    extra_datacenters_first: bool = True
    """A database can be terminated only when it has one datacenter left; off: at any time.

    See Terraform provider issue 182.

    Evidence: docs/evidence.md#termination-of-several-regions.
    """

    unknown_once_terminated: bool = False
    """A terminated database is unknown at once; off: it can be read for a day.

    The Terraform provider handles both.

    Evidence: docs/evidence.md#terminated-databases.
    """

    empty_waking_answer: bool = False
    """The answer to the request that wakes a hibernated database has no body.

    See astra-cli issue 315.

    Evidence: docs/evidence.md#hibernated-databases.
    """

    unauthorized_after_termination: bool = False
    """A database that cannot be read any more answers 401 instead of 404, as in 2021
    (astra-client-go).

    Evidence: docs/evidence.md#terminated-databases.
    """
