"""Who is configured by which policy: an account, an OU or the root, by a policy or by itself, directly or by inheritance.

The sandbox has no clock: the first look at an association shows it PENDING, the next shows how it ended.
Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_StartConfigurationPolicyAssociation.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.organizations import organization
from guardrails.sandbox.securityhub import administration, central_configuration, configuration_policies
from guardrails.sandbox.securityhub.administration import SELF_MANAGED, Association, CentralConfiguration
from guardrails.sandbox.securityhub.refusals import PAGING, invalid_input, not_found
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PER_PAGE: Final = 100
KINDS: Final[Mapping[str, str]] = {
    "AccountId": "ACCOUNT",
    "OrganizationalUnitId": "ORGANIZATIONAL_UNIT",
    "RootId": "ROOT",
}


@operation("securityhub", "StartConfigurationPolicyAssociation")
def start_configuration_policy_association(call: Call) -> Answer:
    """Associate a target with a policy, or make it manage itself; what was said of it before no longer holds."""
    central = administration.require_central(call)
    target, policy_id = _target(call.parameters.get("Target")), _policy_id(central, call)
    switches_off = policy_id != SELF_MANAGED and not _enables(central, policy_id)
    if target == central.administrator_id and switches_off:
        raise invalid_input("Security Hub cannot be disabled in the delegated administrator account.")
    central.associations[target] = Association(policy_id)
    central_configuration.reconfigure(central, central_configuration.below(central, target))
    return _described(central, target, central.associations[target])


@operation("securityhub", "StartConfigurationPolicyDisassociation")
def start_configuration_policy_disassociation(call: Call) -> Answer:
    """Take back what was said of a target: it inherits from its closest parent, or keeps its settings and manages itself."""
    central = administration.require_central(call)
    target, policy_id = _target(call.parameters.get("Target")), _policy_id(central, call)
    found = central.associations.get(target)
    if found is None or found.policy_id != policy_id:
        raise not_found("The target is not associated with the configuration.")
    reached = central_configuration.below(central, target)
    del central.associations[target]
    central_configuration.reconfigure(central, reached)
    return {}


@operation("securityhub", "GetConfigurationPolicyAssociation")
def get_configuration_policy_association(call: Call) -> Answer:
    """What holds for a target, and how far it has come. A look."""
    central = administration.require_central(call)
    return _look(central, _target(call.parameters.get("Target")))


@operation("securityhub", "BatchGetConfigurationPolicyAssociations")
def batch_get_configuration_policy_associations(call: Call) -> Answer:
    """What holds for several targets; those for which nothing holds come back unprocessed. A look at each."""
    central = administration.require_central(call)
    found: list[Answer] = []
    unprocessed: list[Answer] = []
    for asked in call.parameters["ConfigurationPolicyAssociationIdentifiers"]:
        try:
            found.append(_look(central, _target(asked.get("Target"))))
        except Refusal as refusal:
            reason = {"ErrorCode": str(refusal.status), "ErrorReason": refusal.message}
            unprocessed.append({"ConfigurationPolicyAssociationIdentifiers": asked, **reason})
    return {
        "ConfigurationPolicyAssociations": found,
        "UnprocessedConfigurationPolicyAssociations": unprocessed,
    }


@operation("securityhub", "ListConfigurationPolicyAssociations")
def list_configuration_policy_associations(call: Call) -> Answer:
    """What holds for every target of the organization, filtered, up to a hundred a page. A look at all of them."""
    central, filters = administration.require_central(call), dict(call.parameters.get("Filters") or {})
    if (policy := filters.get("ConfigurationPolicyId")) and policy != SELF_MANAGED:
        filters["ConfigurationPolicyId"] = configuration_policies.of_identifier(central, str(policy)).id
    held = central_configuration.effective(central)
    shown = [_described(central, target, association) for target, association in held.items()]
    matching = [each for each in shown if all(each.get(name) == value for name, value in filters.items())]
    answer = PAGING.page(call, "ConfigurationPolicyAssociationSummaries", matching, PER_PAGE)
    central.unseen.clear()
    return answer


def _policy_id(central: CentralConfiguration, call: Call) -> str:
    identifier = str(call.parameters["ConfigurationPolicyIdentifier"])
    return SELF_MANAGED if identifier == SELF_MANAGED else configuration_policies.of_identifier(central, identifier).id


def _enables(central: CentralConfiguration, policy_id: str) -> bool:
    return bool(central.policies[policy_id].policy["SecurityHub"]["ServiceEnabled"])


def _target(target: Mapping[str, Any] | None) -> str:
    """The id of a target that exists."""
    given = dict(target or {})
    if len(given) != 1:
        raise invalid_input("Exactly one of AccountId, OrganizationalUnitId and RootId must be given.")
    kind, identifier = next(iter(given.items()))
    if _kind(str(identifier)) != KINDS.get(kind):
        raise not_found(f"Target {identifier} does not exist in the organization.")
    return str(identifier)


def _kind(identifier: str) -> str | None:
    if organization.find_account(identifier):
        return "ACCOUNT"
    unit = organization.find_unit(identifier)
    return (str(unit.type) if unit.type == "ROOT" else "ORGANIZATIONAL_UNIT") if unit else None


def _look(central: CentralConfiguration, target: str) -> Answer:
    held = central_configuration.effective(central).get(target)
    if held is None:
        raise not_found(f"Target {target} is not associated with a configuration.")
    shown = _described(central, target, held)
    central_configuration.seen(central, target)
    return shown


def _described(central: CentralConfiguration, target: str, held: Association) -> Answer:
    status, reason = central_configuration.status(central, target)
    shown = {
        "ConfigurationPolicyId": held.policy_id,
        "TargetId": target,
        "TargetType": _kind(target),
        "AssociationType": "APPLIED" if target in central.associations else "INHERITED",
        "UpdatedAt": held.updated,
        "AssociationStatus": status,
    }
    return {**shown, "AssociationStatusMessage": reason} if reason else shown
