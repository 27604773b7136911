"""What cfn-lint says about templates, in a process of its own (it takes seconds to import, and brings botocore along).

A template that passed is remembered by its content and cfn-lint's version, so only what changed is looked at again.

Source: https://github.com/aws-cloudformation/cfn-lint
"""

import hashlib
import importlib.metadata
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from guardrails.errors import ConfigError, Problem

RUN: Final = "import sys; from cfnlint.runner import main; sys.exit(main())"
"""cfn-lint has no `python -m`; its script may not be on the path of whoever called our interpreter."""


def installed_version() -> str | None:
    """The version of cfn-lint beside us, or None: it comes with the extras `lint` and `sandbox`."""
    try:
        return importlib.metadata.version("cfn-lint")
    except importlib.metadata.PackageNotFoundError:
        return None


def lint(templates: Mapping[str, Mapping[str, Any]], passed: Path) -> bool:
    """Refuse templates (by the name of who wants them) in which cfn-lint finds an error; False when cfn-lint is not installed.

    `passed` is a folder in which an empty file stands for each template that passed.

    Raises: ConfigError, with every finding of every template.
    """
    version = installed_version()
    if version is None:
        return False
    texts = {name: json.dumps(template, sort_keys=True) for name, template in templates.items()}
    marks = {name: passed / hashlib.sha256(f"{version}\n{text}".encode()).hexdigest() for name, text in texts.items()}
    todo = {mark: name for name, mark in sorted(marks.items(), reverse=True) if not mark.exists()}
    if not todo:
        return True
    problems = list(_findings({name: texts[name] for name in todo.values()}))
    if problems:
        raise ConfigError(problems)
    passed.mkdir(parents=True, exist_ok=True)
    for mark in todo:
        mark.touch()
    return True


def _findings(texts: Mapping[str, str]) -> Iterator[Problem]:
    with tempfile.TemporaryDirectory() as folder:
        files = {str(Path(folder) / f"{number}.json"): name for number, name in enumerate(texts)}
        for file, name in files.items():
            Path(file).write_text(texts[name], encoding="utf-8")
        command = [sys.executable, "-c", RUN, "--format", "json", "--non-zero-exit-code", "error", "--", *files]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter and files
        if done.returncode not in (0, 2) or not done.stdout.strip().startswith("["):
            message = f"cfn-lint did not work (exit code {done.returncode}): {done.stderr.strip()[-500:]}"
            yield Problem("", 0, 0, message, "run it by hand on the output of: guardrails compile --out DIR")
            return
        for finding in json.loads(done.stdout):
            if finding["Level"] == "Error":
                path = "/".join(map(str, finding["Location"].get("Path") or ()))
                message = f"the template of {files[finding['Filename']]}, at {path}: {finding['Message']}"
                yield Problem("", 0, 0, message, f"cfn-lint rule {finding['Rule']['Id']}")
