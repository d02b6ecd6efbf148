"""How fast the add-on is: ``python -m tools.bench``, or ``make bench``.

- ``__main__`` reads the command line and runs the plan: which stage, on what, how often.
- ``measure`` has the clocks, the test sounds and the runner of fresh processes.
- ``stages`` is what runs in those processes: bakes, runtimes, writing keys.
- ``window`` plays an artist with a window, and times each call on the main thread.
- ``report`` writes the JSON, the table in docs/performance.md and the plot.

What is measured is the built zip, installed in Blender, never the source tree.
"""
