"""Exceptions: principals and accounts that an attached policy lets alone until a day, compiled into conditions of its denials.

| declared | service control policy | resource control policy |
|---|---|---|
| `principal` | `ArnNotLike aws:PrincipalArn`, in every account | the same, and it must name the account: anybody can name a role |
| `account` | `StringNotEquals aws:PrincipalAccount` | `StringNotEquals aws:ResourceAccount` |
| both | `ArnNotLike aws:PrincipalArn`, with the account's id in the ARN | the same |

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from guardrails.config.vocabulary import AccountName, Settings, place, wrong
from guardrails.errors import ConfigError, Problem
from guardrails.iam.grammar import RESOURCE_CONTROL, listed
from guardrails.iam.narrowing import unless
from guardrails.iam.patterns import Piece, wildcard_matcher
from guardrails.library.authorization_policies import WHO, AuthorizationPolicy
from guardrails.library.policies import PolicySource
from guardrails.model import Organization, Targets
from guardrails.organization_facts import account_id
from guardrails.problems import nearest
from guardrails.targets import accounts_in

SHORT: Final = re.compile(r"(role|user)/([\w+=,.@/*?-]+)")
ARN: Final = re.compile(r"arn:(\*|aws[a-z-]*):iam::([\d*?]+):((role|user)/[\w+=,.@/*?-]+)")
SERVICE_LINKED: Final = "role/aws-service-role/"
SPARING: Final = frozenset({"arnnotequals", "arnnotlike", "stringnotlike"})
BINDING: Final = frozenset({"arnequals", "arnlike", "stringequals", "stringlike"})


def _principal(text: str) -> str:
    arn = ARN.fullmatch(text)
    name = arn[3] if arn else text
    if not SHORT.fullmatch(name):
        do = "write role/Name or user/Name, with * and ? if need be, or the ARN of roles or users; a session is known by its role"
        raise wrong(f"{text!r} is no pattern of principals", do)
    if arn and arn[2] != "*" and not re.fullmatch(r"\d{12}", arn[2]):
        raise wrong(f"{text!r} is of no account", "an ARN has the twelve digits of one account, or * for every account")
    if not re.search(r"\w", name.partition("/")[2]):
        raise wrong(f"{text!r} is everybody", "name who needs it; where a whole account does, name the account alone")
    return text


def _day(value: object) -> object:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise wrong(f"{value!r} is not a day", "write it as year-month-day: 2027-01-31")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise wrong(f"{value!r} is not a day", f"{error}") from error


Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class PolicyException(Settings):
    """A principal, an account, or a principal of an account, that the denials of a policy let alone: why, and until when."""

    principal: Annotated[str, AfterValidator(_principal)] = Field(
        default="",
        description="role/Name or user/Name, wildcards allowed (* and ? take slashes too), in every account or the one named beside it; "
        "or a whole ARN.",
    )
    account: AccountName | None = Field(default=None, description="The account, by file name.")
    statements: tuple[str, ...] = Field(
        default=(), description="The Sids of the statements that it is excepted from; all of them when left out."
    )
    reason: Sentence = Field(description="Why this is right for now.")
    owner: Sentence = Field(description="Who answers for it, and renews or ends it.")
    expires: Day = Field(
        description="The last day that it holds, in UTC. From the next day on nothing compiles until it is renewed or removed."
    )

    @model_validator(mode="after")
    def _names_somebody(self) -> "PolicyException":
        if not self.principal and not self.account:
            raise wrong("an exception names a principal, an account, or both")
        if self.account and (arn := ARN.fullmatch(self.principal)):
            raise wrong(
                "an ARN names its account itself", f"write {arn[3]} beside an account, or leave the account out"
            )
        return self

    def policies_at(self, holder: str) -> tuple[str, ...]:
        """The policies that it is an exception from, where it stands at one of this id."""
        return (holder,)

    @property
    def who(self) -> str:
        """Whom it is for, in words."""
        account = f"the account {self.account}" if self.account else ""
        return " in ".join(part for part in (self.principal, account) if part)

    @property
    def arn(self) -> str:
        """The ARN pattern of the principal; the account's id in it may be a late value."""
        known = account_id(self.account) if self.account else "*"
        return self.principal if ARN.fullmatch(self.principal) else f"arn:*:iam::{known}:{self.principal}"

    @property
    def is_of_one_account(self) -> bool:
        """Whether the principal is of one account that is named."""
        arn = ARN.fullmatch(self.principal)
        return bool(self.account) or bool(arn and re.fullmatch(r"\d{12}", arn[2]))

    def condition(self, policy_type: str) -> tuple[str, str, str]:
        """The negated condition, as operator, key and value, that lets it alone."""
        if self.principal:
            return "ArnNotLike", "aws:PrincipalArn", self.arn
        return "StringNotEquals", f"aws:{WHO[policy_type]}Account", account_id(str(self.account))

    def concerns(self, statement: Mapping[str, Any]) -> bool:
        """Whether it is an exception from this statement."""
        return not self.statements or statement.get("Sid") in self.statements


