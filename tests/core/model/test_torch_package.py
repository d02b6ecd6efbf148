"""torch in a folder of the user's choice, and the devices it finds."""

import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import SimpleNamespace

import pytest

from model.torch_package import Device, TorchError, choose_device, find_devices, find_torch

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_find_torch_in_an_environment_or_its_packages(tmp_path: Path, inner: str, no_torch) -> None:
    site = make_torch(tmp_path / inner)
    package = find_torch(tmp_path)
    assert package.folder == site / "torch"
    assert package.site == site


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
def test_gpu_build_is_recognised_by_its_libraries(tmp_path: Path, no_torch) -> None:
    make_torch(tmp_path)
    assert not find_torch(tmp_path).may_have_gpu
    (tmp_path / "torch" / "lib" / "libtorch_hip.so").touch()
    assert find_torch(tmp_path).may_have_gpu


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


def test_find_devices_tries_each_card() -> None:
    first, second, *_ = find_devices(fake_torch(cuda=True))
    assert first == Device("cuda:0", "cuda card 0, 24 GB")
    assert first.sentence == "cuda card 0, 24 GB: can be used."
    assert second.sentence == (
        "cuda card 1, 24 GB: CUDA error: no kernel image is available for execution."
    )


def test_missing_devices_have_a_reason() -> None:
    found = {device.name: device for device in find_devices(fake_torch())}
    assert list(found) == ["cuda", "mps", "xpu", "cpu"]
    assert found["cuda"].reason == "Found no NVIDIA driver on your system"
    assert found["mps"].reason == "it needs Apple silicon and a newer macOS"
    assert found["xpu"].reason == "No XPU devices are available"
    assert not found["cpu"].reason


def test_build_without_a_kind_says_so() -> None:
    torch = fake_torch()
    torch.version.cuda = None
    torch.backends.mps.is_built = lambda: False
    del torch.xpu
    for device in find_devices(torch)[:3]:
        assert device.reason == "PyTorch 9.9 is built without it"


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
    assert (cpu.name, cpu.reason) == ("cpu", "")
    assert len(gpus) >= 3
