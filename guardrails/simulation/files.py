"""Policies that are given as files: JSON, or YAML, checked as AWS would check them; each statement knows its line."""

from pathlib import Path

from guardrails.errors import ConfigError, Problem
from guardrails.iam import NamedPolicy
from guardrails.iam.grammar import flaws
from guardrails.problems import Problems
from guardrails.yaml_document import read


def read_policy(file: Path, policy_type: str) -> NamedPolicy:
    """The policy of a type in a file.

    Raises: ConfigError, with everything that AWS would refuse, and where it stands.
    """
    problems = Problems()
    document = read(file, str(file), problems)
    problems.raise_if_any()
    if document is None:
        raise ConfigError([Problem(str(file), 0, 0, "is no policy")])
    for flaw in flaws(document.data, policy_type):
        if flaw.refused:
            problems.add(document.place(flaw.path), flaw.message, flaw.suggestion)
    problems.raise_if_any()
    several = isinstance(document.data["Statement"], list)
    paths = [("Statement", index) for index in range(len(document.data["Statement"]))] if several else [("Statement",)]
    return NamedPolicy(
        file.name, document.data, policy_type, tuple((f"{file}:{document.place(path).line}",) for path in paths)
    )
