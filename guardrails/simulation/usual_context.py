"""What is taken for granted of a request unless it says otherwise: somebody calls AWS directly, from outside EC2 and Lambda.

Policies of a data perimeter ask where a role's credentials came from; without this every answer under them would hang on that.
Where the network is asked about (address, VPC, endpoint), nothing is usual, and nothing is assumed.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html,
https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from guardrails.iam import Policies, Values, principal

DIRECT_CALL: Final[Mapping[str, Values]] = {
    "aws:CalledVia": (),
    "aws:CalledViaFirst": (),
    "aws:CalledViaLast": (),
    "aws:Ec2InstanceSourcePrivateIPv4": (),
    "aws:Ec2InstanceSourceVpc": (),
    "aws:ViaAWSService": "false",
    "ec2:RoleDelivery": (),
    "ec2:SourceInstanceARN": (),
    "lambda:SourceFunctionArn": (),
    "s3:TlsVersion": "1.2",
}
"""The keys of a direct call: it comes through no service, with no credentials of an instance or function, and as AWS demands at least."""


def usual(principal_arn: str, given: Mapping[str, Values], policies: Policies) -> Mapping[str, Values]:
    """What may be added to the context of a request: the keys of a direct call that policies ask for and that it does not give itself."""
    if principal(principal_arn).service:
        return {}
    known = {key.lower() for key in given}
    asked = _asked(policies)
    return {key: value for key, value in DIRECT_CALL.items() if key.lower() in asked and key.lower() not in known}


@lru_cache(maxsize=4096)
def _asked(policies: Policies) -> frozenset[str]:
    return frozenset(test.key for entry in policies.entries for test in entry.statement.tests)


def told(context: Mapping[str, Values], keys: frozenset[str]) -> Iterator[str]:
    """The keys of a context that an answer would hang on, each with its value in words."""
    for key, value in context.items():
        if key.lower() in keys:
            yield f"{key} is '{value}'" if isinstance(value, str) else f"{key} is absent"
