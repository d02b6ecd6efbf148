"""The results of a batch, and what they tell the next run; rows are done in this process."""

import argparse
import json
import threading
from pathlib import Path

import pytest

from model.__main__ import main
from model.command.batch.command import row_numbers
from model.command.batch.manifest import Row
from model.command.batch.results import (
    ResultCache,
    RowResult,
    add_result,
    end_torn_line,
    read_results,
)
from model.command.console import ExitCode
from tests.support.hum import write_hum
from tests.support.networks import FakeRuntime


def result(number: int, **values: object) -> RowResult:
    return RowResult(number, f"row {number}\u2028Ä", "o.csv", "done", **values)


def test_result_survives_its_line(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    written = result(
        3,
        exit_code=ExitCode.REFUSED,
        error="no",
        seconds=0.25,
        result={"a": [1]},
        job="j",
        made="m",
    )
    add_result(path, written)
    assert path.read_bytes().count(b"\n") == 1
    (line,) = read_results(path)
    assert (line.pop("format"), line.pop("version")) == ("audio2face-batch-row", 1)
    assert RowResult(**line) == written


def test_torn_line_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    add_result(path, result(1))
    with path.open("a") as file:
        file.write('{"format": "audio2face-batch-row", "row": 2')
    end_torn_line(path)
    end_torn_line(path)
    add_result(path, result(3))
    assert path.read_text().count("\n") == 3
    assert [line["row"] for line in read_results(path)] == [1, 3]


def test_concurrent_writers_leave_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    data = {"text": "x" * 2000}

    def write(first: int) -> None:
        for number in range(first, first + 40):
            add_result(path, result(number, result=data))

    threads = [threading.Thread(target=write, args=(first,)) for first in (1, 101, 201)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_results(path)) == len(path.read_text().splitlines()) == 120


@pytest.mark.parametrize("name", ["a\0b.wav", "\ud800.wav", "none.wav"])
def test_row_that_read_a_lost_file_is_not_done(tmp_path: Path, name: str) -> None:
    output = tmp_path / "a.csv"
    output.touch()
    group = (Row(1, "", None, str(output), ("predict",), ()),)
    cache = ResultCache([])
    made = cache.digests.of(output)
    line = {"output": str(output), "job": cache.job_of(group[0]), "made": made}
    assert ResultCache([line]).is_done(group)
    assert not ResultCache([{**line, "result": {"files": {name: "0f"}}}]).is_done(group)


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


def test_rerun_does_only_rows_whose_input_or_output_changed(fake, manifest, capsys) -> None:
    assert run(capsys, manifest, "--rows", "1-2")["done"] == 2
    assert (fake.made, fake.runs) == (1, 2)
    again = run(capsys, manifest)
    assert (again["done"], again["unchanged"], fake.runs) == (1, 2, 3)
    write_hum(manifest.parent / "a.wav", pitch=300.0)
    (manifest.parent / "b.npz").unlink()
    assert (run(capsys, manifest)["done"], fake.runs) == (2, 5)
    assert (run(capsys, manifest)["status"], fake.runs) == ("unchanged", 5)
    assert (run(capsys, manifest, "--force")["done"], fake.runs) == (3, 8)


def test_dry_run_reports_and_changes_nothing(fake, manifest, capsys) -> None:
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


def test_row_numbers_are_parsed() -> None:
    assert row_numbers("3") == (range(3, 4),)
    assert row_numbers("1-10,15") == (range(1, 11), range(15, 16))
    for text in ("", "0", "3-1", "a", "1-", "-1", "1,,2"):
        with pytest.raises(argparse.ArgumentTypeError):
            row_numbers(text)


@pytest.mark.parametrize("words", [("--jobs", "-1"), ("--timeout", "soon"), ("--timeout", "0")])
def test_meaningless_numbers_are_refused(manifest, capsys, words) -> None:
    assert main(["batch", str(manifest), *words]) == ExitCode.USAGE
    assert words[0] in capsys.readouterr().err


def test_row_beyond_the_last_is_refused(manifest, capsys) -> None:
    assert main(["batch", str(manifest), "--rows", "2-4", "--jobs", "0"]) == ExitCode.REFUSED
    assert "There is no row 4" in capsys.readouterr().err


def test_missing_folder_of_results_ends_the_batch(fake, manifest, capsys) -> None:
    results = manifest.parent / "no" / "r.jsonl"
    assert run(capsys, manifest, "--results", results)["exit_code"] == ExitCode.NOT_WRITTEN
    assert fake.runs == 0


def test_reordered_rows_are_recognised(fake, manifest, capsys) -> None:
    run(capsys, manifest)
    header, *rows = manifest.read_text().splitlines()
    manifest.write_text("\n".join([header, *reversed(rows)]))
    assert run(capsys, manifest)["status"] == "unchanged"


def test_output_changed_by_hand_is_kept(fake, manifest, capsys) -> None:
    run(capsys, manifest)
    (manifest.parent / "a.csv").write_text("mine")
    after = run(capsys, manifest)
    assert (after["unchanged"], after["failed"]) == (2, 1)
    assert "--force" in after["failures"][0]["error"]
    assert (manifest.parent / "a.csv").read_text() == "mine"


def test_summary_lists_failures(fake, manifest, capsys) -> None:
    (manifest.parent / "b.wav").unlink()
    assert main(["batch", str(manifest), "--jobs", "0"]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("3 rows: 2 done, 0 unchanged, 1 failed, in ")
    assert "b.wav" in printed.out.splitlines()[2]
    assert "ERROR: row 2: " in printed.err
