"""The clouds, regions and tiers that the emulated service offers."""

from collections.abc import Mapping
from typing import Final

import attrs

PROVIDERS: Final = ("AWS", "GCP", "AZURE")
_CLASSIC_TIERS: Final = ("developer", "A5", "A10", "A20", "A40", "C10", "C20", "C40", "D10", "D20", "D40", "cloudnative")
_TIERS: Final = ("serverless", *_CLASSIC_TIERS)
LISTED_TIERS: Final = ("C10", "C20", "C40", "D10", "D20", "D40")
CONTINENTS: Final = {"na": "North America", "emea": "Europe", "apac": "Asia", "sa": "South America"}


@attrs.frozen
class Region:
    """A region of a cloud provider.

    ``vector`` says whether it accepts vector databases, ``reserved`` whether it is reserved for
    qualified users.
    """

    provider: str
    name: str
    display_name: str
    zone: str
    classification: str = "standard"
    vector: bool = True
    reserved: bool = False


REGIONS: Final = (
    Region("AWS", "us-east-1", "US East (N. Virginia)", "na"),
    Region("AWS", "us-east-2", "US East (Ohio)", "na"),
    Region("AWS", "us-west-2", "US West (Oregon)", "na"),
    Region("AWS", "ca-central-1", "Canada (Central)", "na", vector=False),
    Region("AWS", "eu-west-1", "Europe (Ireland)", "emea"),
    Region("AWS", "eu-central-1", "Europe (Frankfurt)", "emea"),
    Region("AWS", "ap-south-1", "Asia Pacific (Mumbai)", "apac"),
    Region("AWS", "ap-southeast-1", "Asia Pacific (Singapore)", "apac", reserved=True),
    Region("AWS", "ap-southeast-2", "Asia Pacific (Sydney)", "apac", "premium"),
    Region("AWS", "sa-east-1", "South America (Sao Paulo)", "sa", "premium_plus", vector=False),
    Region("GCP", "us-east1", "Moncks Corner, South Carolina", "na"),
    Region("GCP", "us-east4", "Ashburn, Virginia", "na"),
    Region("GCP", "us-west1", "The Dalles, Oregon", "na", vector=False),
    Region("GCP", "us-central1", "Council Bluffs, Iowa", "na"),
    Region("GCP", "northamerica-northeast1", "Montreal, Quebec", "na", "premium", vector=False),
    Region("GCP", "europe-west1", "Saint-Ghislain, Belgium", "emea"),
    Region("GCP", "europe-west2", "London, England", "emea"),
    Region("GCP", "asia-south1", "Mumbai, India", "apac", "premium"),
    Region("GCP", "australia-southeast1", "Sydney, Australia", "apac", "premium", vector=False),
    Region("AZURE", "eastus", "Washington, Virginia", "na"),
    Region("AZURE", "eastus2", "Washington, Virginia", "na"),
    Region("AZURE", "westus2", "Washington", "na"),
    Region("AZURE", "westus3", "Phoenix, Arizona", "na"),
    Region("AZURE", "westeurope", "Netherlands", "emea"),
    Region("AZURE", "northeurope", "Ireland", "emea", vector=False),
    Region("AZURE", "centralindia", "Pune, India", "apac", "premium"),
    Region("AZURE", "australiaeast", "New South Wales, Australia", "apac", "premium"),
    Region("AZURE", "brazilsouth", "Sao Paulo State", "sa", "premium_plus", vector=False),
)
TWICE_LISTED: Final = ("us-east1", "us-east-2")
REGIONS_BY_NAME: Final[Mapping[tuple[str, str], Region]] = {(region.provider, region.name): region for region in REGIONS}


def placement_problems(tier: object, provider: object, region: object) -> list[tuple[int | None, str]]:
    """List all that is wrong with the location of a datacenter, with the service's error ids."""
    problems: list[tuple[int | None, str]] = []
    canonical, name = str(provider).upper(), str(region)
    if tier not in _TIERS:
        problems.append((2000011, "unsupported database tier"))
    if canonical not in PROVIDERS:
        problems.append((2000012, "unsupported cloud provider"))
    if (canonical, name) not in REGIONS_BY_NAME:
        problems.append((2000013, "unsupported region"))
    return problems


def classification(provider: str, region: str) -> dict[str, str]:
    """Return the zone and the price class of a region, as they appear in a datacenter."""
    place = REGIONS_BY_NAME[provider, region]
    return {"regionZone": place.zone, "regionClassification": place.classification}
