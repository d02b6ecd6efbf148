"""Runs in Blender: plays one scene from a timer, writes what it tells, and quits.

    blender --python inside.py -- ANSWER SCENE [arguments of the scene]

A scene is a generator; where it yields, Blender goes on by itself for so many seconds. What it
returns is written to ANSWER as JSON.
"""

import json
import os
import sys
import traceback
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def main() -> None:
    from tests.window.scenes import SCENES
    from tools.docs.window import Window

    answer, name, *arguments = sys.argv[sys.argv.index("--") + 1 :]
    steps = SCENES[name](Window(), *arguments)

    def run_for() -> float | None:
        try:
            return next(steps)
        except StopIteration as end:
            Path(answer).write_text(json.dumps(end.value), "utf-8")
            bpy.ops.wm.quit_blender()
            return None
        except Exception:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    bpy.app.timers.register(run_for, first_interval=2.0, persistent=True)


if __name__ == "__main__":
    main()
