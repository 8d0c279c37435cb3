"""The kinds of prediction, a module each: populations, resolution and forecast side by side, as `base.Kind` has them.

Formulas are in `models`. Rows of tier W never decide; they may weigh in a forecast, which says how many do.
"""
