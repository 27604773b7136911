"""policies/ and templates/ -> documents. The only package that imports jinja2 and troposphere, and only when it renders.

policies            one file per policy of any kind: metadata, parameters, the policy, its own examples -> a policy document
policy_packs        one file per pack: policies that are attached together, with their parameters
templates           one troposphere file per stack -> a CloudFormation template
conformance_packs   one YAML file per pack of AWS Config's rules, as AWS takes it
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.library.conformance_packs import ConformancePackSource
    from guardrails.library.policies import PolicySource
    from guardrails.library.policy_packs import Pack


@dataclass(frozen=True)
class Library:
    """The content that controls draw on: `policies/<kind>/<theme>/<id>.yaml`, `policies/packs/<id>.yaml`, `templates/<name>.py`."""

    content: Path
    _policies: "dict[str, Mapping[str, PolicySource]]" = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def template(self, name: str, /, **parameters: Any) -> dict[str, Any]:
        """The CloudFormation template that `templates/<name>.py` makes of these parameters, as parsed JSON.

        Raises: ConfigError, naming the file and where possible the line.
        """
        from guardrails.library import templates

        return templates.build(self.content / "templates", name, parameters)

    def conformance_pack(self, name: str, place: tuple[str, int, int] = ("", 0, 0)) -> "ConformancePackSource":
        """The pack `templates/conformance_packs/<name>.yaml`; `place` is where it was asked for, to point at when it does not exist.

        Raises: ConfigError, with every problem of the file.
        """
        from guardrails.library import conformance_packs

        return conformance_packs.load(self.content / "templates" / "conformance_packs", name, place)

    def policies(self, kind: str) -> "Mapping[str, PolicySource]":
        """Every policy of a kind ("scp", "tag"), by id; the files are read once.

        Raises: ConfigError, with every problem of every file.
        """
        from guardrails.library import policy_files

        if kind not in self._policies:
            self._policies[kind] = policy_files.load(self.content / "policies", kind)
        return self._policies[kind]

    def policy(self, kind: str, name: str, place: tuple[str, int, int] = ("", 0, 0)) -> "PolicySource":
        """The policy `name` of a kind, in whichever theme; `place` is where it was asked for, to point at when it does not exist.

        Raises: ConfigError, with every problem of the file.
        """
        from guardrails.library import policy_files

        return policy_files.load_one(self.content / "policies", kind, name, place)

    def packs(self) -> "Mapping[str, Pack]":
        """Every pack of policies, by id.

        Raises: ConfigError, with every problem of every file.
        """
        from guardrails.library import policy_packs

        return policy_packs.load(self)

    def pack(self, name: str, place: tuple[str, int, int] = ("", 0, 0)) -> "Pack":
        """The pack `name`; `place` is where it was asked for, to point at when it does not exist.

        Raises: ConfigError, with every problem of the file.
        """
        from guardrails.library import policy_packs

        return policy_packs.load_one(self, name, place)
