import pytest
from botocore.exceptions import ClientError
from moto.core.utils import get_service_model

from guardrails.sandbox.cloudformation import service
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.serving import operations


def test_no_operation_is_left_to_moto(sandbox: Embedded) -> None:
    """Every operation that botocore knows is answered by the sandbox, be it with a refusal."""
    names = get_service_model("cloudformation").operation_names
    assert [name for name in names if operations.handler_of("cloudformation", name) is None] == []


def test_installing_twice_is_once(sandbox: Embedded) -> None:
    """Installing again changes nothing and raises nothing."""
    before = operations.handler_of("cloudformation", "CreateStack")
    service.install()
    assert operations.handler_of("cloudformation", "CreateStack") is before


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("list_types", {}),
        ("list_resource_scans", {}),
    ],
)
def test_what_is_not_implemented_says_so_at_once(sandbox: Embedded, operation: str, request_: dict[str, str]) -> None:
    """An operation that the sandbox lacks is refused with NotImplemented, which no client retries."""
    with pytest.raises(ClientError, match="The sandbox does not implement cloudformation:") as refused:
        getattr(sandbox.client("cloudformation"), operation)(**request_)
    assert refused.value.response["Error"]["Code"] == "NotImplemented"
