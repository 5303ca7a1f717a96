"""What the service does although no document says so, each as a switch."""

import math
from typing import Literal, get_args

import attrs


@attrs.frozen(kw_only=True)
class Quirks:
    """Named behaviours of the service; each is on where the service is known to behave so.

    ``Emulator(quirks=Quirks(null_without_permission=False))`` shows how a program fares without one
    of them.

    Raises:
        TypeError, ValueError: a switch has a value that it cannot have.
    """

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(type(self)):
            _check(field.name, getattr(self, field.name), field.default, get_args(field.type))

    maintenance_lag: float = 0.0
    """Seconds for which a database still reads ACTIVE after a keyspace or datacenter change was accepted.

    Both orders are on record: one public client's tests see MAINTENANCE at once, another's still
    see ACTIVE.
    """

    null_without_permission: bool = True
    """A token that lacks the needed permission gets 401 with the body ``null``; off: 403 with an error body.

    Reported to the Terraform provider for databases and for regions (its issues 222 and 426).
    """

    created_without_body: bool = True
    """The answer to a create has no body, and the id in its ``Location`` header only; off: in a body too.

    astrapy and the Java client read the header.
    """

    cached_misses: float = 60.0
    """Seconds for which an id that was asked for in vain stays unknown, although it is given to a database meanwhile.

    astrapy asks for random ids because of a cache before the service. Ids come from a seed here, so
    that a program may know one beforehand.
    """

    duplicate_names: bool = True
    """A name may be given to several databases; off: 422 if it is in use.

    See the Terraform provider's PR 12.
    """

    unspecified_states: bool = True
    """Databases go through states that the published specification lacks, such as ASSOCIATING and HIBERNATED; off: they read UNKNOWN.

    The Java client knows seven of them.
    """

    blank_datacenter_status: bool = True
    """The ``status`` of a living datacenter is empty; off: that of its database.

    Recorded by astra-cli.
    """

    undocumented_actions: bool = True
    """``availableActions`` names actions such as ``hibernate``, which no document has; off: only documented ones. Recorded by astra-cli."""

    default_keyspace: bool = True
    """A database that is created without a keyspace gets ``default_keyspace``; off: none.

    See Terraform provider issue 316.
    """

    null_keyspaces: bool = True
    """``info.keyspaces`` is ``null`` for a database without any; off: an empty list.

    See astra-cli issue 199.
    """

    links_in_listings: bool = True
    """Every listing of a datacenter carries four presigned bundle URLs, good for five minutes.

    Recorded by astra-cli.
    """

    misspelled_datacenter_id: bool = True
    """Bundle URLs come with ``datcenterID`` beside ``datacenterID``; astra-client-go notes that the spelling is meant to stay."""

    zero_termination_time: bool = True
    """``terminationTime`` of a living database is the year one, Go's zero time; off: the field is absent. Recorded by astra-cli."""

    owner_is_client_id: bool = True
    """``ownerId`` is the 24-character client id of the token that created the database; off: a UUID. Recorded by astra-cli."""

    clamp_page_limit: bool = True
    """A page limit above 100 gives 100; off: 400.

    Clients ask for 1,000 and live (astra-cli), and nothing says what comes back.
    """

    ignore_unknown_filters: bool = True
    """Unknown values of ``include`` and ``provider`` filter nothing that the default would not; off: 400. The Java client sends some."""

    pcu_types_in_regions: bool = True
    """The serverless region list tells the PCU types of each region, in a field that appeared unannounced."""

    duplicate_regions: bool = True
    """The serverless region list names some regions twice. Noted in the source of astra-cli."""

    mixed_provider_casing: bool = False
    """The list of serverless regions writes AWS in lower case, as an example of the reference page does; off: every provider in upper case,
    on which astra-cli relies. Elsewhere, as in the type of a PCU group, providers are in lower case
    all the same."""

    numbered_from_two: bool = False
    """Datacenter ids ``<database id>-<n>`` start at 2 instead of 1, as in a recording of astra-cli."""

    unauthorized_hibernated_bundle: bool = True
    """The bundle of a hibernated database is refused with 401; off: 409.

    See astra-cli issue 254.
    """

    classic_only_changes: bool = True
    """Serverless databases are not parked, unparked or resized, but refused with 400; off: they are. See the Java client's tests."""

    case_sensitive_keyspaces: bool = True
    """Keyspaces whose names differ in case are two; off: names are folded to lower case.

    See Terraform provider issue 67.
    """

    extra_datacenters_first: bool = True
    """A database is terminated only when one datacenter is left; off: at any time.

    See Terraform provider issue 182.
    """

    unknown_once_terminated: bool = False
    """A terminated database is unknown at once; off: it can be read for a day.

    The Terraform provider is prepared for both.
    """

    empty_waking_answer: bool = False
    """The request that wakes a hibernated database is answered without a body.

    See astra-cli issue 315.
    """

    unauthorized_after_termination: bool = False
    """A database that has vanished answers 401 instead of 404, as it did in 2021 (astra-client-go)."""

    first_address_only: bool = True
    """Deleting several addresses of an access list in one call deletes only the first.

    Noted in the source of the Terraform provider.
    """

    missing_access_list_is_404: bool = True
    """A database without an access list answers 404 in plain text; off: 200 with an empty, disabled one. See astra-client-go."""

    enabling_apart: bool = True
    """PUT of an access list leaves it as enabled as it was; only PATCH changes that.

    The Terraform provider calls PATCH apart.
    """

    access_list_lag: float = 5.0
    """Seconds until a change of an access list shows. The Java client's tests wait for theirs."""

    bare_address_with_mask: bool = True
    """An address without a mask comes back as a block of one, with ``/32``.

    Recorded by the Terraform provider's tests.
    """

    go_times_in_access_lists: bool = True
    """Times in access lists look like ``2021-08-03 15:20:29.008 +0000 UTC``; off: RFC 3339.

    Recorded by the Terraform provider's tests.
    """

    enforce_devops_access_list: bool = True
    """Requests from addresses that are not on the access list of the DevOps API are refused, which is what the list is documented to do.

    The emulator goes by the address at the other end of the socket, as a rule 127.0.0.1. Who has
    locked himself out is let in again by ``Emulator.reset``.
    """

    errors_in_text: bool = True
    """Errors about access lists, tokens and organisations are plain text, those about roles a JSON string; off: the usual document.

    astra-client-go has learnt it operation by operation.
    """

    private_link_errors_in_text: bool = True
    """Private-link errors are a JSON string where an endpoint is unknown and plain text elsewhere; off: the usual document.

    Reported to the Terraform provider (its issues 174 and 198); see also astra-client-go.
    """

    renamed_azure_endpoints: bool = True
    """On Azure an endpoint is stored under its name and a GUID, not under the id that was sent.

    See the Terraform provider's PR 105.
    """

    empty_custom_domains: bool = True
    """An organisation without custom domains gets an answer without a body; off: ``[]``.

    See the vendor's page on custom domains.
    """

    newer_pcu_types: bool = True
    """PCU groups may be of other types than ``standard``, which was the only one once; off: of no other. Terraform provider issue 499."""

    java_pcu_routes: bool = False
    """PCU types can also be read by GET, and transfers sent to ``.../transfer/{pcuGroupUUID}``, as the Java client does, and no other."""

    unchecked_pcu_groups: bool = True
    """A database may be created in any PCU group; one that is unknown or elsewhere ends in ERROR.

    Off: 422. See astrapy issue 426.
    """

    null_pcu_groups: bool = True
    """The list of PCU groups is ``null`` where there are none; off: an empty list.

    Handled in astrapy.
    """

    no_pcu_association_is_404: bool = True
    """A PCU group without datacenters, and a datacenter without a group, answer 404; off: an empty list. Noted in astra-cli."""

    lossy_pcu_updates: bool = True
    """An update of a PCU group loses what it leaves out; off: that stays as it was.

    Noted in the Java client.
    """

    bodies_of_pcu_changes: bool = True
    """Updating a PCU group or placing a datacenter answers what has come of it, which public clients read; off: nothing, as documented."""

    omitted_zero_reserve: bool = True
    """``reserved`` is left out of a PCU group without reserved capacity, as in a fixture of astrapy; off: 0."""

    blank_pcu_associations: bool = True
    """Who placed a datacenter in a PCU group, and when, is left blank.

    The Terraform provider therefore leaves it out.
    """

    created_key_is_201: bool = True
    """Registering a customer key answers 201, which the Terraform provider insists on; off: 200, as documented."""

    updated_cdc_is_204: bool = True
    """Updating change data capture answers 204, as the Terraform provider found; off: 201, as documented."""

    deleted_token_is_204: bool = True
    """Revoking a token answers 204, as the Java client found; off: 200, as documented."""

    costs_are_strings: bool = True
    """Costs of an enterprise are strings of digits, as in the sample of the reference page; off: numbers."""

    pascal_case_identity: bool = True
    """Users and roles come with ``ID``, ``UserID`` and ``OrgName``; off: ``id``, ``userID`` and ``orgName``. Recorded by astra-cli. One
    role that is read has ``id`` either way: by that name the Terraform provider looks for it."""

    bare_role_lists: bool = False
    """The list of roles tells ids and names only, as the roles of a user always do."""

    policy_as_text: bool = False
    """The list of roles carries each policy as a string of JSON, as in the sample of the vendor's page on roles; off: an object."""

    organization_placeholder: bool = True
    """The policies of the service's own roles name the organisation ``__ORG_ID__``; off: by its id.

    Recorded by astra-cli.
    """

    roles_need_more: bool = True
    """Reading one role takes more than reading all of them.

    Terraform provider issues 101 and 152; here it is ``org-read``.
    """

    role_names_taken_for_ids: bool = True
    """A role may be given by name, which is accepted and grants nothing; off: 400.

    Terraform provider issue 40.
    """

    organization_named_by_email: bool = False
    """The organisation's name is an e-mail address, as in a recording of astra-cli."""

    nanoseconds: bool = True
    """``generatedOn`` of a token has nine digits behind the second; off: none.

    Recorded by astra-cli.
    """

    migration_status_lag: float = 60.0
    """Seconds for which a migration still shows the phase before.

    The vendor's guide to migrations warns of minutes.
    """

    specified_migration_states: bool = False
    """Migrations go by the words of the published specification, such as ``READY``, not by those of the vendor's guide.

    The guide's examples show its own. Neither names a failed, aborted or paused migration.
    """

    sink_secrets: Literal["shown", "masked", "absent"] = "shown"
    """What comes back of the secrets of a sink for metrics or audit logs.

    No source tells; the contract has them in the answer.
    """

    short_scim_pages: bool = False
    """A page of SCIM resources holds half of what was asked for, which RFC 7644 (section 3.4.2.4) allows."""

    no_resources_of_empty_page: bool = False
    """A page without SCIM resources has no list of them, which RFC 7644 (section 3.4.2) allows; off: an empty one."""


def _check(name: str, value: object, usual: object, choices: tuple[object, ...]) -> None:
    """Refuse a value that is not of the kind of the usual one."""
    if choices:
        if value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}")
    elif isinstance(usual, bool):
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, not {value!r}")
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number of seconds, not {value!r}")
    elif not 0 <= value < math.inf:
        raise ValueError(f"{name} must not be negative, nor without end, but is {value!r}")
