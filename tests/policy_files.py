"""Policy files of the library, written where a test wants them."""

from pathlib import Path
from typing import Any

import yaml

FACTS: dict[str, Any] = {"prefix": "acme", "trusted_principals": ["arn:*:iam::*:role/Deployer"]}


def policy_file(
    content: Path,
    name: str,
    *,
    parameters: dict[str, Any] | None = None,
    given: dict[str, Any] | None = None,
    accepted: dict[str, str] | None = None,
    exempt_reason: str = "",
    **elements: Any,
) -> Path:
    """A policy `policies/<name>.yaml` of one statement One, with these elements.

    `parameters` are lists by their default, None for none; `given` are those of its example.
    """
    shape = {"type": "list", "description": "Which."}
    file = content / "policies" / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    data: dict[str, Any] = {
        "id": file.stem,
        "title": "A title",
        "description": "A description.",
        "severity": "low",
        "source": "https://docs.aws.amazon.com/x",
        "parameters": {
            key: {**shape, "default": value} if value else shape for key, value in (parameters or {}).items()
        },
        "lint": accepted or {},
        **({"exempt": False, "exempt_reason": exempt_reason} if exempt_reason else {}),
        "statements": [{"Sid": "One", "Effect": "Deny", "Action": "s3:*", "Resource": "*"} | elements],
        "examples": [
            {
                "name": "an example",
                "request": {"principal": "root", "action": "s3:GetObject"},
                "expect": "allowed",
                **({"parameters": given} if given else {}),
            }
        ],
    }
    file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return file
