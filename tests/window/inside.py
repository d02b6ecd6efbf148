"""Runs in Blender: plays one scene from a timer, writes what it tells, and quits.

    blender --python inside.py -- ANSWER SCENE [arguments of the scene]

A scene is a generator; where it yields, Blender goes on by itself for so many seconds. What it
returns is written to ANSWER as JSON.
"""

import json
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def main() -> None:
    from tests.window.scenes import SCENES
    from tools.demo.window import Window, play

    answer, name, *arguments = sys.argv[sys.argv.index("--") + 1 :]

    def finish(seen: object) -> None:
        Path(answer).write_text(json.dumps(seen), "utf-8")
        bpy.ops.wm.quit_blender()

    play(SCENES[name](Window(), *arguments), finish)


if __name__ == "__main__":
    main()
