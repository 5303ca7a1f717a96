"""The resources of a client, one attribute for each."""

from typing import TYPE_CHECKING, Self

from astra_devops._first_use import importing, made_on_first_use
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.no_copies import NoCopies

if TYPE_CHECKING:
    from astra_devops.fleet.fleet import AsyncFleet
    from astra_devops.operations.factory import OperationFactory
    from astra_devops.resources._outcome.creations import CreationTracker
    from astra_devops.resources._outcome.pending_changes import PendingChanges
    from astra_devops.resources.access_lists import AsyncAccessLists
    from astra_devops.resources.audit_logs import AsyncAuditLogs
    from astra_devops.resources.cdc import AsyncCdc
    from astra_devops.resources.clones import AsyncClones
    from astra_devops.resources.cloud_accounts import AsyncCloudAccounts
    from astra_devops.resources.custom_domains import AsyncCustomDomains
    from astra_devops.resources.customer_keys import AsyncCustomerKeys
    from astra_devops.resources.databases import AsyncDatabases
    from astra_devops.resources.datacenters import AsyncDatacenters
    from astra_devops.resources.devops_access_lists import AsyncDevOpsAccessLists
    from astra_devops.resources.enterprises import AsyncEnterprises
    from astra_devops.resources.keyspaces import AsyncKeyspaces
    from astra_devops.resources.migration_proxies import AsyncMigrationProxies
    from astra_devops.resources.migrations import AsyncMigrations
    from astra_devops.resources.organizations import AsyncOrganizations
    from astra_devops.resources.pcu_groups import AsyncPcuGroups
    from astra_devops.resources.private_links import AsyncPrivateLinks
    from astra_devops.resources.regions import AsyncRegions
    from astra_devops.resources.restores import AsyncRestores
    from astra_devops.resources.roles import AsyncRoles
    from astra_devops.resources.scim import AsyncScim
    from astra_devops.resources.secure_bundles import AsyncSecureBundles
    from astra_devops.resources.snapshots import AsyncSnapshots
    from astra_devops.resources.telemetry import AsyncTelemetry
    from astra_devops.resources.tokens import AsyncTokens
    from astra_devops.resources.users import AsyncUsers
    from astra_devops.resources.vpc_peerings import AsyncVpcPeerings


