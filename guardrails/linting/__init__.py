"""What the linter finds in whole files: the rules of `guardrails.iam.lint` look at documents, here they meet places and reasons.

library         the policies of the library, each with its parameters' defaults, or those of its first example
compiled        the policies that a declared organization compiles to, with the parameters it gives
files           policy documents in files of their own, JSON or YAML
silences        findings that a policy file accepts, with a written reason
sarif           findings as SARIF, which code hosts show beside the lines
"""

from dataclasses import dataclass

from guardrails.iam.lint import Finding, Rule


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding in a file; `policy` is what the policy is called, `statement` the Sid or number of the statement ("" for none).

    `reason` says why it is accepted, "" when it is not.
    """

    file: str
    line: int
    column: int
    rule: Rule
    policy: str
    message: str
    suggestion: str = ""
    statement: str = ""
    reason: str = ""

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Where it stands among others."""
        return self.file, self.line, self.column, self.rule.id, self.message


@dataclass(frozen=True, slots=True)
class Linting:
    """How many policies were looked at, what was found in them, and what of it they accept."""

    policies: int
    findings: tuple[Placed, ...] = ()
    accepted: tuple[Placed, ...] = ()

    def count(self, severity: str) -> int:
        """How many findings of a severity there are."""
        return sum(finding.rule.severity == severity for finding in self.findings)


def placed(finding: Finding, place: tuple[str, int, int], policy: str, statement: str) -> Placed:
    """A finding at a place: file, line and column."""
    return Placed(*place, finding.rule, policy, finding.message, finding.suggestion, statement)
