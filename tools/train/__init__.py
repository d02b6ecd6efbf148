"""Training: cached speech and the teacher's targets in, a weights file out.

``python -m tools.train CONFIG --cache DIR --out DIR`` trains, resumes where it stopped, plots and
exports. One TOML file in ``configs/`` is one experiment.
"""
