"""The lines that a batch keeps, and what they tell the next run."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from model.__main__ import main
from model.command.atomic_write import OutputError
from model.command.batch.results import RowResult, add_result, mend_results, read_results
from model.command.console import ExitCode
from model.curves import Curves
from tests.core.hum import write_hum


def result(number: int, **values: object) -> RowResult:
    return RowResult(number, f"row {number}\u2028Ä", Path("o.csv"), "done", **values)


def test_a_line_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    one = result(
        3, code=ExitCode.REFUSED, error="no", seconds=0.25, data={"a": [1]}, job="j", made="m"
    )
    add_result(path, one)
    assert path.read_bytes().count(b"\n") == 1
    assert [RowResult.of(line) for line in read_results(path)] == [one]


def test_a_torn_last_line_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    add_result(path, result(1))
    with path.open("a") as file:
        file.write('{"format": "audio2face-batch-row", "row": 2')
    mend_results(path)
    mend_results(path)
    add_result(path, result(3))
    assert path.read_text().count("\n") == 3
    assert [line["row"] for line in read_results(path)] == [1, 3]


def test_several_writers_leave_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    data = {"text": "x" * 2000}

    def write(first: int) -> None:
        for number in range(first, first + 40):
            add_result(path, result(number, data=data))

    threads = [threading.Thread(target=write, args=(first,)) for first in (1, 101, 201)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(read_results(path)) == len(path.read_text().splitlines()) == 120


def test_results_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        add_result(tmp_path, result(1))
    assert read_results(tmp_path / "none.jsonl") == []


class FakeRuntime:
    """Takes the network's place; counts how often it is made and asked."""

    name, device, remark = "fake", "cpu", None
    made = runs = 0

    def __init__(self, *_: object) -> None:
        type(self).made += 1

    def predict_blocks(self, blocks, _seconds, on_progress) -> Curves:
        type(self).runs += 1
        samples = np.concatenate(list(blocks))
        rows = len(samples) // 160
        return Curves(("jawOpen",), 100.0, samples[: rows * 160 : 160, None])


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeRuntime]:
    FakeRuntime.made = FakeRuntime.runs = 0
    monkeypatch.setattr("model.__main__.choose_runtime", FakeRuntime)
    return FakeRuntime


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    for name in ("a", "b", "c"):
        write_hum(tmp_path / f"{name}.wav")
    path = tmp_path / "lines.csv"
    path.write_text("audio,output\na.wav,a.csv\nb.wav,b.npz\nc.wav,c.json\n")
    return path


def run(capsys, *words: object) -> dict:
    main(["batch", *map(str, words), "--json", "--jobs", "0"])
    return json.loads(capsys.readouterr().out)


def test_only_what_is_not_done_is_done(fake, manifest, capsys) -> None:
    assert run(capsys, manifest, "--rows", "1-2")["done"] == 2
    assert (fake.made, fake.runs) == (1, 2)
    again = run(capsys, manifest)
    assert (again["done"], again["unchanged"], fake.runs) == (1, 2, 3)
    write_hum(manifest.parent / "a.wav", pitch=300.0)
    (manifest.parent / "b.npz").unlink()
    assert (run(capsys, manifest)["done"], fake.runs) == (2, 5)
    assert (run(capsys, manifest)["status"], fake.runs) == ("unchanged", 5)
    assert (run(capsys, manifest, "--force")["done"], fake.runs) == (3, 8)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(fake, manifest, capsys) -> None:
    run(capsys, manifest, "--rows", "1")
    with manifest.open("a") as file:
        file.write("gone.wav,d.csv\n")
    kept = manifest.with_name("lines.csv.results.jsonl").read_text()
    planned = run(capsys, manifest, "--dry-run")
    statuses = [(row["row"], row["status"]) for row in planned["plan"]]
    assert statuses == [(1, "unchanged"), (2, "to do"), (3, "to do"), (4, "error")]
    assert "gone.wav" in planned["plan"][3]["error"]
    assert planned["exit_code"] == ExitCode.REFUSED
    assert fake.runs == 1
    assert manifest.with_name("lines.csv.results.jsonl").read_text() == kept
    assert main(["batch", str(manifest), "--dry-run", "--rows", "1-3"]) == ExitCode.DONE
    assert capsys.readouterr().out.startswith("3 rows: 2 to do, 1 unchanged, 0 refused\n")


@pytest.mark.parametrize("words", [("--jobs", "-1"), ("--timeout", "soon"), ("--timeout", "0")])
def test_numbers_that_mean_nothing_are_refused(manifest, capsys, words) -> None:
    assert main(["batch", str(manifest), *words]) == ExitCode.USAGE
    assert words[0] in capsys.readouterr().err


def test_a_row_beyond_the_last_is_refused(manifest, capsys) -> None:
    assert main(["batch", str(manifest), "--rows", "2-4", "--jobs", "0"]) == ExitCode.REFUSED
    assert "There is no row 4" in capsys.readouterr().err


def test_rows_are_known_wherever_they_stand(fake, manifest, capsys) -> None:
    run(capsys, manifest)
    header, *rows = manifest.read_text().splitlines()
    manifest.write_text("\n".join([header, *reversed(rows)]))
    assert run(capsys, manifest)["status"] == "unchanged"


def test_an_output_changed_by_hand_is_kept(fake, manifest, capsys) -> None:
    run(capsys, manifest)
    (manifest.parent / "a.csv").write_text("mine")
    after = run(capsys, manifest)
    assert (after["unchanged"], after["failed"]) == (2, 1)
    assert "--force" in after["failures"][0]["error"]
    assert (manifest.parent / "a.csv").read_text() == "mine"


def test_results_elsewhere(fake, manifest, capsys, tmp_path) -> None:
    path = tmp_path / "task 1.jsonl"
    assert run(capsys, manifest, "--results", path)["results"] == str(path)
    assert len(read_results(path)) == 3
    assert run(capsys, manifest, "--results", tmp_path / "no" / "r.jsonl")["exit_code"] == 3


def test_summary_is_a_table_for_people(fake, manifest, capsys) -> None:
    (manifest.parent / "b.wav").unlink()
    assert main(["batch", str(manifest), "--jobs", "0"]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("3 rows: 2 done, 0 unchanged, 1 failed, in ")
    assert "b.wav" in printed.out.splitlines()[2]
    assert "ERROR: row 2: " in printed.err
