"""The kinds of prediction, a module each: populations, resolution and forecast side by side, as `base.Kind` has them.

A new kind is a module here, an entry in `KINDS` of `questions`, and the model of what it declares in
`read.declarations`, listed there in `CORE_KINDS`; a plugin's kind has its model in its own module.

Formulas are in `models`. Rows of tier W never decide; they may weigh in a forecast, which says how many do.
"""
