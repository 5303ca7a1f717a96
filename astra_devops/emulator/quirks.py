"""What the service does although no document says so, each as a switch."""

import attrs


@attrs.frozen(kw_only=True)
class Quirks:
    """Named behaviours of the service; each is on where the service is known to behave so.

    ``Emulator(quirks=Quirks(null_without_permission=False))`` shows how a program fares without one of them.
    """

    maintenance_lag: float = 0.0
    """Seconds for which a database still reads ACTIVE after a keyspace or datacenter change was accepted.

    Both orders are on record: one public client's tests see MAINTENANCE at once, another's still see ACTIVE.
    """

    null_without_permission: bool = True
    """A token that lacks the needed permission gets 401 with the body ``null``; off: 403 with an error body.

    Reported to the Terraform provider for databases and for regions (its issues 222 and 426).
    """

    null_keyspaces: bool = True
    """``info.keyspaces`` is ``null`` for a database without any; off: an empty list. See astra-cli issue 199."""

    links_in_listings: bool = True
    """Every listing of a datacenter carries four presigned bundle URLs, good for five minutes. Recorded by astra-cli."""

    misspelled_datacenter_id: bool = True
    """Bundle URLs come with ``datcenterID`` beside ``datacenterID``; astra-client-go notes that the spelling is meant to stay."""

    zero_termination_time: bool = True
    """``terminationTime`` of a living database is the year one, Go's zero time; off: the field is absent. Recorded by astra-cli."""

    owner_is_client_id: bool = True
    """``ownerId`` is the 24-character client id of the token that created the database; off: a UUID. Recorded by astra-cli."""

    clamp_page_limit: bool = True
    """A page limit above 100 gives 100; off: 400. Clients ask for 1,000 and live (astra-cli), and nothing says what comes back."""

    ignore_unknown_filters: bool = True
    """Unknown values of ``include`` and ``provider`` filter nothing that the default would not; off: 400. The Java client sends some."""

    duplicate_regions: bool = True
    """The serverless region list names some regions twice. Noted in the source of astra-cli."""

    mixed_provider_casing: bool = True
    """Providers are upper case in one place and lower case in another, even within one list. Seen in astrapy's fixtures."""

    numbered_from_two: bool = False
    """Datacenter ids ``<database id>-<n>`` start at 2 instead of 1, as in a recording of astra-cli."""

    unauthorized_hibernated_bundle: bool = True
    """The bundle of a hibernated database is refused with 401; off: 409. See astra-cli issue 254."""

    unauthorized_after_termination: bool = False
    """A database that has vanished answers 401 instead of 404, as it did in 2021 (astra-client-go)."""
