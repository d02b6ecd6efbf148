"""A device that gives out: the sound is heard again on the CPU, and that is said."""

from collections.abc import Iterator

import numpy as np
import pytest

from model.curves import Curves
from model.errors import A2FError
from model.numpy_network import NumpyRuntime
from model.runtime import FallbackRuntime, Trouble, trouble_of
from model.streaming import Restartable
from model.weights_file import load_weights

BLOCKS = [np.full(1600, value, np.float32) for value in range(5)]


class OutOfMemoryError(RuntimeError):
    """Named as torch's."""


class AcceleratorError(RuntimeError):
    """Named as torch's."""


class CancelledError(Exception):
    """As a job's."""


class Echo:
    """Gives the first sample of each block, and counts its runs."""

    name, device, remark = "numpy", "cpu", None

    def __init__(self) -> None:
        self.runs = 0

    def predict(self, samples: np.ndarray, on_progress=None) -> Curves:
        return self.predict_blocks([samples], None, on_progress)

    def predict_blocks(self, blocks, seconds=None, on_progress=None) -> Curves:
        self.runs += 1
        values = []
        for block in blocks:
            self.hear(len(values))
            if on_progress:
                on_progress(len(values) / 10)
            values.append(block[0])
        return Curves(("jawOpen",), 100.0, np.array(values, np.float32)[:, None])

    def hear(self, index: int) -> None:
        """Called before each block."""


class Failing(Echo):
    """Raises at the n-th block."""

    name, device = "torch", "cuda"

    def __init__(self, error: Exception, at: int = 3) -> None:
        super().__init__()
        self.error, self.at = error, at

    def hear(self, index: int) -> None:
        if index == self.at:
            raise self.error


def falling(error: Exception, at: int = 3) -> tuple[FallbackRuntime, Failing, Echo]:
    first, second = Failing(error, at), Echo()
    return FallbackRuntime(None, "cuda", lambda: first, lambda: second), first, second


def test_out_of_memory_is_heard_again_from_the_start() -> None:
    runtime, first, second = falling(OutOfMemoryError("tried to allocate 2 GiB"))
    seen: list[float] = []
    curves = runtime.predict_blocks(Restartable(lambda: iter(BLOCKS)), 0.5, seen.append)
    np.testing.assert_array_equal(curves.values[:, 0], range(5))
    assert seen == [0.0, 0.1, 0.2, 0.0, 0.1, 0.2, 0.3, 0.4]
    assert (runtime.name, runtime.device) == ("numpy", "cpu")
    assert runtime.remark == (
        "PyTorch ran out of memory on cuda, so NumPy on the CPU heard all of it: "
        "close what else uses its memory, or choose NumPy in the preferences."
    )
    runtime.predict_blocks(BLOCKS)
    assert (first.runs, second.runs) == (1, 2)


def test_a_whole_sound_falls_too() -> None:
    runtime, *_ = falling(AcceleratorError("CUDA error: an illegal access\nmore"), at=0)
    assert len(runtime.predict(BLOCKS[0]).values) == 1
    assert "failed on cuda (CUDA error: an illegal access), so NumPy" in runtime.remark
    assert "graphics driver" in runtime.remark


def test_a_device_that_cannot_even_start() -> None:
    def first() -> Echo:
        raise RuntimeError("No HIP GPUs are available")

    runtime = FallbackRuntime(None, "cuda", first, Echo)
    assert len(runtime.predict_blocks(BLOCKS).values) == 5
    assert runtime.name == "numpy"


def test_what_works_is_left_alone() -> None:
    runtime = FallbackRuntime(None, "cuda", Echo, lambda: pytest.fail("not needed"))
    runtime.predict(BLOCKS[0])
    assert (runtime.name, runtime.device, runtime.remark) == ("torch", "cuda", None)


def test_an_iterator_cannot_begin_anew() -> None:
    runtime, _, second = falling(OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(A2FError, match="ran out of memory on cuda: choose NumPy"):
        runtime.predict_blocks(iter(BLOCKS))
    assert second.runs == 0


def test_cancelling_is_no_failure() -> None:
    def cancel(fraction: float) -> None:
        raise CancelledError

    runtime, _, second = falling(RuntimeError("unreached"))
    with pytest.raises(CancelledError):
        runtime.predict_blocks(BLOCKS, on_progress=cancel)
    assert (second.runs, runtime.remark) == (0, None)


def test_cancelling_the_second_try_ends_it() -> None:
    runtime, _, second = falling(OutOfMemoryError("CUDA out of memory"))
    seen: list[float] = []

    def cancel_later(fraction: float) -> None:
        seen.append(fraction)
        if len(seen) == 5:
            raise CancelledError

    with pytest.raises(CancelledError):
        runtime.predict_blocks(BLOCKS, on_progress=cancel_later)
    assert second.runs == 1


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("mat1 and mat2 shapes cannot be multiplied (3x4 and 5x6)"),
        RuntimeError("expected scalar type Float but found Double"),
        TypeError("CUDA is only mentioned"),
        IndexError("out of range"),
    ],
    ids=repr,
)
def test_faults_of_the_program_are_not_hidden(error: Exception) -> None:
    runtime, _, second = falling(error)
    with pytest.raises(type(error)) as caught:
        runtime.predict_blocks(BLOCKS)
    assert caught.value is error
    assert second.runs == 0


def test_a_sound_that_cannot_be_read_is_not_hidden() -> None:
    def unreadable() -> Iterator[np.ndarray]:
        yield BLOCKS[0]
        raise OSError("the disk is gone")

    runtime, *_ = falling(OutOfMemoryError(), at=9)
    with pytest.raises(OSError, match="disk is gone"):
        runtime.predict_blocks(Restartable(unreadable))


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("CUDA error: no kernel image is available for execution on the device", Trouble.DRIVER),
        ("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED", Trouble.DRIVER),
        ("CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", Trouble.DRIVER),
        ("HIP error: invalid device function", Trouble.DRIVER),
        ("MPS backend out of memory (MPS allocated: 17.9 GB)", Trouble.MEMORY),
        ("[enforce fail] DefaultCPUAllocator: can't allocate memory", Trouble.MEMORY),
        ("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes", Trouble.MEMORY),
        ("Found no NVIDIA driver on your system.", Trouble.DRIVER),
        ("XPU out of memory. Tried to allocate 2.00 GiB", Trouble.MEMORY),
        ("The size of tensor a (3) must match the size of tensor b (4)", None),
    ],
)
def test_plain_errors_are_known_by_what_they_name(text: str, trouble: Trouble | None) -> None:
    assert trouble_of(RuntimeError(text)) is trouble


def test_an_operator_that_metal_lacks_is_the_drivers_matter() -> None:
    text = "The operator 'aten::x' is not currently implemented for the MPS device."
    assert trouble_of(NotImplementedError(text)) is Trouble.DRIVER


def test_torchs_own_classes_are_known() -> None:
    torch = pytest.importorskip("torch")
    assert trouble_of(torch.OutOfMemoryError("")) is Trouble.MEMORY
    assert trouble_of(torch.AcceleratorError("device-side assert", 710)) is Trouble.DRIVER


def test_torchs_network_that_runs_out_gives_numpys_curves(monkeypatch) -> None:
    """The real runtimes: torch on the CPU, whose network gives out at its second stretch."""
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
    assert runtime.remark.startswith("PyTorch ran out of memory on cuda")
    np.testing.assert_array_equal(curves.values, numpy.predict(samples).values)
