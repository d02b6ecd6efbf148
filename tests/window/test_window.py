"""A bake behind a real window: the button, Esc, undo, and whatever happens meanwhile."""

import pytest

from tests.window.conftest import Played

STAGES = ("listening", "writing")
FAULTS = {"delete", "no shape keys", "no sequencer", "no scene", "undo", "new file", "disable"}


def went_well(played: Played) -> None:
    assert played.code == 0, played.printed
    assert "Traceback" not in played.printed, played.printed
    assert "Error" not in played.printed.replace("Error: Not freed", ""), played.printed


def at_rest(state: dict) -> bool:
    """Nobody works any more."""
    return state["threads"] == [] and state["modal"] == []


def test_the_button_keys_and_undo_takes_it_back(play) -> None:
    played = play("bake undo redo")
    went_well(played)
    told = played.told
    assert told["baked"]["keyed"]
    assert at_rest(told["baked"])
    assert told["undone"]["actions"] == told["before"]["actions"] == []
    assert not told["undone"]["keyed"]
    assert told["redone"]["keyed"]


def test_dials_are_keyed_later_and_undo_brings_their_keys_back(play) -> None:
    played = play("dials undo redo")
    went_well(played)
    heights = played.told["heights"]
    assert heights["first"] == pytest.approx(0.5 * heights["baked"], rel=0.05)
    assert heights["second"] == pytest.approx(0.25 * heights["baked"], rel=0.05)
    assert heights["undone"] == pytest.approx(heights["first"], abs=0.001)
    assert heights["redone"] == pytest.approx(heights["second"], abs=0.001)
    assert at_rest(played.told["after"])


@pytest.mark.parametrize("stage", STAGES)
def test_escape_leaves_no_trace(play, stage: str) -> None:
    played = play("escape", stage)
    went_well(played)
    assert played.told["after"] == played.told["before"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_fault_leaves_nothing_half_written(play, stage: str) -> None:
    played = play("faults", stage)
    assert played.code == 0, played.printed
    assert "Traceback" not in played.printed, played.printed
    assert set(played.told["found"]) == FAULTS
    for name, after in played.told["found"].items():
        assert at_rest(after), name
        assert after["orphans"] == 0, name
        assert bool(after["actions"]) == after["keyed"], name
    assert played.told["then"]["keyed"]


@pytest.mark.parametrize("stage", [*STAGES, "live", "preview"])
def test_quitting_meanwhile(play, stage: str) -> None:
    played = play("quit", stage)
    went_well(played)
    assert played.told["threads"] != []


def test_real_time_survives_undo_and_save_and_ends_with_the_file(play) -> None:
    played = play("live")
    went_well(played)
    assert played.told["moved"]
    assert played.told["threads"] != []
    assert played.told["at_rest"]
    assert at_rest(played.told["after"])


def test_every_panel_is_drawn(play) -> None:
    played = play("panels")
    went_well(played)
    assert played.told["undrawn"] == []
    assert played.told["drawn"] > 10


def test_hidden_result_shows_up_by_itself_and_playback_is_left_alone(play) -> None:
    played = play("panel state")
    went_well(played)
    assert played.told == {"hidden": ["pinned"], "during_playback": 0, "left": []}
