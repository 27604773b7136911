"""The accounts of the sandbox's organization, as plain boto3 lists them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded


def account_ids(sandbox: "Embedded") -> dict[str, str]:
    """The id of every account, by its name."""
    pages = sandbox.client("organizations").get_paginator("list_accounts").paginate()
    return {str(each["Name"]): str(each["Id"]) for page in pages for each in page["Accounts"]}
