"""Speech without phones for babble, by people who are not among the speakers with labels.

Learners of speechocean_en whom the labelled corpus leaves out, meetings of AMI, spoken instructions
of GCompris, the synthetic voices of Azure. Held out are whole speakers and meetings, so that babble
of the evaluation is of voices that training never heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from model.audio_file import read_audio
from model.errors import AudioError

from .cache import DataError, Recording
from .corpora import Row, hashed_split, is_background_learner, read_rows

# As in `corpora`, so that a speaker of both is held out of both.
_TEST_PERCENT = 10


@dataclass(frozen=True)
class Source:
    """A corpus: its folder under the data root, which of its rows serve, the key of their split."""

    folder: str
    serves: Callable[[Row], bool]
    key: Callable[[Row], str]


def _meeting(row: Row) -> str:
    """The part of AMI, such as ami_tst: its meetings have no speakers in common with the others."""
    return str(row["id"])[:7]


def _speaker(row: Row) -> str:
    return str(row["speaker"])


SOURCES = (
    Source("speech/speechocean_en", is_background_learner, _speaker),
    Source("speech/ami_meeting_en", lambda row: True, _meeting),
    Source("speech/gcompris_voices", lambda row: not row["text"], _speaker),
    Source("speech/azure_tts_multi", lambda row: True, _speaker),
)


def background_speech(root: Path, problems: list[str]) -> Iterator[Recording]:
    """Recordings without phones of all sources under the data root.

    A source that is missing and a recording that cannot be read are added to `problems`.
    """
    for source in SOURCES:
        try:
            rows = read_rows(root, source.folder)
        except DataError as error:
            problems.append(str(error))
            continue
        for row in filter(source.serves, rows):
            try:
                samples = read_audio(root / source.folder / row["file"])
            except AudioError as error:
                problems.append(str(error))
                continue
            yield Recording(
                id=row["id"], samples=samples, speaker=row["speaker"] or _meeting(row),
                lang=row["lang"], sex=row["sex"], phones=None,
                split=hashed_split(source.key(row), _TEST_PERCENT), age=row.get("age"),
            )  # fmt: skip
