"""The choice of runtime: what is asked for, what is there, what is broken, what is worth it."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from model import runtime
from model.errors import A2FError, WeightsError
from model.runtime import choose_runtime

ROOT = Path(__file__).resolve().parents[2]
LONG = 2.0 * runtime.break_even_seconds(torch_is_imported=False)


@pytest.fixture
def no_torch(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.fixture
def torch_with_gpu(monkeypatch) -> ModuleType:
    """A torch that finds a GPU, imported already."""
    torch = ModuleType("torch")
    torch.cuda = SimpleNamespace(is_available=lambda: True)
    monkeypatch.setitem(sys.modules, "torch", torch)
    return torch


def broken_torch(folder: Path) -> Path:
    """A torch with a GPU's library whose import fails."""
    (folder / "torch" / "lib").mkdir(parents=True)
    (folder / "torch" / "lib" / "libtorch_cuda.so").touch()
    (folder / "torch" / "__init__.py").write_text("raise OSError('c10.dll does not load')")
    return folder


def test_numpy_without_torch(no_torch) -> None:
    runtime = choose_runtime("auto", seconds=LONG)
    assert (runtime.name, runtime.remark) == ("numpy", None)
    with pytest.raises(A2FError, match="cannot be imported"):
        choose_runtime("torch")


def test_a_broken_torch_is_said_and_no_obstacle(tmp_path, monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.syspath_prepend(broken_torch(tmp_path))
    runtime = choose_runtime("auto", seconds=LONG)
    assert runtime.name == "numpy"
    assert "c10.dll does not load" in runtime.remark
    with pytest.raises(A2FError, match=r"c10\.dll does not load"):
        choose_runtime("torch")


def test_a_folder_without_torch_is_said(tmp_path, no_torch) -> None:
    runtime = choose_runtime("auto", seconds=LONG, torch_folder=tmp_path)
    assert runtime.name == "numpy"
    assert f'no PyTorch in "{tmp_path}"' in runtime.remark


def test_auto_takes_the_gpu_for_long_sounds_only(torch_with_gpu) -> None:
    enough = runtime.break_even_seconds(torch_is_imported=True)
    assert choose_runtime("auto", seconds=0.9 * enough).name == "numpy"
    runtime = choose_runtime("auto", seconds=1.1 * enough)
    assert (runtime.name, runtime.device, runtime.remark) == ("torch", "cuda", None)
    assert choose_runtime("auto").name == "torch"
    assert choose_runtime("auto", seconds=LONG, device="cpu").name == "numpy"


def test_auto_without_a_gpu_is_numpy(torch_with_gpu) -> None:
    torch_with_gpu.cuda.is_available = lambda: False
    torch_with_gpu.backends = SimpleNamespace(mps=SimpleNamespace(is_available=lambda: False))
    runtime = choose_runtime("auto", seconds=LONG)
    assert (runtime.name, runtime.remark) == ("numpy", None)
    assert choose_runtime("torch").device == "cpu"


def test_a_device_that_is_not_there(torch_with_gpu) -> None:
    torch_with_gpu.__version__ = "9.9"
    torch_with_gpu.backends = SimpleNamespace(
        mps=SimpleNamespace(is_available=lambda: False, is_built=lambda: False)
    )
    runtime = choose_runtime("auto", seconds=LONG, device="mps")
    assert runtime.name == "numpy"
    assert "cannot use Apple GPUs here (PyTorch 9.9 is built without" in runtime.remark
    with pytest.raises(A2FError, match="Apple GPUs"):
        choose_runtime("torch", device="mps")


@pytest.mark.parametrize("seconds", [5.0, 60.0])
def test_a_short_sound_never_imports_torch(seconds: float, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom model.runtime import choose_runtime\n"
        f"runtime = choose_runtime('auto', seconds={seconds})\n"
        "print(runtime.name, 'torch' in sys.modules)\n"
    )
    # A torch that could be imported, had a GPU's library, and would tell.
    (tmp_path / "torch" / "lib").mkdir(parents=True)
    (tmp_path / "torch" / "lib" / "libtorch_cuda.so").touch()
    (tmp_path / "torch" / "__init__.py").write_text("print('imported')")
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == ["numpy", "False"]


def test_break_even_weighs_the_start_against_the_speed() -> None:
    for imported in (True, False):
        seconds = runtime.break_even_seconds(imported)
        on_gpu = runtime.start_seconds(imported) + seconds / runtime.GPU_SPEED
        assert on_gpu == pytest.approx(seconds / runtime.NUMPY_SPEED)
    assert runtime.break_even_seconds(True) < runtime.break_even_seconds(False)


def test_torch_where_it_is_asked_for() -> None:
    pytest.importorskip("torch")
    assert choose_runtime("torch", device="cpu").name == "torch"


def test_unknown_names_are_refused(tmp_path) -> None:
    with pytest.raises(A2FError, match="choose one of auto, numpy, torch"):
        choose_runtime("tensorflow")
    with pytest.raises(A2FError, match="choose one of auto, cpu, cuda, mps, xpu"):
        choose_runtime("torch", device="gpu")
    with pytest.raises(WeightsError, match="does not exist"):
        choose_runtime("numpy", tmp_path / "none.npz")
