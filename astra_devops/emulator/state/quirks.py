"""Quirks: undocumented behaviors of the service, each of which can be switched off or on."""

import math
from typing import Literal, get_args

import attrs


@attrs.frozen(kw_only=True)
class Quirks:
    """Undocumented behaviors of the service, by name.

    A quirk is on by default if the service is known to behave like that. To test a program without
    one of them, use ``Emulator(quirks=Quirks(null_without_permission=False))``.

    Raises:
        TypeError: A value has the wrong type.
        ValueError: A value is not one of the accepted ones, or negative.
    """

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(type(self)):
            _check(field.name, getattr(self, field.name), field.default, get_args(field.type))

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
    """Serverless databases cannot be parked, unparked or resized: 400; off: they can.

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

    first_address_only: bool = True
    """Deleting several addresses of an access list in one call deletes only the first.

    Noted in the source of the Terraform provider.

    Evidence: docs/evidence.md#deleting-addresses.
    """

    missing_access_list_is_404: bool = True
    """A database without an access list answers 404 in plain text; off: 200 with an empty, disabled
    one.

    See astra-client-go.

    Evidence: docs/evidence.md#missing-access-lists.
    """

    enabling_apart: bool = True
    """PUT of an access list does not change whether it is enabled; only PATCH does.

    The Terraform provider calls PATCH separately.

    Evidence: docs/evidence.md#enabling-an-access-list.
    """

    access_list_lag: float = 5.0
    """Seconds until a change of an access list becomes visible.

    The Java client's tests wait for it.

    Evidence: docs/evidence.md#access-list-lag.
    """

    bare_address_with_mask: bool = True
    """An address without a mask is returned as a block of one address, with ``/32``.

    Recorded by the Terraform provider's tests.

    Evidence: docs/evidence.md#address-masks.
    """

    go_times_in_access_lists: bool = True
    """Times in access lists look like ``2021-08-03 15:20:29.008 +0000 UTC``; off: RFC 3339.

    Recorded by the Terraform provider's tests.

    Evidence: docs/evidence.md#access-list-times.
    """

    enforce_devops_access_list: bool = True
    """Requests from addresses that are not on the access list of the DevOps API are refused, as
    documented.

    The emulator uses the address at the other end of the socket, usually 127.0.0.1.
    ``Emulator.reset`` removes the list, if you have locked yourself out.

    Evidence: docs/evidence.md#devops-access-list-changes.
    """

    errors_in_text: bool = True
    """Errors about access lists, tokens and organizations are plain text, those about roles a JSON
    string; off: the usual document.

    astra-client-go handles each operation separately.

    Evidence: docs/evidence.md#errors-in-plain-text.
    """

    private_link_errors_in_text: bool = True
    """Private-link errors are a JSON string if an endpoint is unknown, and otherwise plain text;
    off: the usual document.

    Reported to the Terraform provider (its issues 174 and 198); see also astra-client-go.

    Evidence: docs/evidence.md#private-link-errors.
    """

    renamed_azure_endpoints: bool = True
    """On Azure an endpoint is stored under its name and a GUID, not under the id that was sent.

    See the Terraform provider's PR 105.

    Evidence: docs/evidence.md#azure-endpoint-ids.
    """

    empty_custom_domains: bool = True
    """For an organization without custom domains, the answer has no body; off: ``[]``.

    See the vendor's page on custom domains.

    Evidence: docs/evidence.md#custom-domains.
    """

    newer_pcu_types: bool = True
    """PCU groups may have other types than ``standard``, once the only one; off: they may not.

    See Terraform provider issue 499.

    Evidence: docs/evidence.md#pcu-types.
    """

    java_pcu_routes: bool = False
    """PCU types can also be read by GET, and transfers sent to ``.../transfer/{pcuGroupUUID}``.

    Only the Java client does so.

    Evidence: docs/evidence.md#pcu-paths.
    """

    unchecked_pcu_groups: bool = True
    """A database may be created in any PCU group; if the group is unknown or elsewhere, the
    database ends in ERROR; off: 422.

    See astrapy issue 426.

    Evidence: docs/evidence.md#unchecked-pcu-groups.
    """

    null_pcu_groups: bool = True
    """The list of PCU groups is ``null`` if there are none; off: an empty list.

    Handled in astrapy.

    Evidence: docs/evidence.md#null-pcu-groups.
    """

    no_pcu_association_is_404: bool = True
    """A PCU group without datacenters, and a datacenter without a group, answer 404; off: an empty
    list.

    Noted in astra-cli.

    Evidence: docs/evidence.md#missing-pcu-associations.
    """

    lossy_pcu_updates: bool = True
    """An update of a PCU group resets the fields that it omits; off: they stay as they were.

    Noted in the Java client.

    Evidence: docs/evidence.md#pcu-updates.
    """

    bodies_of_pcu_changes: bool = True
    """Updating a PCU group or placing a datacenter returns the result, which public clients read;
    off: nothing, as documented.

    Evidence: docs/evidence.md#answers-to-pcu-changes.
    """

    omitted_zero_reserve: bool = True
    """``reserved`` is absent in a PCU group without reserved capacity, as in a fixture of astrapy;
    off: 0.

    Evidence: docs/evidence.md#pcu-group-fields.
    """

    blank_pcu_associations: bool = True
    """Who placed a datacenter in a PCU group, and when, is left blank.

    The Terraform provider therefore ignores it.

    Evidence: docs/evidence.md#pcu-association-fields.
    """

    created_key_is_201: bool = True
    """Registering a customer key answers 201, which the Terraform provider requires; off: 200, as
    documented.

    Evidence: docs/evidence.md#registered-keys.
    """

    updated_cdc_is_204: bool = True
    """Updating change data capture answers 204, as the Terraform provider found; off: 201, as
    documented.

    Evidence: docs/evidence.md#cdc-update-status.
    """

    deleted_token_is_204: bool = True
    """Revoking a token answers 204, as the Java client found; off: 200, as documented.

    Evidence: docs/evidence.md#revoked-tokens.
    """

    costs_are_strings: bool = True
    """Costs of an enterprise are strings of digits, as in the sample on the reference page; off:
    numbers.

    Evidence: docs/evidence.md#costs-as-strings.
    """

    pascal_case_identity: bool = True
    """Users and roles have ``ID``, ``UserID`` and ``OrgName``; off: ``id``, ``userID`` and
    ``orgName``.

    Recorded by astra-cli. A single role has ``id`` in both cases, because the Terraform provider
    reads that name.

    Evidence: docs/evidence.md#capitalized-names.
    """

    bare_role_lists: bool = False
    """The list of roles has ids and names only, as the roles of a user always do.

    Evidence: docs/evidence.md#bare-roles.
    """

    policy_as_text: bool = False
    """The list of roles has each policy as a string of JSON, as in the sample on the vendor's page
    about roles; off: an object.

    Evidence: docs/evidence.md#role-policies.
    """

    organization_placeholder: bool = True
    """The policies of the service's own roles name the organization ``__ORG_ID__``; off: by its id.

    Recorded by astra-cli.

    Evidence: docs/evidence.md#organization-placeholder.
    """

    roles_need_more: bool = True
    """Reading one role needs a permission that listing all of them does not: here ``org-read``.

    See Terraform provider issues 101 and 152.

    Evidence: docs/evidence.md#reading-one-role.
    """

    role_names_taken_for_ids: bool = True
    """A role may be given by name, which is accepted and grants nothing; off: 400.

    See Terraform provider issue 40.

    Evidence: docs/evidence.md#role-names-as-ids.
    """

    organization_named_by_email: bool = False
    """The organization's name is an e-mail address, as in a recording of astra-cli.

    Evidence: docs/evidence.md#organization-names.
    """

    nanoseconds: bool = True
    """``generatedOn`` of a token has nine decimal places; off: none. Recorded by astra-cli.

    Evidence: docs/evidence.md#token-times.
    """

    migration_status_lag: float = 60.0
    """Seconds for which a migration still shows its previous phase.

    The vendor's guide to migrations warns of minutes.

    Evidence: docs/evidence.md#migration-lag.
    """

    specified_migration_states: bool = False
    """Migrations use the states of the published specification, such as ``READY``; off: those of
    the vendor's guide.

    The examples in the guide have its own states. Neither source names the states of failed,
    aborted or paused migrations.

    Evidence: docs/evidence.md#migration-phases.
    """

    sink_secrets: Literal["shown", "masked", "absent"] = "shown"
    """What is returned for the secrets of a sink for metrics or audit logs.

    No source says so; in the contract, the answer includes them.

    Evidence: docs/evidence.md#secrets-of-a-sink.
    """

    short_scim_pages: bool = False
    """A page of SCIM resources has half of the requested number, which RFC 7644 (section 3.4.2.4)
    allows.

    Evidence: docs/evidence.md#scim-pages.
    """

    no_resources_of_empty_page: bool = False
    """A page without SCIM resources lacks the list, which RFC 7644 (section 3.4.2) allows; off: an
    empty list.

    Evidence: docs/evidence.md#scim-pages.
    """


def _check(name: str, value: object, default: object, choices: tuple[object, ...]) -> None:
    """Check that a value has the type of the default, or is one of the choices."""
    if choices:
        if value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}")
    elif isinstance(default, bool):
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, not {value!r}")
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number of seconds, not {value!r}")
    elif not 0 <= value < math.inf:
        raise ValueError(f"{name} must be finite and not negative, but is {value!r}")