def excepted(
    document: Mapping[str, Any],
    source: PolicySource,
    exceptions: Sequence[PolicyException],
    organization: Organization,
    targets: Targets,
) -> dict[str, Any]:
    """A rendered document whose denials let alone whom the exceptions name; the document itself when there are none.

    Raises: ConfigError, with every exception that no condition can express, or that changes nothing.
    """
    if not exceptions:
        return dict(document)
    if not isinstance(source, AuthorizationPolicy):
        message = f"{source.id}: a policy of the kind {source.kind} has no conditions, and so no exceptions"
        do = "name the organizational units and accounts where it holds, or attach another policy below that says otherwise"
        raise ConfigError([Problem(*place(each), message, do) for each in exceptions])
    problems = [*_twice(source, exceptions)]
    for each in exceptions:
        complaints = (
            *_of_statements(document, each),
            *_of_principals(source, document, each),
            *_of_accounts(source, organization, targets, each),
        )
        problems += [Problem(*place(each), f"{source.id}: {message}", do) for message, do in complaints]
    if problems:
        raise ConfigError(problems)
    statements = [dict(statement) for statement in document["Statement"]]
    for each in exceptions:
        operator, key, value = each.condition(source.policy_type)
        statements = [unless(s, operator, key, [value]) if each.concerns(s) else s for s in statements]
    return {**document, "Statement": statements}


def _twice(source: PolicySource, exceptions: Sequence[PolicyException]) -> Iterator[Problem]:
    for index, each in enumerate(exceptions):
        for other in exceptions[:index]:
            both = {*each.statements} & {*other.statements} or not each.statements or not other.statements
            if both and (each.principal, each.account) == (other.principal, other.account):
                message = f"{source.id}: {each.who} is excepted already"
                yield Problem(*place(each), message, f"on line {place(other)[1]}: keep one of the two")


def _of_statements(document: Mapping[str, Any], each: PolicyException) -> Iterator[tuple[str, str]]:
    known = [str(statement["Sid"]) for statement in document["Statement"]]
    for name in each.statements:
        if name not in known:
            yield f"it has no statement {name!r}", nearest(name, known)
    for statement in document["Statement"]:
        if statement["Effect"] != "Deny" and each.concerns(statement):
            yield f"the statement {statement['Sid']} allows, and only denials have exceptions", "name the statements"


def _of_principals(
    source: AuthorizationPolicy, document: Mapping[str, Any], each: PolicyException
) -> Iterator[tuple[str, str]]:
    """Principals that are let alone as it is, or that an RCP cannot tell from strangers."""
    if not each.principal:
        return
    if f":{SERVICE_LINKED}" in each.arn:
        yield "no policy binds service-linked roles", "remove the exception"
    if source.policy_type == RESOURCE_CONTROL and not each.is_of_one_account:
        message = f"anybody outside can name a role as {each.principal!r} does"
        yield message, "name the account too, or write the ARN with the account's id"
    concerned = [statement for statement in document["Statement"] if each.concerns(statement)]
    if concerned and all(_spares(statement, each.arn) for statement in concerned):
        yield f"{each.who} is let alone already", "remove the exception"


def _spares(statement: Mapping[str, Any], arn: str) -> bool:
    """Whether a statement speaks of no principal that an ARN pattern matches: it names them as spared, or root users as bound."""
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            if key.casefold() != "aws:principalarn":
                continue
            named = list(map(str, listed(values)))
            if operator.casefold() in SPARING and any(_takes_all(value, arn) for value in named):
                return True
            if operator.casefold() in BINDING and all(value.endswith(":root") for value in named):
                return True
    return False


def _takes_all(pattern: str, arn: str) -> bool:
    """Whether a pattern takes an ARN whatever its `*` stand for: a `?` takes one character, and no `*`."""
    matches = wildcard_matcher([Piece(pattern)])
    return matches(arn) and matches(arn.replace("*", ""))


def _of_accounts(
    source: AuthorizationPolicy, organization: Organization, targets: Targets, each: PolicyException
) -> Iterator[tuple[str, str]]:
    """Accounts that are not bound as it is; who calls from one that an RCP does not protect may call for resources that it does."""
    if not each.account or (each.principal and source.policy_type == RESOURCE_CONTROL):
        return
    if each.account == organization.management_account:
        yield "no policy binds the management account", "remove the exception"
    elif each.account not in {account.name for account in accounts_in(organization, targets)}:
        yield f"it does not hold in the account {each.account} here", "remove the exception"
