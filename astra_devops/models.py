"""The values that the service answers with, and the enums of its vocabulary.

Every enum is open: a field typed ``DatabaseStatus | str`` holds a member where the value is known,
and the plain string where it is not. Fields that the contract does not know are kept in ``extra``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from astra_devops._rest.models.access_lists import (
        AccessList,
        AccessListAddress,
        AccessListConfigurations,
        AccessListDefinition,
        AccessListEntry,
        AccessListValidation,
    )
    from astra_devops._rest.models.cdc import CdcConfig, CdcRegion, CdcTable, TableCdc
    from astra_devops._rest.models.clones import CloneState, CloneStatus
    from astra_devops._rest.models.cloud_accounts import CloudAccount
    from astra_devops._rest.models.common import (
        Costs,
        Datacenter,
        PcuGroupTypeDetails,
        Policy,
        PolicyAction,
        PolicyEffect,
        RegionClassification,
        RegionZone,
        Role,
        StreamingTenant,
    )
    from astra_devops._rest.models.customer_keys import AwsKms, AzureKms, CustomerKey, CustomerKeySummary, GcpKms
    from astra_devops._rest.models.databases import (
        CloudProvider,
        Database,
        DatabaseAction,
        DatabaseInfo,
        DatabaseMetrics,
        DatabaseStatus,
        DatabaseType,
        ListDatabasesInclude,
        Storage,
        Tier,
    )
    from astra_devops._rest.models.devops_access_lists import DevOpsAccessList, DevOpsAccessListAddress
    from astra_devops._rest.models.enterprises import (
        BillingReport,
        BillingReportDetails,
        BillingReportStatus,
        CostBreakdown,
        EnterpriseConsumption,
        EnterpriseOrganization,
    )
    from astra_devops._rest.models.migration_proxies import MigrationProxyMapping
    from astra_devops._rest.models.migrations import Migration, MigrationStatus, UploadCredentialKeys, UploadCredentials
    from astra_devops._rest.models.pcu_groups import (
        PcuAssociation,
        PcuGroup,
        PcuGroupStatus,
        PcuProvisioningStatus,
        PcuProvisionType,
        PcuType,
    )
    from astra_devops._rest.models.private_links import (
        PrivateLinkCluster,
        PrivateLinkDatacenter,
        PrivateLinkEndpoint,
        PrivateLinkEndpointStatus,
        PrivateLinkService,
    )
    from astra_devops._rest.models.regions import ClassicRegion, PcuGroupType, RegionType, ServerlessRegion
    from astra_devops._rest.models.restores import RestoreState, RestoreStatus
    from astra_devops._rest.models.scim import (
        ScimAttribute,
        ScimAuthenticationScheme,
        ScimBulkFeature,
        ScimEmail,
        ScimFeature,
        ScimFilterFeature,
        ScimGroup,
        ScimGroupMember,
        ScimGroupMeta,
        ScimName,
        ScimPatchOp,
        ScimPatchOperation,
        ScimResourceType,
        ScimResourceTypeMeta,
        ScimSchema,
        ScimSchemaMeta,
        ScimServiceProviderConfig,
        ScimServiceProviderMeta,
        ScimUser,
        ScimUserMeta,
    )
    from astra_devops._rest.models.secure_bundles import CustomDomainBundle, SecureBundle
    from astra_devops._rest.models.snapshots import Snapshot
    from astra_devops._rest.models.tokens import Token, TokenInfo
    from astra_devops._rest.models.users import User, UserStatus
    from astra_devops._rest.models.vpc_peerings import AmazonVpc, AzureVpc, GoogleVpc, PeeringProvider, Vpc, VpcPeering

__all__ = [
    "AccessList",
    "AccessListAddress",
    "AccessListConfigurations",
    "AccessListDefinition",
    "AccessListEntry",
    "AccessListValidation",
    "AmazonVpc",
    "AwsKms",
    "AzureKms",
    "AzureVpc",
    "BillingReport",
    "BillingReportDetails",
    "BillingReportStatus",
    "CdcConfig",
    "CdcRegion",
    "CdcTable",
    "ClassicRegion",
    "CloneState",
    "CloneStatus",
    "CloudAccount",
    "CloudProvider",
    "CostBreakdown",
    "Costs",
    "CustomDomainBundle",
    "CustomerKey",
    "CustomerKeySummary",
    "Database",
    "DatabaseAction",
    "DatabaseInfo",
    "DatabaseMetrics",
    "DatabaseStatus",
    "DatabaseType",
    "Datacenter",
    "DevOpsAccessList",
    "DevOpsAccessListAddress",
    "EnterpriseConsumption",
    "EnterpriseOrganization",
    "GcpKms",
    "GoogleVpc",
    "ListDatabasesInclude",
    "Migration",
    "MigrationProxyMapping",
    "MigrationStatus",
    "PcuAssociation",
    "PcuGroup",
    "PcuGroupStatus",
    "PcuGroupType",
    "PcuGroupTypeDetails",
    "PcuProvisionType",
    "PcuProvisioningStatus",
    "PcuType",
    "PeeringProvider",
    "Policy",
    "PolicyAction",
    "PolicyEffect",
    "PrivateLinkCluster",
    "PrivateLinkDatacenter",
    "PrivateLinkEndpoint",
    "PrivateLinkEndpointStatus",
    "PrivateLinkService",
    "RegionClassification",
    "RegionType",
    "RegionZone",
    "RestoreState",
    "RestoreStatus",
    "Role",
    "ScimAttribute",
    "ScimAuthenticationScheme",
    "ScimBulkFeature",
    "ScimEmail",
    "ScimFeature",
    "ScimFilterFeature",
    "ScimGroup",
    "ScimGroupMember",
    "ScimGroupMeta",
    "ScimName",
    "ScimPatchOp",
    "ScimPatchOperation",
    "ScimResourceType",
    "ScimResourceTypeMeta",
    "ScimSchema",
    "ScimSchemaMeta",
    "ScimServiceProviderConfig",
    "ScimServiceProviderMeta",
    "ScimUser",
    "ScimUserMeta",
    "SecureBundle",
    "ServerlessRegion",
    "Snapshot",
    "Storage",
    "StreamingTenant",
    "TableCdc",
    "Tier",
    "Token",
    "TokenInfo",
    "UploadCredentialKeys",
    "UploadCredentials",
    "User",
    "UserStatus",
    "Vpc",
    "VpcPeering",
]

# Modules of _rest.models, the likeliest first; each is imported only when a name was not found
# before it.
_HOMES: Final = (
    "databases",
    "common",
    "regions",
    "secure_bundles",
    "cloud_accounts",
    "customer_keys",
    "enterprises",
    "pcu_groups",
    "cdc",
    "clones",
    "migration_proxies",
    "migrations",
    "restores",
    "snapshots",
    "access_lists",
    "devops_access_lists",
    "private_links",
    "vpc_peerings",
    "tokens",
    "users",
    "scim",
)


def __getattr__(name: str) -> object:
    if name in __all__:
        for home in _HOMES:
            value: object = getattr(import_module(f"astra_devops._rest.models.{home}"), name, None)
            if value is not None:
                globals()[name] = value
                return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
