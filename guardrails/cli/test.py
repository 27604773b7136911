"""test: the examples of policies, and tests/guardrails/*.yaml, asked of the organization that the files compile to."""

import json
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import click

from guardrails import pipeline
from guardrails.cli.terminal import Options, note, say, shared_options
from guardrails.library.policies import POLICY_TYPES, PolicySource
from guardrails.policy_tests.asking import run
from guardrails.policy_tests.examples import results_of
from guardrails.policy_tests.expressions import Facts, facts_of
from guardrails.policy_tests.junit import junit
from guardrails.policy_tests.likeness import Organized
from guardrails.policy_tests.loading import files_in, load
from guardrails.policy_tests.results import Result
from guardrails.policy_tests.shapes import PolicyTest
from guardrails.policy_tests.told import as_data, in_words
from guardrails.simulation.declared import declared_hierarchy

FOLDER: Final = Path("tests") / "guardrails"
EXIT_FAILURES: Final = 2


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[FILES]...")
@click.option("-k", "words", default="", metavar="TEXT", help="Only tests and examples with this in name or file.")
@click.option("--junit", "junit_file", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML, too.")
@shared_options
def test_command(options: Options, files: tuple[Path, ...], words: str, junit_file: Path | None) -> int:
    """Ask what must stay denied, and what must stay possible; needs no AWS.

    FILES are test files, policy files (their examples are asked), or folders. Without any, it is
    tests/guardrails/ and every policy. Exits 2 when a test fails.
    """
    started = time.perf_counter()
    declared = pipeline.load(options.config, _content(options.content))
    files_of_tests, policies = _named_by(files, declared)
    facts = facts_of(declared.organization)
    tests = load(files_of_tests, declared.organization, facts, _policy_ids(declared))
    tests = tuple(test for test in tests if _wanted(words, test.name, test.standing.file))
    examples = [
        result for policy in policies for result in results_of(policy, facts, partial(_wanted, words, policy.file))
    ]
    if not tests and not examples:
        raise click.UsageError(f"no test or example has {words!r} in its name or file" if words else "there is no test")
    results = _asked(declared, tests, facts)
    _report(options, results, examples, time.perf_counter() - started)
    if junit_file:
        junit_file.parent.mkdir(parents=True, exist_ok=True)
        junit_file.write_bytes(junit([*results, *examples]))
    return EXIT_FAILURES if any(result.failures for result in (*results, *examples)) else 0


def _asked(declared: pipeline.Declared, tests: Sequence[PolicyTest], facts: Facts) -> list[Result]:
    """What becomes of tests of the organization that is declared."""
    if not tests:
        return []
    hierarchy = declared_hierarchy(declared.organization, pipeline.compile(declared).resources)
    organized = Organized(declared.organization, hierarchy, facts)
    return [run(test, organized) for test in tests]


def _content(given: Path | None) -> Path | None:
    """The content folder as people see it: files in the working directory are told without the way to it."""
    return Path() if given is None and pipeline.content_folder(given) == Path.cwd() else given


def _wanted(words: str, *texts: str) -> bool:
    return any(words.casefold() in text.casefold() for text in texts)


def _named_by(files: Sequence[Path], declared: pipeline.Declared) -> tuple[list[Path], list[PolicySource]]:
    """The test files and the policies that were named; all of both when nothing was."""
    if not files:
        if not FOLDER.is_dir():
            note(f"There is no {FOLDER}: only the examples of policies are asked.")
        return files_in(FOLDER), pipeline.policies_of(declared)
    folder = (declared.library.content / "policies").resolve()
    every = list(dict.fromkeys(file for given in files for file in _files(given)))
    within = {file: file.resolve().relative_to(folder).parts[0] for file in every if folder in file.resolve().parents}
    policies = [declared.library.policy(kind, file.stem) for file, kind in within.items() if kind in POLICY_TYPES]
    return [file for file in every if file not in within], policies


def _policy_ids(declared: pipeline.Declared) -> set[str]:
    """The ids of the policies that may deny."""
    folder = declared.library.content / "policies"
    return {file.stem for kind in ("scp", "rcp") for file in (folder / kind).rglob("*.yaml")}


def _files(given: Path) -> Iterator[Path]:
    yield from files_in(given) if given.is_dir() else [given]


def _report(options: Options, results: Sequence[Result], examples: Sequence[Result], seconds: float) -> None:
    if options.output == "json":
        say(json.dumps(as_data(results, examples), indent=2))
    else:
        say(in_words(results, examples, seconds))
