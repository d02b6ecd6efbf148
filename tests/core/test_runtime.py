"""The choice of runtime: what is asked for, what is there, what is broken."""

import sys

import pytest

from model.errors import A2FError, WeightsError
from model.runtime import choose_runtime


def test_numpy_without_torch(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert choose_runtime("auto").name == "numpy"
    with pytest.raises(A2FError, match="cannot be imported"):
        choose_runtime("torch")


def test_a_broken_torch_is_no_obstacle(tmp_path, monkeypatch) -> None:
    (tmp_path / "torch.py").write_text("raise OSError('a library does not load')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert choose_runtime("auto").name == "numpy"


def test_torch_where_it_is_asked_for() -> None:
    pytest.importorskip("torch")
    assert choose_runtime("torch").name == "torch"


def test_unknown_names_are_refused(tmp_path) -> None:
    with pytest.raises(A2FError, match="choose one of auto, numpy, torch"):
        choose_runtime("tensorflow")
    with pytest.raises(WeightsError, match="does not exist"):
        choose_runtime("numpy", tmp_path / "none.npz")
