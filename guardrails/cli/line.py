"""validate, compile, plan, drift and apply: one pipeline, stopped at different points."""

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guardrails import pipeline
from guardrails.cli.terminal import STATE, Options, applying, interruptible, note, prose, say, shared_options, working
from guardrails.engine import plan as planning
from guardrails.engine import run, safety
from guardrails.engine.journal import Journal, locked
from guardrails.errors import ConfigError, Problem, StalePlan
from guardrails.limits import limits_of
from guardrails.policy_slots import budgets
from guardrails.reports import ApplyReport, CallCounts, PlanReport
from guardrails.reports.json import budget_document, plan_document

if TYPE_CHECKING:
    from guardrails.aws.connection import Connection

SHOW_CALLS = click.option("--show-calls", is_flag=True, help="Count the AWS calls, by operation.")
DEEP = click.option("--deep", is_flag=True, help="Look inside deployed stacks too, for minutes.")
BRIEF = click.option("--brief", is_flag=True, help="Name the changes without their properties.")
EXIT_CHANGES = 2
EXIT_AWS = 4
EXIT_PARTLY = 5
EXIT_INTERRUPTED = 130


def desired_by(options: Options) -> pipeline.Desired:
    """What the user's files compile to, templates linted."""
    return _compiled(pipeline.load(options.config, options.content))


def _compiled(declared: pipeline.Declared) -> pipeline.Desired:
    desired = pipeline.compile(declared)
    if not pipeline.lint_templates(desired, STATE / "linted"):
        note("Templates were not linted, for cfn-lint is not installed: pip install 'landing-zone-guardrails[lint]'")
    return desired


def connected(options: Options, desired: pipeline.Desired) -> "Connection":
    """A checked connection to AWS, or to the sandbox, which is started when it does not run yet.

    GUARDRAILS_MEMBER_ROLE names another role to assume in member accounts than the declared one: a drift job needs to read only.
    """
    from guardrails.aws.connection import connect

    endpoint = None
    if options.sandbox:
        from guardrails.cli.sandbox import running_endpoint

        endpoint = running_endpoint()
    return connect(desired.organization, endpoint=endpoint, member_role=os.environ.get("GUARDRAILS_MEMBER_ROLE", ""))


@click.command()
@shared_options
def validate_command(options: Options) -> None:
    """Check config/, policies/ and templates/; needs no AWS."""
    desired, examples = _validated(options)
    organization = desired.organization
    figures = {
        "accounts": len(organization.accounts),
        "organizational units": len(organization.organizational_units),
        "controls": len(organization.controls),
        "resources": len(desired.resources),
        "policy examples": examples,
    }
    if options.output == "json":
        counted = {name.replace(" ", "_"): figure for name, figure in figures.items()}
        exceptions = [each.document() for each in desired.exceptions]
        slots = [budget_document(budget) for budget in budgets(desired.resources)]
        found = {"valid": True, **counted, "exceptions": exceptions, "policy_slots": slots}
        say(json.dumps(found, ensure_ascii=False))
        return
    say(prose(f"Valid: {', '.join(f'{figure} {name}' for name, figure in figures.items())}."))
    for each in desired.exceptions:
        if each.is_ending:
            say(prose(f"{each.sentence[:1].upper()}{each.sentence[1:]}."))


