"""``python -m tools.evaluate --cache DIR``: the tables of docs/evaluation.md."""

import argparse
from dataclasses import astuple, fields
from pathlib import Path

from model.channels import ARKIT_52
from model.runtime import Runtime, choose_runtime
from tools.data.cache import Utterance, load
from tools.train.plots import plot_curves

from .articulation import Score, score
from .baselines import loudness_jaw, taught
from .capture import lip_correlation
from .conditions import CONDITIONS

SETS = {
    "emodb, 4 unseen speakers": ("emodb_de",),
    "kathleen, unseen sentences": ("kathleen_en",),
    "synthetic, unseen voices": ("espeak_en", "espeak_more", "flite_en"),
}

PLOTTED = (
    "jawOpen", "mouthClose", "mouthPucker", "mouthFunnel", "mouthRollLower",
    "mouthLowerDownLeft", "mouthSmileLeft", "tongueOut", "browInnerUp", "browDownLeft",
)  # fmt: skip


def main() -> None:
    """Prints one markdown table per question."""
    parser = argparse.ArgumentParser(prog="python -m tools.evaluate", description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="made by python -m tools.data")
    parser.add_argument("--capture", type=Path, help="folder of the captured corpora")
    parser.add_argument("--weights", type=Path, help="an .npz other than the bundled one")
    parser.add_argument("--plots", type=Path, help="folder for a picture of one utterance a set")
    parser.add_argument("--limit", type=int, default=160, help="utterances per set")
    options = parser.parse_args()
    runtime = choose_runtime("numpy", options.weights)
    sets = {
        label: [u for u in load(options.cache, names, "test") if u.phones][: options.limit]
        for label, names in SETS.items()
    }
    first = next(iter(sets))

    print("| system | set |", " | ".join(field.name for field in fields(Score)), "|")
    print("|---|---|" + "---|" * len(fields(Score)))
    for label, utterances in sets.items():
        _row("network", label, utterances, lambda u, x: runtime.predict(x).values)
    for name, change in list(CONDITIONS.items())[1:]:
        _row(
            f"network, {name}", first, sets[first],
            lambda u, x, change=change: runtime.predict(change(x)).values,
        )  # fmt: skip
    _row("loudness-driven jaw", first, sets[first], lambda u, x: loudness_jaw(x))
    _row("teacher with the labels", first, sets[first], lambda u, x: taught(_spans(u), x))

    if options.plots:
        options.plots.mkdir(parents=True, exist_ok=True)
        for label, utterances in sets.items():
            print(_plot(runtime, utterances[0], options.plots / f"{label.split(',')[0]}.png"))

    if options.capture:
        print("\n| captured speaker | lip correlation | lag ms |\n|---|---|---|")
        seen = {u.id for u in load(options.cache, ["grid_s1"], "test")}
        for label, name, ids in (
            ("GRID s26, never trained on", "grid_s26", None),
            ("GRID s1, sentences never trained on", "grid_s1", seen),
            ("whitehouse, never trained on", "whitehouse", None),
        ):
            correlation, lag = lip_correlation(runtime, options.capture / name, ids)
            print(f"| {label} | {correlation:.2f} | {lag:.0f} |")


def _row(system: str, label: str, utterances: list[Utterance], curves) -> None:
    items = [(_spans(u), curves(u, u.samples())) for u in utterances]
    figures = " | ".join(f"{value:.2f}" for value in astuple(score(items)))
    print(f"| {system} | {label} | {figures} |", flush=True)


def _plot(runtime: Runtime, utterance: Utterance, path: Path) -> Path:
    samples, spans = utterance.samples(), _spans(utterance)
    curves = {"network": runtime.predict(samples).values, "teacher": taught(spans, samples)}
    return plot_curves(path, ARKIT_52, curves, spans, PLOTTED)


def _spans(utterance: Utterance) -> list[tuple[str, float, float]]:
    return [(phone.ipa, phone.start, phone.end) for phone in utterance.phones]


if __name__ == "__main__":
    main()
