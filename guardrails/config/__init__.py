"""YAML -> the declared organization. Every problem of all files is told at once, each with file:line:column.

    load            a configuration directory -> `guardrails.model.Organization`
    schema          the JSON Schema of each kind of file, for editors
    write_account   one more account file, as a person would write it

Importing this package imports pydantic; commands that read no configuration do not import it.
"""

from guardrails.config.loading import load

__all__ = ["load"]
