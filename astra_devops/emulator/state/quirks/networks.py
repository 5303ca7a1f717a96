"""Quirks of access lists, private links and custom domains."""

import attrs


@attrs.frozen(kw_only=True, slots=False)
class NetworkQuirks:
    """Quirks of access lists, private links and custom domains."""

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

    access_list_lag: float = 0.25
    """Seconds until a change of an access list becomes visible, except for its deletion.

    The Java client's tests wait half a second for it.

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

    private_link_lag: float = 0.0
    """Seconds until an accepted endpoint shows, although the answer has it already.

    The Go client reads an endpoint right after it was accepted. The other lists of addresses lag.

    Evidence: docs/evidence.md#accepted-endpoints.
    """

    empty_custom_domains: bool = True
    """For an organization without custom domains, the answer has no body; off: ``[]``.

    See the vendor's page on custom domains.

    Evidence: docs/evidence.md#custom-domains.
    """
