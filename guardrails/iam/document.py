"""Policy documents as text: AWS counts white space, so what is sent has none."""

import json
from collections.abc import Mapping
from typing import Any


def minified(document: Mapping[str, Any]) -> str:
    """A policy document as AWS should receive it: JSON without white space between tokens, characters as themselves."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
