"""Policy documents as the services hold them, as text, made ready for the evaluator once for all who have them."""

import json
from functools import lru_cache

from guardrails.iam import NamedPolicy


@lru_cache(maxsize=16_384)
def understood(name: str, content: str, policy_type: str) -> NamedPolicy:
    """The policy of this name ("" for one that has no ARN) and text; the same object for the same."""
    return NamedPolicy(name, json.loads(content), policy_type)
