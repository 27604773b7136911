"""A call, put as questions to the judge: may this principal do this action on this resource, in this context? All must be answered yes."""

from collections.abc import Iterator, Mapping

from guardrails.iam.context import GLOBAL_SERVICES, Request, Values
from guardrails.sandbox.enforcement import action_names, context_keys, live_resources, resource_arns
from guardrails.sandbox.enforcement.principals import Actor
from guardrails.sandbox.serving.calls import Call


def of_call(call: Call, actor: Actor) -> Iterator[Request]:
    """The questions of a call."""
    parameters, place = call.parameters, (call.account_id, call.region)
    method = call.request.method
    actions = action_names.actions(call.service, call.operation, parameters, method)
    if not actions:
        return
    given = {**context_keys.of_call(call.service, call.operation, parameters), **actor.context()}
    for named in resource_arns.resources(call.service, call.operation, parameters, *place):
        arn = live_resources.real_arn(named, parameters)
        context = given | context_keys.of_resource(call.service, call.operation, parameters, arn, place)
        for action in actions:
            yield question(actor, action, arn, call.region, context)
    passing = {**given, "iam:PassedToService": action_names.passed_to(call.service)}
    for role in action_names.passed_roles(call.service, call.operation, parameters):
        yield question(actor, "iam:PassRole", role, call.region, passing)


def question(actor: Actor, action: str, resource: str, region: str, context: Mapping[str, Values]) -> Request:
    """One question, with where the actor's account stands in the organization; a global service is in its one region."""
    everywhere = action.partition(":")[0] in GLOBAL_SERVICES
    return Request(
        principal_arn=actor.principal_arn,
        action=action,
        resource=resource,
        context=context,
        region="" if everywhere else region,
        organization_path=actor.organization_path(),
    )
