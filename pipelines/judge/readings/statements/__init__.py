"""The built-in reader: plain sentences read into expressions over the tables of their text, without sight of a value.

Belongs here: words. A sentence becomes statements (`parse`), a statement's words are bound to labels of a table
(`bind`), and the cells become an expression. Does not: what an expression evaluates to, or whether it agrees with the
number.
"""
