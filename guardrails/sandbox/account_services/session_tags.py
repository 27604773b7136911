"""Tags and the source identity of a role's session, and what the next session in a chain of roles keeps of them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from guardrails.iam.context import Values
from guardrails.sandbox.serving import callers
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

MAX_TAGS: Final = 50
MAX_KEY_CHARACTERS: Final = 128
MAX_VALUE_CHARACTERS: Final = 256


def checked(call: Call) -> Mapping[str, str]:
    """The tags that a call passes.

    Raises:
        Refusal: a key twice, whatever its case; too many; too long; one that a calling session has made transitive.
    """
    given: Sequence[Mapping[str, str]] = call.parameters.get("Tags", [])
    tags = {each["Key"]: each["Value"] for each in given}
    keys = [each["Key"].casefold() for each in given]
    if len(set(keys)) != len(keys):
        raise Refusal(
            "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        )
    if len(given) > MAX_TAGS or any(_too_long(key, value) for key, value in tags.items()):
        raise Refusal("ValidationError", "Value at 'tags' failed to satisfy constraint.")
    if {key.casefold() for key in call.caller.transitive_tags} & set(keys):
        message = (
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
            "from the calling session."
        )
        raise Refusal("InvalidParameterValue", message)
    unknown = set(call.parameters.get("TransitiveTagKeys", [])) - set(tags)
    if unknown:
        raise Refusal(
            "InvalidParameterValue", "The specified transitive tag key must be included in the requested tags."
        )
    return tags


def condition_keys(tags: Mapping[str, str], transitive: Sequence[str]) -> dict[str, Values]:
    """The condition keys that passed tags bring."""
    keys: dict[str, Values] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    if tags:
        keys["aws:TagKeys"] = tuple(sorted(tags))
    if transitive:
        keys["sts:TransitiveTagKeys"] = tuple(transitive)
    return keys


def note(access_key_id: str, call: Call, tags: Mapping[str, str], source_identity: str) -> None:
    """Give a new session its tags, those that the calling session hands on, and the source identity."""
    session, caller = callers.find(access_key_id), call.caller
    assert session is not None
    kept = {key: value for key, value in caller.session_tags.items() if key in caller.transitive_tags}
    noted = replace(
        session,
        session_tags={**kept, **tags},
        transitive_tags=caller.transitive_tags | frozenset(call.parameters.get("TransitiveTagKeys", [])),
        source_identity=source_identity,
    )
    callers.remember(access_key_id, noted)


def _too_long(key: str, value: str) -> bool:
    return not 1 <= len(key) <= MAX_KEY_CHARACTERS or len(value) > MAX_VALUE_CHARACTERS
