"""templates/conformance_packs/<name>.yaml -> a conformance pack: rules of AWS Config with parameters, as AWS takes them.

Source: https://docs.aws.amazon.com/config/latest/developerguide/custom-conformance-pack.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from guardrails.errors import ConfigError, Problem
from guardrails.problems import nearest

MAX_BYTES: Final = 51_200
MAX_RULES: Final = 130
"""How many rules a pack may have.

Source: https://docs.aws.amazon.com/config/latest/developerguide/configlimits.html
"""
TYPES: Final = frozenset({"AWS::Config::ConfigRule", "AWS::Config::RemediationConfiguration"})
Place = tuple[str, int, int]


@dataclass(frozen=True)
class ConformancePackSource:
    """A pack as its file says it: the text that AWS gets, and its parameters, each with whether it must be given."""

    text: str
    parameters: Mapping[str, bool]


class _Loader(yaml.SafeLoader):
    """YAML in which CloudFormation's short forms (`!Ref`) may stand; what they mean is AWS's business."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: suffix)


def load(folder: Path, name: str, place: Place) -> ConformancePackSource:
    """The pack `folder/<name>.yaml`; `place` is where it was asked for, to point at when it does not exist.

    Raises: ConfigError, with everything that AWS would refuse in it.
    """
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = sorted(found.stem for found in folder.glob("*.yaml"))
        raise ConfigError([Problem(*place, f"there is no conformance pack {name!r}", nearest(name, known))])
    text = path.read_text(encoding="utf-8")
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 -- a SafeLoader, with CloudFormation's tags
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigError([Problem(str(path), line, 0, f"this is not YAML: {error.problem}")]) from error
    problems = [Problem(str(path), 0, 0, message) for message in _complaints(text, content)]
    if problems:
        raise ConfigError(problems)
    parameters = content.get("Parameters") or {}
    return ConformancePackSource(text, {key: "Default" not in given for key, given in parameters.items()})


def _complaints(text: str, content: Any) -> Iterator[str]:
    size = len(text.encode())
    if size > MAX_BYTES:
        yield f"the pack has {size:,} bytes, AWS Config takes {MAX_BYTES:,}"
    resources = content.get("Resources") if isinstance(content, Mapping) else None
    if not isinstance(resources, Mapping) or not resources:
        yield "a conformance pack has Resources"
        return
    kinds = {name: given.get("Type") if isinstance(given, Mapping) else None for name, given in resources.items()}
    yield from (f"{name} is no rule and no remediation of AWS Config" for name in kinds if kinds[name] not in TYPES)
    if (rules := list(kinds.values()).count("AWS::Config::ConfigRule")) > MAX_RULES:
        yield f"the pack has {rules} rules, AWS Config takes {MAX_RULES}"
