"""Replacing paths that refer to another path by a copy of it."""

import copy

from astra_devops._codegen.errors import Node, Warn
from astra_devops._codegen.pointer import join
from astra_devops._codegen.rest.walk import follow


def inline_paths(document: Node, warn: Warn) -> None:
    """Replace each path that is a reference by a copy of the path that it refers to.

    What stands beside the reference counts before what the other path has. The copies have the same
    ids of operations, which are made unique later.

    Raises:
        SpecError: A reference leaves the document, leads nowhere, or leads back to itself.
    """
    paths = document.get("paths")
    if not isinstance(paths, dict):
        return
    for name, path in list(paths.items()):
        if not isinstance(path, dict) or not isinstance(reference := path.get("$ref"), str):
            continue
        target, _ = follow(document, path, join("/paths", name))
        beside = {key: value for key, value in path.items() if key != "$ref"}
        paths[name] = copy.deepcopy(target) | beside
        warn(join("/paths", name, "$ref"), f"the path refers to {reference}", "treated as a copy of it")
