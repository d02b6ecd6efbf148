"""``python -m tools.evaluate --cache DIR --capture DIR``: every table of the evaluation."""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from model.errors import WeightsError
from model.weights_file import DEFAULT_WEIGHTS
from tools.data.cache import CacheError

from .articulation_tables import articulation_tables, conditions_table
from .capture import capture_table
from .conditions import Condition, all_conditions
from .expression import excitement_table, pitch_table
from .held_out import HeldOut
from .motion import motion_tables
from .networks import ablation_table, delay_table, rest_table, second_voice_table
from .quick import LIMIT, quick_table
from .systems import Network
from .tables import Table, replaced

_ONLY_WHEN_NAMED = ("ablation", "delay", "quick")


def main() -> None:
    """Prints the tables as markdown, each as soon as it is made."""
    options = _options()
    try:
        _evaluate(options)
    except (CacheError, WeightsError, FileNotFoundError) as error:
        raise SystemExit(str(error)) from error


def tables(
    sets: HeldOut,
    networks: Sequence[Network],
    conditions: Mapping[str, Condition],
    capture: Path | None,
) -> dict[str, Callable[[], Iterable[Table]]]:
    """The groups of tables by name, each made when called; details are of the first network.

    Args:
        sets: the held-out recordings.
        networks: at least one.
        conditions: all listening conditions, clean among them.
        capture: folder of the captured corpora; None leaves out what needs films.
    """
    first = networks[0]
    groups: dict[str, Callable[[], Iterable[Table]]] = {
        "articulation": lambda: articulation_tables(sets, networks),
        "conditions": lambda: [conditions_table(sets, networks, conditions)],
        "rest": lambda: [rest_table(sets, networks), second_voice_table(sets, networks)],
        "expression": lambda: [
            excitement_table(sets, networks), pitch_table(sets, networks, capture)
        ],
        "ablation": lambda: [ablation_table(sets, networks)],
        "delay": lambda: [delay_table(sets, first.weights)],
        "quick": lambda: [quick_table(sets, capture, networks)],
    }  # fmt: skip
    if capture is not None:
        groups["motion"] = lambda: motion_tables(sets, capture, networks)
        groups["capture"] = lambda: [capture_table(sets, capture, networks)]
    return groups


def _evaluate(options: argparse.Namespace) -> None:
    sets = HeldOut(options.cache, options.limit or (LIMIT if options.quick else None))
    conditions = all_conditions([u.samples() for u in sets.babble()])
    weights = {options.name: options.weights or DEFAULT_WEIGHTS, **dict(options.compare)}
    networks = [Network(name, path, conditions) for name, path in weights.items()]
    groups = tables(sets, networks, conditions, options.capture)
    wanted = options.only or [name for name in groups if name not in _ONLY_WHEN_NAMED]
    if options.quick:
        wanted = ["quick"]
    if unknown := set(wanted).difference(groups):
        raise SystemExit(
            f"No such tables: {', '.join(sorted(unknown))}; there are {', '.join(groups)}."
        )
    made = []
    for group in wanted:
        for table in groups[group]():
            print(table.markdown(), flush=True)
            made.append(table)
    if options.document:
        document = options.document.read_text(encoding="utf-8")
        for table in made:
            document = replaced(document, table)
        options.document.write_text(document, encoding="utf-8")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([table.plain() for table in made], ensure_ascii=False, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")
    if options.pictures:
        from .pictures import draw_all  # needs matplotlib, the tables do not

        for path in draw_all(options.pictures, sets, options.capture, networks):
            print(path)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.evaluate", description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="made by python -m tools.data")
    parser.add_argument("--capture", type=Path, help="folder of the captured corpora")
    parser.add_argument("--weights", type=Path, help="an .npz other than the bundled one")
    parser.add_argument("--name", default="network", help="what the tables call these weights")
    parser.add_argument(
        "--compare", type=_named, action="append", default=[], metavar="NAME=WEIGHTS",
        help="another weights file for the same tables; may be given several times; \"bundled\" "
        "is the one that the add-on ships",
    )  # fmt: skip
    parser.add_argument("--limit", type=int, help="at most so many utterances of a corpus")
    parser.add_argument(
        "--quick", action="store_true", help="one compact table in under a minute of work"
    )
    parser.add_argument(
        "--document", type=Path, help="markdown whose tables of the same headings are replaced"
    )
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--pictures", type=Path, help="folder for pictures")
    parser.add_argument(
        "--only", action="append", metavar="TABLES",
        help="only these tables, such as motion; may be given several times. Without it all but "
        "ablation (sizes and speeds) and delay (what less look-ahead costs)",
    )  # fmt: skip
    return parser.parse_args()


def _named(text: str) -> tuple[str, Path]:
    if text == "bundled":
        return text, DEFAULT_WEIGHTS
    name, separator, path = text.partition("=")
    if not (name and separator and path):
        raise argparse.ArgumentTypeError(f'"{text}" is not of the form NAME=weights.npz')
    return name, Path(path)


if __name__ == "__main__":
    main()
