"""Rules of an account: they need a recorder, and those that a service owns are left alone. The rest is moto's.

Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigRule.html
"""

from collections.abc import Mapping
from typing import Any, Final

from moto.config.models import ConfigRule, config_backends

from guardrails.sandbox.aws_config import recorders
from guardrails.sandbox.aws_config.refusals import moto_refusals, no_recorder
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

OWNED: Final = "An AWS service owns ServiceLinkedConfigRule. You do not have permissions to take action on this rule."


@operation("config", "PutConfigRule")
def put_config_rule(call: Call) -> Answer:
    """Make or change a rule of one's own, where there is a recorder."""
    if not recorders.is_there(call.account_id, call.region):
        raise no_recorder()
    _require_own(call, str(call.parameters["ConfigRule"].get("ConfigRuleName")))
    return FORWARD


@operation("config", "DeleteConfigRule")
def delete_config_rule(call: Call) -> Answer:
    """Delete a rule of one's own."""
    _require_own(call, str(call.parameters["ConfigRuleName"]))
    return FORWARD


def check(account_id: str, region: str, rule: Mapping[str, Any]) -> None:
    """Whether AWS Config takes a rule.

    Raises:
        Refusal: with its reason.
    """
    with moto_refusals():
        ConfigRule(account_id, region, dict(rule), {})


def deploy(account_id: str, region: str, rule: Mapping[str, Any], owner: str) -> None:
    """Make or change a rule on behalf of a service, which owns it from then on.

    Raises:
        Refusal: NoAvailableConfigurationRecorderException, or why AWS Config does not take it.
    """
    if not recorders.is_there(account_id, region):
        raise no_recorder()
    backend = config_backends[account_id][region]
    with moto_refusals():
        backend.put_config_rule(dict(rule))
    backend.config_rules[str(rule["ConfigRuleName"])].created_by = owner


def withdraw(account_id: str, region: str, name: str) -> None:
    """Take away a rule that a service owns, when it is there."""
    config_backends[account_id][region].config_rules.pop(name, None)


def _require_own(call: Call, name: str) -> None:
    found = config_backends[call.account_id][call.region].config_rules.get(name)
    if found and found.created_by:
        raise Refusal("AccessDeniedException", OWNED)
