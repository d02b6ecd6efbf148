"""tools.build: the wheels that a zip carries, what is staged, errors, reproducible bytes."""

import hashlib
import os
import re
import shutil
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.utils import parse_wheel_filename

from tools.build import torch_wheels, wheels
from tools.build.extension_zip import make_reproducible, stage
from tools.build.manifest import (
    FILENAME,
    BuildError,
    extension_name,
    wheel_names,
    with_wheels,
    without_wheels,
)
from tools.build.wheels import TARGETS, Target

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["cffi", "python-osc", "sounddevice", "soundfile", "soxr", "typing-extensions"]
LINUX = Target((3, 11), "linux-x64")
WHEEL = "thing-1.0-py3-none-any.whl"


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
    (root / "wheels" / WHEEL).write_bytes(b"wheel")
    digest = hashlib.sha256(b"wheel").hexdigest()
    (root / "requirements/wheels.txt").write_text(f"thing==1.0 --hash=sha256:{digest}\n")
    (root / "requirements/torch.txt").write_text('torch==9.9+cpu ; sys_platform == "linux"\n')
    (root / FILENAME).write_text(
        'id = "thing"\nversion = "1.2.3"\nwheels = [\n'
        f'  "./wheels/{WHEEL}",\n]\n\n[build]\npaths_exclude_pattern = ["/wheels/"]\n'
    )
    return root


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: f"{target.abi}-{target.platform}")
def test_manifest_has_one_wheel_of_every_package_for_every_target(target: Target) -> None:
    fitting: dict[str, list[str]] = {}
    for name in filter(target.accepts, wheel_names(ROOT / FILENAME)):
        fitting.setdefault(parse_wheel_filename(name)[0], []).append(name)
    assert sorted(fitting) == PACKAGES
    # Of several wheels of a version Blender takes the name that comes last.
    chosen = max(fitting.pop("sounddevice"))
    assert chosen.endswith("any.whl") == (target.platform == "linux-x64")
    assert all(len(names) == 1 for names in fitting.values())


@pytest.mark.parametrize(
    ("wheel", "accepted"),
    [
        ("a-1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", True),
        ("a-1-cp38-abi3-manylinux_2_28_x86_64.whl", True),
        ("a-1-cp313-cp313-manylinux_2_28_x86_64.whl", False),
        ("a-1-cp311-cp311-manylinux_2_39_x86_64.whl", False),
        ("a-1-cp311-cp311-win_amd64.whl", False),
    ],
)
def test_target_accepts_only_wheels_for_its_python_and_system(wheel: str, accepted: bool) -> None:
    assert LINUX.accepts(wheel) == accepted


def test_manifest_variants_change_only_wheels_and_platform() -> None:
    text = (ROOT / FILENAME).read_text("utf-8")
    fields = tomllib.loads(text)
    assert fields.pop("wheels")
    assert tomllib.loads(without_wheels(text)) == fields
    changed = tomllib.loads(with_wheels(text, ["a-1-py3-none-any.whl"], "linux-x64"))
    own = {"wheels": ["./wheels/a-1-py3-none-any.whl"], "platforms": ["linux-x64"]}
    assert changed == {**fields, **own}


def test_manifest_with_wheels_on_one_line_is_refused() -> None:
    with pytest.raises(BuildError, match="line of its own"):
        without_wheels('wheels = ["./wheels/a-1-py3-none-any.whl"]\n')


def test_stage_copies_only_what_runs(source_tree: Path, tmp_path: Path) -> None:
    manifest = (source_tree / FILENAME).read_text("utf-8")
    stage(source_tree, tmp_path / "full", manifest, wheels.listed(source_tree))
    stage(source_tree, tmp_path / "bare", without_wheels(manifest))
    shared = {"__init__.py", "LICENSE", "blender_audio2face/__init__.py", "blender_manifest.toml",
              "model/weights/network.npz"}  # fmt: skip
    for name, expected in (("full", {*shared, f"wheels/{WHEEL}"}), ("bare", shared)):
        files = filter(Path.is_file, (tmp_path / name).rglob("*"))
        assert {path.relative_to(tmp_path / name).as_posix() for path in files} == expected
    assert wheel_names(tmp_path / "bare" / FILENAME) == ()
    assert extension_name(tmp_path / "bare" / FILENAME) == "thing-1.2.3"


def test_stage_without_weights_or_package_is_refused(source_tree: Path, tmp_path: Path) -> None:
    shutil.rmtree(source_tree / "blender_audio2face")
    with pytest.raises(BuildError, match="blender_audio2face is missing"):
        stage(source_tree, tmp_path / "full", "")
    (source_tree / "model/weights/network.npz").unlink()
    with pytest.raises(BuildError, match=r"no \.npz file"):
        stage(source_tree, tmp_path / "other", "")


def test_check_refuses_missing_and_changed_wheels(source_tree: Path) -> None:
    wheels.check(source_tree)
    (source_tree / "wheels" / WHEEL).write_bytes(b"another wheel")
    with pytest.raises(BuildError, match="is not the file in requirements"):
        wheels.check(source_tree)
    (source_tree / "wheels" / WHEEL).unlink()
    with pytest.raises(BuildError, match=r"thing-1\.0-py3-none-any\.whl is missing"):
        wheels.check(source_tree)