def _validated(options: Options) -> tuple[pipeline.Desired, int]:
    """What the files compile to, and how many policy examples hold; the problems of both are told together."""
    declared = pipeline.load(options.config, options.content)
    problems: list[Problem] = []
    try:
        examples = pipeline.check_examples(declared)
    except ConfigError as error:
        problems += error.problems
    try:
        desired = _compiled(declared)
        pipeline.check_policies(declared, desired)
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    return desired, examples


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write the files to this folder.")
@shared_options
def compile_command(options: Options, out: Path | None) -> None:
    """Write the policies, templates and resources that follow; needs no AWS."""
    from guardrails.compiled import resource_list, write

    desired = desired_by(options)
    if out is None or options.output == "json":
        say(resource_list(desired.resources, options.output))
    if out is not None:
        files = write(desired.resources, out)
        note(f"Wrote {files} files to {out}.")


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the plan to this file, for `apply FILE`."
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@DEEP
@SHOW_CALLS
@BRIEF
@shared_options
def plan_command(
    options: Options, out: Path | None, detailed_exitcode: bool, deep: bool, show_calls: bool, brief: bool
) -> None:
    """Show what apply would change in the live organization."""
    plan = show_plan(options, "plan", deep=deep, show_calls=show_calls, brief=brief)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(plan_document(plan), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        note(f"Wrote the plan to {out}. This applies exactly what it says:\n  {options.command} apply {out}")
    if detailed_exitcode and (plan.changes or not plan.complete):
        click.get_current_context().exit(EXIT_CHANGES)


@click.command()
@DEEP
@SHOW_CALLS
@BRIEF
@shared_options
def drift_command(options: Options, deep: bool, show_calls: bool, brief: bool) -> None:
    """Like plan, for jobs: exit 2 when anything differs, or could not be seen."""
    plan = show_plan(options, "drift", deep=deep, show_calls=show_calls, brief=brief)
    if plan.changes or not plan.complete:
        click.get_current_context().exit(EXIT_CHANGES)


def show_plan(
    options: Options, purpose: str, *, deep: bool = False, show_calls: bool = False, brief: bool = False
) -> planning.Plan:
    """Print the plan, as "plan" or as "drift", with what apply would refuse; returns it."""
    desired = desired_by(options)
    connection = connected(options, desired)
    plan = _observed_plan(connection, desired, deep=deep)
    crossed = safety.violations(plan, limits_of(desired.organization, desired.resources))
    calls = _calls(connection, show_calls)
    used = budgets(desired.resources, plan)
    say(options.format.plan(PlanReport(plan, purpose, crossed, calls, brief, tuple(safety.impossible(plan)), used)))
    return plan


def _observed_plan(connection: "Connection", desired: pipeline.Desired, *, deep: bool) -> planning.Plan:
    with working("Looking at the live organization") as progress:
        return pipeline.make_plan(connection, desired, progress, deep=deep)


def _calls(connection: "Connection", asked: bool) -> CallCounts | None:
    calls = connection.gateway.calls
    return CallCounts(dict(calls.reads), dict(calls.writes)) if asked else None


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Apply without asking.")
@click.option("--accept", multiple=True, metavar="LIMIT", help="Accept that the plan crosses this safety limit.")
@DEEP
@SHOW_CALLS
@BRIEF
@shared_options
def apply_command(
    options: Options, file: Path | None, yes: bool, accept: tuple[str, ...], deep: bool, show_calls: bool, brief: bool
) -> None:
    """Make the live organization what is declared.

    The plan is shown first. With FILE (from `plan --out`), apply exactly what was reviewed, as deep as it was: refused
    when it no longer reproduces.
    """
    reviewed = _reviewed(file) if file else None
    desired = desired_by(options)
    connection = connected(options, desired)
    with locked(STATE / "lock"):
        plan = _observed_plan(connection, desired, deep=reviewed.deep if reviewed else deep)
        if reviewed is not None and plan.digest != reviewed.digest:
            raise StalePlan(
                f"{file} no longer reproduces: the live or the declared organization changed since; plan again"
            )
        safety.check(plan, limits_of(desired.organization, desired.resources), accept)
        if not plan.changes:
            say(options.format.apply(ApplyReport(plan, (), 0.0, _calls(connection, show_calls), brief)))
            return
        if reviewed is None:
            _show_and_confirm(options, plan, brief=brief, confirmed=yes)
        report, stopped = _apply(connection, plan, show_calls=show_calls, brief=brief)
    say(options.format.apply(report))
    click.get_current_context().exit(EXIT_INTERRUPTED if stopped else _exit_code(report))


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a plan file ties an apply to: its digest, and whether it looked inside deployed stacks."""

    digest: str
    deep: bool


def _reviewed(file: Path) -> Reviewed:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        return Reviewed(str(document["digest"]), bool(document.get("deep", False)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            [Problem(str(file), 0, 0, "is no plan", "write one with: guardrails plan --out FILE")]
        ) from error


def _show_and_confirm(options: Options, plan: planning.Plan, *, brief: bool, confirmed: bool) -> None:
    if options.output == "text":
        say(options.format.plan(PlanReport(plan, brief=brief)))
        say("")
    if confirmed:
        return
    if options.output != "text" or not sys.stdin.isatty():
        raise ConfigError([Problem("", 0, 0, "nobody is here to confirm", "add --yes, or apply a reviewed plan file")])
    if not click.confirm("Apply this?", err=True):
        note("Nothing was changed.")
        click.get_current_context().exit(EXIT_INTERRUPTED)


def _apply(connection: "Connection", plan: planning.Plan, *, show_calls: bool, brief: bool) -> tuple[ApplyReport, bool]:
    """Make the changes and record each; tells whether it was stopped before its end."""
    journal = Journal(STATE / "journal.jsonl", connection.caller, plan)
    journal.begin(len(plan.changes))
    begun = time.monotonic()
    outcomes: list[run.Outcome] = []
    result = "cut off"
    types, writer, names = pipeline.known_types(), connection.gateway.writer(), connection.directory
    try:
        with interruptible() as stopped, applying(len(plan.changes)) as (started, ended):
            for outcome in run.apply(types, plan, writer, names, started=started, stopped=stopped):
                journal.record(outcome)
                outcomes.append(outcome)
                ended(outcome)
        if not stopped():
            result = "done" if all(o.result is run.Result.DONE for o in outcomes) else "in part"
    finally:
        journal.end(result)
    report = ApplyReport(plan, tuple(outcomes), time.monotonic() - begun, _calls(connection, show_calls), brief)
    return report, stopped()


def _exit_code(report: ApplyReport) -> int:
    done = sum(outcome.result is run.Result.DONE for outcome in report.outcomes)
    if done == len(report.plan.changes):
        return 0
    return EXIT_PARTLY if done else EXIT_AWS
