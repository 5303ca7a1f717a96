"""Adds a list of components to the wheel: ``.dist-info/sboms/`` by PEP 770, as CycloneDX."""

import json
import re
import uuid
from pathlib import Path
from typing import Any, Final

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_REQUIREMENT: Final = re.compile(r"(?P<name>[\w.-]+)(?:\[[^\]]*\])?\s*(?P<range>[^;]*)")


def components(requirements: list[str], extras: dict[str, list[str]]) -> list[dict[str, Any]]:
    """List what a wheel needs, by name. A range is a property, since no version is chosen yet."""
    needed = [(requirement, "required", "") for requirement in requirements]
    needed += [(requirement, "optional", extra) for extra, group in extras.items() for requirement in group]
    return sorted((component(*need) for need in needed), key=lambda found: str(found["bom-ref"]))


def component(requirement: str, scope: str, extra: str) -> dict[str, Any]:
    """Describe one requirement, which has no version but a range."""
    matched = _REQUIREMENT.match(requirement)
    if matched is None:
        raise ValueError(f"{requirement!r} is not a requirement")
    name = re.sub(r"[-_.]+", "-", matched["name"]).lower()
    properties = [{"name": "astra-devops:range", "value": matched["range"].strip()}]
    if extra:
        properties.append({"name": "astra-devops:extra", "value": extra})
    purl = f"pkg:pypi/{name}"
    reference = f"{purl}#{extra}" if extra else purl
    return {"type": "library", "bom-ref": reference, "name": name, "scope": scope, "purl": purl, "properties": properties}


def bill_of_materials(
    name: str, version: str, license_expression: str, requirements: list[str], extras: dict[str, list[str]]
) -> dict[str, Any]:
    """Return the list of components, without a time or a random id: builds are reproducible."""
    purl = f"pkg:pypi/{name}@{version}"
    listed = components(requirements, extras)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, purl)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "purl": purl,
                "licenses": [{"expression": license_expression}],
            }
        },
        "components": listed,
        "dependencies": [{"ref": purl, "dependsOn": [found["bom-ref"] for found in listed]}],
    }


class SbomHook(BuildHookInterface[BuilderConfig]):
    """Write the list while a wheel is built. An editable install has it, too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the list below build/, and have the builder put it into the wheel."""
        core = self.metadata.core
        listed = bill_of_materials(core.name, self.metadata.version, core.license_expression, core.dependencies, core.optional_dependencies)
        path = Path(self.root, "build", "sbom", f"{core.name}.cdx.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")
        build_data["sbom_files"].append(path.relative_to(self.root).as_posix())
