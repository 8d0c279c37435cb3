"""Findings on a text: what its tables and sentences say against each other.

Belongs here: rules that need nothing but the text. Does not: reading it (`read.text`), or what independent evidence
says against its figures (`judge.comparisons`).
"""
