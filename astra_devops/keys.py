"""Your own keys for encrypting databases, one class per cloud. See ``customer_keys.create``."""

from typing import Any

import attrs

from astra_devops._runtime import checks

__all__ = ["AwsKey", "AzureKey", "GcpKey"]


def _not_empty(instance: object, attribute: "attrs.Attribute[Any]", value: str) -> None:
    checks.string(value, attribute.name)


@attrs.frozen
class AwsKey:
    """A key in AWS KMS.

    Attributes:
        key_id: ARN of the key, ``arn:aws:kms:<region>:<account>:key/<id>``.
        region: Region of the databases to encrypt, such as ``us-east-1``.
    """

    key_id: str = attrs.field(validator=_not_empty)
    region: str = attrs.field(validator=_not_empty)


@attrs.frozen
class GcpKey:
    """A key in Google Cloud KMS.

    Attributes:
        key_id: Resource name of the key,
            ``projects/<project>/locations/<region>/keyRings/<ring>/cryptoKeys/<key>``.
        region: Region of the databases to encrypt, such as ``us-east1``.
    """

    key_id: str = attrs.field(validator=_not_empty)
    region: str = attrs.field(validator=_not_empty)


@attrs.frozen
class AzureKey:
    """A key in Azure Key Vault.

    Attributes:
        key_id: Identifier of the key, ``https://<vault>.vault.azure.net/keys/<name>/<version>``.
        region: Region of the databases to encrypt, such as ``westeurope``.
    """

    key_id: str = attrs.field(validator=_not_empty)
    region: str = attrs.field(validator=_not_empty)
