"""Coverage-guided fuzzing of every reader of outside data: `make fuzz SECONDS=60`.

libFuzzer, by way of atheris, draws the choices of the same Hypothesis strategies that
tests/core/hostile/test_readers.py draws at random. Arguments are libFuzzer's own:
`python -m tests.fuzz.fuzz -max_total_time=60`. TARGETS="packet mapping" limits the readers. The
input of a find is kept in out/fuzz, what libFuzzer learnt in out/fuzz/corpus.
"""

import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["a2f", "json", "wave", "zipfile", "argparse"]):
    import tests.conftest  # noqa: F401  makes the package a2f importable
    from tests.core.hostile.readers import READERS

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.hostile.strategies import FEW, damaged

OUT = Path("out/fuzz")
NAMES = os.environ.get("TARGETS", "").split() or sorted(READERS)
FOLDER = Path(tempfile.mkdtemp(prefix="a2f-fuzz-"))


@settings(FEW)
@given(data=st.data())
def read_damaged_input(data: st.DataObject) -> None:
    """Give one damaged input to one reader; anything it raises is a find."""
    name = data.draw(st.sampled_from(NAMES))
    content = data.draw(damaged(READERS[name].seed))
    try:
        READERS[name].accepts(content, FOLDER)
    except BaseException:
        (OUT / f"find-{name}").write_bytes(content)
        raise


if __name__ == "__main__":
    (OUT / "corpus").mkdir(parents=True, exist_ok=True)
    arguments = [*sys.argv, f"-artifact_prefix={OUT}/", str(OUT / "corpus")]
    atheris.Setup(arguments, read_damaged_input.hypothesis.fuzz_one_input)
    atheris.Fuzz()
