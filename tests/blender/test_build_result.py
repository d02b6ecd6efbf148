"""What `make build` leaves in its folder: true papers, and a zip that can be built again."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.blender.extension import ROOT, built_zip
from tests.blender.fresh import needs_module
from tools.build.licences import wheel_licence
from tools.build.manifest import FILENAME, wheel_names
from tools.build.staging import SHIPPED

MEGABYTES_OF_THE_PLATFORM = 300
"""docs/platform-checklist.md says where the number comes from."""


def papers(zip_path: Path) -> tuple[dict, str]:
    sbom = json.loads(zip_path.with_name(f"{zip_path.stem}.cdx.json").read_text("utf-8"))
    return sbom, zip_path.with_name(f"{zip_path.stem}.licences.md").read_text("utf-8")


def test_every_wheel_of_the_manifest_is_in_the_papers_with_its_locked_sum() -> None:
    sbom, report = papers(built_zip())
    locked = set(
        re.findall(r"sha256:([0-9a-f]{64})", (ROOT / "requirements/wheels.txt").read_text())
    )
    libraries = [one for one in sbom["components"] if one["type"] == "library"]
    names = {one["bom-ref"].removeprefix("wheels/") for one in libraries}
    assert names == set(wheel_names(ROOT / FILENAME))
    assert {one["hashes"][0]["content"] for one in libraries} == locked
    assert all(name in report for name in names)


def test_the_papers_hold_all_of_the_zip_with_true_sums() -> None:
    for suffix in ("", "-nowheels"):
        sbom, _ = papers(built_zip(suffix))
        with zipfile.ZipFile(built_zip(suffix)) as archive:
            sums = {n: hashlib.sha256(archive.read(n)).hexdigest() for n in archive.namelist()}
        listed = {o["bom-ref"]: o["hashes"][0]["content"] for o in sbom["components"]}
        assert listed == sums


def test_every_wheel_carries_its_licence(tmp_path: Path) -> None:
    with zipfile.ZipFile(built_zip()) as archive:
        wheels = [name for name in archive.namelist() if name.endswith(".whl")]
        assert wheels != []
        for name in wheels:
            said = wheel_licence(Path(archive.extract(name, tmp_path)))
            assert said.is_spdx and said.texts, name


def test_the_zip_is_within_the_platforms_limit() -> None:
    assert built_zip().stat().st_size < MEGABYTES_OF_THE_PLATFORM * 1e6


@needs_module
@pytest.mark.skipif(os.name == "nt", reason="umask and TZ are of Unix")
def test_it_is_the_same_zip_wherever_it_is_built(tmp_path: Path) -> None:
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
