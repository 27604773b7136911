"""The alias of an account: no two accounts have the same.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html
"""

import re
from typing import Final

from moto.iam.models import iam_backends

from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

ALIAS: Final = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]")


@operation("iam", "CreateAccountAlias")
def create_account_alias(call: Call) -> Answer:
    """Give the account an alias, in the place of another."""
    alias = call.parameters["AccountAlias"]
    if not ALIAS.fullmatch(alias):
        raise Refusal("ValidationError", "The specified value for accountAlias is invalid.")
    taken = any(
        alias in partitions[PARTITION].account_aliases
        for account_id, partitions in list(iam_backends.items())
        if account_id != call.account_id
    )
    if taken:
        raise Refusal("EntityAlreadyExists", f"The account alias {alias} already exists.", status=409)
    return FORWARD


@operation("iam", "DeleteAccountAlias")
def delete_account_alias(call: Call) -> Answer:
    """Take the alias away that the account has.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountAlias.html
    """
    alias = call.parameters["AccountAlias"]
    if alias not in iam_backends[call.account_id][PARTITION].account_aliases:
        raise Refusal("NoSuchEntity", f"The account alias {alias} cannot be found.", status=404)
    return FORWARD
