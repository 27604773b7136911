"""policies/ and templates/ -> documents. The only package that imports jinja2 and troposphere, and only when it renders.

    policies    one file per policy: metadata, parameters, statements, its own examples -> a policy document
    templates   one troposphere file per stack -> a CloudFormation template
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Library:
    """The content that controls draw on: a folder with `policies/<kind>/<id>.yaml` and `templates/<name>.py`."""

    content: Path

    def template(self, name: str, /, **parameters: Any) -> dict[str, Any]:
        """The CloudFormation template that `templates/<name>.py` makes of these parameters, as parsed JSON.

        Raises: ConfigError, naming the file and where possible the line.
        """
        from guardrails.library import templates

        return templates.build(self.content / "templates", name, parameters)
