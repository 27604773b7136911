"""The line from resources to a live sandbox and back, one connection for each run, as separate commands make it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guardrails import pipeline
from guardrails.aws.connection import Connection, connect
from guardrails.aws.sessions import Endpoint
from guardrails.engine import run
from guardrails.engine.observe import observe
from guardrails.engine.plan import Plan, diff
from guardrails.engine.resource import Resource, ResourceType
from guardrails.engine.run import Outcome
from guardrails.model import Account, Identity, Organization
from guardrails.sandbox.embedded import Embedded

KINDS = (
    "AWS::Organizations::OrganizationalUnit",
    "AWS::Organizations::Account",
    "AWS::Organizations::Policy",
    "Guardrails::Organizations::PolicyType",
)
FIRST_DAY = Organization(
    prefix="acme",
    home_region="eu-west-1",
    governed_regions=("eu-west-1", "eu-central-1"),
    management_account="management",
    log_archive_account="log-archive",
    security_account="security-tooling",
    deployer_roles=("GuardrailsDeployer",),
    break_glass_roles=("BreakGlass",),
    member_role="OrganizationAccountAccessRole",
    organizational_units=(),
    accounts=(Account("management", "management", "management@example.com", "Root"),),
    controls=(),
    identity=Identity(),
)
"""What is declared before anything is: a management account."""


def endpoint_of(sandbox: Embedded) -> Endpoint:
    """Where the sandbox answers, and as whom."""
    return Endpoint(sandbox.endpoint, sandbox.running.access_key_id, sandbox.running.secret_access_key)


@dataclass(frozen=True)
class Answer:
    """What botocore wants to know of an HTTP response."""

    status_code: int


@dataclass
class Line:
    """Plans and applies resources of AWS Organizations; `refusing` are operations ("ListPolicies") with the code AWS refuses them with."""

    sandbox: Embedded
    connection: Connection
    refusing: dict[str, str]

    @classmethod
    def to(cls, sandbox: Embedded) -> "Line":
        """The line to this sandbox."""
        return cls(sandbox, connect(FIRST_DAY, endpoint=endpoint_of(sandbox)), {})

    def types(self) -> Mapping[str, ResourceType[Any]]:
        """The types of AWS Organizations."""
        known = pipeline.known_types()
        return {name: known[name] for name in KINDS}

    def plan(self, *desired: Resource) -> Plan:
        """Connect anew, observe, and say what differs."""
        self.connection = connect(FIRST_DAY, endpoint=endpoint_of(self.sandbox))
        for operation, code in self.refusing.items():
            refuse(self.connection, operation, code)
        names = self.connection.directory
        seen = observe(self.types(), self.connection.gateway.reader(), desired, names)
        return diff(self.types(), desired, seen, names)

    def outcomes(self, *desired: Resource) -> list[Outcome]:
        """Plan and apply; what became of each change."""
        return self.applied(self.plan(*desired))

    def applied(self, plan: Plan) -> list[Outcome]:
        """Apply a plan; what became of each change."""
        return list(run.apply(self.types(), plan, self.connection.gateway.writer(), self.connection.directory))

    def apply(self, *desired: Resource) -> dict[str, int]:
        """Plan, apply, and see that all went well and nothing is left to do; the writes that it took, by operation."""
        outcomes = self.outcomes(*desired)
        assert [outcome.reason for outcome in outcomes if outcome.result is not run.Result.DONE] == []
        writes = {call.partition(":")[2]: count for call, count in self.connection.gateway.calls.writes.items()}
        assert actions(self.plan(*desired)) == []
        return writes

    def client(self) -> Any:
        """A plain boto3 client of AWS Organizations, as somebody else uses it."""
        return self.sandbox.client("organizations")

    @property
    def root_id(self) -> str:
        """The id of the root."""
        return str(self.client().list_roots()["Roots"][0]["Id"])


def actions(plan: Plan) -> list[str]:
    """The changes of a plan, each as its symbol and name, sorted."""
    return sorted(f"{change.action.symbol}{change.address.name}" for change in plan.changes)


def differences(plan: Plan) -> list[str]:
    """The properties that differ, sorted."""
    return sorted(difference.property for change in plan.changes for difference in change.differences)


def refuse(connection: Connection, operation: str, code: str, *, times: int | None = None) -> None:
    """Let AWS Organizations refuse an operation ("ListPolicies") with an error code: always, or the first so many times."""
    left = iter(range(times)) if times is not None else None

    def refusal(**_: Any) -> tuple[Answer, dict[str, Any]] | None:
        if left is not None and next(left, None) is None:
            return None
        metadata = {"HTTPStatusCode": 400, "HTTPHeaders": {}}
        return Answer(400), {"Error": {"Code": code, "Message": "as the test says"}, "ResponseMetadata": metadata}

    before(connection, operation, refusal)


def before(connection: Connection, operation: str, hook: Callable[..., Any]) -> None:
    """Call something before each request of an operation of AWS Organizations is sent."""
    gateway = connection.gateway
    client = gateway.sessions.client("organizations", "", gateway.home_region)
    client.meta.events.register(f"before-call.organizations.{operation}", hook)


def tags_of(client: Any, identity: str) -> dict[str, str]:
    """The tags of an account, OU or policy, by key."""
    return {tag["Key"]: tag["Value"] for tag in client.list_tags_for_resource(ResourceId=identity)["Tags"]}


def units(client: Any, parent: str, path: str = "") -> Iterator[tuple[str, str]]:
    """Every OU below a parent as (slash path, id)."""
    for page in client.get_paginator("list_organizational_units_for_parent").paginate(ParentId=parent):
        for unit in page["OrganizationalUnits"]:
            yield path + unit["Name"], unit["Id"]
            yield from units(client, unit["Id"], f"{path}{unit['Name']}/")
