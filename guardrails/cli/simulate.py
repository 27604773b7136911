"""simulate: who may do what where, asked of the declared organization or of the live one; nothing is sent that AWS would carry out."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from guardrails import pipeline
from guardrails.cli.line import EXIT_CHANGES, connected
from guardrails.cli.terminal import Options, note, prose, say, shared_options, working
from guardrails.config.regions import REGIONS
from guardrails.iam import IDENTITY, RESOURCE, RESOURCE_CONTROL, SERVICE_CONTROL, TRUST, Values
from guardrails.iam.catalogue import catalogue
from guardrails.iam.context import ENDPOINT_REGIONS
from guardrails.model import Organization
from guardrails.problems import did_you_mean
from guardrails.simulation import alike, matrix, tables, text, words
from guardrails.simulation import json as data
from guardrails.simulation.actions import SENSITIVE, expanded
from guardrails.simulation.answers import DENIALS, Answer, ask
from guardrails.simulation.declared import declared_hierarchy
from guardrails.simulation.files import read_policy
from guardrails.simulation.hierarchy import AccountPlace, Hierarchy
from guardrails.simulation.policies import Given
from guardrails.simulation.principals import ORDINARY, representatives
from guardrails.simulation.questions import ANY_RESOURCE, PERMISSION_SET, Question
from guardrails.simulation.resources import flaw_of_resource

FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)
IN_FULL: Final = 3
"""Of how many answers about one principal everything is told; more are grouped."""


@dataclass(frozen=True)
class Asked:
    """What the command was asked, as it was typed."""

    accounts: tuple[str, ...]
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    resource: str
    resource_account: str
    region: str
    context: tuple[str, ...]
    scps: tuple[Path, ...]
    rcps: tuple[Path, ...]
    identity_policies: tuple[Path, ...]
    boundary: Path | None
    session_policies: tuple[Path, ...]
    resource_policy: Path | None
    live: bool
    as_matrix: bool
    expect: str | None


@click.command()
@click.option("--account", "accounts", multiple=True, metavar="NAME", help="Where: an account, by name or id.")
@click.option(
    "--principal",
    "principals",
    multiple=True,
    metavar="WHO",
    help="role/NAME, user/NAME, root, permission-set/NAME, an ARN, a service, or anonymous.",
)
@click.option(
    "--action", "actions", multiple=True, metavar="ACTION", help="service:Name; wildcards ask about each that exists."
)
@click.option(
    "--resource",
    default=ANY_RESOURCE,
    metavar="ARN",
    help="To what.  [default: whatever policies name, and every other]",
)
@click.option("--resource-account", default="", metavar="NAME", help="Who owns it, where the ARN does not tell.")
@click.option("--region", default="", metavar="REGION", help="In which region.  [default: the home region]")
@click.option(
    "--context",
    multiple=True,
    metavar="KEY=VALUE",
    help="A condition key; KEY= for one that is absent; repeat it for more values.",
)
@click.option("--scp", "scps", multiple=True, type=FILE, help="An SCP that binds the principal besides those declared.")
@click.option("--rcp", "rcps", multiple=True, type=FILE, help="An RCP that binds the resource besides those declared.")
@click.option(
    "--identity-policy",
    "identity_policies",
    multiple=True,
    type=FILE,
    help="What the principal is given, instead of what is assumed.",
)
@click.option("--boundary", type=FILE, help="Its permissions boundary.")
@click.option("--session-policy", "session_policies", multiple=True, type=FILE, help="A policy of its session.")
@click.option("--resource-policy", type=FILE, help="The resource's policy; of a role, its trust policy.")
@click.option("--live", is_flag=True, help="Ask the policies that are attached now, those of others included.")
@click.option("--matrix", "as_matrix", is_flag=True, help="Draw actions by accounts.")
@click.option("--expect", type=click.Choice(["allowed", "denied"]), help="Exit 2 unless every answer is this.")
@shared_options
def simulate_command(options: Options, **typed: Any) -> None:
    """Ask who may do what where; needs no AWS, unless --live.

    Without --principal the answer is a table of those who stand for everybody: the root user, an ordinary role, each permission
    set, the trusted roles, a service-linked role. Without --action it is about what an intruder would want first. Policies of
    roles and users are assumed to allow, unless given; a permission set has its own.

    Exit 0: answered; 2: not as expected; 3: no such account, principal, action or file.
    """
    asked = Asked(**typed)
    organization, hierarchy = _hierarchy(options, live=asked.live)
    questions = _questions(asked, organization, hierarchy)
    if not questions:
        raise click.UsageError(f"{' and '.join(asked.principals)}: assigned in no account")
    given = _given(asked)
    answers = [ask(hierarchy, question, given) for question in questions]
    if options.output == "json":
        say(json.dumps(data.document(answers, hierarchy), indent=2, ensure_ascii=False))
    else:
        say("\n\n".join(_told(answers, as_matrix=asked.as_matrix)))
        for sentence in hierarchy.notes:
            note(prose(f"Note: {sentence}."))
    if asked.expect and not all(_is(answer, asked.expect) for answer in answers):
        click.get_current_context().exit(EXIT_CHANGES)


def _hierarchy(options: Options, *, live: bool) -> tuple[Organization, Hierarchy]:
    desired = pipeline.compile(pipeline.load(options.config, options.content))
    if not live:
        return desired.organization, declared_hierarchy(desired.organization, desired.resources)
    from guardrails.simulation.live import live_hierarchy

    connection = connected(options, desired)
    with working("Reading the policies of the live organization"):
        reader = connection.gateway.reader()
        return desired.organization, live_hierarchy(desired.organization, reader, desired.resources)


def _questions(asked: Asked, organization: Organization, hierarchy: Hierarchy) -> Sequence[Question]:
    """A question for each account, action and principal."""
    _check(asked)
    if not (asked.accounts or asked.as_matrix):
        raise click.UsageError("where? Name an account with --account, or draw all with --matrix")
    actions, context = dict.fromkeys(expanded(asked.actions or SENSITIVE)), _context(asked.context)
    return [
        Question(
            account.name,
            principal,
            action,
            asked.resource,
            asked.resource_account,
            _region(asked, action, organization),
            context,
        )
        for account in _accounts(asked, hierarchy)
        for action in actions
        for principal in _principals(asked, organization, account)
    ]


def _check(asked: Asked) -> None:
    """Refuse what no request has, and what would have no say: an answer must not look as if it had heard it."""
    if flaw := flaw_of_resource(asked.resource):
        raise click.UsageError(f"--resource {asked.resource}: {flaw}")
    if asked.region and asked.region not in REGIONS:
        raise click.UsageError(
            f"--region {asked.region}: unknown region; {did_you_mean(asked.region, sorted(REGIONS))}"
        )
    if asked.session_policies and any(name == "root" or name.startswith("user/") for name in asked.principals):
        raise click.UsageError("--session-policy: users and root users have no session policies; roles' sessions have")


def _accounts(asked: Asked, hierarchy: Hierarchy) -> Sequence[AccountPlace]:
    named = {place.name: place for place in map(hierarchy.account, asked.accounts)}
    return list(named.values()) or hierarchy.accounts


def _principals(asked: Asked, organization: Organization, account: AccountPlace) -> Sequence[str]:
    """Who is asked about in an account: as named; but a permission set not where it is not assigned, unless the account is named too."""
    if asked.principals:
        assigned = {f"{PERMISSION_SET}{name}" for name in account.permission_sets}
        return [
            name
            for name in dict.fromkeys(asked.principals)
            if asked.accounts or name in assigned or not name.startswith(PERMISSION_SET)
        ]
    if asked.as_matrix or not asked.actions:
        return [ORDINARY]
    return list(representatives(organization, account))


def _region(asked: Asked, action: str, organization: Organization) -> str:
    """The region of a request, "" where its service has but one, or its resource's ARN tells it."""
    told = asked.resource.count(":") > 4 and asked.resource.split(":")[3] not in ("", "*")
    if asked.region or told or action.partition(":")[0].lower() in ENDPOINT_REGIONS:
        return asked.region
    return organization.home_region


