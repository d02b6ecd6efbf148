"""What a packet's numbers mean: channels by their names, head angles in radians."""

import numpy as np
import pytest
from a2f.blender_audio2face.realtime.wire.face_values import COLUMNS, columns_of, packet_values_of
from a2f.blender_audio2face.realtime.wire.live_link_packet import NAMES

from model.channels import ARKIT_52


def test_columns_are_the_channels_and_the_head() -> None:
    assert COLUMNS[:52] == ARKIT_52
    assert COLUMNS[52:] == ("headPitch", "headYaw", "headRoll")


@pytest.mark.parametrize("name", ["JawLeft", "JawRight", "MouthLeft", "TongueOut", "EyeBlinkLeft"])
def test_each_value_goes_to_the_channel_of_its_name(name: str) -> None:
    values = np.zeros(61, np.float32)
    values[NAMES.index(name)] = 0.5
    columns = columns_of(values)
    assert columns.dtype == np.float32
    assert {COLUMNS[place] for place in np.flatnonzero(columns)} == {name[0].lower() + name[1:]}
    assert columns.max() == 0.5


def test_the_head_turns_by_shares_of_half_a_turn() -> None:
    sent = packet_values_of(("headYaw", "headPitch", "headRoll"), [np.pi / 2, 0.1, 0.2])
    assert sent[NAMES.index("HeadYaw")] == pytest.approx(0.5)
    assert sent[NAMES.index("HeadPitch")] == pytest.approx(0.1 / np.pi)
    assert sent[NAMES.index("HeadRoll")] == pytest.approx(-0.2 / np.pi)


def test_there_and_back() -> None:
    values = np.linspace(0, 1, len(COLUMNS), dtype=np.float32)
    np.testing.assert_allclose(columns_of(packet_values_of(COLUMNS, values)), values, atol=1e-6)


def test_what_a_packet_has_no_place_for_is_left_out() -> None:
    sent = packet_values_of(("jawOpen", "visemeAA", "mouthClose"), [0.4, 1.0, np.nan])
    assert np.flatnonzero(sent).tolist() == [NAMES.index("JawOpen")]


def test_wild_values_are_brought_into_range() -> None:
    columns = columns_of(np.full(61, -3e38, np.float32))
    assert set(columns[:52]) == {0.0}
    assert np.all(np.abs(columns[52:]) <= np.float32(np.pi))
    assert columns_of(np.full(61, 3e38, np.float32))[:52].max() == 2.0
