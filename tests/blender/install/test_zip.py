"""The zips of `make build`: contents, wheels, licences, size, and that they are reproducible."""

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.support.extension import ROOT, built_zip
from tests.support.fresh_blender import needs_module
from tools.build.extension_zip import SHIPPED, run_blender_tool
from tools.build.manifest import FILENAME, wheel_names

MEGABYTES_OF_THE_PLATFORM = 300
"""docs/platform-checklist.md says where the number comes from."""

LICENCE = re.compile(
    r"(^|/)(licen[cs]e|copying|unlicense)[^/]*$|\.dist-info/licenses/", re.IGNORECASE
)
METADATA = re.compile(r"^[^/]+\.dist-info/METADATA$")


def names_in(archive: Path) -> set[str]:
    with zipfile.ZipFile(archive) as contents:
        return set(contents.namelist())


def test_zip_holds_what_runs_and_nothing_else() -> None:
    names = names_in(built_zip())
    assert {name.split("/")[0] for name in names} == {*SHIPPED, FILENAME, "wheels"}
    assert {Path(name).name for name in names if name.startswith("wheels/")} == set(
        wheel_names(ROOT / FILENAME)
    )
    assert [name for name in names if "__pycache__" in name] == []
    assert [name for name in names if name.endswith(".npz")] != []


def test_zip_without_wheels_lacks_only_them() -> None:
    full = {name for name in names_in(built_zip()) if not name.startswith("wheels/")}
    assert names_in(built_zip("-nowheels")) == full
    with zipfile.ZipFile(built_zip("-nowheels")) as contents:
        assert "wheels" not in tomllib.loads(contents.read(FILENAME).decode())


@needs_module
def test_the_root_builds_the_same_zip(tmp_path: Path) -> None:
    """`blender --command extension build` in the repository's root, as Blender's manual says."""
    run_blender_tool("build", f"--source-dir={ROOT}", f"--output-filepath={tmp_path / 'root.zip'}")
    assert names_in(tmp_path / "root.zip") == names_in(built_zip())


def test_zip_has_the_listed_wheels_with_locked_hashes_and_licences() -> None:
    locked = set(
        re.findall(r"sha256:([0-9a-f]{64})", (ROOT / "requirements/wheels.txt").read_text())
    )
    hashes = set()
    with zipfile.ZipFile(built_zip()) as archive:
        wheels = [name for name in archive.namelist() if name.endswith(".whl")]
        assert {Path(name).name for name in wheels} == set(wheel_names(ROOT / FILENAME))
        for name in wheels:
            data = archive.read(name)
            hashes.add(hashlib.sha256(data).hexdigest())
            with zipfile.ZipFile(io.BytesIO(data)) as wheel:
                texts = [text for text in wheel.namelist() if LICENCE.search(text)]
                (metadata,) = (text for text in wheel.namelist() if METADATA.search(text))
                about = wheel.read(metadata).decode()
            assert texts or "public domain" in about, name
            assert re.search(r"^License(-Expression)?: ", about, re.MULTILINE), name
    assert hashes == locked


def test_zip_is_within_the_platforms_limit() -> None:
    assert built_zip().stat().st_size < MEGABYTES_OF_THE_PLATFORM * 1e6


@needs_module
@pytest.mark.skipif(os.name == "nt", reason="umask and TZ are of Unix")
def test_same_sources_give_the_same_zip_anywhere(tmp_path: Path) -> None:
    digests = set()
    places = (
        ("here", 0o022, {"TZ": "UTC", "LC_ALL": "C"}),
        ("gör/another place", 0o077, {"TZ": "Pacific/Apia", "LC_ALL": "tr_TR.UTF-8"}),
    )
    for folder, umask, variables in places:
        source, output = tmp_path / folder, tmp_path / folder / "out"
        names = (*SHIPPED, FILENAME, "tools")
        for name in names if umask == 0o022 else reversed(names):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            copy(ROOT / name, source / name)
        completed = subprocess.run(
            [sys.executable, "-m", "tools.build", "--variant=nowheels", f"--output-dir={output}"],
            cwd=source,
            env={**os.environ, **variables, "PYTHONHASHSEED": str(umask)},
            umask=umask,
            capture_output=True,
            text=True,
            check=False,
        )
        assert completed.returncode == 0, completed.stdout + completed.stderr
        (built,) = output.glob("*.zip")
        digests.add(hashlib.sha256(built.read_bytes()).hexdigest())
    assert len(digests) == 1
