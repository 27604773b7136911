"""Tags of what Security Hub has: hubs and configuration policies.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_TagResource.html
"""

from guardrails.sandbox.securityhub import administration, hubs
from guardrails.sandbox.securityhub.refusals import not_found
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation


@operation("securityhub", "TagResource")
def tag_resource(call: Call) -> Answer:
    """Tag a resource, named by its ARN."""
    _tags(call).update(call.parameters["Tags"])
    return {}


@operation("securityhub", "UntagResource")
def untag_resource(call: Call) -> Answer:
    """Remove tags from a resource."""
    tags = _tags(call)
    for key in call.parameters["TagKeys"]:
        tags.pop(key, None)
    return {}


@operation("securityhub", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> Answer:
    """The tags of a resource."""
    return {"Tags": _tags(call)}


def _tags(call: Call) -> dict[str, str]:
    arn, hub, central = (
        call.parameters["ResourceArn"],
        hubs.find(call.account_id, call.region),
        administration.central(),
    )
    if hub and hub.arn == arn:
        return hub.tags
    if central and central.administrator_id == call.account_id:
        policy = central.policies.get(str(arn).rpartition("/")[2])
        if policy and policy.arn == arn:
            return policy.tags
    raise not_found("The request was rejected because the resource does not exist.")
