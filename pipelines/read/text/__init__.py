"""Texts as documents: Markdown, HTML and plain text, with the place of every character.

Belongs here: what stands where in a text. Does not: which numbers its words are (`read.quantities`), or findings on
them (`judge.text`).
"""
