"""The documentation of the linter's rules, made from the rules: one Markdown page, a section for each file of rules."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Final

from guardrails.iam import lint
from guardrails.iam.lint import Rule
from guardrails.linting.files import TYPES
from guardrails.linting.silences import STALE

NOTE: Final = "<!-- Made by `make docs` from guardrails/iam/lint; edit the rules there instead. -->"
INTRODUCTION: Final = """\
`guardrails lint` looks at the policies that the declared organization compiles to and at the whole library; `guardrails lint FILE…`
at policy documents, JSON or YAML. An **error** does not do what it says; a **warning** may not; a **note** could be said better.
The command ends with 2 when there is an error, with `--strict` on warnings too. `--sarif FILE` writes what was found for code hosts.
`guardrails validate` refuses what is an error.

A policy of the library accepts a finding with a written reason, in the whole file or in the statement of one Sid:

```yaml
lint:
  GR203: The actions are new this week.
  GR401 DenyRoot: It stands for itself in reports.
```"""
SHORT: Final = {policy_type: name for name, policy_type in TYPES.items()}


def page() -> str:
    """The page of all rules, as Markdown."""
    return "\n\n".join(["# What the linter finds", NOTE, INTRODUCTION, *_sections()]) + "\n"


def _sections() -> Iterator[str]:
    modules = [
        importlib.import_module(f"{lint.__name__}.{entry.name}") for entry in pkgutil.iter_modules(lint.__path__)
    ]
    for module in sorted(modules, key=lambda module: str(module.RULES[0].id)):
        title, _, more = str(module.__doc__).partition("\n")
        yield f"## {title.rstrip('.')}"
        if more.strip():
            yield " ".join(more.split())
        yield _table(module.RULES)
    yield "## Entries that accept nothing"
    yield _table((STALE,))


def _table(rules: tuple[Rule, ...]) -> str:
    rows = [
        f"| {rule.id} | {rule.severity} | {rule.title} | {', '.join(SHORT[each] for each in rule.types) or 'all'} | {_source(rule)} |"
        for rule in rules
    ]
    return "\n".join(["| id | severity | what | policies | source |", "|---|---|---|---|---|", *rows])


def _source(rule: Rule) -> str:
    return f"[AWS]({rule.source})" if rule.source.startswith("https://") else "this page"
