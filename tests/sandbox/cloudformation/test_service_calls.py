import pytest

from guardrails.sandbox.cloudformation import service_calls
from guardrails.sandbox.cloudformation.resource_types import Place
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.serving.refusals import Refusal

PLACE = Place(account="111111111111", region="eu-west-1", stack_name="one", stack_id="one", logical_id="One", tags={})


def test_a_service_answers_and_refuses_as_it_does_over_the_wire(sandbox: Embedded) -> None:
    """A resource type gets a service's own answers and refusals; members that are None are absent."""
    made = service_calls.ask(PLACE, "guardduty", "CreateDetector", Enable=True, Features=None)
    assert sandbox.client("guardduty").list_detectors()["DetectorIds"] == [made["DetectorId"]]
    with pytest.raises(Refusal, match="already exists"):
        service_calls.ask(PLACE, "guardduty", "CreateDetector", Enable=True)


def test_what_is_motos_cannot_be_asked(sandbox: Embedded) -> None:
    """An operation that the sandbox does not answer itself is no question to it."""
    with pytest.raises(ValueError, match="s3:ListBuckets is moto's"):
        service_calls.ask(PLACE, "s3", "ListBuckets")
