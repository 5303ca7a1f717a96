"""Presigned URLs as the service returns them, and the secure connect bundles they lead to."""

import hashlib
import hmac
import io
import random
import string
import textwrap
import zipfile
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

import attrs

from astra_devops._json_bytes import codec

_VALIDITY: Final = 300
"""Seconds for which a presigned URL is valid."""
BUNDLE_KINDS: Final = {
    "secureBundleUrl": "external",
    "secureBundleInternalUrl": "internal",
    "secureBundleMigrationProxyUrl": "proxy",
    "secureBundleMigrationProxyInternalUrl": "proxy-internal",
}
"""The four fields of a datacenter that have a URL, and the kind of bundle that each leads to."""
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of the files in a bundle, so that the same bundle has the same bytes."""
_STAMP: Final = "%Y%m%dT%H%M%SZ"


@attrs.frozen
class Signer:
    """The keys that URLs are signed with.

    The URLs look like AWS signature version 4, but the signature is computed by a simpler rule.
    """

    access_key: str
    secret: bytes = attrs.field(repr=False)

    def sign(self, base: str, path: str, region: str, moment: datetime) -> str:
        """Return a URL that is valid for five minutes from ``moment``.

        ``path`` is unquoted. The signature covers it in that form, because clients differ in how
        they quote it.
        """
        stamp = moment.strftime(_STAMP)
        credential = f"{self.access_key}%2F{stamp[:8]}%2F{region}%2Fs3%2Faws4_request"
        query = (
            f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={stamp}"
            f"&X-Amz-Expires={_VALIDITY}&X-Amz-SignedHeaders=host"
        )
        return f"{base}{quote(path)}?{query}&X-Amz-Signature={self._signature(path, stamp, _VALIDITY)}"

    def reason_to_refuse(self, path: str, query: Mapping[str, str], moment: datetime, extension: float) -> str | None:
        """Return why a URL with an unquoted path is not valid at ``moment``; None if it is.

        It is valid ``extension`` times as long as it says.
        """
        stamp, expires, signature = (query.get(name, "") for name in ("X-Amz-Date", "X-Amz-Expires", "X-Amz-Signature"))
        if not (stamp and signature and expires.isdecimal()):
            return "Access Denied"
        if not hmac.compare_digest(signature.encode(), self._signature(path, stamp, int(expires)).encode()):
            return "The request signature we calculated does not match the signature you provided."
        signed = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        return "Request has expired" if moment > signed + timedelta(seconds=int(expires) * extension) else None

    def _signature(self, path: str, stamp: str, expires: int) -> str:
        return hmac.new(self.secret, f"{path}\n{stamp}\n{expires}".encode(), hashlib.sha256).hexdigest()


def new_signer(source: random.Random) -> Signer:
    """Create a signer with new keys."""
    return Signer("ASIA" + "".join(source.choices(string.ascii_uppercase + string.digits, k=16)), source.randbytes(32))


def bundle_path(datacenter_id: str, name: str, kind: str) -> str:
    """Return the unquoted path of a datacenter's bundle on its host."""
    infix = "" if kind == "external" else f"{kind}-"
    return f"/{datacenter_id}/secure-connect-{infix}{name}.zip"


def bundle(database_id: str, region: str, keyspace: str | None, kind: str) -> bytes:
    """Create the zip file of one datacenter.

    Its certificates only look right; they do not connect to anything.
    """
    host = f"{database_id}-{region}.db.astra.datastax.com"
    settings = {
        "host": host if kind in ("external", "proxy") else f"internal-{host}",
        "port": 29080,
        "cql_port": 29042,
        "keyspace": keyspace or "",
        "localDC": region,
        "caCertLocation": "./ca.crt",
        "keyLocation": "./key",
        "certLocation": "./cert",
    }
    source = random.Random(f"{database_id}/{region}/{kind}")
    members = {
        "ca.crt": _pem("CERTIFICATE", source.randbytes(900)),
        "cert": _pem("CERTIFICATE", source.randbytes(900)),
        "key": _pem("RSA PRIVATE KEY", source.randbytes(1190)),
        "config.json": codec.dumps_indented(settings),
        "cqlshrc": f"[connection]\nhostname = {settings['host']}\nport = 29042\nssl = true\n".encode(),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), content)
    return packed.getvalue()


def _pem(label: str, content: bytes) -> bytes:
    lines = "\n".join(textwrap.wrap(b64encode(content).decode(), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()
