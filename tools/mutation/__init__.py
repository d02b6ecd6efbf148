"""Would a test notice? `make mutation` makes small faults in the code of timing and mapping, one at
a time, and runs the tests that should fail for each. docs/testing.md has what came of it.

No file is written: a fault is compiled in a process of its own, in the place of the file's code.
"""
