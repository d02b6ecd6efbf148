"""The built zip, installed in a Blender with a window: `make test-window BLENDER=blender`.

Scenes are played inside Blender (`inside.py`, `scenes.py`), each in a Blender of its own; the tests
look at what each tells. They need a screen, or xvfb-run.
"""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.extension import built_zip
from tools.demo.install import install_for

INSIDE = Path(__file__).with_name("inside.py")
SECONDS = 300
"""What a scene may take on a slow machine without a graphics card."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--blender", default="blender", help="executable of Blender")


@pytest.fixture(scope="session")
def environment(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, str]:
    """Of a Blender whose user folder holds the extension."""
    assert os.environ.get("DISPLAY"), "these tests need a screen: xvfb-run make test-window"
    folder = tmp_path_factory.mktemp("user")
    return install_for(request.config.getoption("--blender"), built_zip(), folder)


@pytest.fixture
def play(
    environment: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[..., dict]:
    """Plays a scene of ``scenes.SCENES`` with arguments of its own; what it tells at its end.

    Blender has to end well, and may report an error only where ``may_refuse`` is True.
    """

    def play(scene: str, *arguments: str, may_refuse: bool = False) -> dict:
        answer = tmp_path / "answer.json"
        blender = request.config.getoption("--blender")
        window = ("--window-geometry", "0", "0", "1000", "700", "--offline-mode")
        script = ("--enable-event-simulate", "--python", str(INSIDE))
        ended = subprocess.run(
            (blender, *window, *script, "--", str(answer), scene, *arguments),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        printed = ended.stdout
        assert ended.returncode == 0, printed
        assert "Traceback" not in printed, printed
        assert may_refuse or "Error" not in printed.replace("Error: Not freed", ""), printed
        return json.loads(answer.read_text("utf-8"))

    return play
