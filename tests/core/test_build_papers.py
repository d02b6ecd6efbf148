"""The builder's papers, and that the same files give the same zip."""

import hashlib
import json
import os
import zipfile
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name, parse_wheel_filename

from tools.build.archive import make_reproducible
from tools.build.licences import NATIVE, wheel_licence
from tools.build.manifest import FILENAME, wheel_names
from tools.build.sbom import write_papers

ROOT = Path(__file__).resolve().parents[2]
FILES = {"b.py": b"2", "a/z.py": b"1" * 999, "model/weights/net.npz": b"\0\1", "LICENSE": b"GPL"}


def wheel(folder: Path, metadata: str, files: dict[str, str]) -> Path:
    path = folder / "thing_one-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("thing_one-1.0.dist-info/METADATA", metadata)
        for name, text in files.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def thing(tmp_path: Path) -> Path:
    """A wheel with a licence and its text."""
    metadata = "Metadata-Version: 2.4\nName: Thing_One\nVersion: 1.0\nLicense-Expression: MIT\n"
    return wheel(tmp_path, metadata, {"thing_one-1.0.dist-info/licenses/LICENSE": "MIT…"})


@pytest.fixture
def extension_zip(tmp_path: Path, thing: Path) -> Path:
    """A zip as Blender's builder makes it: in any order, with the disk's times and modes."""
    manifest = 'id = "it"\nversion = "1.2.3"\ntagline = "Does it"\n'
    path = tmp_path / "it-1.2.3.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**FILES, FILENAME: manifest.encode()}.items():
            archive.writestr(name, data)
        archive.write(thing, f"wheels/{thing.name}", zipfile.ZIP_STORED)
    return path


def test_order_times_and_modes_do_not_matter(tmp_path: Path) -> None:
    digests = set()
    for turn, names in enumerate((list(FILES), list(reversed(FILES)))):
        path = tmp_path / f"{turn}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for place, name in enumerate(names):
                source = tmp_path / f"{turn}-{place}"
                source.write_bytes(FILES[name])
                os.utime(source, (1e9 * (turn + 1), 1e9 * (turn + 1)))
                source.chmod(0o600 if turn else 0o755)
                archive.write(source, name)
        make_reproducible(path)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
        with zipfile.ZipFile(path) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == FILES
            assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_DEFLATED}
    assert len(digests) == 1
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_bill_of_materials_lists_every_file_with_its_sum(extension_zip: Path) -> None:
    sbom, _ = write_papers(extension_zip)
    bill = json.loads(sbom.read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    with zipfile.ZipFile(extension_zip) as archive:
        sums = {n: hashlib.sha256(archive.read(n)).hexdigest() for n in archive.namelist()}
    listed = {one["bom-ref"]: one for one in bill["components"]}
    assert {ref: one["hashes"][0]["content"] for ref, one in listed.items()} == sums
    assert all(one["hashes"][0]["alg"] == "SHA-256" and one["licenses"] for one in listed.values())
    assert listed["model/weights/net.npz"]["type"] == "machine-learning-model"
    thing = listed["wheels/thing_one-1.0-py3-none-any.whl"]
    assert (thing["type"], thing["name"], thing["version"]) == ("library", "Thing_One", "1.0")
    assert thing["purl"].startswith("pkg:pypi/thing-one@1.0?")
    assert thing["licenses"] == [{"expression": "MIT"}]
    whole = bill["metadata"]["component"]
    assert (whole["name"], whole["version"]) == ("it", "1.2.3")
    assert whole["hashes"][0]["content"] == hashlib.sha256(extension_zip.read_bytes()).hexdigest()
    assert bill["dependencies"][0]["dependsOn"] == [f"wheels/{thing['purl'].split('=')[1]}"]


def test_the_papers_are_the_same_for_the_same_zip(extension_zip: Path) -> None:
    first = [path.read_bytes() for path in write_papers(extension_zip)]
    assert first == [path.read_bytes() for path in write_papers(extension_zip)]


def test_the_report_names_each_wheel_with_its_licence_and_text(extension_zip: Path) -> None:
    report = write_papers(extension_zip)[1].read_text("utf-8")
    assert "## thing_one-1.0-py3-none-any.whl" in report
    assert "Thing_One 1.0: MIT" in report
    assert "thing_one-1.0.dist-info/licenses/LICENSE" in report


def test_older_metadata_is_understood(tmp_path: Path) -> None:
    said = wheel_licence(
        wheel(tmp_path, "Name: thing\nVersion: 1\nLicense: BSD 3-Clause License\n", {"COPYING": ""})
    )
    assert (said.expression, said.is_spdx, said.texts) == ("BSD-3-Clause", True, ("COPYING",))


def test_a_licence_without_an_id_is_quoted(tmp_path: Path) -> None:
    text = "Name: thing\nVersion: 1\nLicense: Ask us\n        And again\n"
    said = wheel_licence(wheel(tmp_path, text, {}))
    assert (said.expression, said.is_spdx) == ("Ask us", False)
    assert said.texts == ("thing_one-1.0.dist-info/METADATA",)


def test_libraries_inside_are_named_where_the_wheel_holds_them(tmp_path: Path) -> None:
    text = "Name: soundfile\nVersion: 1\nLicense-Expression: BSD-3-Clause\n"
    assert wheel_licence(wheel(tmp_path, text, {"soundfile.py": ""})).native == ()
    native = dict(wheel_licence(wheel(tmp_path, text, {"data/libsndfile.so": ""})).native)
    assert native["libsndfile"] == "LGPL-2.1-or-later"


def test_libraries_are_told_for_packages_that_are_shipped() -> None:
    shipped = {
        canonicalize_name(parse_wheel_filename(name)[0]) for name in wheel_names(ROOT / FILENAME)
    }
    assert set(NATIVE) <= shipped
