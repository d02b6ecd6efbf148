"""Zips that hold torch: which wheels, for which Blender, and how they are locked."""

import hashlib
import re
import tomllib
import zipfile
from pathlib import Path

import pytest

from tools.build import wheels
from tools.build.__main__ import build_with_torch
from tools.build.errors import BuildError
from tools.build.manifest import FILENAME, wheel_names, with_wheels
from tools.build.targets import TORCH_PLATFORMS, Target
from tools.build.torch_build import TorchBuild, all_wheels, wanted_build
from tools.build.torch_lock import Pin, closure, lock_text, torch_requirement, usual_index

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements" / "torch").glob("*.txt"))
LINUX = Target((3, 11), "linux-x64")
CPU = TorchBuild("cpu", LINUX)
OTHER_WHEEL = "thing-1.0-cp313-cp313-win_amd64.whl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small repository with two usual wheels and a lock of two wheels of torch's."""
    for folder in ("model/weights", "blender_audio2face", "wheels", "requirements/torch"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("__init__.py", "LICENSE", "model/weights/network.npz"):
        (tmp_path / name).write_text(name)
    usual = ("thing-1.0-py3-none-any.whl", OTHER_WHEEL)
    (tmp_path / "requirements/wheels.txt").write_text(put(tmp_path / "wheels", *usual))
    listed = "".join(f'  "./wheels/{name}",\n' for name in usual)
    (tmp_path / FILENAME).write_text(
        'id = "a2f"\nversion = "1.2.3"\ntagline = "A test"\nlicense = ["SPDX:MIT"]\n'
        f'wheels = [\n{listed}]\n\n[build]\npaths = ["x"]\n'
    )
    torch = ("torch-9.9+cpu-cp311-cp311-manylinux_2_28_x86_64.whl", "thing-1.0-py3-none-any.whl")
    CPU.lock(tmp_path).write_text(put(CPU.folder(tmp_path), *torch))
    return tmp_path


def put(folder: Path, *names: str) -> str:
    """Wheels in a folder; the lines of a lock with their hashes."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name in names:
        (folder / name).write_text(name)
        lines.append(f"{name} --hash=sha256:{hashlib.sha256(name.encode()).hexdigest()}\n")
    return "".join(lines)


def test_a_zip_holds_what_fits_it_once(root: Path) -> None:
    assert [wheel.name for wheel in all_wheels(root, CPU)] == [
        "thing-1.0-py3-none-any.whl",
        "torch-9.9+cpu-cp311-cp311-manylinux_2_28_x86_64.whl",
    ]


def test_the_build_is_for_one_platform_and_named_for_it(root: Path, monkeypatch) -> None:
    staged = {}

    def keep(folder: Path, zip_path: Path) -> None:
        staged["manifest"] = tomllib.loads((folder / FILENAME).read_text("utf-8"))
        staged["wheels"] = sorted(path.name for path in (folder / "wheels").iterdir())
        with zipfile.ZipFile(zip_path, "w") as archive:
            archive.write(folder / FILENAME, FILENAME)

    monkeypatch.setattr("tools.build.__main__.blender_tool.build", keep)
    made = build_with_torch(root, CPU, root / "dist")
    name = "a2f-1.2.3-torch-cpu-linux-x64-cp311"
    assert made == root / "dist" / f"{name}.zip"
    assert staged["manifest"]["platforms"] == ["linux-x64"]
    assert [Path(name).name for name in staged["manifest"]["wheels"]] == staged["wheels"]
    assert len(staged["wheels"]) == 2
    papers = [f"{name}.cdx.json", f"{name}.licences.md", f"{name}.zip"]
    assert sorted(path.name for path in (root / "dist").iterdir()) == papers


def test_a_missing_lock_says_how_it_is_made(root: Path) -> None:
    build = wanted_build("cpu", "3.13", "windows-x64")
    with pytest.raises(BuildError, match=r"lock-torch GPU=cpu PYTHON=3\.13 PLATFORM=windows-x64"):
        all_wheels(root, build)


def test_two_versions_of_one_package_are_refused(root: Path) -> None:
    names = ("thing-2.0-py3-none-any.whl",)
    for old in CPU.folder(root).iterdir():
        old.unlink()
    CPU.lock(root).write_text(put(CPU.folder(root), *names))
    with pytest.raises(BuildError, match="thing in two versions"):
        all_wheels(root, CPU)


def test_other_wheels_than_the_locked_ones_are_refused(root: Path, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(wheels, "download", lambda *arguments: asked.append(arguments))
    put(CPU.folder(root), "extra-1.0-py3-none-any.whl")
    with pytest.raises(BuildError, match=r"holds other wheels than cpu-linux-x64-cp311\.txt"):
        all_wheels(root, CPU)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("cpu", "3", None), "a version such as 3.11"),
        (("rocm", "3.11", None), "GPU is one of cpu, cuda"),
        (("cpu", "3.11", "macos-x64"), 'no torch for "macos-x64"'),
        (("cuda", "3.11", "macos-arm64"), "no CUDA on macOS"),
    ],
)
def test_builds_that_cannot_be_are_refused(arguments: tuple, sentence: str) -> None:
    with pytest.raises(BuildError, match=re.escape(sentence)):
        wanted_build(*arguments)


def test_with_wheels_changes_only_the_list_and_the_platform() -> None:
    text = (ROOT / FILENAME).read_text("utf-8")
    fields = tomllib.loads(text)
    changed = tomllib.loads(with_wheels(text, ["a-1-py3-none-any.whl"], "linux-x64"))
    fields["wheels"], fields["platforms"] = ["./wheels/a-1-py3-none-any.whl"], ["linux-x64"]
    assert changed == fields


@pytest.mark.parametrize("platform", TORCH_PLATFORMS)
@pytest.mark.parametrize("python", [(3, 11), (3, 13)])
def test_each_usual_package_is_in_each_zip_once(python: tuple[int, int], platform: str) -> None:
    target = Target(python, platform)
    names = [name for name in wheel_names(ROOT / FILENAME) if target.takes(name)]
    packages = sorted(name.split("-")[0] for name in names)
    if platform != "linux-x64":  # beside its own wheel the one without PortAudio; see test_build
        packages.remove("sounddevice")
    usual = ["cffi", "python_osc", "sounddevice", "soundfile", "soxr", "typing_extensions"]
    assert packages == usual


def test_a_target_takes_its_own_wheels_only() -> None:
    assert LINUX.takes("a-1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl")
    assert LINUX.takes("a-1-cp38-abi3-manylinux_2_28_x86_64.whl")
    assert not LINUX.takes("a-1-cp313-cp313-manylinux_2_28_x86_64.whl")
    assert not LINUX.takes("a-1-cp311-cp311-manylinux_2_39_x86_64.whl")
    assert not LINUX.takes("a-1-cp311-cp311-win_amd64.whl")


class Index:
    """Packages by name and version, newest last; remembers what was asked."""

    def __init__(self, packages: dict[str, dict[str, tuple[str, ...]]]) -> None:
        self.packages = packages
        self.asked: list[str] = []

    def __call__(self, requirements: list[str]) -> dict[str, Pin]:
        from packaging.requirements import Requirement

        self.asked += requirements
        found = {}
        for text in requirements:
            need = Requirement(text)
            versions = list(need.specifier.filter(self.packages[need.name]))
            if not versions:
                raise BuildError(text)
            needs = self.packages[need.name][versions[-1]]
            found[need.name] = Pin(need.name, versions[-1], "0" * 64, needs)
        return found


def pinned(index: Index, target: Target = LINUX) -> list[str]:
    return [f"{pin.name} {pin.version}" for pin in closure(["torch"], target.markers(), index)]


def test_needs_are_those_of_the_target() -> None:
    index = Index(
        {
            "torch": {
                "1": (
                    'gpu; platform_system == "Linux"',
                    'colour; sys_platform == "win32"',
                    'old; python_version < "3.12"',
                    'fast; extra == "fast"',
                    "numpy",
                )
            },
            "gpu": {"1": ()},
            "colour": {"1": ()},
            "old": {"1": ()},
        }
    )
    assert pinned(index) == ["gpu 1", "old 1", "torch 1"]
    assert pinned(index, Target((3, 13), "windows-x64")) == ["colour 1", "torch 1"]


def test_extras_bring_what_they_stand_for() -> None:
    index = Index(
        {
            "torch": {"1": ("kit[blas]", "other")},
            "other": {"1": ("Kit[fft]==1",)},
            "kit": {"1": ('blas; extra == "blas"', 'fft; extra == "fft"', 'no; extra == "no"')},
            "blas": {"1": ()},
            "fft": {"1": ()},
        }
    )
    assert pinned(index) == ["blas 1", "fft 1", "kit 1", "other 1", "torch 1"]


def test_a_later_wish_is_kept_too() -> None:
    index = Index(
        {
            "torch": {"1": ("a", "b")},
            "a": {"1": ("c",)},
            "b": {"1": ("a", "c<2")},
            "c": {"1": (), "2": ()},
        }
    )
    assert pinned(index) == ["a 1", "b 1", "c 1", "torch 1"]
    index.packages["b"]["1"] = ("c>5",)
    with pytest.raises(BuildError, match=r"c>5"):
        pinned(index)


def test_each_index_names_its_wheels() -> None:
    requirements = ROOT / "requirements" / "torch.txt"
    assert usual_index(CPU).endswith("/whl/cpu")
    assert torch_requirement(requirements, usual_index(CPU)).endswith("+cpu")
    assert usual_index(TorchBuild("cuda", LINUX)) is None
    assert torch_requirement(requirements, None).startswith("torch===")
    with pytest.raises(BuildError, match="INDEX="):
        usual_index(wanted_build("cuda", "3.11", "windows-x64"))


def test_a_lock_reads_as_requirements_with_hashes() -> None:
    text = lock_text(CPU, None, [Pin("a", "1.0", "0" * 64), Pin("b", "2.0", "1" * 64)])
    assert text == (
        "# Made by: make lock-torch GPU=cpu PYTHON=3.11 PLATFORM=linux-x64\n"
        f"a==1.0 \\\n    --hash=sha256:{'0' * 64}\nb==2.0 \\\n    --hash=sha256:{'1' * 64}\n"
    )


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_locks_are_whole(lock: Path) -> None:
    text = lock.read_text("utf-8")
    pins = dict(
        re.findall(r"^(\S+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}$", text, re.MULTILINE)
    )
    assert len(pins) == text.count("==") == len(wheels.locked_hashes(lock))
    wanted = torch_requirement(ROOT / "requirements" / "torch.txt", None).removeprefix("torch===")
    assert pins["torch"].split("+")[0] == wanted
    assert "numpy" not in pins
    usual = (ROOT / "requirements" / "wheels.txt").read_text("utf-8")
    assert f"typing_extensions=={pins['typing-extensions']} " in usual
    gpu, system, machine, abi = lock.stem.split("-")
    build = wanted_build(gpu, f"{abi[2]}.{abi[3:]}", f"{system}-{machine}")
    assert build.lock(ROOT) == lock
    assert build.make_arguments in text.splitlines()[0]
    assert ("nvidia-cublas" in pins) == (gpu == "cuda")


def test_there_are_locks() -> None:
    assert CPU.lock(ROOT) in LOCKS
