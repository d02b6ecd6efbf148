"""torch and its devices, which runtime is chosen, and NumPy in place of a torch that fails."""

import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from model.command.runtime_cache import RuntimeCache
from model.curves import Curves
from model.errors import A2FError, WeightsError
from model.numpy_network import NumpyRuntime
from model.runtime import (
    GPU_PAYS_SECONDS,
    GPU_PAYS_SECONDS_IMPORTED,
    FallbackRuntime,
    choose_runtime,
)
from model.streaming import Restartable
from model.torch_package import TorchError, choose_device, find_devices, find_torch, may_have_gpu
from model.weights_file import load_weights

ROOT = Path(__file__).resolve().parents[3]
LONG = 2.0 * GPU_PAYS_SECONDS
BLOCKS = [np.full(1600, value, np.float32) for value in range(5)]


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)


def fake_torch(**kinds: bool) -> SimpleNamespace:
    """A torch built for every kind of GPU; ``kinds`` says which are there."""

    def backend(kind: str, refusal: str) -> SimpleNamespace:
        def init() -> None:
            raise RuntimeError(refusal)

        return SimpleNamespace(
            is_available=lambda: kinds.get(kind, False),
            is_built=lambda: True,
            device_count=lambda: 2,
            get_device_properties=lambda index: SimpleNamespace(
                name=f"{kind} card {index}", total_memory=24 * 2**30
            ),
            init=init,
        )

    return SimpleNamespace(
        __version__="9.9",
        version=SimpleNamespace(cuda="13.0", hip=None),
        cuda=backend("cuda", "Found no NVIDIA driver on your system. Please look.\nIt helps."),
        xpu=backend("xpu", "No XPU devices are available."),
        backends=SimpleNamespace(mps=backend("mps", "")),
        get_num_threads=lambda: 2,
        ones=lambda _size, device: SimpleNamespace(
            sum=lambda: SimpleNamespace(item=lambda: run_on(device))
        ),
    )


def run_on(device: str) -> float:
    if device == "cuda:1":
        raise RuntimeError("CUDA error: no kernel image is available for execution\nCompile with")
    return 2.0


