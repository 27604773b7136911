"""lint: what is wrong with policies, those of the declared organization and of the library, or those in files."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

import click

from guardrails import pipeline
from guardrails.cli.terminal import Options, note, prose, say, shared_options
from guardrails.iam.catalogue import catalogue
from guardrails.linting import Linting, Placed, files, library, silences
from guardrails.linting.sarif import sarif
from guardrails.organization_facts import policy_facts
from guardrails.placeholders import with_placeholders

EXIT_FINDINGS: Final = 2
FAILING: Final = {False: ("error",), True: ("error", "warning")}
WIDTH: Final = 80


@click.command()
@click.argument("paths", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--type", "kind", type=click.Choice(list(files.TYPES)), help="What the files are.  [default: guessed]")
@click.option("--trusted", multiple=True, metavar="ARN", help="Who every Deny in the files must let alone.")
@click.option("--strict", is_flag=True, help="Exit 2 on warnings too.")
@click.option(
    "--sarif", "log", type=click.Path(path_type=Path, dir_okay=False), help="Write the findings to this file as SARIF."
)
@shared_options
def lint_command(
    options: Options,
    paths: tuple[Path, ...],
    kind: str | None,
    trusted: tuple[str, ...],
    strict: bool,
    log: Path | None,
) -> None:
    """Find what is wrong with policies; needs no AWS.

    Without FILE: the policies that the declared organization compiles to, and the whole library. FILE is a policy document, JSON or YAML,
    or a policy of the library. Exit 2 when there is an error.
    """
    found = _shortened(_of_files(options, paths, kind, trusted) if paths else _of_organization(options))
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(json.dumps(sarif(found, Path.cwd()), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        note(f"Wrote the findings to {log}.")
    say(json.dumps(_document(found), indent=2, ensure_ascii=False) if options.output == "json" else _text(found))
    if any(found.count(severity) for severity in FAILING[strict]):
        click.get_current_context().exit(EXIT_FINDINGS)


def _of_organization(options: Options) -> Linting:
    declared = pipeline.load(options.config, options.content)
    return pipeline.lint_policies(declared, pipeline.compile(declared))


def _of_files(options: Options, paths: Sequence[Path], kind: str | None, trusted: Sequence[str]) -> Linting:
    """What is found in files; those of the library are rendered for the declared organization."""
    folder = pipeline.content_folder(options.content).resolve() / "policies"
    ours = [path for path in paths if any(path.resolve().is_relative_to(folder / each) for each in library.KINDS)]
    others = [path for path in paths if path not in ours]
    found = files.file_findings(others, files.TYPES[kind] if kind else "", trusted)
    if not ours:
        return silences.with_silences(len(others), found, ())
    declared = pipeline.load(options.config, options.content)
    asked = {path.resolve() for path in ours}
    sources = [each for each in library.sources(declared.library) if Path(each.file).resolve() in asked]
    found += library.library_findings(sources, with_placeholders(policy_facts(declared.organization)))
    return silences.with_silences(len(paths), found, sources)


def _shortened(found: Linting) -> Linting:
    """The same, files below the working directory named from there."""
    here = Path.cwd()

    def near(each: Placed) -> Placed:
        file = Path(each.file)
        return replace(each, file=str(file.relative_to(here))) if each.file and file.is_relative_to(here) else each

    return Linting(found.policies, tuple(map(near, found.findings)), tuple(map(near, found.accepted)))


def _text(found: Linting) -> str:
    lines = [line for finding in found.findings for line in _lines(finding)]
    counts = [_counted(found.count(severity), severity) for severity in ("error", "warning", "note")]
    told = ", ".join(count for count in counts if count) or "nothing found"
    accepted = f", {len(found.accepted)} accepted" if found.accepted else ""
    summary = f"{_counted(found.policies, 'policy', 'policies') or 'no policies'}: {told}{accepted}."
    return "\n".join([*lines, prose(f"{summary} Actions as AWS had them on {catalogue().date}.")])


def _counted(count: int, what: str, several: str = "") -> str:
    return f"{count} {what if count == 1 else several or what + 's'}" if count else ""


def _lines(finding: Placed) -> Iterator[str]:
    """A finding: where it is, how bad, which rule; then the reason, what to do, and the page that says so."""
    where = f"{finding.file}:{finding.line}:{finding.column}" if finding.file else finding.policy
    yield f"{where}: {click.style(finding.rule.severity, fg=_COLOURS[finding.rule.severity])} {finding.rule.id}"
    advice = f" ({finding.suggestion})" if finding.suggestion else ""
    yield from wrap(
        f"{finding.message}{advice}",
        WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield f"  {finding.rule.source}"


_COLOURS: Final = {"error": "red", "warning": "yellow", "note": "blue"}


def _document(found: Linting) -> dict[str, Any]:
    return {
        "policies": found.policies,
        "actions_as_of": catalogue().date,
        "findings": list(map(_entry, found.findings)),
        "accepted": [{**_entry(each), "reason": each.reason} for each in found.accepted],
    }


def _entry(each: Placed) -> dict[str, Any]:
    return {
        "id": each.rule.id,
        "severity": each.rule.severity,
        "title": each.rule.title,
        "policy": each.policy,
        "statement": each.statement,
        "file": each.file,
        "line": each.line,
        "column": each.column,
        "message": each.message,
        "suggestion": each.suggestion,
        "source": each.rule.source,
    }