class ClientResources(NoCopies):
    """The resources of a client.

    Each is imported and created when it is first used, so that a program pays only for those that
    it uses.
    """

    _caller: Caller
    _parent: "ClientResources | None"

    @made_on_first_use
    def databases(self) -> "AsyncDatabases":
        """Databases of the organization."""
        from astra_devops.resources.databases import AsyncDatabases

        return AsyncDatabases(self._caller, self._operations, lambda: self._creations)

    @made_on_first_use
    def keyspaces(self) -> "AsyncKeyspaces":
        """Keyspaces of databases."""
        from astra_devops.resources.keyspaces import AsyncKeyspaces

        return AsyncKeyspaces(self._caller, self._operations)

    @made_on_first_use
    def datacenters(self) -> "AsyncDatacenters":
        """Datacenters of databases, one per region."""
        from astra_devops.resources.datacenters import AsyncDatacenters

        return AsyncDatacenters(self._caller, self._operations)

    @made_on_first_use
    def secure_bundles(self) -> "AsyncSecureBundles":
        """Secure connect bundles of databases."""
        from astra_devops.resources.secure_bundles import AsyncSecureBundles

        return AsyncSecureBundles(self._caller)

    @made_on_first_use
    def regions(self) -> "AsyncRegions":
        """Regions that the service offers."""
        from astra_devops.resources.regions import AsyncRegions

        return AsyncRegions(self._caller)

    @made_on_first_use
    def snapshots(self) -> "AsyncSnapshots":
        """Snapshots of databases."""
        from astra_devops.resources.snapshots import AsyncSnapshots

        return AsyncSnapshots(self._caller)

    @made_on_first_use
    def clones(self) -> "AsyncClones":
        """Copies of a snapshot of one database into another database."""
        from astra_devops.resources.clones import AsyncClones

        return AsyncClones(self._caller, self._operations)

    @made_on_first_use
    def restores(self) -> "AsyncRestores":
        """Restores of databases from their own snapshots."""
        from astra_devops.resources.restores import AsyncRestores

        return AsyncRestores(self._caller, self._operations)

    @made_on_first_use
    def migrations(self) -> "AsyncMigrations":
        """Migrations, which import SSTables into databases."""
        from astra_devops.resources.migrations import AsyncMigrations

        return AsyncMigrations(self._caller, self._operations)

    @made_on_first_use
    def migration_proxies(self) -> "AsyncMigrationProxies":
        """Proxies for migrating live workloads."""
        from astra_devops.resources.migration_proxies import AsyncMigrationProxies

        return AsyncMigrationProxies(self._caller, self._operations)

    @made_on_first_use
    def cdc(self) -> "AsyncCdc":
        """Change data capture of databases."""
        from astra_devops.resources.cdc import AsyncCdc

        return AsyncCdc(self._caller, self._operations)

    @made_on_first_use
    def telemetry(self) -> "AsyncTelemetry":
        """The export of a database's metrics."""
        from astra_devops.resources.telemetry import AsyncTelemetry

        return AsyncTelemetry(self._caller, self._operations)

    @made_on_first_use
    def audit_logs(self) -> "AsyncAuditLogs":
        """The export of the organization's audit log."""
        from astra_devops.resources.audit_logs import AsyncAuditLogs

        return AsyncAuditLogs(self._caller, self._operations)

    @made_on_first_use
    def enterprises(self) -> "AsyncEnterprises":
        """The enterprise that the token belongs to."""
        from astra_devops.resources.enterprises import AsyncEnterprises

        return AsyncEnterprises(self._caller, self._operations)

    @made_on_first_use
    def customer_keys(self) -> "AsyncCustomerKeys":
        """Your own keys for encrypting databases."""
        from astra_devops.resources.customer_keys import AsyncCustomerKeys

        return AsyncCustomerKeys(self._caller)

    @made_on_first_use
    def cloud_accounts(self) -> "AsyncCloudAccounts":
        """Cloud accounts of the service, which you allow to use your keys."""
        from astra_devops.resources.cloud_accounts import AsyncCloudAccounts

        return AsyncCloudAccounts(self._caller)

    @made_on_first_use
    def pcu_groups(self) -> "AsyncPcuGroups":
        """Provisioned capacity that databases share."""
        from astra_devops.resources.pcu_groups import AsyncPcuGroups

        return AsyncPcuGroups(self._caller, self._operations)

    @made_on_first_use
    def organizations(self) -> "AsyncOrganizations":
        """The token's organization."""
        from astra_devops.resources.organizations import AsyncOrganizations

        return AsyncOrganizations(self._caller)

    @made_on_first_use
    def roles(self) -> "AsyncRoles":
        """Roles, which grant permissions to users and tokens."""
        from astra_devops.resources.roles import AsyncRoles

        return AsyncRoles(self._caller)

    @made_on_first_use
    def users(self) -> "AsyncUsers":
        """Users of the organization."""
        from astra_devops.resources.users import AsyncUsers

        return AsyncUsers(self._caller)

    @made_on_first_use
    def tokens(self) -> "AsyncTokens":
        """Application tokens."""
        from astra_devops.resources.tokens import AsyncTokens

        return AsyncTokens(self._caller)

    @made_on_first_use
    def scim(self) -> "AsyncScim":
        """Users and groups that are provisioned by SCIM."""
        from astra_devops.resources.scim import AsyncScim

        return AsyncScim(self._caller)

    @made_on_first_use
    def access_lists(self) -> "AsyncAccessLists":
        """Access lists of databases: the IP addresses that may connect to each."""
        from astra_devops.resources.access_lists import AsyncAccessLists

        return AsyncAccessLists(self._caller, self._operations, self._changes)

    @made_on_first_use
    def devops_access_lists(self) -> "AsyncDevOpsAccessLists":
        """The access list of this API: the IP addresses that may call it."""
        from astra_devops.resources.devops_access_lists import AsyncDevOpsAccessLists

        return AsyncDevOpsAccessLists(self._caller, self._operations, self._changes)

    @made_on_first_use
    def private_links(self) -> "AsyncPrivateLinks":
        """Private links to databases."""
        from astra_devops.resources.private_links import AsyncPrivateLinks

        return AsyncPrivateLinks(self._caller, self._operations)

    @made_on_first_use
    def custom_domains(self) -> "AsyncCustomDomains":
        """Your own domain names for databases with private links."""
        from astra_devops.resources.custom_domains import AsyncCustomDomains

        return AsyncCustomDomains(self._caller, self._operations, self._changes)

    @made_on_first_use
    def vpc_peerings(self) -> "AsyncVpcPeerings":
        """Peerings between your networks and those of classic databases."""
        from astra_devops.resources.vpc_peerings import AsyncVpcPeerings

        return AsyncVpcPeerings(self._caller, self._operations)

    @property
    def fleet(self) -> "AsyncFleet[Self]":
        """Runs: the same work for many databases."""
        with importing:
            from astra_devops.fleet.fleet import AsyncFleet

        return AsyncFleet(self, self._caller)

    @made_on_first_use
    def _operations(self) -> "OperationFactory":
        from astra_devops.operations.factory import OperationFactory

        return OperationFactory(self._caller, None if self._parent is None else self._parent._operations)

    @made_on_first_use
    def _changes(self) -> "PendingChanges":
        from astra_devops.resources._outcome.pending_changes import PendingChanges

        return PendingChanges() if self._parent is None else self._parent._changes

    @made_on_first_use
    def _creations(self) -> "CreationTracker":
        from astra_devops.resources._outcome.creations import CreationTracker

        return CreationTracker() if self._parent is None else self._parent._creations
