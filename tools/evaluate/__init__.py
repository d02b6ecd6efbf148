"""Evaluation: how well curves articulate the phones that were really spoken."""
