"""Masked reading: readers say what each number of a text is of, without sight of any number; an engine computes.

Belongs here: what a reader is given (`request`), what it returns (`reading`), what follows from it. Does not: readers.
"""
