"""Organization policy types on the sandbox: enabled once, and awaited."""

from guardrails.engine.resource import Live
from guardrails.engine.run import Result
from guardrails.resources.policy_type import TYPE, PolicyType
from tests.organization_line import Line, actions, refuse

SCP, RCP = PolicyType(name="SERVICE_CONTROL_POLICY"), PolicyType(name="RESOURCE_CONTROL_POLICY")


def test_a_type_is_enabled_once(line: Line) -> None:
    """A declared policy type is enabled by one write, and what depends on it finds it enabled; the second plan is empty."""
    assert actions(line.plan(SCP, RCP)) == ["+RESOURCE_CONTROL_POLICY", "+SERVICE_CONTROL_POLICY"]
    assert line.apply(SCP, RCP) == {"enable_policy_type": 2}
    types = line.client().list_roots()["Roots"][0]["PolicyTypes"]
    assert {(kind["Type"], kind["Status"]) for kind in types} == {(SCP.name, "ENABLED"), (RCP.name, "ENABLED")}


def test_a_type_that_is_undeclared_stays(line: Line) -> None:
    """A policy type is a setting: dropped from the declaration it stays enabled, and is reported as left alone."""
    line.apply(SCP)
    plan = line.plan()
    assert plan.changes == ()
    assert SCP.address in plan.unmanaged


def test_a_type_may_be_disabled(line: Line) -> None:
    """One that is to be disabled differs only while it is enabled; one write disables it, which detaches its policies."""
    disabled = PolicyType(name=RCP.name, status="DISABLED")
    assert actions(line.plan(disabled)) == []
    line.apply(RCP)
    assert actions(line.plan(disabled)) == ["~RESOURCE_CONTROL_POLICY"]
    assert line.apply(disabled) == {"disable_policy_type": 1}
    assert line.client().list_roots()["Roots"][0]["PolicyTypes"] == []


def test_what_is_being_enabled_is_awaited(line: Line) -> None:
    """A type that an earlier run began to enable is waited for, not enabled again."""
    line.client().enable_policy_type(RootId=line.root_id, PolicyType=SCP.name)
    pending = Live(PolicyType(name=SCP.name, status="PENDING_ENABLE"), {"id": SCP.name})
    assert TYPE.put(line.connection.gateway.writer(), SCP, pending, line.connection.directory) == {"id": SCP.name}
    assert not line.connection.gateway.calls.writes
    assert actions(line.plan(SCP)) == []


def test_a_refusal_is_a_failure(line: Line) -> None:
    """When AWS refuses, the change fails with AWS's code."""
    plan = line.plan(SCP)
    refuse(line.connection, "EnablePolicyType", "PolicyTypeNotAvailableForOrganizationException")
    (outcome,) = line.applied(plan)
    assert outcome.result is Result.FAILED
    assert "PolicyTypeNotAvailableForOrganizationException" in outcome.reason


def test_policies_that_still_change_are_waited_for(line: Line) -> None:
    """While effective policies still follow an earlier change AWS refuses to enable a type: that passes, and the type is enabled."""
    plan = line.plan(SCP)
    refuse(line.connection, "EnablePolicyType", "PolicyChangesInProgressException", times=2)
    (outcome,) = line.applied(plan)
    assert outcome.result is Result.DONE
