"""Quirks of roles, users, tokens, enterprises, migrations, exports and SCIM."""

from typing import Literal

import attrs


@attrs.frozen(kw_only=True, slots=False)
class OrganizationQuirks:
    """Quirks of roles, users, tokens, enterprises, migrations, exports and SCIM."""

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

    scim_media_type_required: bool = False
    """SCIM requests must send and accept ``application/scim+json``, the only type that the
    published file has for them: another body gets 415, another ``Accept`` 406.

    Answers have this type in both cases.

    Evidence: docs/evidence.md#scim-media-type.
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
