"""A plugin folder, read as a registry: every module exports one constant, and its file name is its id."""

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final, TypeVar

from guardrails.errors import CatalogError

P = TypeVar("P")

BROKEN: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What the code of a plugin file may fail with."""


def discover(
    package: ModuleType,
    constant: str,
    kind: type[P],
    id_of: Callable[[P], str],
    *,
    folders: Iterable[Path] = (),
) -> Mapping[str, P]:
    """The plugins of a package (and of further folders of single files) by id, sorted; each module exports `constant`, a `kind`.

    Raises: CatalogError, naming the file: the constant is missing or of another kind, or two files claim one id.
    """
    found: dict[str, tuple[P, str]] = {}
    for module in (*_modules_of(package), *_modules_in(folders)):
        place = getattr(module, "__file__", None) or module.__name__
        plugin = getattr(module, constant, None)
        if not isinstance(plugin, kind):
            raise CatalogError(f"{place}: exports no {constant} that is a {kind.__name__}")
        identity = id_of(plugin)
        if identity in found:
            raise CatalogError(f"{place}: {identity} is already taken by {found[identity][1]}")
        found[identity] = (plugin, place)
    return {identity: found[identity][0] for identity in sorted(found)}


def _modules_of(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{info.name}")


def _modules_in(folders: Iterable[Path]) -> Iterator[ModuleType]:
    for folder in folders:
        for file in sorted(folder.glob("[!_]*.py")):
            yield load_file(file)


def load_file(file: Path) -> ModuleType:
    """The module in a file outside any package, loaded under a name of its own.

    Raises: CatalogError, naming the file and the line, when its code fails.
    """
    name = f"guardrails_content_{file.parent.name}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise CatalogError(f"{file}: is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BROKEN as error:
        del sys.modules[name]
        raise CatalogError(f"{file}: cannot be loaded: {type(error).__name__}: {error}") from error
    return module
