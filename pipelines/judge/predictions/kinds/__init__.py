"""The kinds of prediction, a module each: model, populations, resolution and forecast, as `base.Kind` has them.

A new kind is a module here, which starts with the model of what it declares, and an entry in `KINDS` of `questions`.

Formulas are in `models`. Rows of tier W never decide; they may weigh in a forecast, which says how many do.
"""
