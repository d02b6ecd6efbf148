"""The built zip, installed in a Blender with a window: `make test-window BLENDER=blender`.

Scenes are played inside Blender (`inside.py`, `scenes.py`), each in a Blender of its own; the tests
look at what each tells. They need a screen, or xvfb-run.
"""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.extension import built_zip
from tools.demo.install import install_for

INSIDE = Path(__file__).with_name("inside.py")
SECONDS = 300
"""What a scene may take on a slow machine without a graphics card."""


@dataclass(frozen=True)
class Played:
    """What came of a scene.

    Attributes:
        told: what the scene told; empty where Blender ended before.
        code: Blender's exit code.
        printed: what it printed.
    """

    told: dict
    code: int
    printed: str


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
) -> Callable[..., Played]:
    """Plays a scene of ``scenes.SCENES`` with arguments of its own."""

    def play(scene: str, *arguments: str) -> Played:
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
        told = json.loads(answer.read_text("utf-8")) if answer.is_file() else {}
        return Played(told, ended.returncode, ended.stdout)

    return play