def _context(pairs: Sequence[str]) -> Mapping[str, Values]:
    values: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise click.UsageError(f"--context {pair}: write KEY=VALUE, or KEY= for a key that is absent")
        _check_key(key)
        values[key] = (*values.get(key, ()), *([value] if value else []))
    return {key: found[0] if len(found) == 1 else found for key, found in values.items()}


def _check_key(name: str) -> None:
    """Refuse what is nearly a condition key: an answer would rest on a key that no policy asks for."""
    if ":" not in name:
        raise click.UsageError(f"--context {name}: a condition key is written service:Name, as in aws:SourceIp")
    near = "" if catalogue().condition_key(name) else catalogue().nearest_condition_key(name)
    if near:
        raise click.UsageError(f"--context {name}: there is no such condition key; did you mean {near}?")


def _given(asked: Asked) -> Given:
    identity = tuple(read_policy(file, IDENTITY) for file in asked.identity_policies)
    trust = bool(asked.actions) and all(action.lower().startswith("sts:") for action in asked.actions)
    return Given(
        scps=tuple(read_policy(file, SERVICE_CONTROL) for file in asked.scps),
        rcps=tuple(read_policy(file, RESOURCE_CONTROL) for file in asked.rcps),
        identity=identity or None,
        boundary=read_policy(asked.boundary, IDENTITY) if asked.boundary else None,
        session=tuple(read_policy(file, IDENTITY) for file in asked.session_policies),
        resource=read_policy(asked.resource_policy, TRUST if trust else RESOURCE) if asked.resource_policy else None,
    )


def _told(answers: Sequence[Answer], *, as_matrix: bool) -> Sequence[str]:
    """The answers as text, each part by itself."""
    plain = not _writes_symbols()
    principals = list(dict.fromkeys(answer.question.principal for answer in answers))
    if as_matrix:
        return _matrices(answers, principals, ascii_only=plain)
    if len(principals) == 1 and len(answers) <= IN_FULL:
        return [text.full(answer, answer.question.account, ascii_only=plain) for answer in answers]
    found = alike.pages(answers)
    parts = [tables.told(page, ascii_only=plain) for page in found]
    if len(principals) > 1:
        verdicts = {case.verdict for answer in answers for case in answer.cases}
        parts.append(prose(words.legend(verdicts, ascii_only=plain)))
    return [*parts, prose(tables.COUNTED)] if any(map(tables.leaves_out, found)) else parts


def _matrices(answers: Sequence[Answer], principals: Sequence[str], *, ascii_only: bool) -> Sequence[str]:
    parts = []
    for principal in principals:
        mine = [answer for answer in answers if answer.question.principal == principal]
        cells = {(answer.question.action, answer.question.account): answer for answer in mine}
        parts.append(f"What may {principal} do where?\n\n{matrix.table(cells, ascii_only=ascii_only)}")
    return parts


def _is(answer: Answer, expected: str) -> bool:
    return answer.verdict == "allowed" if expected == "allowed" else answer.verdict in DENIALS


def _writes_symbols() -> bool:
    """Whether stdout takes more than ASCII."""
    return (sys.stdout.encoding or "utf-8").lower().replace("-", "").startswith("utf")
