"""Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
READS: list[tuple[str, str, dict[str, Any]]] = [
    ("cloudformation", "list_stacks", {}),
    ("iam", "list_users", {}),
    ("kms", "list_keys", {}),
    ("lambda", "list_functions", {}),
    ("organizations", "list_roots", {}),
    ("s3", "list_buckets", {}),
    ("sso-admin", "list_instances", {}),
    ("sts", "get_caller_identity", {}),
]


def codes(sandbox: Embedded) -> dict[str, tuple[str, int]]:
    """Service -> error code and HTTP status of one reading call of each."""
    found = {}
    for service, operation, parameters in READS:
        with pytest.raises(ClientError) as caught:
            getattr(sandbox.client(service), operation)(**parameters)
        response = caught.value.response
        found[service] = (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"])
    return found


def test_throttling_has_each_services_own_code(sandbox: Embedded) -> None:
    """A throttled call gets the code by which SDKs know that they should come back later."""
    sandbox.fail("throttling")
    assert codes(sandbox) == {
        "cloudformation": ("Throttling", 400),
        "iam": ("Throttling", 400),
        "kms": ("ThrottlingException", 400),
        "lambda": ("TooManyRequestsException", 429),
        "organizations": ("TooManyRequestsException", 400),
        "s3": ("SlowDown", 503),
        "sso-admin": ("ThrottlingException", 400),
        "sts": ("Throttling", 400),
    }


def test_failures_of_the_service_are_5xx(sandbox: Embedded) -> None:
    """A call that fails within the service gets a status of 500, in every protocol."""
    sandbox.fail("server-error")
    assert {status for _, status in codes(sandbox).values()} == {500}


def test_denied_reads(sandbox: Embedded, refused: Refused, new_account: Callable[..., str]) -> None:
    """Calls are denied by pattern and by the caller's account, with the service's own code; nothing else is.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    account = new_account("one")
    member = sandbox.client("iam", account=account)
    sandbox.fail("denied", calls="iam:List*", account=account)
    assert refused(member.list_users) == "AccessDenied"
    member.get_account_summary()
    sandbox.client("iam").list_users()


def test_conflicts_have_the_code_of_the_operation(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """A change that meets another one gets the error that the operation's model has for it; an operation without one is spared."""
    sandbox.fail("conflict")
    client = sandbox.client
    make = client("organizations").create_organizational_unit
    assert refused(make, ParentId=root_id, Name="Prod") == "ConcurrentModificationException"
    assert refused(client("cloudformation").delete_stack_set, StackSetName="x") == "OperationInProgressException"
    assert refused(client("iam").create_user, UserName="kim") == "ConcurrentModification"
    assert refused(client("s3").delete_bucket, Bucket="none") == "OperationAborted"
    client("kms").create_key()
    client("organizations").list_roots()


def test_an_answer_is_lost_after_the_work_was_done(sandbox: Embedded) -> None:
    """The connection closes without an answer, and what was asked for is done all the same."""
    iam = sandbox.client("iam")
    sandbox.fail("lost-response", calls="iam:CreateUser", times=1)
    with pytest.raises(ConnectionClosedError):
        iam.create_user(UserName="kim")
    assert iam.get_user(UserName="kim")["User"]["UserName"] == "kim"


def test_after_a_crash_nothing_is_answered(sandbox: Embedded) -> None:
    """The call at which the sandbox crashes is done, no further one is, and none is answered until the faults are cleared."""
    iam = sandbox.client("iam")
    sandbox.fail("crash", calls="iam:*", first=2)
    iam.create_user(UserName="one")
    for name in ("two", "three"):
        with pytest.raises(ConnectionClosedError):
            iam.create_user(UserName=name)
    with pytest.raises(ConnectionClosedError):
        sandbox.client("sts").get_caller_identity()
    sandbox.mend()
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["administrator", "one", "two"]


@pytest.mark.parametrize("mode", ["standard", "legacy"])
def test_real_clients_come_back(sandbox: Embedded, monkeypatch: pytest.MonkeyPatch, mode: Any) -> None:
    """An unmodified boto3 client whose calls are throttled, fail, and lose their answers gets through by its own retries."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    create: Callable[..., Any] = boto3.client
    running = sandbox.running
    organizations = create(
        "organizations",
        region_name=running.region,
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=running.access_key_id,
        aws_secret_access_key=running.secret_access_key,
        config=Config(retries={"mode": mode, "total_max_attempts": 6}),
    )
    faults = [sandbox.fail(kind, times=1) for kind in ("throttling", "server-error")]
    organizations.list_roots()
    assert [fault.struck for fault in faults] == [1, 1]
    lost = sandbox.fail("lost-response", times=1)
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.tag_resource(ResourceId=root, Tags=[{"Key": "a", "Value": "b"}])
    assert lost.struck == 1


def test_a_reset_mends_everything(sandbox: Embedded, refused: Refused) -> None:
    """A call that a fault strikes is answered again after a reset."""
    organizations = sandbox.client("organizations")
    sandbox.fail("throttling")
    assert refused(organizations.list_roots) == "TooManyRequestsException"
    sandbox.reset()
    assert len(organizations.list_roots()["Roots"]) == 1
