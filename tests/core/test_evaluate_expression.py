"""The expression score on acted sentences that were made up."""

import numpy as np
import pytest

from model.channels import ARKIT_52, BROWS

pytest.importorskip("scipy")
from tools.evaluate.expression import (
    MEASURES,
    Performance,
    excitement,
    pitch_following,
    resting_face,
    speech_frames,
)

PHONES = [("sil", 0.0, 0.5), ("a", 0.5, 1.5), ("sil", 1.5, 2.0)]
JAW, BROW = "jawOpen, 90th percentile", "brow movement"


def performance(actor: str, text: str, emotion: str, jaw: float, brow: float) -> Performance:
    """A face whose brows rest at 0.1; jaw and brows move only while there is speech."""
    values = np.zeros((200, 52), np.float32)
    columns = [ARKIT_52.index(name) for name in BROWS]
    values[:, columns] = 0.1
    values[50:150, columns] += brow
    values[50:150, ARKIT_52.index("jawOpen")] = jaw
    return Performance(f"{actor}{text}{emotion}a", PHONES, values)


def acted(excited_jaw: float, excited_brow: float) -> list[Performance]:
    made = []
    for actor, own in (("03", 0.0), ("09", 0.1)):
        for index, text in enumerate(("a01", "a02", "b01", "b02")):
            level = 0.3 + own + 0.02 * index
            made.append(performance(actor, text, "L", level, 0.05 + 0.01 * index))
            made.append(
                performance(
                    actor, text, "W", level + excited_jaw, 0.05 + excited_brow + 0.01 * index
                )
            )
    return made


def test_names_tell_actor_text_and_emotion() -> None:
    one = performance("03", "a01", "F", 0, 0)
    assert (one.actor, one.text, one.emotion) == ("03", "a01", "F")


def test_wider_jaws_show_in_the_jaw_alone() -> None:
    made = acted(0.2, 0.0)
    assert excitement(made, MEASURES[JAW]).d > 2
    assert excitement(made, MEASURES[BROW]).d == pytest.approx(0, abs=1e-4)
    assert excitement(made, MEASURES[JAW]).pairs == 8


def test_brows_count_from_their_rest_in_either_direction() -> None:
    assert excitement(acted(0.0, 0.3), MEASURES[BROW]).d > 2
    assert excitement(acted(0.0, -0.3), MEASURES[BROW]).d > 2


def test_sentences_without_a_partner_are_left_out() -> None:
    made = acted(0.2, 0.0)
    lonely = [performance("14", "a07", "W", 0.9, 0), performance("14", "b09", "N", 0.9, 0)]
    assert excitement([*made, *lonely], MEASURES[JAW]) == excitement(made, MEASURES[JAW])


def test_several_recordings_of_a_sentence_make_one_pair() -> None:
    made = acted(0.2, 0.0)
    again = [*made, performance("03", "a01", "F", 0.5, 0.05)]
    assert excitement(again, MEASURES[JAW]).pairs == excitement(made, MEASURES[JAW]).pairs


def test_rest_and_speech_come_from_the_labels() -> None:
    rest = resting_face(acted(0.2, 0.3))
    assert rest[ARKIT_52.index("browInnerUp")] == pytest.approx(0.1)
    assert rest[ARKIT_52.index("jawOpen")] == 0
    assert speech_frames(PHONES, 200).sum() == 100


def test_brows_that_follow_the_pitch_are_told_from_those_that_do_not() -> None:
    seconds, rate = 3.0, 16000
    time = np.arange(int(seconds * rate)) / rate
    melody = 120 * 2 ** (4 * np.sin(2 * np.pi * 0.7 * time) / 12)
    phase = 2 * np.pi * np.cumsum(melody) / rate
    voice = sum(np.sin(k * phase) / k for k in range(1, 8)).astype(np.float32) * 0.1
    brow = np.sin(2 * np.pi * 0.7 * np.arange(300) / 100)
    batch_update, _, _ = pitch_following([(brow, voice, None)])
    late_at_once, best, lag = pitch_following([(np.roll(brow, 8), voice, None)])
    assert batch_update > 0.9
    assert best > late_at_once
    assert lag == pytest.approx(80, abs=30)
    assert pitch_following([(-brow, voice, None)])[0] < -0.9
