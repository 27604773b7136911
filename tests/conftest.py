"""What every test may ask for: the options of the command line, and the tree under test."""

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from guardrails.sandbox.embedded import Embedded
    from tests.command_line import Workplace
    from tests.organization_line import Line

gc.set_threshold(
    100_000, 50, 100
)  # botocore's models are a million objects that are never garbage: a tenth of the time
settings.register_profile("patient", deadline=None)  # a busy machine is no failure
settings.load_profile("patient")

REPOSITORY = Path(__file__).parent.parent
LONG = (
    *("test_crash.py", "test_readme.py", "test_baseline.py", "test_deep_drift.py", "test_fidelity.py", "test_line.py"),
    "test_faults.py",
)
"""The files that take longest: they begin first, so that no process is left alone with one at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--crash-every",
        type=int,
        default=60,
        metavar="N",
        help="crash the demo's apply after every Nth write (1: after each write in turn; the default, 60, is for every day)",
    )
    parser.addoption(
        "--whole-baseline",
        action="store_true",
        help="run what is marked whole_baseline too, and take the baseline that ships where everyday controls would do",
    )
    parser.addoption(
        "--every-service",
        action="store_true",
        help="ask the sandbox for something of every service that botocore knows, instead of every fortieth",
    )
    parser.addoption(
        "--write-docs",
        action="store_true",
        help="write what the program says into the generated blocks of README.md, instead of comparing",
    )
    parser.addoption(
        "--plain-moto",
        action="store_true",
        help="run the sandbox's tests against moto alone and count the behaviours of AWS that it keeps (no test fails then)",
    )
    parser.addoption(
        "--fidelity-table",
        type=Path,
        metavar="FILE",
        help="write the table of those behaviours to FILE: with --plain-moto as found, with --collect-only without moto's column",
    )


def pytest_sessionfinish() -> None:
    """Spare pytest's last collections of garbage those million objects, which take it seconds to look through."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes too long for every day; let the long files begin first, the others stay in the order that they came in."""
    marked = [item for item in items if item.get_closest_marker("whole_baseline")]
    if marked and not config.getoption("--whole-baseline"):
        config.hook.pytest_deselected(items=marked)
        items[:] = [item for item in items if item not in marked]
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.fixture(scope="session")
def crash_every(request: pytest.FixtureRequest) -> int:
    """The step between the writes after which the crash test crashes."""
    step: int = request.config.getoption("--crash-every")
    return step


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the tree under test."""
    return REPOSITORY


@pytest.fixture(scope="session")
def sandbox_server() -> "Iterator[Embedded]":
    """One sandbox server for the whole session: there is one state per process."""
    from guardrails.sandbox import in_process

    with in_process() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: "Embedded") -> "Embedded":
    """The bare organization, as on the first day."""
    sandbox_server.reset()
    return sandbox_server


@pytest.fixture
def line(sandbox: "Embedded") -> "Line":
    """Plans and applies resources of AWS Organizations on the bare organization."""
    from tests.organization_line import Line

    return Line.to(sandbox)


@pytest.fixture(scope="session")
def everyday_config(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The organization that ships, with the few controls that most tests declare."""
    from tests.command_line import lay_config

    return lay_config(repository, tmp_path_factory.mktemp("everyday") / "config")


@pytest.fixture(scope="session")
def linted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Which templates cfn-lint has passed: remembered for the session, by all its processes, as it takes seconds to ask."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "linted"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def workplace(
    sandbox: "Embedded", linted: Path, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> "Workplace":
    """A working directory with the shipped configuration; as its sandbox the bare organization, where policies are enforced."""
    from tests.command_line import open_workplace

    sandbox.enforce()
    opened = open_workplace(tmp_path, repository, sandbox, monkeypatch)
    (tmp_path / ".guardrails" / "linted").symlink_to(linted)
    return opened


@pytest.fixture(scope="session")
def first_days() -> dict[str, Any]:
    """What stands in the sandbox after each seed, for those that were laid."""
    return {}


@pytest.fixture
def lay(sandbox: "Embedded", first_days: dict[str, Any]) -> "Callable[[str], None]":
    """Lays a seed, and keeps what stands there then."""
    from tests.organization_snapshot import snapshot

    def seed(name: str) -> None:
        sandbox.reset(name)
        if name not in first_days:
            first_days[name] = snapshot(sandbox)

    return seed


@pytest.fixture
def untouched(
    sandbox: "Embedded", workplace: "Workplace", lay: "Callable[[str], None]", first_days: dict[str, Any]
) -> "Callable[[], None]":
    """Sees that the organization is what the seed laid (the bare one if none was), and that nothing was recorded."""
    from tests.organization_snapshot import differences, snapshot

    lay("bare")

    def check() -> None:
        first_day = first_days[sandbox.running.seed]
        assert "\n".join(differences(first_day, snapshot(sandbox))) == ""
        assert workplace.journal == []

    return check
