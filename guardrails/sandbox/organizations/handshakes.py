"""Handshakes: the sandbox sends none, since no account stands outside its organization; so none is found.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListHandshakesForOrganization.html
"""

from guardrails.sandbox.organizations import authority, organization
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal


@operation("organizations", "ListHandshakesForOrganization")
def list_handshakes_for_organization(call: Call) -> Answer:
    """List the handshakes that the organization has sent: none."""
    authority.require_reader(call)
    return organization.page(call, "Handshakes", ())


@operation("organizations", "ListHandshakesForAccount")
def list_handshakes_for_account(call: Call) -> Answer:
    """List the handshakes that the account has received: none."""
    return organization.page(call, "Handshakes", ())


@operation("organizations", "DescribeHandshake", "AcceptHandshake", "CancelHandshake", "DeclineHandshake")
def one_handshake(call: Call) -> Answer:
    """Refused: there is no such handshake."""
    raise Refusal("HandshakeNotFoundException", "We can't find a handshake with the HandshakeId that you specified.")
