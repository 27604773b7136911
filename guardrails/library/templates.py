"""templates/<name>.py -> a CloudFormation template, as parsed JSON.

A template file is Python with two names:

    Parameters      a frozen dataclass; its fields are typed, and pydantic's `Field(ge=…, pattern=…)` may narrow them further
    template(p)     Parameters -> troposphere.Template

Code of Lambda functions that templates embed stands in templates/functions/, and is tested as any other code. Settings without a
CloudFormation type are put by one of them (`library/account_settings.py`).

The text of a template never depends on what AWS has not said yet: late values (an account id, the organization id) belong in
the parameters of the stack, not here.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/template-anatomy.html
"""

import json
import sys
import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from guardrails.cloudformation import MAX_TEMPLATE_BYTES, template_body
from guardrails.engine.catalog import BROKEN
from guardrails.errors import ConfigError, Problem
from guardrails.problems import nearest


def build(folder: Path, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The CloudFormation template `folder/<name>.py` makes of these parameters: parsed JSON, keys sorted, the same every time.

    Raises: ConfigError, naming the file and where possible the line: no such template, a parameter that is unknown, missing or
        out of range, a template larger than CloudFormation takes, one with a secret parameter, or anything that goes wrong inside the file.
    """
    path = folder / f"{name}.py"
    if not path.is_file():
        known = sorted(found.stem for found in folder.glob("*.py"))
        raise _refused(path, f"there is no template {name!r}", nearest(name, known))
    module = _load(path, path.stat().st_mtime_ns)
    checked = _checked(path, module.Parameters, parameters)
    with _blaming(path):
        made = module.template(checked)
        if not hasattr(made, "to_json"):
            raise TypeError(f"template(p) returns a troposphere.Template, this one returned {made!r}")
        document: dict[str, Any] = json.loads(made.to_json(sort_keys=True))
    if (size := len(template_body(document).encode())) > MAX_TEMPLATE_BYTES:
        raise _refused(
            path, f"the template has {size:,} bytes, CloudFormation takes {MAX_TEMPLATE_BYTES:,}", "split it"
        )
    if secret := [name for name, given in document.get("Parameters", {}).items() if given.get("NoEcho")]:
        message = f"the parameter {secret[0]!r} is NoEcho, but plans and the journal show every parameter"
        raise _refused(path, message, "let the stack read the secret from Secrets Manager")
    return document


@lru_cache(maxsize=128)
def _load(path: Path, _modified: int) -> ModuleType:
    """The file as a module, run anew when it changed; never written to disk as bytecode beside the user's files."""
    name = f"guardrails_template_{path.stem}_{sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # where dataclasses and pydantic look for the names in annotations
    with _blaming(path):
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    if not is_dataclass(getattr(module, "Parameters", None)):
        raise _refused(path, "a template file defines a dataclass `Parameters`")
    if not callable(getattr(module, "template", None)):
        raise _refused(path, "a template file defines a function `template(p: Parameters)`")
    return module


def _checked(path: Path, shape: type[Any], parameters: Mapping[str, Any]) -> Any:
    """The parameters as an instance of the file's dataclass, every field checked against its type."""
    from pydantic import TypeAdapter, ValidationError

    problems = list(_misnamed(path, {field.name: field for field in fields(shape)}, parameters))
    if problems:
        raise ConfigError(problems)
    with _blaming(path):
        adapter = TypeAdapter(shape)
        try:
            return adapter.validate_python(dict(parameters))
        except ValidationError as error:
            raise ConfigError(_invalid(path, error.errors())) from error


def _misnamed(path: Path, known: Mapping[str, "Field[Any]"], parameters: Mapping[str, Any]) -> Iterator[Problem]:
    for name in parameters.keys() - known.keys():
        yield Problem(str(path), 0, 0, f"there is no parameter {name!r}", nearest(name, known))
    for name, field in known.items():
        if name not in parameters and field.default is MISSING and field.default_factory is MISSING:
            yield Problem(str(path), 0, 0, f"the parameter {name!r} is missing")


def _invalid(path: Path, errors: Collection[Mapping[str, Any]]) -> Iterator[Problem]:
    for error in errors:
        where = ".".join(map(str, error["loc"]))
        reason = error["msg"].removeprefix("Value error, ")
        yield Problem(str(path), 0, 0, f"parameter {where}: {reason}" if where else reason)


@contextmanager
def _blaming(path: Path) -> Iterator[None]:
    """Turn what goes wrong inside the block into a problem of the content file, at its line."""
    try:
        yield
    except BROKEN as error:
        line = error.lineno or 0 if isinstance(error, SyntaxError) else _line(path, error)
        message = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
        raise ConfigError([Problem(str(path), line, 1 if line else 0, message)]) from error


def _line(path: Path, error: BaseException) -> int:
    """The innermost line of the content file that was running, 0 when none was."""
    frames = [frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return frames[-1] if frames else 0


def _refused(path: Path, message: str, suggestion: str = "") -> ConfigError:
    return ConfigError([Problem(str(path), 0, 0, message, suggestion)])
