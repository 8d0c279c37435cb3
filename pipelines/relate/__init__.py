"""What numbers give each other: totals, differences, rates, shares, and where one of them does not follow.

Belongs here: terms, forms, hypotheses, the search among them, typos. Does not: where numbers stand and what is written
beside them (`judge`), or which values a print allows (`read.quantities.implied`).
"""
