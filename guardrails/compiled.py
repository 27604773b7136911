"""What compiled resources look like as files and as a list: for review, for diffing in a pull request, for other tools."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from guardrails.engine.plan import plain
from guardrails.engine.resource import Resource
from guardrails.placeholders import with_placeholders


def resource_list(resources: Collection[Resource], form: str) -> str:
    """The resources as "json" (with every property) or as "text" (one address a line)."""
    if form == "json":
        return json.dumps([_described(resource) for resource in resources], indent=2, ensure_ascii=False)
    return "\n".join(str(resource.address) for resource in resources)


def write(resources: Collection[Resource], folder: Path) -> int:
    """Write every policy, every template and the list of resources into a folder; returns how many files.

    Ids that only AWS can give are stand-ins, the same every time.
    """
    count = 0
    for path, document in [*_documents(resources), (Path("resources.json"), [_described(r) for r in resources])]:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        count += 1
    return count


def _documents(resources: Collection[Resource]) -> Iterator[tuple[Path, Any]]:
    named: Counter[str] = Counter()
    for resource in resources:
        properties = resource.properties()
        for key, folder in (("content", "policies"), ("template", "templates")):
            if isinstance(properties.get(key), Mapping):
                parts = [resource.name, resource.account, resource.region]
                name = "@".join(re.sub(r"[^\w.-]+", "-", part) for part in parts if part)
                named[folder + name] += 1
                name += f"~{named[folder + name]}" if named[folder + name] > 1 else ""
                yield Path(folder) / f"{name}.json", with_placeholders(plain(properties[key]))


def _described(resource: Resource) -> dict[str, Any]:
    described: dict[str, Any] = with_placeholders(
        {
            "address": str(resource.address),
            "properties": plain(resource.properties()),
            "depends_on": sorted(map(str, resource.references())),
        }
    )
    return described
