"""Policy variables in a document whose version does not know them."""

from collections.abc import Iterator, Mapping
from typing import Final

from guardrails.iam.document import minified
from guardrails.iam.grammar import IDENTITY, RESOURCE, TRUST, VERSION
from guardrails.iam.lint import Found, Rule
from guardrails.iam.linted import Linted

SOURCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html"


def _literal(policy: Linted) -> Iterator[Found]:
    if not isinstance(policy.document, Mapping) or policy.document.get("Version") == VERSION:
        return
    for statement in policy.statements:
        if "${" in minified(statement.elements):
            message = f"{statement.name} holds a policy variable, which is plain text without Version {VERSION}"
            yield Found(statement.path, message, f'write "Version": "{VERSION}"')


RULES: Final = (
    Rule("GR410", "a policy variable is plain text", "error", SOURCE, _literal, (IDENTITY, RESOURCE, TRUST)),
)
