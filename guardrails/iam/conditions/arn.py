"""ARN operators: six segments compared one by one, wildcards allowed in each; `Equals` and `Like` are the same.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
"""

from typing import Final

from guardrails.iam.conditions import Operator
from guardrails.iam.patterns import arn_matcher

OPERATORS: Final = (
    Operator("ArnEquals", arn_matcher, variables=True),
    Operator("ArnNotEquals", arn_matcher, negated=True, variables=True),
    Operator("ArnLike", arn_matcher, variables=True),
    Operator("ArnNotLike", arn_matcher, negated=True, variables=True),
)
