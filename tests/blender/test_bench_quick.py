"""The bench on the built zip, on short clips: every stage gives figures. Nothing asserts speed."""

from pathlib import Path

import pytest

from tests.support.extension import built_zip
from tests.support.scenes import needs_sound

pytest.importorskip("soundfile", reason="the clips are made with soundfile and soxr")
pytest.importorskip("soxr", reason="the clips are made with soundfile and soxr")

from tools.bench import machine  # needs both
from tools.bench.schedule import QUICK, Bench

STAGES = {"decode", "features", "numpy", "post", "write", "insert", "bake"}
STARTS = {"start", "enable", "add_head", "many_write", "numpy_start"}


@needs_sound
def test_every_stage_gives_figures(tmp_path: Path) -> None:
    said: list[str] = []
    figures = Bench(built_zip(), tmp_path, QUICK, said.append).run()
    measured = {row.stage for row in figures.rows}
    assert measured >= STAGES | STARTS
    assert ("torch" in measured) == machine.has("torch")
    for row in figures.rows:
        assert row.values["wall"] > 0, row
        assert row.values["cpu"] > 0, row
        assert row.values["memory"] >= 0, row
    assert figures.lengths("bake") == [5.0, 20.0]
    assert figures.values("write", 5.0, "keys") == figures.values("insert", 5.0, "keys")
    assert min(figures.values("bake", 20.0, "keys")) > min(figures.values("bake", 5.0, "keys")) > 52
    assert len(said) > len(figures.rows)
    assert not list(tmp_path.glob("clip*"))
