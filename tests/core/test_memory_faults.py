"""``python -m model predict`` with too little memory: one sentence, and the old file."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEECH = ROOT / "tests" / "data" / "surprise.flac"
CODE = """
import resource, sys
import soundfile, soxr
from model import numpy_network
from model.__main__ import main
pages = int(open("/proc/self/statm").read().split()[0])
most = pages * resource.getpagesize() + (int(sys.argv[1]) << 20)
resource.setrlimit(resource.RLIMIT_AS, (most, most))
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited in Linux")
@pytest.mark.parametrize("room", [8, 40])
def test_too_little_memory_is_reported_and_keeps_the_old_file(tmp_path: Path, room: int) -> None:
    """At 40 MiB the network's arrays fit, but not what OpenBLAS needs to multiply them."""
    output = tmp_path / "out.csv"
    output.write_text("from before")
    result = subprocess.run(
        [sys.executable, "-c", CODE, str(room), "predict", str(SPEECH), str(output)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 4
    assert result.stderr.startswith("error: There is not enough memory")
    assert result.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert output.read_text() == "from before"
