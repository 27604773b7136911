"""Deployment packages: the zip that inline code becomes, and the folder that a zip is unpacked to when it runs.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
"""

import hashlib
import re
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.refusals import Refusal

INLINE_FILE: Final = "index.py"
RESPONSE_MODULE: Final = "cfnresponse.py"
_IMPORTS_RESPONSE_MODULE: Final = re.compile(r"^\s*import cfnresponse\b", re.MULTILINE)
_folders: Final[dict[str, Path]] = {}
"""Digest of a package -> where it is unpacked; the same code in a thousand accounts is unpacked once."""


def zipped(source: str) -> bytes:
    """The package of inline code: `index.py`, and `cfnresponse.py` when the code has the statement `import cfnresponse`.

    Equal code gives equal packages.
    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
    """
    package = BytesIO()
    with ZipFile(package, "w") as archive:
        archive.writestr(ZipInfo(INLINE_FILE), source)
        if _IMPORTS_RESPONSE_MODULE.search(source):
            module = Path(__file__).with_name(RESPONSE_MODULE).read_text(encoding="utf-8")
            archive.writestr(ZipInfo(RESPONSE_MODULE), module)
    return package.getvalue()


def check(package: bytes) -> None:
    """Refuse what is no zip file."""
    try:
        with ZipFile(BytesIO(package)) as archive:
            archive.namelist()
    except BadZipFile as broken:
        message = "Could not unzip uploaded file. Please check your file, then try to upload again."
        raise Refusal("InvalidParameterValueException", message) from broken


def unpacked(package: bytes) -> Path:
    """The folder with the package's files.

    Raises:
        Refusal: it is no zip file.
    """
    digest = hashlib.sha256(package).hexdigest()
    if digest not in _folders or not _folders[digest].is_dir():
        check(package)
        folder = Path(mkdtemp(prefix="guardrails-function-")).resolve()
        _folders[digest] = folder
        with ZipFile(BytesIO(package)) as archive:
            archive.extractall(folder)
    return _folders[digest]


def clear() -> None:
    """Delete what was unpacked."""
    while _folders:
        rmtree(_folders.popitem()[1], ignore_errors=True)


lifecycle.on_end(clear)
