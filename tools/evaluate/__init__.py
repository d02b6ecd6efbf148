"""Evaluation: how well curves articulate the phones spoken, follow filmed faces, and express moods.

``python -m tools.evaluate`` prints every table; each score is in one file with its tables.
``python -m tools.evaluate.actor`` measures a network adapted to a captured actor.
"""