def test_reproducible_zip_ignores_order_times_and_modes(tmp_path: Path) -> None:
    files = {"b.py": b"2", "a/z.py": b"1" * 999, "LICENSE": b"GPL"}
    digests = set()
    for turn, names in enumerate((list(files), list(reversed(files)))):
        path = tmp_path / f"{turn}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for place, name in enumerate(names):
                source = tmp_path / f"{turn}-{place}"
                source.write_bytes(files[name])
                os.utime(source, (1e9 * (turn + 1), 1e9 * (turn + 1)))
                source.chmod(0o600 if turn else 0o755)
                archive.write(source, name)
        make_reproducible(path)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
        with zipfile.ZipFile(path) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == files
            assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_DEFLATED}
    assert len(digests) == 1
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# Zips with PyTorch.


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("cpu", "3", None), "a version such as 3.11"),
        (("cpu", "3.11", "macos-x64"), 'no torch for "macos-x64"'),
        (("cuda", "3.11", "macos-arm64"), "no CUDA on macOS"),
    ],
)
def test_torch_target_that_does_not_exist_is_refused(arguments: tuple, sentence: str) -> None:
    with pytest.raises(BuildError, match=re.escape(sentence)):
        torch_wheels.target(*arguments)


@pytest.mark.parametrize(
    ("gpu", "platform", "index", "requirement", "options"),
    [
        ("cpu", "linux-x64", None, "torch==9.9+cpu",
         [f"--extra-index-url={torch_wheels.CPU_INDEX}"]),
        ("cpu", "windows-x64", None, "torch===9.9", []),
        ("cuda", "linux-x64", None, "torch===9.9", []),
        ("cuda", "windows-x64", "https://it/cu130/", "torch==9.9+cu130",
         ["--extra-index-url=https://it/cu130/"]),
    ],
)  # fmt: skip
def test_torch_source_names_build_and_index(
    source_tree: Path, gpu: str, platform: str, index: str | None, requirement: str, options: list
) -> None:
    found = torch_wheels.torch_source(source_tree, gpu, Target((3, 11), platform), index)
    assert found == (requirement, options)


def test_torch_source_of_cuda_for_windows_needs_an_index(source_tree: Path) -> None:
    with pytest.raises(BuildError, match="INDEX="):
        torch_wheels.torch_source(source_tree, "cuda", Target((3, 11), "windows-x64"), None)


def torch_wheel(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    needs = ("filelock", 'gpu[blas]==1; platform_system == "Linux"', "numpy",
             'colour; sys_platform == "win32"', 'old; python_version < "3.12"',
             'fast; extra == "fast"')  # fmt: skip
    name = "torch-9.9+cpu-cp311-cp311-manylinux_2_28_x86_64.whl"
    with zipfile.ZipFile(folder / name, "w") as archive:
        lines = "".join(f"Requires-Dist: {need}\n" for need in needs)
        archive.writestr("torch-9.9.dist-info/METADATA", f"Name: torch\nVersion: 9.9\n{lines}")


def test_torch_zip_has_usual_wheels_torch_and_its_needs(source_tree: Path, monkeypatch) -> None:
    asked = []

    def download(folder: Path, options: list[str], _target: Target) -> None:
        asked.append([option for option in options if not option.startswith("-")])
        if len(asked) == 1:
            torch_wheel(folder)
        else:
            for name in ("gpu-1", "numpy-2", "thing-2.0"):
                (folder / f"{name}-py3-none-any.whl").touch()

    monkeypatch.setattr(wheels, "download", download)
    found = torch_wheels.fetch(source_tree, "cpu", LINUX, None)
    assert asked == [["torch==9.9+cpu"], ["filelock", "gpu[blas]==1", "numpy", "old"]]
    assert [path.name for path in found] == [
        "gpu-1-py3-none-any.whl", WHEEL, "torch-9.9+cpu-cp311-cp311-manylinux_2_28_x86_64.whl"
    ]  # fmt: skip


def test_torch_needs_are_those_of_the_target(tmp_path: Path) -> None:
    torch_wheel(tmp_path)
    (wheel,) = tmp_path.iterdir()
    windows = torch_wheels.requirements_of(wheel, Target((3, 13), "windows-x64"))
    assert windows == ["filelock", "numpy", "colour"]


# The manifest of this repository.


def test_manifest_texts_fit_the_platform() -> None:
    fields = tomllib.loads((ROOT / FILENAME).read_text("utf-8"))
    for text in (fields["tagline"], *fields["permissions"].values()):
        assert len(text) <= 64
        assert not text.endswith(".")
    assert "blender" not in fields["name"].lower()


def test_manifest_credits_every_bundled_package_and_none_of_blenders() -> None:
    credited = " ".join(tomllib.loads((ROOT / FILENAME).read_text("utf-8"))["copyright"])
    names = {parse_wheel_filename(name)[0] for name in wheel_names(ROOT / FILENAME)}
    for name in names:
        assert re.search(rf"\((.* in )?{name}[,)]", credited), name
    assert names.isdisjoint(
        {"numpy", "requests", "certifi", "idna", "urllib3", "charset-normalizer", "zstandard"}
    )
