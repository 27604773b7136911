"""An audit of the security baseline with plain boto3, generated from one table: which call, asked where, must answer what.

A row of `baseline_audit.yaml`:

    setting     what a person calls it
    control     the control that puts it
    accounts    all, members, management, log-archive or security
    regions     home, other (governed, without the home region) or all
    call        the boto3 client and its method: guardduty.get_detector
    parameters  of the call; {account} {region} {home_region} {prefix} {management} {log_archive} {security} {organization} are put in
    first       parameters that another call answers: name -> {call, parameters, find}
    find        where in the answer (JMESPath)
    expect      what must stand there

"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import jmespath
import yaml

from guardrails import pipeline
from guardrails.sandbox.embedded import Embedded

TABLE: Final = Path(__file__).with_name("baseline_audit.yaml")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Audit:
    """The audit of one declared organization in one sandbox."""

    sandbox: Embedded
    declared: pipeline.Declared

    @cached_property
    def accounts(self) -> Mapping[str, str]:
        """The id of every active account, by the name that the configuration gives it."""
        names = {account.email: account.name for account in self.declared.organization.accounts}
        pages = self.sandbox.client("organizations").get_paginator("list_accounts").paginate()
        found = {names.get(each["Email"], ""): str(each["Id"]) for page in pages for each in page["Accounts"]}
        management = str(self.sandbox.client("sts").get_caller_identity()["Account"])
        return {**found, self.declared.organization.management_account: management}

    def deviations(self, controls: set[str] | None = None) -> list[str]:
        """Every setting that is not as the table says, each with its account and region; `controls` limits which are asked about."""
        rows = [row for row in table() if controls is None or row["control"] in controls]
        asked = [(row, *place) for row in rows for place in self.places(row)]
        return [deviation for row, account, region in asked for deviation in self.judge(row, account, region)]

    def places(self, row: Row) -> Iterator[tuple[str, str]]:
        """The accounts (by name) and regions that a row is asked in."""
        organization = self.declared.organization
        management = organization.management_account
        accounts = {
            "all": [each.name for each in organization.accounts],
            "members": [each.name for each in organization.accounts if each.name != management],
            "management": [management],
            "log-archive": [organization.log_archive_account],
            "security": [organization.security_account],
        }[row["accounts"]]
        home = organization.home_region
        regions = {
            "home": [home],
            "other": [region for region in organization.governed_regions if region != home],
            "all": list(organization.governed_regions),
        }[row["regions"]]
        return ((account, region) for account in accounts for region in regions)

    def judge(self, row: Row, account: str, region: str) -> Iterator[str]:
        """The deviation of one row in one place, if there is one."""
        facts = self.facts(account, region)
        given = {name: self.ask(asked, account, region, {}) for name, asked in row.get("first", {}).items()}
        found = self.ask(row, account, region, given)
        if found != (expected := filled(row["expect"], facts)):
            yield f"{row['control']}: {row['setting']} in {account}/{region}: {found!r} instead of {expected!r}"

    def ask(self, row: Row, account: str, region: str, given: Mapping[str, Any]) -> Any:
        """What the call answers at the place that the row names."""
        service, _, method = row["call"].partition(".")
        client = self.sandbox.client(service, region, self.accounts[account])
        parameters = {**filled(row.get("parameters", {}), self.facts(account, region)), **given}
        if client.can_paginate(method):
            answer = client.get_paginator(method).paginate(**parameters).build_full_result()
        else:
            answer = getattr(client, method)(**parameters)
        return jmespath.search(filled(row["find"], self.facts(account, region)), answer)

    def facts(self, account: str, region: str) -> dict[str, str]:
        """What may stand in braces."""
        organization = self.declared.organization
        return {
            "account": self.accounts[account],
            "region": region,
            "home_region": organization.home_region,
            "prefix": organization.prefix,
            "management": self.accounts[organization.management_account],
            "log_archive": self.accounts[organization.log_archive_account],
            "security": self.accounts[organization.security_account],
            "organization": self.organization_id,
        }

    @cached_property
    def organization_id(self) -> str:
        """The id of the organization."""
        return str(self.sandbox.client("organizations").describe_organization()["Organization"]["Id"])


def table() -> list[Row]:
    """The checked-in table."""
    rows: list[Row] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return rows


def filled(value: Any, facts: Mapping[str, str]) -> Any:
    """A value with the facts put in for the names in braces."""
    if isinstance(value, str):
        for name, fact in facts.items():
            value = value.replace(f"{{{name}}}", fact)
        return value
    if isinstance(value, Mapping):
        return {key: filled(item, facts) for key, item in value.items()}
    return [filled(item, facts) for item in value] if isinstance(value, list) else value
