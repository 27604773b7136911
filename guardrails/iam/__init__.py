"""The policy language of AWS, offline. Imports nothing but the standard library and `guardrails.errors`.

    from guardrails.iam import FULL, Level, NamedPolicy, Policies, Request, evaluate

    scp = NamedPolicy("no-s3", {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]})
    policies = Policies(scps=(Level("Root", (FULL, scp)), Level("account", (FULL,))))
    decision = evaluate(Request("arn:aws:iam::111111111111:role/Admin", "s3:GetObject"), policies)
    decision.outcome  # "explicitDeny"
    str(decision.reasons[0])  # "Root / no-s3 / statement 1: denies it"

Nothing is read or sent: what is not given, and what the answer hangs on, stands in `decision.depends` and `decision.assumed`.

document          a policy document: parse into statements, minify for AWS
grammar           what AWS would refuse in a document, and what it would take and never match, for each type of policy
context           a request, and the condition keys that AWS fills in
principals        the Principal element: whom a statement of a resource or trust policy speaks of
answers           yes, no, and as far as is known
condition_block   what all condition operators share: IfExists, set operators, missing keys
conditions/       the operators, one file per family
patterns          wildcards and policy variables
containment       whether one pattern, condition or statement certainly covers another
saying            what several statements say together, and which of it moves to others
subsumers         which of many statements may cover one, found without comparing each with each
catalogue         AWS's actions and condition keys: a snapshot with its date; global_condition_keys, those of every service
statements        one statement, ready to be asked many times
policies          the policies that may have a say in a request, found by action
permission        what identity, boundary, session and resource policies give together
evaluate          a request and policies -> decision
decision          the answer, and why; reasons tells it in words
merging           fewer and shorter statements that say the same
packing           policies packed into the fewest documents that say the same
equality          whether two sets of policies decide alike
lint/             the linter's rules, one file per family; linted is what they look at, spelling tells a slip of the pen
narrowing         exempting principals from what a document denies
declarative_…     the same for declarative policies: their grammar; which keys and values each type has
inheritance       declarative policies along an account's path -> its effective policy
resource_control_services  which services resource control policies restrict
quotas            how large a policy may be, and how many a target takes
refusal           what is not understood is refused, never guessed
"""

from guardrails.iam.context import ANONYMOUS, Principal, Request, Values, principal
from guardrails.iam.decision import Decision, Outcome, Reason
from guardrails.iam.document import minified
from guardrails.iam.evaluate import evaluate
from guardrails.iam.grammar import IDENTITY, RESOURCE, RESOURCE_CONTROL, SERVICE_CONTROL, TRUST
from guardrails.iam.policies import ADMINISTRATOR_ACCESS, ASSUMED, FULL, FULL_AWS_ACCESS, Level, NamedPolicy, Policies
from guardrails.iam.refusal import UnsupportedPolicy

__all__ = [
    "ADMINISTRATOR_ACCESS",
    "ANONYMOUS",
    "ASSUMED",
    "FULL",
    "FULL_AWS_ACCESS",
    "IDENTITY",
    "RESOURCE",
    "RESOURCE_CONTROL",
    "SERVICE_CONTROL",
    "TRUST",
    "Decision",
    "Level",
    "NamedPolicy",
    "Outcome",
    "Policies",
    "Principal",
    "Reason",
    "Request",
    "UnsupportedPolicy",
    "Values",
    "evaluate",
    "minified",
    "principal",
]