@pytest.fixture
def torch_with_gpu(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """An imported torch that finds a GPU."""
    torch = fake_torch(cuda=True)
    monkeypatch.setitem(sys.modules, "torch", torch)
    return torch


def make_torch(
    site: Path,
    core: str = "_C" + EXTENSION_SUFFIXES[0],
    library: str = "libc10.so",
    code: str = "import numpy\n",
) -> Path:
    """A torch in a folder of packages: its binary, one of its libraries, what its import runs."""
    (site / "torch" / "lib").mkdir(parents=True)
    (site / "torch" / "__init__.py").write_text(code)
    (site / "torch" / core).touch()
    (site / "torch" / "lib" / library).touch()
    return site


def gpu_build(site: Path, code: str) -> Path:
    """A torch with a GPU's library, whose import runs code."""
    return make_torch(site, library="libtorch_cuda.so", code=code)


@pytest.mark.parametrize(
    "inner",
    ["", f"lib/python3.{sys.version_info.minor}/site-packages", "Lib/site-packages"],
)
def test_find_torch_in_an_environment_or_its_packages(tmp_path: Path, inner: str, no_torch) -> None:
    site = make_torch(tmp_path / inner)
    assert find_torch(tmp_path) == site / "torch"


def test_find_torch_without_a_folder(no_torch) -> None:
    assert find_torch() is None


def test_find_torch_in_an_empty_folder_is_refused(tmp_path: Path, no_torch) -> None:
    with pytest.raises(TorchError, match="choose the site-packages folder"):
        find_torch(tmp_path)


@pytest.mark.parametrize("core", ["_C.cpython-37m-x86_64-linux-gnu.so", "_C.cp37-win_amd64.pyd"])
def test_find_torch_of_another_python_is_refused(tmp_path: Path, core: str, no_torch) -> None:
    with pytest.raises(TorchError, match="made for another Python"):
        find_torch(make_torch(tmp_path, core))


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS always may have a GPU")
def test_gpu_build_is_recognised_by_its_libraries(tmp_path: Path) -> None:
    assert not may_have_gpu(make_torch(tmp_path / "cpu") / "torch")
    assert may_have_gpu(make_torch(tmp_path / "gpu", library="libtorch_hip.so") / "torch")


def test_import_torch_keeps_other_packages(tmp_path: Path) -> None:
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


def test_failed_import_restores_the_path(tmp_path: Path) -> None:
    make_torch(tmp_path, code="raise ImportError('DLL load failed.')\n")
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


def test_find_devices_tries_each_card() -> None:
    assert find_devices(fake_torch(cuda=True))[:2] == [
        "cuda card 0, 24 GB: can be used.",
        "cuda card 1, 24 GB: CUDA error: no kernel image is available for execution.",
    ]


def test_missing_devices_have_a_reason() -> None:
    *gpus, cpu = find_devices(fake_torch())
    assert gpus == [
        "NVIDIA or AMD GPU: Found no NVIDIA driver on your system.",
        "Apple GPU: it needs Apple silicon and a newer macOS.",
        "Intel GPU: No XPU devices are available.",
    ]
    assert cpu.endswith("2 threads): can be used.")


def test_build_without_a_kind_says_so() -> None:
    torch = fake_torch()
    torch.version.cuda = None
    torch.backends.mps.is_built = lambda: False
    del torch.xpu
    for sentence in find_devices(torch)[:3]:
        assert sentence.endswith(": PyTorch 9.9 is built without it.")


@pytest.mark.parametrize(
    ("present", "requested", "chosen"),
    [
        (("mps",), "auto", "mps"),
        (("xpu", "cuda"), "auto", "cuda"),
        (("xpu", "cuda"), "xpu", "xpu"),
        (("cuda",), "cpu", "cpu"),
        ((), "auto", "cpu"),
    ],
)
def test_choose_device_takes_the_best(
    present: tuple[str, ...], requested: str, chosen: str
) -> None:
    assert choose_device(fake_torch(**dict.fromkeys(present, True)), requested) == chosen


def test_choose_device_refuses_a_missing_kind() -> None:
    with pytest.raises(TorchError, match=r"NVIDIA or AMD GPUs here \(Found no NVIDIA driver"):
        choose_device(fake_torch(), "cuda")


def test_find_devices_with_the_installed_torch() -> None:
    torch = pytest.importorskip("torch")
    *gpus, cpu = find_devices(torch)
    assert cpu.startswith("CPU (")
    assert len(gpus) >= 3


def test_without_torch_numpy_is_chosen(no_torch) -> None:
    runtime = choose_runtime("auto", seconds=LONG)
    assert (runtime.name, runtime.remark) == ("numpy", None)
    with pytest.raises(A2FError, match="cannot be imported"):
        choose_runtime("torch")


def test_broken_torch_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.syspath_prepend(gpu_build(tmp_path, "raise OSError('c10.dll does not load')"))
    runtime = choose_runtime("auto", seconds=LONG)
    assert runtime.name == "numpy"
    assert "c10.dll does not load" in runtime.remark
    with pytest.raises(A2FError, match=r"c10\.dll does not load"):
        choose_runtime("torch")


def test_torch_folder_without_torch_is_reported(tmp_path: Path, no_torch) -> None:
    runtime = choose_runtime("auto", seconds=LONG, torch_folder=tmp_path)
    assert runtime.name == "numpy"
    assert f'no PyTorch in "{tmp_path}"' in runtime.remark


def test_auto_takes_the_gpu_for_long_sounds_only(torch_with_gpu) -> None:
    assert choose_runtime("auto", seconds=0.9 * GPU_PAYS_SECONDS_IMPORTED).name == "numpy"
    runtime = choose_runtime("auto", seconds=1.1 * GPU_PAYS_SECONDS_IMPORTED)
    assert (runtime.name, runtime.device, runtime.remark) == ("torch", "cuda", None)
    assert choose_runtime("auto").name == "torch"
    assert choose_runtime("auto", seconds=LONG, device="cpu").name == "numpy"


def test_auto_without_a_gpu_is_numpy(torch_with_gpu) -> None:
    torch_with_gpu.cuda.is_available = lambda: False
    runtime = choose_runtime("auto", seconds=LONG)
    assert (runtime.name, runtime.remark) == ("numpy", None)
    assert choose_runtime("torch").device == "cpu"


def test_missing_device_is_reported(torch_with_gpu) -> None:
    runtime = choose_runtime("auto", seconds=LONG, device="mps")
    assert runtime.name == "numpy"
    assert "cannot use Apple GPUs here (it needs Apple silicon" in runtime.remark
    with pytest.raises(A2FError, match="Apple GPUs"):
        choose_runtime("torch", device="mps")


@pytest.mark.parametrize("seconds", [5.0, 60.0])
def test_short_sound_never_imports_torch(seconds: float, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom model.runtime import choose_runtime\n"
        f"runtime = choose_runtime('auto', seconds={seconds})\n"
        "print(runtime.name, 'torch' in sys.modules)\n"
    )
    folder = gpu_build(tmp_path, "print('imported')")
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == ["numpy", "False"]


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(A2FError, match="choose one of auto, numpy, torch"):
        choose_runtime("tensorflow")
    with pytest.raises(A2FError, match="choose one of auto, cpu, cuda, mps, xpu"):
        choose_runtime("torch", device="gpu")
    with pytest.raises(WeightsError, match="does not exist"):
        choose_runtime("numpy", tmp_path / "none.npz")


def test_cache_gives_the_same_runtime_until_it_fell_back() -> None:
    made = []

    def choose(*_arguments: object) -> SimpleNamespace:
        made.append(SimpleNamespace(remark=None))
        return made[-1]

    cache = RuntimeCache(choose)
    first = cache.runtime("auto", None, 5.0, "auto")
    assert cache.runtime("auto", None, 9.0, "auto") is first
    assert cache.runtime("auto", None, LONG, "auto") is not first
    first.remark = "NumPy ran on the CPU."
    assert cache.runtime("auto", None, 5.0, "auto") is not first
    assert len(made) == 3


class CancelledError(Exception):
    """As a job's."""


class FakeRuntime:
    """Gives the first sample of each block; raises ``error`` at block ``at``; counts its runs."""

    remark = None

    def __init__(self, error: Exception | None = None, at: int = 3) -> None:
        self.name, self.device = ("numpy", "cpu") if error is None else ("torch", "cuda")
        self.error, self.at = error, at
        self.runs = 0

    def predict(self, samples: np.ndarray, on_progress=None) -> Curves:
        return self.predict_blocks([samples], None, on_progress)

    def predict_blocks(self, blocks, seconds=None, on_progress=None) -> Curves:
        self.runs += 1
        values = []
        for block in blocks:
            if self.error is not None and len(values) == self.at:
                raise self.error
            if on_progress:
                on_progress(len(values) / 10)
            values.append(block[0])
        return Curves(("jawOpen",), 100.0, np.array(values, np.float32)[:, None])


def failing(error: Exception, at: int = 3) -> tuple[FallbackRuntime, FakeRuntime, FakeRuntime]:
    first, second = FakeRuntime(error, at), FakeRuntime()
    return FallbackRuntime(None, "cuda", lambda: first, lambda: second), first, second


def test_failed_run_starts_again_on_the_fallback_for_good() -> None:
    runtime, first, second = failing(RuntimeError("CUDA out of memory.\nTried to allocate"))
    seen: list[float] = []
    curves = runtime.predict_blocks(Restartable(lambda: iter(BLOCKS)), 0.5, seen.append)
    np.testing.assert_array_equal(curves.values[:, 0], range(5))
    assert seen == [0.0, 0.1, 0.2, 0.0, 0.1, 0.2, 0.3, 0.4]
    assert (runtime.name, runtime.device) == ("numpy", "cpu")
    assert runtime.remark == (
        "PyTorch failed on cuda (CUDA out of memory), so NumPy ran on the CPU instead: close what "
        "else uses its memory, update the graphics driver, or choose NumPy in the preferences."
    )
    runtime.predict(BLOCKS[0])
    assert (first.runs, second.runs) == (1, 2)


def test_device_that_cannot_start_falls_back() -> None:
    def first() -> FakeRuntime:
        raise RuntimeError("No HIP GPUs are available")

    runtime = FallbackRuntime(None, "cuda", first, FakeRuntime)
    assert len(runtime.predict_blocks(BLOCKS).values) == 5
    assert runtime.name == "numpy"


def test_working_device_keeps_its_name() -> None:
    runtime = FallbackRuntime(None, "cuda", FakeRuntime, lambda: pytest.fail("not needed"))
    runtime.predict(BLOCKS[0])
    assert (runtime.name, runtime.device, runtime.remark) == ("torch", "cuda", None)


@pytest.mark.parametrize(("cancel_at", "runs"), [(1, 0), (5, 1)])
def test_cancelling_ends_either_run(cancel_at: int, runs: int) -> None:
    runtime, _, second = failing(RuntimeError("CUDA out of memory"))
    seen: list[float] = []

    def cancel(fraction: float) -> None:
        seen.append(fraction)
        if len(seen) == cancel_at:
            raise CancelledError

    with pytest.raises(CancelledError):
        runtime.predict_blocks(BLOCKS, on_progress=cancel)
    assert second.runs == runs


def test_torch_that_fails_midway_gives_numpys_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    from model.torch_runtime import TorchRuntime

    config, arrays = load_weights()
    samples = np.random.default_rng(0).normal(0.0, 0.05, 16000 * 8).astype(np.float32)
    first = TorchRuntime(config, arrays, "cpu")
    network, calls = first.network.forward, []

    def forward(*inputs):
        calls.append(1)
        if len(calls) == 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")
        return network(*inputs)

    monkeypatch.setattr(first.network, "forward", forward)
    numpy = NumpyRuntime(config, arrays)
    runtime = FallbackRuntime(config, "cuda", lambda: first, lambda: numpy)
    curves = runtime.predict(samples)
    assert len(calls) == 2
    assert runtime.remark.startswith("PyTorch failed on cuda (CUDA out of memory")
    np.testing.assert_array_equal(curves.values, numpy.predict(samples).values)
