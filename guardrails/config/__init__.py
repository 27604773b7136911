"""YAML -> the declared organization. Every problem of all files is told at once, each with file:line:column.

    load            a configuration directory -> `guardrails.model.Organization`
    schema          the JSON Schema of each kind of file, for editors
    write_account   one more account file, as a person would write it

What control settings are made of is in `guardrails.config.vocabulary`. Importing this package imports pydantic, so commands
that read no configuration do not import it.
"""

from guardrails.config.loading import load
from guardrails.config.schema import schema
from guardrails.config.writing import write_account

__all__ = ["load", "schema", "write_account"]
