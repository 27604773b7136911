"""Execution roles: the role that a function's code acts as must exist and trust Lambda.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""

from typing import Final

from moto.awslambda.models import LambdaFunction
from moto.iam.models import Role

from guardrails.sandbox.account_services import sts, trust_policies
from guardrails.sandbox.serving.refusals import Refusal

PRINCIPAL: Final = "lambda.amazonaws.com"
SESSION_SECONDS: Final = 43_200


def assumable(arn: str) -> Role:
    """The role of an ARN, when Lambda can assume it.

    Raises:
        Refusal: there is no such role, or it does not trust Lambda.
    """
    role = sts.role_of(arn)
    if role is None or not trust_policies.allows_service(role, PRINCIPAL):
        message = "The role defined for the function cannot be assumed by Lambda."
        raise Refusal("InvalidParameterValueException", message)
    return role


def credentials(function: LambdaFunction) -> dict[str, str]:
    """Temporary credentials of a function's role, as environment variables; the session is named after the function."""
    role = assumable(function.role)
    session = sts.begin_session(role, function.function_name, SESSION_SECONDS, region_name=function.region)
    return {
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
    }
