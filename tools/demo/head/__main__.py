"""Write the head that the extension ships: `python -m tools.demo.head`."""

import argparse
from pathlib import Path

from .export import write_head

SHIPPED = Path(__file__).resolve().parents[3] / "blender_audio2face" / "demo_head" / "head.npz"


def main() -> None:
    """Compute the head and write it."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo.head", description=__doc__)
    parser.add_argument("--out", type=Path, default=SHIPPED, help="the file to write")
    out = parser.parse_args().out
    write_head(out)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
