"""The organization's S3 policies (S3_POLICY): where they block public access, an account cannot say otherwise.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_s3_syntax.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutPublicAccessBlock.html
"""

from typing import Final

from guardrails.sandbox.organizations import effective_policies
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

POLICY_TYPE: Final = "S3_POLICY"
SETTINGS: Final = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def blocks_public_access(account_id: str) -> bool:
    """Whether the organization blocks public access to everything in an account's S3."""
    attributes = effective_policies.content(account_id, POLICY_TYPE).get("s3_attributes", {})
    return bool(attributes.get("public_access_block_configuration") == "all")


@operation("s3control", "GetPublicAccessBlock")
def get_public_access_block(call: Call) -> Answer:
    """Show the block that is effective: the organization's, else the account's own."""
    if not blocks_public_access(call.account_id):
        return FORWARD
    return {"PublicAccessBlockConfiguration": dict.fromkeys(SETTINGS, True)}


@operation("s3control", "PutPublicAccessBlock", "DeletePublicAccessBlock")
def change_public_access_block(call: Call) -> Answer:
    """Let the account change its own block, unless the organization sets it."""
    if blocks_public_access(call.account_id):
        message = "This account's public access block is managed by an organization-level policy and cannot be changed."
        raise Refusal("AccessDenied", message, status=403)
    return FORWARD
