"""``llms.txt``, an index for programs that read, and the whole text of the site in one file."""

import re
from collections.abc import Mapping

SUMMARY = (
    "> A Python SDK for the DataStax Astra DevOps API: asyncio first, with a blocking client that has the same calls, and an\n"
    "> emulator of the service. Nothing in it has been verified against the live service."
)


def llms_files(pages: Mapping[str, str]) -> dict[str, str]:
    """Return ``llms.txt`` and ``llms-full.txt`` for pages of Markdown by their paths.

    The site has the Markdown of each page beside its HTML, so each line of the index leads to
    Markdown, and so do the links of these pages.
    """
    lines = [f"- [{_title(text)}]({name}): {_first_sentence(text)}" for name, text in pages.items()]
    index = "\n".join(
        ["# astra-devops", "", SUMMARY, "", "Begin with [the page for coding agents](agents.md).", "", "## Pages", "", *lines, ""]
    )
    guides = [text for name, text in pages.items() if not name.startswith("reference/") and name not in ("evidence.md", "architecture.md")]
    return {"llms.txt": index, "llms-full.txt": "\n\n".join(["# astra-devops", SUMMARY, *guides])}


def _title(text: str) -> str:
    match = re.search(r"^# (.+)$", text, re.MULTILINE)
    return match[1] if match else "astra-devops"


def _first_sentence(text: str) -> str:
    prose = [part for part in text.split("\n\n") if re.match(r"[A-Z`*\[]", part)]
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(prose[0].split())) if prose else "signatures and docstrings"
    return plain.split(". ")[0].rstrip(".:")
