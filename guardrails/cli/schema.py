"""schema: the JSON Schema of the files that people write, for editors."""

import json

import click

from guardrails import config, pipeline
from guardrails.cli.terminal import Options, say, shared_options


@click.command()
@click.argument("kind", required=False, metavar="[KIND]")
@shared_options
def schema_command(options: Options, kind: str | None) -> None:
    """Print the JSON Schema (draft-07) of one KIND of file, or of all.

    KIND is organization, account, controls, identity or policy-tests.
    """
    from guardrails.policy_tests import shapes

    controls = pipeline.known_controls(pipeline.content_folder(options.content))
    schemas = config.schema({control.id: control.settings for control in controls.values()})
    schemas["policy-tests"] = shapes.schema()
    if kind is not None and kind not in schemas:
        raise click.UsageError(f"there is no {kind} file; the kinds are {', '.join(sorted(schemas))}")
    say(json.dumps(schemas[kind] if kind else schemas, indent=2))
