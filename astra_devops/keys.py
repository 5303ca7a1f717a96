"""Keys of your own that shall encrypt databases, one class per cloud: what ``customer_keys.create`` takes."""

from typing import Any

import attrs

from astra_devops._runtime import checks

__all__ = ["AwsKey", "AzureKey", "GcpKey"]


def _filled(instance: object, attribute: "attrs.Attribute[Any]", value: str) -> None:
    checks.string(value, attribute.name)


@attrs.frozen
class AwsKey:
    """A key in AWS KMS.

    Attributes:
        key_id: ARN of the key, ``arn:aws:kms:<region>:<account>:key/<id>``.
        region: where the databases are that it shall encrypt, such as ``us-east-1``.
    """

    key_id: str = attrs.field(validator=_filled)
    region: str = attrs.field(validator=_filled)


@attrs.frozen
class GcpKey:
    """A key in Google Cloud KMS.

    Attributes:
        key_id: resource name of the key,
            ``projects/<project>/locations/<region>/keyRings/<ring>/cryptoKeys/<key>``.
        region: where the databases are that it shall encrypt, such as ``us-east1``.
    """

    key_id: str = attrs.field(validator=_filled)
    region: str = attrs.field(validator=_filled)


@attrs.frozen
class AzureKey:
    """A key in Azure Key Vault.

    Attributes:
        key_id: identifier of the key, ``https://<vault>.vault.azure.net/keys/<name>/<version>``.
        region: where the databases are that it shall encrypt, such as ``westeurope``.
    """

    key_id: str = attrs.field(validator=_filled)
    region: str = attrs.field(validator=_filled)
