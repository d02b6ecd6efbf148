""".ci/run with stand-ins for what it calls: its table, exit code, and parts that are missing."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKE = """#!/bin/sh
case "$*" in
  *bpy-versions*) echo 4.2.23 5.2.3 ;;
  *"$BROKEN"*) echo "No such release: $*"; exit 2 ;;
  *"$SLEEPING"*) sleep 60 & echo $! > sleeper; wait ;;
  *test*) echo "SKIPPED [2] tests/a.py:3: no espeak-ng"; echo "== 5 passed, 2 skipped in 1.2s ==" ;;
esac
"""
PASSES = "#!/bin/sh\nexit 0\n"
PLACES = {"make": MAKE, "python3.13": PASSES, "apt-get": PASSES, "ldconfig": PASSES,
          "xvfb-run": '#!/bin/sh\nshift 3\nexec "$@"\n'}  # fmt: skip

pytestmark = pytest.mark.skipif(not shutil.which("setsid"), reason="setsid is of Linux")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / ".ci").mkdir()
    (tmp_path / "bin").mkdir()
    for name in ("run", "table.py"):
        shutil.copy(ROOT / ".ci" / name, tmp_path / ".ci" / name)
    scripts = {f"bin/{name}": text for name, text in PLACES.items()}
    for name, text in {**scripts, ".ci/debian_blender": PASSES}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def start(checkout: Path, **variables: str) -> subprocess.Popen:
    environment = {**os.environ, "BROKEN": "nothing", "SLEEPING": "nothing", "RETRY_SECONDS": "0"}
    environment["PATH"] = f"{checkout / 'bin'}:{os.environ['PATH']}"
    environment.pop("ALLOW_SKIP", None)
    return subprocess.Popen(
        [checkout / ".ci" / "run"],
        env={**environment, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(checkout: Path, **variables: str) -> tuple[int, list[str]]:
    """Exit code, and the lines of the table."""
    process = start(checkout, **variables)
    lines = process.communicate(timeout=60)[0].splitlines()
    (header,) = [place for place, line in enumerate(lines) if line.startswith("part  ")]
    return process.returncode, lines[header - 1 :]


def row(table: list[str], name: str) -> str:
    return " ".join(next(line for line in table if line.startswith(f"{name}  ")).split())


def test_run_tells_counts_and_reasons_of_skips(checkout: Path) -> None:
    code, table = run(checkout)
    assert code == 0
    assert row(table, "make test").endswith("5 passed, 2 skipped")
    assert row(table, "tests in bpy 4.2.23").startswith("tests in bpy 4.2.23 passed")
    assert row(table, "tests in its window").endswith("5 passed, 2 skipped")
    assert sum("2 skipped: no espeak-ng" in line for line in table) >= 4


def test_release_that_cannot_be_installed_fails_the_run(checkout: Path) -> None:
    code, table = run(checkout, BROKEN="venv-bpy-5.2.3")
    assert code == 1
    assert "bpy 5.2.3 failed" in row(table, "bpy 5.2.3")
    assert "not installed in three tries" in row(table, "bpy 5.2.3")
    assert "No such release: .venv-bpy-5.2.3/.test" in row(table, "bpy 5.2.3")
    assert not any(line.startswith("tests in bpy 5.2.3") for line in table)
    assert "passed" in row(table, "tests in its window")


def test_allow_skip_says_so_first_and_passes(checkout: Path) -> None:
    (checkout / ".ci/debian_blender").write_text("#!/bin/sh\necho no mirror\nexit 1\n")
    code, table = run(checkout, ALLOW_SKIP="1")
    assert code == 0
    assert table[0].startswith("ALLOW_SKIP=1")
    assert "skipped" in row(table, "Debian's Blender")
    assert row(table, "Debian's Blender").endswith("no mirror")
    assert not any("tests in its window" in line for line in table)


def test_failing_tests_fail_the_run_in_spite_of_allow_skip(checkout: Path) -> None:
    code, table = run(checkout, ALLOW_SKIP="1", BROKEN="-Otarget test")
    assert code == 1
    assert "make test failed" in row(table, "make test")
    assert "passed" in row(table, "tests in bpy 4.2.23")


def test_interrupted_run_ends_what_it_started(checkout: Path) -> None:
    process = start(checkout, SLEEPING="-Otarget test")
    deadline = time.monotonic() + 30
    while not (checkout / "sleeper").is_file() or not (checkout / "sleeper").read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    sleeper = int((checkout / "sleeper").read_text())
    process.send_signal(signal.SIGTERM)
    output = process.communicate(timeout=30)[0]
    assert process.returncode == 130
    assert "Interrupted." in output
    status = Path(f"/proc/{sleeper}/status")
    assert not status.is_file() or "zombie" in status.read_text()
