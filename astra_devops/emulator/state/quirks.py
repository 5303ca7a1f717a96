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

    Evidence: docs/evidence.md#maintenance-after-a-change.
    """

    null_without_permission: bool = True
    """A token that lacks the needed permission gets 401 with the body ``null``; off: 403 with an error body.

    Evidence: docs/evidence.md#unauthorized-and-forbidden.
    """

    created_without_body: bool = True
    """The answer to a create has no body, and the id in its ``Location`` header only; off: in a body too.

    Evidence: docs/evidence.md#database-ids-in-the-location-header.
    """

    cached_misses: float = 60.0
    """Seconds for which an id that was asked for in vain stays unknown, although it is given to a database meanwhile.

    Ids come from a seed here, so that a program may know one beforehand.

    Evidence: docs/evidence.md#cached-unknown-ids.
    """

    duplicate_names: bool = True
    """A name may be given to several databases; off: 422 if it is in use.

    Evidence: docs/evidence.md#database-names.
    """

    unspecified_states: bool = True
    """Databases go through states that the published specification lacks, such as ASSOCIATING and HIBERNATED; off: they read UNKNOWN.

    Evidence: docs/evidence.md#database-states.
    """

    blank_datacenter_status: bool = True
    """The ``status`` of a living datacenter is empty; off: that of its database.

    Evidence: docs/evidence.md#blank-datacenter-status.
    """

    undocumented_actions: bool = True
    """``availableActions`` names actions such as ``hibernate``, which no document has; off: only documented ones.

    Evidence: docs/evidence.md#available-actions.
    """

    default_keyspace: bool = True
    """A database that is created without a keyspace gets ``default_keyspace``; off: none.

    Evidence: docs/evidence.md#default-keyspace.
    """

    null_keyspaces: bool = True
    """``info.keyspaces`` is ``null`` for a database without any; off: an empty list.

    Evidence: docs/evidence.md#null-keyspaces.
    """

    links_in_listings: bool = True
    """Every listing of a datacenter carries four presigned bundle URLs, good for five minutes.

    Evidence: docs/evidence.md#presigned-addresses.
    """

    misspelled_datacenter_id: bool = True
    """Bundle URLs come with ``datcenterID`` beside ``datacenterID``.

    Evidence: docs/evidence.md#misspelled-datacenter-id.
    """

    zero_termination_time: bool = True
    """``terminationTime`` of a living database is the year one, Go's zero time; off: the field is absent.

    Evidence: docs/evidence.md#database-times.
    """

    owner_is_client_id: bool = True
    """``ownerId`` is the 24-character client id of the token that created the database; off: a UUID.

    Evidence: docs/evidence.md#database-owners.
    """

    clamp_page_limit: bool = True
    """A page limit above 100 gives 100; off: 400.

    Evidence: docs/evidence.md#database-pages.
    """

    ignore_unknown_filters: bool = True
    """Unknown values of ``include`` and ``provider`` filter nothing that the default would not; off: 400.

    Evidence: docs/evidence.md#database-filters.
    """

    pcu_types_in_regions: bool = True
    """The serverless region list tells the PCU types of each region, in a field that appeared unannounced.

    Evidence: docs/evidence.md#pcu-types-of-regions.
    """

    duplicate_regions: bool = True
    """The serverless region list names some regions twice.

    Evidence: docs/evidence.md#duplicate-regions.
    """

    mixed_provider_casing: bool = False
    """The list of serverless regions writes AWS in lower case, as an example of the reference page does; off: every provider in upper case,
    on which astra-cli relies. Elsewhere, as in the type of a PCU group, providers are in lower case
    all the same.

    Evidence: docs/evidence.md#provider-casing.
    """

    numbered_from_two: bool = False
    """Datacenter ids ``<database id>-<n>`` start at 2 instead of 1.

    Evidence: docs/evidence.md#datacenter-ids.
    """

    unauthorized_hibernated_bundle: bool = True
    """The bundle of a hibernated database is refused with 401; off: 409.

    Evidence: docs/evidence.md#bundles-of-unavailable-databases.
    """

    classic_only_changes: bool = True
    """Serverless databases are not parked, unparked or resized, but refused with 400; off: they are.

    Evidence: docs/evidence.md#classic-operations.
    """

    case_sensitive_keyspaces: bool = True
    """Keyspaces whose names differ in case are two; off: names are folded to lower case.

    Evidence: docs/evidence.md#keyspace-names.
    """

    extra_datacenters_first: bool = True
    """A database is terminated only when one datacenter is left; off: at any time.

    Evidence: docs/evidence.md#termination-of-several-regions.
    """

    unknown_once_terminated: bool = False
    """A terminated database is unknown at once; off: it can be read for a day.

    Evidence: docs/evidence.md#terminated-databases.
    """

    empty_waking_answer: bool = False
    """The request that wakes a hibernated database is answered without a body.

    Evidence: docs/evidence.md#hibernated-databases.
    """

    unauthorized_after_termination: bool = False
    """A database that has vanished answers 401 instead of 404, as it did in 2021.

    Evidence: docs/evidence.md#terminated-databases.
    """

    first_address_only: bool = True
    """Deleting several addresses of an access list in one call deletes only the first.

    Evidence: docs/evidence.md#deleting-addresses.
    """

    missing_access_list_is_404: bool = True
    """A database without an access list answers 404 in plain text; off: 200 with an empty, disabled one.

    Evidence: docs/evidence.md#missing-access-lists.
    """

    enabling_apart: bool = True
    """PUT of an access list leaves it as enabled as it was; only PATCH changes that.

    Evidence: docs/evidence.md#enabling-an-access-list.
    """

    access_list_lag: float = 5.0
    """Seconds until a change of an access list shows.

    Evidence: docs/evidence.md#access-list-lag.
    """

    bare_address_with_mask: bool = True
    """An address without a mask comes back as a block of one, with ``/32``.

    Evidence: docs/evidence.md#address-masks.
    """

    go_times_in_access_lists: bool = True
    """Times in access lists look like ``2021-08-03 15:20:29.008 +0000 UTC``; off: RFC 3339.

    Evidence: docs/evidence.md#access-list-times.
    """

    enforce_devops_access_list: bool = True
    """Requests from addresses that are not on the access list of the DevOps API are refused, which is what the list is documented to do.

    The emulator goes by the address at the other end of the socket, as a rule 127.0.0.1. Who has
    locked himself out is let in again by ``Emulator.reset``.

    Evidence: docs/evidence.md#devops-access-list-changes.
    """

    errors_in_text: bool = True
    """Errors about access lists, tokens and organisations are plain text, those about roles a JSON string; off: the usual document.

    Evidence: docs/evidence.md#errors-in-plain-text.
    """

    private_link_errors_in_text: bool = True
    """Private-link errors are a JSON string where an endpoint is unknown and plain text elsewhere; off: the usual document.

    Evidence: docs/evidence.md#private-link-errors.
    """

    renamed_azure_endpoints: bool = True
    """On Azure an endpoint is stored under its name and a GUID, not under the id that was sent.

    Evidence: docs/evidence.md#azure-endpoint-ids.
    """

    empty_custom_domains: bool = True
    """An organisation without custom domains gets an answer without a body; off: ``[]``.

    Evidence: docs/evidence.md#custom-domains.
    """

    newer_pcu_types: bool = True
    """PCU groups may be of other types than ``standard``, which was the only one once; off: of no other.

    Evidence: docs/evidence.md#pcu-types.
    """

    java_pcu_routes: bool = False
    """PCU types can also be read by GET, and transfers sent to ``.../transfer/{pcuGroupUUID}``, as the Java client does, and no other.

    Evidence: docs/evidence.md#pcu-paths.
    """

    unchecked_pcu_groups: bool = True
    """A database may be created in any PCU group; one that is unknown or elsewhere ends in ERROR.

    Off: 422.

    Evidence: docs/evidence.md#unchecked-pcu-groups.
    """

    null_pcu_groups: bool = True
    """The list of PCU groups is ``null`` where there are none; off: an empty list.

    Evidence: docs/evidence.md#null-pcu-groups.
    """

    no_pcu_association_is_404: bool = True
    """A PCU group without datacenters, and a datacenter without a group, answer 404; off: an empty list.

    Evidence: docs/evidence.md#missing-pcu-associations.
    """

    lossy_pcu_updates: bool = True
    """An update of a PCU group loses what it leaves out; off: that stays as it was.

    Evidence: docs/evidence.md#pcu-updates.
    """

    bodies_of_pcu_changes: bool = True
    """Updating a PCU group or placing a datacenter answers what has come of it; off: nothing, as documented.

    Evidence: docs/evidence.md#answers-to-pcu-changes.
    """

    omitted_zero_reserve: bool = True
    """``reserved`` is left out of a PCU group without reserved capacity; off: 0.

    Evidence: docs/evidence.md#pcu-group-fields.
    """

    blank_pcu_associations: bool = True
    """Who placed a datacenter in a PCU group, and when, is left blank.

    Evidence: docs/evidence.md#pcu-association-fields.
    """

    created_key_is_201: bool = True
    """Registering a customer key answers 201; off: 200, as documented.

    Evidence: docs/evidence.md#registered-keys.
    """

    updated_cdc_is_204: bool = True
    """Updating change data capture answers 204; off: 201, as documented.

    Evidence: docs/evidence.md#cdc-update-status.
    """

    deleted_token_is_204: bool = True
    """Revoking a token answers 204; off: 200, as documented.

    Evidence: docs/evidence.md#revoked-tokens.
    """

    costs_are_strings: bool = True
    """Costs of an enterprise are strings of digits; off: numbers.

    Evidence: docs/evidence.md#costs-as-strings.
    """

    pascal_case_identity: bool = True
    """Users and roles come with ``ID``, ``UserID`` and ``OrgName``; off: ``id``, ``userID`` and ``orgName``. One
    role that is read has ``id`` either way.

    Evidence: docs/evidence.md#capitalized-names.
    """

    bare_role_lists: bool = False
    """The list of roles tells ids and names only, as the roles of a user always do.

    Evidence: docs/evidence.md#bare-roles.
    """

    policy_as_text: bool = False
    """The list of roles carries each policy as a string of JSON; off: an object.

    Evidence: docs/evidence.md#role-policies.
    """

    organization_placeholder: bool = True
    """The policies of the service's own roles name the organisation ``__ORG_ID__``; off: by its id.

    Evidence: docs/evidence.md#organization-placeholder.
    """

    roles_need_more: bool = True
    """Reading one role takes more than reading all of them.

    Here it is ``org-read``.

    Evidence: docs/evidence.md#reading-one-role.
    """

    role_names_taken_for_ids: bool = True
    """A role may be given by name, which is accepted and grants nothing; off: 400.

    Evidence: docs/evidence.md#role-names-as-ids.
    """

    organization_named_by_email: bool = False
    """The organisation's name is an e-mail address.

    Evidence: docs/evidence.md#organization-names.
    """

    nanoseconds: bool = True
    """``generatedOn`` of a token has nine digits behind the second; off: none.

    Evidence: docs/evidence.md#token-times.
    """

    migration_status_lag: float = 60.0
    """Seconds for which a migration still shows the phase before.

    Evidence: docs/evidence.md#migration-lag.
    """

    specified_migration_states: bool = False
    """Migrations go by the words of the published specification, such as ``READY``, not by those of the vendor's guide.

    The guide's examples show its own. Neither names a failed, aborted or paused migration.

    Evidence: docs/evidence.md#migration-phases.
    """

    sink_secrets: Literal["shown", "masked", "absent"] = "shown"
    """What comes back of the secrets of a sink for metrics or audit logs.

    No source tells; the contract has them in the answer.

    Evidence: docs/evidence.md#secrets-of-a-sink.
    """

    short_scim_pages: bool = False
    """A page of SCIM resources holds half of what was asked for, which RFC 7644 (section 3.4.2.4) allows.

    Evidence: docs/evidence.md#scim-pages.
    """

    no_resources_of_empty_page: bool = False
    """A page without SCIM resources has no list of them, which RFC 7644 (section 3.4.2) allows; off: an empty one.

    Evidence: docs/evidence.md#scim-pages.
    """


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
