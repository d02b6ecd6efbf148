"""Hidden bands: they tell nothing any more, and time is never cut."""

import numpy as np

from tools.train.masking import mask_bands


def test_masked_bands_are_constant_and_few() -> None:
    mel = np.random.default_rng(0).normal(size=(100, 40)).astype(np.float32)
    masked = [mask_bands(mel, np.random.default_rng(seed)) for seed in range(60)]
    hidden = [np.flatnonzero(result.std(0) < 1e-6) for result in masked]
    assert any(len(bands) == 0 for bands in hidden)
    assert max(len(bands) for bands in hidden) > 3
    assert max(len(bands) for bands in hidden) <= 14
    for result, bands in zip(masked, hidden, strict=True):
        kept = np.setdiff1d(np.arange(40), bands)
        assert np.array_equal(result[:, kept], mel[:, kept])
