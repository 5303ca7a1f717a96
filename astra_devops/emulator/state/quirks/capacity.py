"""Quirks of PCU groups."""

import attrs


@attrs.frozen(kw_only=True, slots=False)
class CapacityQuirks:
    """Quirks of PCU groups."""

    assumed_conflicts_are_409: bool = True
    """Changes of PCU groups, graph engines and Solr cores answer 409 while something is busy; off:
    400, since no source has 409 for them.

    Evidence: docs/evidence.md#busy-resources.
    """

    newer_pcu_types: bool = True
    """PCU groups may have other types than ``standard``, once the only one; off: they may not.

    See Terraform provider issue 499.

    Evidence: docs/evidence.md#pcu-types.
    """

    java_pcu_routes: bool = True
    """PCU types can also be read by GET, and transfers sent to ``.../transfer/{pcuGroupUUID}``, as
    the Java client and astra-cli do; off: 405 and 404.

    Evidence: docs/evidence.md#pcu-paths.
    """

    unchecked_pcu_groups: bool = True
    """A database may be created in any PCU group; if the group is unknown or elsewhere, the
    database ends in ERROR; off: 422.

    See astrapy issue 426.

    Evidence: docs/evidence.md#unchecked-pcu-groups.
    """

    null_pcu_groups: bool = False
    """The list of PCU groups is ``null`` if there are none; off: an empty list.

    astrapy reads both. The Java client, astra-cli and astra-db-ts fail on ``null``.

    Evidence: docs/evidence.md#null-pcu-groups.
    """

    no_pcu_association_is_404: bool = True
    """A datacenter without a PCU group answers 404; off: an empty list.

    Noted in astra-cli.

    Evidence: docs/evidence.md#missing-pcu-associations.
    """

    empty_pcu_group_is_404: bool = False
    """A PCU group without datacenters answers 404 to a question for them; off: an empty list, since
    astra-cli could not place the first datacenter otherwise.

    Evidence: docs/evidence.md#missing-pcu-associations.
    """

    lossy_pcu_updates: bool = True
    """An update of a PCU group resets the fields that it omits; off: they stay as they were.

    Noted in the Java client.

    Evidence: docs/evidence.md#pcu-updates.
    """

    bodies_of_pcu_changes: bool = True
    """Updating a PCU group, or placing or moving a datacenter, returns the result, which public
    clients read; off: nothing, as documented.

    Evidence: docs/evidence.md#answers-to-pcu-changes.
    """

    omitted_empty_pcu_fields: bool = True
    """``reserved`` and ``description`` are absent in a PCU group that has none; off: 0 and an empty
    text.

    A fixture of astrapy lacks the first; the Terraform provider fails on an empty text.

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
