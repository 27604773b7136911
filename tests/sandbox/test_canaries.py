"""These fail when a release of moto changes what the sandbox builds on."""

import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator

from guardrails.sandbox.canaries import REPLACED, REPLACED_WHEN_USED
from guardrails.sandbox.embedded import Embedded

ASK = """
import importlib, inspect, json, sys
def signature(name):
    module, _, path = name.partition(":")
    found = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return str(inspect.signature(found))
print(json.dumps({name: signature(name) for name in sys.argv[1:]}))
"""


def test_moto_has_what_we_replace() -> None:
    """Every symbol that the sandbox replaces is in moto, with the signature that the replacement has."""
    expected = {**REPLACED, **REPLACED_WHEN_USED}
    asked = subprocess.run([sys.executable, "-c", ASK, *expected], capture_output=True, text=True, check=True)
    plain = {name: text.replace("'", "") for name, text in json.loads(asked.stdout).items()}
    assert plain == expected


def test_every_symbol_is_replaced(sandbox: Embedded) -> None:
    """In a process that serves the sandbox none of them is moto's own any more."""
    owners = {}
    for name in REPLACED:
        module, _, path = name.partition(":")
        found = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
        owners[name] = found.__module__.partition(".")[0]
    assert sandbox.endpoint
    assert set(owners.values()) == {"guardrails"}


def ours_in(module: str, holder: object, path: str = "") -> Iterator[str]:
    """What a module or class of moto holds that was written here, as `module:path`; classes are looked into where they are defined."""
    for name, value in list(vars(holder).items()):
        function = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if str(getattr(function, "__module__", "")).startswith("guardrails"):
            yield f"{module}:{path}{name}"
        elif inspect.isclass(value) and value.__module__ == module and not path:
            yield from ours_in(module, value, f"{name}.")


def test_nothing_else_is_replaced(sandbox: Embedded) -> None:
    """Whatever of moto's the sandbox has put something of its own in the place of is listed: each patch has its canary."""
    assert sandbox.endpoint
    modules = {name: module for name, module in sys.modules.items() if name.startswith("moto.")}
    found = {place for name, module in modules.items() for place in ours_in(name, module)}
    assert found - set(REPLACED) - set(REPLACED_WHEN_USED) == set()
