"""The policies that the shipped configuration attaches, on the sandbox: what their examples ask about is really called.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails import config
from guardrails.iam.document import minified
from guardrails.library import Library
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.organization_facts import policy_facts
from guardrails.pipeline import known_controls
from guardrails.placeholders import with_placeholders
from guardrails.sandbox.embedded import Embedded
from tests.sandbox.enforcement.example_calls import CALLS, EXAMPLES_ACCOUNT, Parameters, Request

REPOSITORY = Path(__file__).parents[3]
CALLED = (
    "deny-leaving-organization deny-other-regions deny-root-user deny-unencrypted-storage protect-access-logs "
    "protect-cloudtrail-and-guardduty protect-guardrails-stacks protect-log-archive protect-security-services protect-trusted-roles"
).split()
"""The policies that the shipped configuration attaches: for each action in their examples, `example_calls` has a call."""
SOURCES = {name: Library(REPOSITORY).policy("scp", name) for name in CALLED}
NO_SUCH_CALL = (
    *("account:CloseAccount", "bedrock:InvokeModel", "s3:ReplicateObject"),
    "cloudformation:ExecuteStackRefactor",
)
"""Actions of the console alone, of S3 itself, of a service that the sandbox does not have, and of a call that does not name its stacks."""
NO_SUCH_PRINCIPAL = ("aws:AssumedRoot",)
"""Keys of sessions that cannot be opened here."""
Acting = Callable[..., Any]


@pytest.fixture
def facts(member: str) -> dict[str, Any]:
    """The facts of the organization that ships, in which one account does everything."""
    controls = known_controls(REPOSITORY)
    organization = config.load(
        REPOSITORY / "config",
        {control.id: control.settings for control in controls.values()},
        {control.id for control in controls.values() if control.enabled_by_default},
    )
    accounts = {"log_archive_account_id": member, "security_account_id": member}
    bucket = f"{organization.prefix}-log-archive-{member}-{organization.home_region}"
    return with_placeholders(policy_facts(organization)) | accounts | {"log_archive_bucket": bucket}


def asked(source: AuthorizationPolicy, index: int, facts: Mapping[str, Any], member: str) -> Request:
    """The request of an example, of the member account instead of the examples' account."""
    known = source.known(source.examples[index].parameters, facts)
    filled = source.filled(("examples", index, "request"), source.examples[index].request, known)
    request: Request = json.loads(json.dumps(filled).replace(EXAMPLES_ACCOUNT, member))
    return request


def key_with(sandbox: Embedded, member: str, request: Request) -> str:
    """A KMS key with the aliases that the example speaks of; "" when it speaks of none."""
    aliases = request.get("context", {}).get("kms:ResourceAliases", [])
    if not aliases:
        return ""
    sandbox.enforce(False)
    kms = sandbox.client("kms", account=member)
    key = str(kms.create_key()["KeyMetadata"]["KeyId"])
    known = {alias["AliasName"] for alias in kms.list_aliases()["Aliases"]}
    for alias in aliases:
        move = kms.update_alias if alias in known else kms.create_alias
        move(AliasName=alias, TargetKeyId=key)
    sandbox.enforce()
    return key


def is_denied(client: Any, method: str, parameters: Parameters) -> bool:
    """Whether a service control policy denies the call; other refusals are none of ours."""
    try:
        getattr(client, method)(**parameters)
    except ClientError as error:
        return "service control policy" in str(error)
    return False


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_shipped_policies_do_on_the_sandbox_what_their_examples_say(
    sandbox: Embedded, member: str, facts: dict[str, Any], acting: Acting, source: AuthorizationPolicy
) -> None:
    """Each call that a shipped policy must deny is denied, and each that must stay allowed is let through."""
    organizations = sandbox.client("organizations")
    made = organizations.create_policy(
        Name="shipped",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content='{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"x:y","Resource":"*"}]}',
    )
    policy = made["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=member)
    for index, example in enumerate(source.examples):
        request = dict(asked(source, index, facts, member))
        if request["action"] in NO_SUCH_CALL or set(NO_SUCH_PRINCIPAL) & set(request.get("context", {})):
            continue
        organizations.update_policy(PolicyId=policy, Content=minified(source.render(example.parameters, facts)))
        request["key"] = key_with(sandbox, member, request)
        service, method, parameters = CALLS[request["action"]]
        principal = str(request["principal"]).rpartition(":")[2]
        client = acting(principal, service, request.get("region", "eu-west-1"))
        denied = is_denied(client, method, parameters(request))
        assert denied == (example.expect != "allowed"), example.name
