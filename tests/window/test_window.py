"""A bake behind a real window: the button, Esc, undo, and whatever happens meanwhile."""

import pytest

STAGES = ("listening", "writing")
FAULTS = {"delete", "no shape keys", "no sequencer", "no scene", "undo", "new file", "disable"}


def is_idle(state: dict) -> bool:
    """Whether no thread and no operator of ours runs."""
    return state["threads"] == [] and state["modal"] == []


def test_bake_is_one_step_to_undo(play) -> None:
    states = play("bake undo redo")
    assert states["baked"]["keyed"]
    assert is_idle(states["baked"])
    assert states["undone"]["actions"] == states["before"]["actions"] == []
    assert not states["undone"]["keyed"]
    assert states["redone"]["keyed"]


def test_undo_of_a_dial_brings_its_keys_back(play) -> None:
    states = play("dials undo redo")
    heights = states["heights"]
    assert heights["first"] == pytest.approx(0.5 * heights["baked"], rel=0.05)
    assert heights["second"] == pytest.approx(0.25 * heights["baked"], rel=0.05)
    assert heights["undone"] == pytest.approx(heights["first"], abs=0.001)
    assert heights["redone"] == pytest.approx(heights["second"], abs=0.001)
    assert is_idle(states["after"])


@pytest.mark.parametrize("stage", STAGES)
def test_escape_leaves_no_trace(play, stage: str) -> None:
    states = play("escape", stage)
    assert states["after"] == states["before"]


@pytest.mark.parametrize("stage", STAGES)
def test_fault_leaves_nothing_half_written(play, stage: str) -> None:
    states = play("faults", stage, may_refuse=True)
    assert set(states["found"]) == FAULTS
    for name, after in states["found"].items():
        assert is_idle(after), name
        assert after["orphans"] == 0, name
        assert bool(after["actions"]) == after["keyed"], name
    assert states["then"]["keyed"]


@pytest.mark.parametrize("stage", [*STAGES, "live", "preview"])
def test_quitting_ends_what_runs(play, stage: str) -> None:
    assert play("quit", stage)["threads"] != []


def test_real_time_survives_undo_and_save_and_ends_with_the_file(play) -> None:
    states = play("live")
    assert states["moved"]
    assert states["threads"] != []
    assert states["at_rest"]
    assert is_idle(states["after"])


def test_every_panel_is_drawn(play) -> None:
    states = play("panels")
    assert states["undrawn"] == []
    assert states["drawn"] > 10


def test_hidden_result_appears_by_itself_and_playback_is_left_alone(play) -> None:
    assert play("panel state") == {"hidden": ["pinned"], "during_playback": 0, "left": []}
