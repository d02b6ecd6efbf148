"""Whatever outside data holds is read, or refused in one sentence, without filling memory."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .readers import READERS
from .strategies import FEW, damaged


@pytest.mark.parametrize("name", READERS)
def test_seed_is_read(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    assert reader.accepts(reader.seed_bytes, tmp_path)


# soundfile prints an error in a callback of libsndfile as a warning.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", READERS)
@FEW
@given(data=st.data())
def test_damaged_input_is_read_or_refused_in_a_sentence(
    name: str, tmp_path: Path, data: st.DataObject
) -> None:
    reader = READERS[name]
    reader.accepts(data.draw(damaged(reader.seed)), tmp_path)
