"""Which devices torch finds, and the reason for each that it does not."""

from types import SimpleNamespace

import pytest

from model.torch_package import Device, TorchError, choose_device, find_devices


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


def test_each_card_is_tried() -> None:
    first, second, *_ = find_devices(fake_torch(cuda=True))
    assert first == Device("cuda:0", "cuda card 0, 24 GB", True)
    assert first.sentence == "cuda card 0, 24 GB: can be used."
    assert not second.usable
    assert second.sentence == (
        "cuda card 1, 24 GB: CUDA error: no kernel image is available for execution."
    )


def test_what_is_not_there_has_a_reason() -> None:
    found = {device.name: device for device in find_devices(fake_torch())}
    assert list(found) == ["cuda", "mps", "xpu", "cpu"]
    assert found["cuda"].reason == "Found no NVIDIA driver on your system"
    assert found["mps"].reason == "it needs Apple silicon and a newer macOS"
    assert found["xpu"].reason == "No XPU devices are available"
    assert found["cpu"].usable


def test_a_build_without_a_kind_says_so() -> None:
    torch = fake_torch()
    torch.version.cuda = None
    torch.backends.mps.is_built = lambda: False
    del torch.xpu
    for device in find_devices(torch)[:3]:
        assert device.reason == "PyTorch 9.9 is built without it"


@pytest.mark.parametrize(
    ("there", "wanted", "chosen"),
    [
        (("mps",), "auto", "mps"),
        (("xpu", "cuda"), "auto", "cuda"),
        (("xpu", "cuda"), "xpu", "xpu"),
        (("cuda",), "cpu", "cpu"),
        ((), "auto", "cpu"),
    ],
)
def test_the_best_that_is_there(there: tuple[str, ...], wanted: str, chosen: str) -> None:
    assert choose_device(fake_torch(**dict.fromkeys(there, True)), wanted) == chosen


def test_a_kind_that_is_not_there_is_refused() -> None:
    with pytest.raises(TorchError, match=r"NVIDIA or AMD GPUs here \(Found no NVIDIA driver"):
        choose_device(fake_torch(), "cuda")


def test_the_installed_torch_can_be_asked() -> None:
    torch = pytest.importorskip("torch")
    *gpus, cpu = find_devices(torch)
    assert cpu.usable
    assert all(device.usable or device.reason for device in gpus)
