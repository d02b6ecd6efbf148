"""torch in a folder of the user's choice: found, checked, imported behind Python's own packages."""

import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from model.torch_package import TorchError, find_torch

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def python_has_no_torch(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)


def make_torch(site: Path, core: str = "_C" + EXTENSION_SUFFIXES[0]) -> Path:
    (site / "torch" / "lib").mkdir(parents=True)
    (site / "torch" / "__init__.py").write_text("import numpy\n")
    (site / "torch" / core).touch()
    return site


@pytest.mark.parametrize(
    "inner",
    ["", f"lib/python3.{sys.version_info.minor}/site-packages", "Lib/site-packages"],
)
def test_the_folder_may_be_an_environment_or_its_packages(tmp_path: Path, inner: str) -> None:
    site = make_torch(tmp_path / inner)
    package = find_torch(tmp_path)
    assert package.folder == site / "torch"
    assert package.site == site


def test_nothing_is_found_where_nothing_is_named() -> None:
    assert find_torch() is None


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TorchError, match="choose the site-packages folder"):
        find_torch(tmp_path)


@pytest.mark.parametrize("core", ["_C.cpython-37m-x86_64-linux-gnu.so", "_C.cp37-win_amd64.pyd"])
def test_another_python_is_refused(tmp_path: Path, core: str) -> None:
    with pytest.raises(TorchError, match="made for another Python"):
        find_torch(make_torch(tmp_path, core))


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS always may have a GPU")
def test_a_build_without_a_gpu_is_told_by_its_libraries(tmp_path: Path) -> None:
    make_torch(tmp_path)
    assert not find_torch(tmp_path).may_have_gpu
    (tmp_path / "torch" / "lib" / "libtorch_hip.so").touch()
    assert find_torch(tmp_path).may_have_gpu


def test_import_leaves_other_packages_alone(tmp_path: Path) -> None:
    folder = make_torch(tmp_path / "environment")
    for site, owner in ((folder, "the folder"), (tmp_path / "own", "Blender")):
        (site / "numpy").mkdir(parents=True)
        (site / "numpy" / "__init__.py").write_text(f"owner = {owner!r}\n")
    result = in_bare_python(
        tmp_path / "own",
        "from model.torch_package import import_torch\n"
        f"folder = Path({str(folder)!r})\n"
        "before = list(sys.path)\n"
        "torch = import_torch(folder)\n"
        "assert import_torch(folder) is torch\n"
        "assert sys.path == [*before, str(folder)]\n"
        "assert Path(torch.__file__).parent == folder / 'torch'\n"
        "print(torch.numpy.owner)\n",
    )
    assert result.stdout.strip() == "Blender", result.stderr


def test_a_failed_import_leaves_the_path_as_it_was(tmp_path: Path) -> None:
    make_torch(tmp_path)
    (tmp_path / "torch" / "__init__.py").write_text("raise ImportError('DLL load failed.')\n")
    result = in_bare_python(
        tmp_path / "own",
        "from model.torch_package import TorchError, import_torch\n"
        "before = list(sys.path)\n"
        "try:\n"
        f"    import_torch(Path({str(tmp_path)!r}))\n"
        "except TorchError as error:\n"
        "    print(error, sys.path == before)\n",
    )
    assert "does not load (DLL load failed): install" in result.stdout, result.stderr
    assert result.stdout.strip().endswith("True")


def in_bare_python(site: Path, code: str) -> subprocess.CompletedProcess:
    """Runs code in a Python that has this project and the packages of ``site``, no others."""
    start = f"import sys\nfrom pathlib import Path\nsys.path[:0] = [{str(ROOT)!r}, {str(site)!r}]\n"
    return subprocess.run(
        [sys.executable, "-S", "-c", start + code], capture_output=True, text=True, check=False
    )
