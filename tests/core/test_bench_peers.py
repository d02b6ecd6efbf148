"""Other programs are timed where they are found."""

import sys
from pathlib import Path

import numpy as np
import pytest

from tools.bench import peers

PEER = """#!{python}
import sys, wave
from pathlib import Path
with wave.open(sys.argv[-1]) as sound:
    assert (sound.getframerate(), sound.getnframes()) == (16000, 1600)
held = bytearray(80 * 2**20)
Path(sys.argv[sys.argv.index("-o") + 1]).write_text("0.00\\tX\\n")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
def test_a_peer_on_the_path_is_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert peers.found() == ()
    program = tmp_path / "rhubarb"
    program.write_text(PEER.format(python=sys.executable))
    program.chmod(0o755)
    assert peers.found() == ("rhubarb",)
    samples = tmp_path / "samples.f32"
    np.zeros(1600, np.float32).tofile(samples)
    found = peers.rhubarb(str(samples))
    assert found["wall"] > 0
    assert found["cpu"] > 0
    assert found["memory"] > 80 * 2**20
