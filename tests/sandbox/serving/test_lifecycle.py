from guardrails.sandbox.embedded import Embedded


def test_a_reset_forgets_what_a_store_asks_another_for(sandbox: Embedded) -> None:
    """moto's store of Security Hub asks for Organizations' while it is reset; the reset after that forgets Organizations too."""
    sandbox.client("securityhub").enable_security_hub()
    sandbox.client("securityhub").get_findings()
    for _ in range(2):
        sandbox.reset()
    organization = sandbox.client("organizations").describe_organization()["Organization"]
    assert organization["MasterAccountId"] == "111111111111"
