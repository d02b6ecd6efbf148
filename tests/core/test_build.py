"""The builder: which wheels the zip carries, what is staged, and what stops a build."""

import hashlib
import shutil
import tomllib
from pathlib import Path

import pytest
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

from tools.build import wheels
from tools.build.errors import BuildError
from tools.build.manifest import FILENAME, extension_name, wheel_names, without_wheels
from tools.build.staging import SHIPPED, stage
from tools.build.targets import TARGETS, Target

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("cffi", "python-osc", "sounddevice", "soundfile", "soxr", "typing-extensions")


@pytest.fixture
def source_tree(tmp_path: Path) -> Path:
    """A small repository: one shipped module, weights, a cache, and one wheel with its hash."""
    root = tmp_path / "root"
    for folder in ("blender_audio2face/__pycache__", "model/weights", "requirements", "wheels"):
        (root / folder).mkdir(parents=True)
    for name in ("__init__.py", "LICENSE", "blender_audio2face/__init__.py"):
        (root / name).write_text(name)
    (root / "blender_audio2face/__pycache__/x.pyc").write_bytes(b"")
    (root / "model/weights/network.npz").write_bytes(b"weights")
    (root / "README.md").write_text("for people")
    wheel = root / "wheels" / "thing-1.0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    digest = hashlib.sha256(b"wheel").hexdigest()
    (root / "requirements/wheels.txt").write_text(f"thing==1.0 --hash=sha256:{digest}\n")
    (root / FILENAME).write_text(
        'id = "thing"\nversion = "1.2.3"\nwheels = [\n'
        f'  "./wheels/{wheel.name}",\n]\n\n[build]\npaths_exclude_pattern = ["/wheels/"]\n'
    )
    return root


def supported_tags(target: Target) -> set[Tag]:
    """Every wheel tag that CPython on the oldest supported system of the target can install."""
    platforms = {
        "windows-x64": ["win_amd64"],
        "macos-arm64": list(mac_platforms((11, 0), "arm64")),
        "macos-x64": list(mac_platforms((11, 0), "x86_64")),
        "linux-x64": [f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)],
    }[target.platform]
    return {
        *cpython_tags(target.python, platforms=platforms),
        *compatible_tags(target.python, platforms=platforms),
    }


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: f"{target.abi}-{target.platform}")
def test_every_package_has_a_wheel_for_every_target(target: Target) -> None:
    tags = supported_tags(target)
    fitting: dict[str, list[str]] = {}
    for name in wheel_names(ROOT / FILENAME):
        if tags & parse_wheel_filename(name)[3]:
            fitting.setdefault(parse_wheel_filename(name)[0], []).append(name)
    assert sorted(fitting) == sorted(PACKAGES)
    # Of several wheels of a version Blender takes the name that comes last.
    chosen = max(fitting.pop("sounddevice"))
    assert chosen.endswith("any.whl") == (target.platform == "linux-x64")
    assert all(len(names) == 1 for names in fitting.values())


def test_every_listed_wheel_serves_a_target() -> None:
    tags = set().union(*map(supported_tags, TARGETS))
    for name in wheel_names(ROOT / FILENAME):
        assert tags & parse_wheel_filename(name)[3], name


def test_the_lock_pins_the_listed_versions() -> None:
    lock = (ROOT / "requirements" / "wheels.txt").read_text("utf-8")
    for name in wheel_names(ROOT / FILENAME):
        package, version, *_ = name.split("-")
        assert f"{package}=={version}" in lock
    assert len(wheels.locked_hashes(ROOT / "requirements/wheels.txt")) == len(
        wheel_names(ROOT / FILENAME)
    )


def test_without_wheels_drops_only_the_list() -> None:
    text = (ROOT / FILENAME).read_text("utf-8")
    fields = tomllib.loads(text)
    assert fields.pop("wheels")
    assert tomllib.loads(without_wheels(text)) == fields


def test_without_wheels_refuses_a_list_it_cannot_cut() -> None:
    with pytest.raises(BuildError, match="line of its own"):
        without_wheels('wheels = ["./wheels/a-1-py3-none-any.whl"]\n')


def test_manifest_keeps_to_the_platform_rules() -> None:
    fields = tomllib.loads((ROOT / FILENAME).read_text("utf-8"))
    for text in (fields["tagline"], *fields["permissions"].values()):
        assert len(text) <= 64
        assert not text.endswith(".")
    assert extension_name(ROOT / FILENAME) == f"audio2face_blender-{fields['version']}"


def test_every_shipped_path_exists() -> None:
    assert [name for name in SHIPPED if not (ROOT / name).exists()] == []


def test_staged_tree_holds_what_runs(source_tree: Path, tmp_path: Path) -> None:
    manifest = (source_tree / FILENAME).read_text("utf-8")
    stage(source_tree, tmp_path / "full", manifest, list((source_tree / "wheels").iterdir()))
    files = {
        path.relative_to(tmp_path / "full").as_posix()
        for path in (tmp_path / "full").rglob("*")
        if path.is_file()
    }
    assert files == {
        "__init__.py",
        "LICENSE",
        "blender_audio2face/__init__.py",
        "blender_manifest.toml",
        "model/weights/network.npz",
        "wheels/thing-1.0-py3-none-any.whl",
    }


def test_staged_tree_without_wheels_lists_none(source_tree: Path, tmp_path: Path) -> None:
    manifest = without_wheels((source_tree / FILENAME).read_text("utf-8"))
    stage(source_tree, tmp_path / "bare", manifest)
    assert not (tmp_path / "bare" / "wheels").exists()
    assert wheel_names(tmp_path / "bare" / FILENAME) == ()
    assert extension_name(tmp_path / "bare" / FILENAME) == "thing-1.2.3"


def test_missing_weights_stop_the_build(source_tree: Path, tmp_path: Path) -> None:
    (source_tree / "model/weights/network.npz").unlink()
    with pytest.raises(BuildError, match=r"no \.npz file"):
        stage(source_tree, tmp_path / "full", "")


def test_missing_module_stops_the_build(source_tree: Path, tmp_path: Path) -> None:
    shutil.rmtree(source_tree / "blender_audio2face")
    with pytest.raises(BuildError, match="blender_audio2face is missing"):
        stage(source_tree, tmp_path / "full", "")


def test_missing_wheel_is_named(source_tree: Path) -> None:
    wheels.check(source_tree)
    (source_tree / "wheels/thing-1.0-py3-none-any.whl").unlink()
    with pytest.raises(BuildError, match=r"thing-1\.0-py3-none-any\.whl is missing"):
        wheels.check(source_tree)


def test_changed_wheel_is_refused(source_tree: Path) -> None:
    (source_tree / "wheels/thing-1.0-py3-none-any.whl").write_bytes(b"another wheel")
    with pytest.raises(BuildError, match="is not the file in requirements"):
        wheels.check(source_tree)
