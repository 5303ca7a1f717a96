"""What the service does although no document says so, each as a switch."""

from typing import Literal

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

    first_address_only: bool = True
    """Deleting several addresses of an access list in one call deletes only the first. Noted in the source of the Terraform provider."""

    missing_access_list_is_404: bool = True
    """A database without an access list answers 404 in plain text; off: 200 with an empty, disabled one. See astra-client-go."""

    enabling_apart: bool = True
    """PUT of an access list leaves it as enabled as it was; only PATCH changes that. The Terraform provider calls PATCH apart."""

    access_list_lag: float = 5.0
    """Seconds until a change of an access list shows. The Java client's tests wait for theirs."""

    bare_address_with_mask: bool = True
    """An address without a mask comes back as a block of one, with ``/32``. Recorded by the Terraform provider's tests."""

    go_times_in_access_lists: bool = True
    """Times in access lists look like ``2021-08-03 15:20:29.008 +0000 UTC``; off: RFC 3339. Recorded by the Terraform provider's tests."""

    enforce_devops_access_list: bool = True
    """Requests from addresses that are not on the access list of the DevOps API are refused, which is what the list is documented to do.

    The emulator goes by the address at the other end of the socket, as a rule 127.0.0.1. Who has locked himself out is let in again by
    ``Emulator.reset``.
    """

    private_link_errors_in_text: bool = True
    """Private-link errors are a JSON string where an endpoint is unknown and plain text elsewhere; off: the usual document.

    Reported to the Terraform provider (its issues 174 and 198); see also astra-client-go.
    """

    renamed_azure_endpoints: bool = True
    """On Azure an endpoint is stored under its name and a GUID, not under the id that was sent. See the Terraform provider's PR 105."""

    empty_custom_domains: bool = True
    """An organisation without custom domains gets an answer without a body; off: ``[]``. See the vendor's page on custom domains."""

    unchecked_pcu_groups: bool = True
    """A database may be created in any PCU group; one that is unknown or elsewhere ends in ERROR. Off: 422. See astrapy issue 426."""

    null_pcu_groups: bool = True
    """The list of PCU groups is ``null`` where there are none; off: an empty list. Handled in astrapy."""

    no_pcu_association_is_404: bool = True
    """A PCU group without datacenters, and a datacenter without a group, answer 404; off: an empty list. Noted in astra-cli."""

    lossy_pcu_updates: bool = True
    """An update of a PCU group loses what it leaves out; off: that stays as it was. Noted in the Java client."""

    bodies_of_pcu_changes: bool = True
    """Updating a PCU group or placing a datacenter answers what has come of it, which public clients read; off: nothing, as documented."""

    omitted_zero_reserve: bool = True
    """``reserved`` is left out of a PCU group without reserved capacity, as in a fixture of astrapy; off: 0."""

    blank_pcu_associations: bool = True
    """Who placed a datacenter in a PCU group, and when, is left blank. The Terraform provider therefore leaves it out."""

    created_key_is_201: bool = True
    """Registering a customer key answers 201, which the Terraform provider insists on; off: 200, as documented."""

    costs_are_strings: bool = True
    """Costs of an enterprise are strings of digits, as in the sample of the reference page; off: numbers."""

    pascal_case_identity: bool = True
    """Users and roles come with ``ID``, ``UserID`` and ``OrgName``; off: ``id``, ``userID`` and ``orgName``. Recorded by astra-cli."""

    bare_role_lists: bool = False
    """The list of roles tells ids and names only, as the roles of a user always do."""

    policy_as_text: bool = False
    """The list of roles carries each policy as a string of JSON, as in the sample of the vendor's page on roles; off: an object."""

    organization_placeholder: bool = True
    """The policies of the service's own roles name the organisation ``__ORG_ID__``; off: by its id. Recorded by astra-cli."""

    roles_need_more: bool = True
    """Reading one role takes more than reading all of them. Terraform provider issues 101 and 152; here it is ``org-read``."""

    role_names_taken_for_ids: bool = True
    """A role may be given by name, which is accepted and grants nothing; off: 400. Terraform provider issue 40."""

    organization_named_by_email: bool = False
    """The organisation's name is an e-mail address, as in a recording of astra-cli."""

    nanoseconds: bool = True
    """``generatedOn`` of a token has nine digits behind the second; off: none. Recorded by astra-cli."""

    migration_status_lag: float = 60.0
    """Seconds for which a migration still shows the phase before. The vendor's guide to migrations warns of minutes."""

    specified_migration_states: bool = False
    """Migrations go by the words of the published specification, such as ``READY``, not by those of the vendor's guide.

    The guide's examples show its own. Neither names a failed, aborted or paused migration.
    """

    sink_secrets: Literal["shown", "masked", "absent"] = "shown"
    """What comes back of the secrets of a sink for metrics or audit logs. No source tells; the contract has them in the answer."""

    short_scim_pages: bool = False
    """A page of SCIM resources holds half of what was asked for, which RFC 7644 (section 3.4.2.4) allows."""

    no_resources_of_empty_page: bool = False
    """A page without SCIM resources has no list of them, which RFC 7644 (section 3.4.2) allows; off: an empty one."""
