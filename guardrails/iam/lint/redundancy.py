"""What a policy says twice: statements, actions and resources that others cover, and what a Deny takes back whole."""

from collections.abc import Callable, Iterator
from typing import Final

from guardrails.iam.containment import covers_action, covers_resource, subsumes
from guardrails.iam.lint import Found, Rule
from guardrails.iam.linted import Linted, Statement
from guardrails.iam.subsumers import Beginnings, Subsumers

SOURCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
LOGIC: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"


def _redundant_statements(policy: Linted) -> Iterator[Found]:
    statements = policy.statements
    subsumers = Subsumers([each.elements for each in statements])
    pairs = [(one, other) for other, each in enumerate(statements) for one in subsumers.of(each.elements)]
    told: set[int] = set()
    for number, covered in sorted(pairs):
        one, other = statements[number], statements[covered]
        if one is other or {number, covered} & told or not subsumes(one.elements, other.elements):
            continue
        told.add(covered)
        yield Found(other.path, f"{one.name} says all that {other.name} says", "take it out")


def _redundant_items(policy: Linted) -> Iterator[Found]:
    for statement in policy.statements:
        yield from _covered(statement, ("Action", "NotAction"), covers_action)
        yield from _covered(statement, ("Resource", "NotResource"), covers_resource)


def _covered(statement: Statement, elements: tuple[str, str], covers: Callable[[str, str], bool]) -> Iterator[Found]:
    """The items of an element that another item covers; of two that say the same, the second."""
    items = list(statement.items(*elements))
    beginnings = Beginnings()
    for number, (_, text) in enumerate(items):
        beginnings.add(text.casefold(), number)
    for index, (path, text) in enumerate(items):
        for number in sorted(beginnings.covering(text.casefold()) - {index}):
            other = items[number][1]
            if covers(other, text) and (number < index or not covers(text, other)):
                again = text.casefold() == other.casefold()
                yield Found(
                    path, f"{text!r} stands there twice" if again else f"{other!r} covers {text!r}", "take it out"
                )
                break


def _taken_back(policy: Linted) -> Iterator[Found]:
    denials = [statement for statement in policy.statements if statement.denies]
    subsumers = Subsumers([denial.elements for denial in denials])
    for statement in policy.statements:
        allowed = {**statement.elements, "Effect": "Deny"}
        for number in sorted(subsumers.of(allowed)) if not statement.denies else ():
            denial = denials[number]
            if subsumes(denial.elements, allowed):
                message = f"{denial.name} denies all that {statement.name} allows"
                yield Found(statement.path, message, "one of them is wrong: a Deny always wins")
                break


RULES: Final = (
    Rule("GR401", "another statement says the same", "warning", SOURCE, _redundant_statements),
    Rule("GR402", "another item of the list says the same", "note", SOURCE, _redundant_items),
    Rule("GR403", "a Deny takes back all that the statement allows", "warning", LOGIC, _taken_back),
)
