"""Guardrails: declare an AWS Organization in YAML, see what would change, make it so, notice what left it.

    config/*.yaml ─load→ Organization ─┐
    policies/ templates/ ─load→ Library ┴─compile→ (Resource, …) ──┐        pure, offline, no boto3
                                                                 diff → Plan ─check→ Plan ─apply→ Outcome… ─record→ journal
    aws.Gateway.reader() ─observe→ Observation(live, blind) ──────┘

The same line from Python; each step is a function, and each value can be looked at:

    from pathlib import Path
    from guardrails import pipeline
    from guardrails.aws.connection import connect
    from guardrails.engine import run, safety
    from guardrails.limits import limits_of

    desired = pipeline.compile(pipeline.load(Path("config")))
    connection = connect(desired.organization)
    plan = pipeline.make_plan(connection, desired)
    safety.check(plan, limits_of(desired.organization, desired.resources))
    for outcome in run.apply(pipeline.known_types(), plan, connection.gateway.writer(), connection.directory):
        ...
"""

__version__ = "0.1.0"
