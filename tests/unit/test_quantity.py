"""Cells read by hand: what each says, and which ones are refused and why.

Rules that hold for every text and unit are in test_quantity_properties.py.
"""

from __future__ import annotations

import copy
from math import inf, nan, sqrt

import pytest

from tidebook.pipelines.read.quantities import quantity
from tidebook.pipelines.read.quantities.grammar import Reader
from tidebook.pipelines.read.quantities.quantity import STRICT, Context, QuantityError, examples, parse_quantity
from tidebook.pipelines.read.quantities.value import Quantity
from tidebook.schemas.units import UNITS, get_unit

READ = [
    # The article's own cells.
    ("2.1e25", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("1.5e25", "FLOP", 1.5e25, 1.45e25, 1.55e25, "rounded", ""),
    ("1.2e23", "FLOP", 1.2e23, 1.15e23, 1.25e23, "rounded", ""),
    ("1.0e25 (est.)", "FLOP", 1e25, 9.5e24, 1.05e25, "estimate", ""),
    ("$100M+", "USD", 1e8, 1e8, inf, "at_least", ""),
    ("$5M", "USD", 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("88.7", "point", 88.7, 88.65, 88.75, "rounded", ""),
    ("87.5", "point", 87.5, 87.45, 87.55, "rounded", ""),
    ("128K", "token", 128e3, 127_500, 128_500, "rounded", ""),
    ("200K", "token", 200e3, 199_500, 200_500, "rounded", ""),
    ("1M (experimental)", "token", 1e6, 500e3, 1.5e6, "rounded", "experimental"),
    ("$5.00", "USD/Mtok", 5, 4.995, 5.005, "rounded", ""),
    ("$13B+", "USD", 13e9, 13e9, inf, "at_least", ""),
    ("$7.5B", "USD", 7.5e9, 7.45e9, 7.55e9, "rounded", ""),
    ("$6B", "USD", 6e9, 5.5e9, 6.5e9, "rounded", ""),
    ("N/A (internal)", "USD", nan, nan, nan, "missing", "internal"),
    ("$35B", "USD", 35e9, 34.5e9, 35.5e9, "rounded", ""),
    ("12", "deal", 12, 12, 12, "exact", ""),
    ("1.8 trillion, estimated", "parameter", 1.8e12, 1.75e12, 1.85e12, "estimate", ""),
    ("10x", "ratio", 10, 9, 11, "rounded", ""),
    ("two years", "year", 2, 1.86, 2.14, "rounded", ""),
    ("92.0%", "percent", 92, 91.95, 92.05, "rounded", ""),
    ("100,000", "GPU", 100_000, 95000, 105000, "rounded", ""),
    ("12.0", "GPU", 12, 12, 12, "exact", ""),
    ("1,200.00 GPUs", "GPU", 1200, 1200, 1200, "exact", ""),
    ("12.0K", "GPU", 12_000, 11_950, 12_050, "rounded", ""),
    ("1.20e3", "GPU", 1200, 1195, 1205, "rounded", ""),
    ("€600M", "EUR", 600e6, 599.5e6, 600.5e6, "rounded", ""),
    ("8k+", "star", 8000, 8000, inf, "at_least", ""),
    ("1.2k+", "star", 1200, 1200, inf, "at_least", ""),
    ("thousands", "GPU-day", 4472.13595499958, 2000, 10000, "estimate", ""),
    ("billions", "USD", 4472135954.999579, 2e9, 1e10, "estimate", ""),
    ("a few thousand", "person", 3741.657386773941, 2000, 7000, "estimate", ""),
    ("$1M+", "USD/year", 1e6, 1e6, inf, "at_least", ""),
    ("at least three", "company", 3, 3, inf, "at_least", ""),
    ("18 months", "month", 18, 17.5, 18.5, "rounded", ""),
    ("by 2026", "calendar year", 2026, 1000, 2026, "at_most", ""),
    ("80%", "percent", 80, 79.5, 80.5, "rounded", ""),
    ("$1", "USD/GPU-hour", 1, 0.5, 1.5, "rounded", ""),
    ("2023-03-15", "date", 19431, 19431, 19431, "exact", ""),
    ("2024-02", "date", 19768, 19754, 19782, "rounded", ""),
    ("2024", "date", 19906, 19723, 20088, "rounded", ""),
    ("2024", "calendar year", 2024, 2024, 2024, "exact", ""),
    # Currencies on either side, codes and words, magnitudes of every spelling.
    ("USD 3bn", "USD", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("usd3bn", "USD", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("3bn EUR", "EUR", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("3 bn €", "EUR", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("US$3bn", "USD", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("$3B USD", "USD", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("5 million US dollars", "USD", 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("£2.5mn", "GBP", 2.5e6, 2.45e6, 2.55e6, "rounded", ""),
    ("¥40tn", "JPY", 40e12, 39.5e12, 40.5e12, "rounded", ""),
    ("$5m", "USD", 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("$5MM", "USD", 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("$5 M", "USD", 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("$3b", "USD", 3e9, 2.5e9, 3.5e9, "rounded", ""),
    ("$1.2 billion", "USD", 1.2e9, 1.15e9, 1.25e9, "rounded", ""),
    ("15T", "token", 15e12, 14.5e12, 15.5e12, "rounded", ""),
    ("two million", "token", 2e6, 1.5e6, 2.5e6, "rounded", ""),
    ("$1,200M", "USD", 1.2e9, 1199.5e6, 1200.5e6, "rounded", ""),
    ("$1,234.50", "USD", 1234.5, 1234.495, 1234.505, "rounded", ""),
    ("$0.075", "USD/Mtok", 0.075, 0.0745, 0.0755, "rounded", ""),
    ("$2.495", "USD/GPU-hour", 2.495, 2.4945, 2.4955, "rounded", ""),
    ("$3.4B per year", "USD/year", 3.4e9, 3.35e9, 3.45e9, "rounded", ""),
    ("$5.00 per 1M tokens", "USD/Mtok", 5, 4.995, 5.005, "rounded", ""),
    ("5 USD/Mtok", "USD/Mtok", 5, 4.5, 5.5, "rounded", ""),
    # Unit words.
    ("2.1e25 FLOP", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("2.1E+25 FLOPs", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("8k+ stars", "star", 8000, 8000, inf, "at_least", ""),
    ("10 months+", "month", 10, 10, inf, "at_least", ""),
    ("100,000 GPUs", "GPU", 1e5, 95000, 105000, "rounded", ""),
    ("1.5 years", "year", 1.5, 1.45, 1.55, "rounded", ""),
    ("thousands of GPU-days", "GPU-day", 4472.13595499958, 2000, 10000, "estimate", ""),
    ("billions of dollars", "USD", 4472135954.999579, 2e9, 1e10, "estimate", ""),
    ("A Few Thousand people", "person", 3741.657386773941, 2000, 7000, "estimate", ""),
    ("several hundred million", "token", sqrt(2e17), 2e8, 1e9, "estimate", ""),
    ("several million", "token", sqrt(2e13), 2e6, 1e7, "estimate", ""),
    ("hundreds", "person", 447.21359549995793, 200, 1000, "estimate", ""),
    ("92 percent", "percent", 92, 91.5, 92.5, "rounded", ""),
    ("92 per cent", "percent", 92, 91.5, 92.5, "rounded", ""),
    ("ten percent", "percent", 10, 9.5, 10.5, "rounded", ""),
    ("×10", "ratio", 10, 9, 11, "rounded", ""),
    ("18 months", "year", 1.5, 17.5 / 12, 18.5 / 12, "rounded", ""),
    ("$2–$4B", "USD", 3e9, 2e9, 4e9, "estimate", ""),
    ("2.5 times", "ratio", 2.5, 2.45, 2.55, "rounded", ""),
    # Scientific notation.
    ("2.1×10^25", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("2.1 x 10^25", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("2.1×10²⁵", "FLOP", 2.1e25, 2.05e25, 2.15e25, "rounded", ""),
    ("3×10⁻²", "p-value", 0.03, 0.025, 0.035, "rounded", ""),
    ("1.2e1", "deal", 12, 11.5, 12.5, "rounded", ""),
    # Marks.
    ("~$5B", "USD", 5e9, 4500000000, 5500000000, "estimate", ""),
    ("≈ 40%", "percent", 40, 36, 44, "estimate", ""),
    ("about 300", "GPU", 300, 270, 330, "estimate", ""),
    ("Approximately 300", "GPU", 300, 270, 330, "estimate", ""),
    ("circa 2024", "calendar year", 2024, 2023.5, 2024.5, "estimate", ""),
    ("$5B est.", "USD", 5e9, 4500000000, 5500000000, "estimate", ""),
    ("~$5B (est)", "USD", 5e9, 4500000000, 5500000000, "estimate", ""),
    ("$5B (estimated) (internal)", "USD", 5e9, 4500000000, 5500000000, "estimate", "internal"),
    ("~2024-02", "date", 19768, 19740, 19796, "estimate", ""),
    ("< 5%", "percent", 5, 0, 5, "at_most", ""),
    ("≤$5B", "USD", 5e9, 0, 5e9, "at_most", ""),
    ("up to 100,000", "GPU", 1e5, 0, 1e5, "at_most", ""),
    ("less than five", "company", 5, 0, 5, "at_most", ""),
    ("> $100M", "USD", 1e8, 1e8, inf, "at_least", ""),
    ("more than 5+", "deal", 5, 5, inf, "at_least", ""),
    ("≥ 80%", "percent", 80, 80, inf, "at_least", ""),
    # Ranges.
    ("2–4", "company", 3, 2, 4, "estimate", ""),
    ("2-4", "company", 3, 2, 4, "estimate", ""),
    ("2 to 4", "company", 3, 2, 4, "estimate", ""),
    ("two to four years", "year", 3, 2, 4, "estimate", ""),
    ("$2–4B", "USD", 3e9, 2e9, 4e9, "estimate", ""),
    ("$2B–$4B", "USD", 3e9, 2e9, 4e9, "estimate", ""),
    ("$2B - $4B", "USD", 3e9, 2e9, 4e9, "estimate", ""),
    ("$800M–$1.2B", "USD", 1e9, 8e8, 1.2e9, "estimate", ""),
    ("10–20%", "percent", 15, 10, 20, "estimate", ""),
    ("10%–20%", "percent", 15, 10, 20, "estimate", ""),
    ("-2% to 4%", "percent", 1, -2, 4, "estimate", ""),
    ("2x–4x", "ratio", 3, 2, 4, "estimate", ""),
    ("~2–4 (est.)", "month", 3, 2, 4, "estimate", ""),
    ("2024–2026", "calendar year", 2025, 2024, 2026, "estimate", ""),
    # Signs, blanks, cut intervals, missing values.
    ("-$5B", "USD", -5e9, -5.5e9, -4.5e9, "rounded", ""),
    ("$-5B", "USD", -5e9, -5.5e9, -4.5e9, "rounded", ""),
    ("−5%", "percent", -5, -5.5, -4.5, "rounded", ""),
    ("+5%", "percent", 5, 4.5, 5.5, "rounded", ""),
    ("  12\u00a0", "deal", 12, 12, 12, "exact", ""),
    ("100\u202f000", "GPU", 1e5, 95000, 105000, "rounded", ""),
    ("100\u00a0000", "GPU", 1e5, 95000, 105000, "rounded", ""),
    ("$0", "USD/Mtok", 0, 0, 0.5, "rounded", ""),
    ("100", "point", 100, 99.5, 100, "rounded", ""),
    ("N/A", "point", nan, nan, nan, "missing", ""),
    ("n/a (not disclosed in 2024)", "date", nan, nan, nan, "missing", "not disclosed in 2024"),
    # Where one rule ends and the next begins.
    ("1000.000", "number", 1000, 999.9995, 1000.0005, "rounded", ""),
    ("0.123", "number", 0.123, 0.1225, 0.1235, "rounded", ""),
    ("1.234K", "person", 1234, 1233.5, 1234.5, "rounded", ""),
    ("1.234e3", "number", 1234, 1233.5, 1234.5, "rounded", ""),
    ("1e298", "FLOP", 1e298, 5e297, 1.5e298, "rounded", ""),
    ("1e-250", "FLOP", 1e-250, 5e-251, 1.5e-250, "rounded", ""),
    ("10^298", "FLOP", 1e298, 5e297, 1.5e298, "rounded", ""),
    ("10^-250", "FLOP", 1e-250, 5e-251, 1.5e-250, "rounded", ""),
    ("10⁴", "number", 1e4, 5e3, 1.5e4, "rounded", ""),
    ("123456789012345", "token", 123456789012345, 123456789012345, 123456789012345, "exact", ""),
    (
        "0.00000123456789012345",
        "number",
        1.23456789012345e-6,
        1.234567890123445e-6,
        1.234567890123455e-6,
        "rounded",
        "",
    ),
    ("one hundred trillion and one", "token", 100000000000001, 100000000000001, 100000000000001, "exact", ""),
    ("two to four million", "token", 3e6, 2e6, 4e6, "estimate", ""),
    ("two million to four million", "token", 3e6, 2e6, 4e6, "estimate", ""),
    ("2 million–4 million", "token", 3e6, 2e6, 4e6, "estimate", ""),
    ("twenty to thirty", "company", 25, 20, 30, "estimate", ""),
    ("two–four", "company", 3, 2, 4, "estimate", ""),
    ("$5 – $6", "USD", 5.5, 5, 6, "estimate", ""),
    ("5 $–6 $", "USD", 5.5, 5, 6, "estimate", ""),
    ("$0.50 to $0.75", "USD", 0.625, 0.5, 0.75, "estimate", ""),
    ("5 ± 2 million", "token", 5e6, 3e6, 7e6, "estimate", ""),
    ("5 million ± 2 million", "token", 5e6, 3e6, 7e6, "estimate", ""),
    ("$5±1", "USD", 5, 4, 6, "estimate", ""),
    ("1.5e3 ± 2e2", "number", 1500, 1300, 1700, "estimate", ""),
    ("0.1 ± 0.3", "share", 0.1, 0, 0.4, "estimate", ""),
    ("0.9 +/- 0.3", "probability", 0.9, 0.6, 1, "estimate", ""),
    ("~5±1", "point", 5, 4, 6, "estimate", ""),
    ("half a million people", "person", 5e5, 450000, 550000, "rounded", ""),
    ("2.5 million", "person", 2.5e6, 2.45e6, 2.55e6, "rounded", ""),
    ("half a dollar", "USD", 0.5, 0.45, 0.55, "rounded", ""),
    ("a quarter of a percent", "percent", 0.25, 0.225, 0.275, "rounded", ""),
    ("thrice", "ratio", 3, 2.7, 3.3, "rounded", ""),
    ("fifty-five dollars and 25 cents", "USD", 55.25, 55.245, 55.255, "rounded", ""),
    ("£5 30p", "GBP", 5.3, 5.295, 5.305, "rounded", ""),
    ("10 € 5 cents", "EUR", 10.05, 10.045, 10.055, "rounded", ""),
    ("12* (audited)", "deal", 12, 12, 12, "exact", "* audited"),
    ("12**†", "deal", 12, 12, 12, "exact", "** †"),
    ("12 (audited)†", "deal", 12, 12, 12, "exact", "audited †"),
    ("about 5 or so", "deal", 5, 4.5, 5.5, "estimate", ""),
    ("5 or so, est.", "deal", 5, 4.5, 5.5, "estimate", ""),
    ("hundreds of thousands+", "token", 2e5, 2e5, inf, "at_least", ""),
    ("several hundred", "token", sqrt(2e5), 200, 1000, "estimate", ""),
    ("tens of percent", "percent", 44.721359549995796, 20, 100, "estimate", ""),
    ("< 4:35.2", "second", 275.2, 0, 275.2, "at_most", ""),
    ("more than 1:00:00", "second", 3600, 3600, inf, "at_least", ""),
    ("~2 h", "second", 7200, 5400, 9000, "estimate", ""),
    ("2 h", "second", 7200, 5400, 9000, "rounded", ""),
    ("4:35.2 or less", "second", 275.2, 0, 275.2, "at_most", ""),
    ("about 2017/18 (est.)", "calendar year", 2017.5, 2014, 2021, "estimate", ""),
    ("3 hours 20 minutes 5 seconds", "second", 12005, 12004.5, 12005.5, "rounded", ""),
    ("5 min 2.50 s", "second", 302.5, 302.495, 302.505, "rounded", ""),
    ("90 seconds", "second", 90, 89.5, 90.5, "rounded", ""),
    ("2012/13", "calendar year", 2012.5, 2012, 2013, "estimate", ""),
    ("1999/00", "calendar year", 1999.5, 1999, 2000, "estimate", ""),
    ("2017/2018", "calendar year", 2017.5, 2017, 2018, "estimate", ""),
    ("2017/2020", "calendar year", 2018.5, 2017, 2020, "estimate", ""),
    ("1999 - 00", "calendar year", 1999.5, 1999, 2000, "estimate", ""),
    ("2003 - 05", "calendar year", 2004, 2003, 2005, "estimate", ""),
    ("Dec. 2024", "date", 20073, 20058, 20088, "rounded", ""),
    ("Sept 5, 2023", "date", 19605, 19605, 19605, "exact", ""),
    ("5th May 2023", "date", 19482, 19482, 19482, "exact", ""),
    ("Q1 2024", "date", 19768, 19723, 19813, "rounded", ""),
    ("H2 2024", "date", 19997, 19905, 20088, "rounded", ""),
    ("~March 2024", "date", 19798, 19768, 19828, "estimate", ""),
    ("1000", "date", -354103, -354285, -353921, "rounded", ""),
    ("27 September 1825", "date", -52691, -52691, -52691, "exact", ""),
    ("1000/1001", "calendar year", 1000.5, 1000, 1001, "estimate", ""),
    ("1900/1901", "calendar year", 1900.5, 1900, 1901, "estimate", ""),
    ("2200", "date", 84188, 84006, 84370, "rounded", ""),
    ("0:00.0", "second", 0, 0, 0.05, "rounded", ""),
    ("5 million US \u00a0 dollars", "USD", 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("10^6", "token", 1e6, 5e5, 1.5e6, "rounded", ""),
    ("5 1/2 years", "year", 5.5, 5.25, 5.75, "rounded", ""),
    ("2½ years", "year", 2.5, 2.25, 2.75, "rounded", ""),
    ("2 ¼", "number", 2.25, 2.125, 2.375, "rounded", ""),
    ("$7 ½ million", "USD", 7.5e6, 7.25e6, 7.75e6, "rounded", ""),
    (" " * 198 + "12", "deal", 12, 12, 12, "exact", ""),
    ("3rd", "rank", 3, 3, 3, "exact", ""),
    ("12", "rank", 12, 12, 12, "exact", ""),
]

REFUSED = [
    ("", "USD", 0, "the text is empty"),
    ("   ", "USD", 0, "the text is empty"),
    ("$1Z", "USD", 2, "'Z' does not belong here"),
    ("$", "USD", 1, "the text ends too soon"),
    ("1,5", "point", 1, "',5' does not belong here"),
    ("1.234,5", "point", 5, "',5' does not belong here"),
    ("12,34", "point", 2, "',34' does not belong here"),
    ("1.000.000", "GPU", 0, "the point may separate thousands"),
    ("1.000", "GPU", 0, "the point may separate thousands: 1.000, or 1,000?"),
    ("€1.000", "EUR", 0, "the point may separate thousands: 1.000, or 1,000?"),
    ("1,000 000", "GPU", 6, "'000' does not belong here"),
    ("0,123", "GPU", 1, "',123' does not belong here"),
    ("007", "deal", 1, "'07' does not belong here"),
    ("$5", "EUR", 0, "USD is another currency"),
    ("5 GBP", "EUR", 2, "GBP is another currency"),
    ("$5B EUR", "USD", 4, "EUR is another currency"),
    ("$5", "FLOP", 0, "'$5' does not belong here"),
    ("A$5", "USD", 0, "AUD is another currency"),
    ("5", "USD", 0, "no currency"),
    ("millions", "USD/Mtok", 8, "no currency"),
    ("40%", "USD", 0, "no currency"),
    ("40%", "point", 2, "'%' does not belong here"),
    ("40", "percent", 2, "no %"),
    ("10", "ratio", 2, "no x"),
    ("x10x", "ratio", 4, "x on both sides"),
    ("10x", "percent", 2, "no %"),
    ("~$5B+", "USD", 4, "two marks that disagree"),
    ("~5+ months", "month", 2, "two marks that disagree"),
    ("a few thousand+", "star", 14, "two marks that disagree"),
    ("$100M+ (est.)", "USD", 7, "two marks that disagree"),
    ("<2–4", "month", 2, "two marks that disagree"),
    ("2–4+", "month", 2, "a range with a plus"),
    ("5++", "star", 2, "'+' does not belong here"),
    ("NaN", "point", 0, "'NaN' does not belong here"),
    ("inf", "point", 0, "'inf' does not belong here"),
    ("1e999", "FLOP", 0, "too large or too small a number"),
    ("1e-999", "FLOP", 0, "too large or too small a number"),
    ("1e99999999999999999999", "FLOP", 0, "too large or too small a number"),
    ("1234567890123456", "FLOP", 0, "more than 15 digits"),
    ("0x10", "star", 1, "'x10' does not belong here"),
    ("1_000", "star", 1, "'_000' does not belong here"),
    ("--5", "percent", 1, "'-5' does not belong here"),
    ("-$-5", "USD", 2, "'-5' does not belong here"),
    ("5m", "token", 1, "'m' is a magnitude for money only"),
    ("5MM", "token", 1, "'MM' is a magnitude for money only"),
    ("2e5K", "token", 3, "an exponent and a magnitude"),
    ("1,000e5", "FLOP", 5, "groups of thousands with an exponent"),
    ("5.", "point", 1, "'.' does not belong here"),
    ("3 apples", "company", 2, "'apples' does not belong here"),
    ("$5 per year", "USD", 3, "'per year' does not belong here"),
    ("2e25 FLOPS", "FLOP", 5, "'FLOPS' does not belong here"),
    ("2e25 FLOP/s", "FLOP", 9, "'/s' does not belong here"),
    ("12 GPU-days", "GPU", 7, "'days' does not belong here"),
    ("-3", "star", 0, "outside the bounds 0 to inf"),
    ("-$3", "USD/Mtok", 0, "outside the bounds 0 to inf"),
    ("104", "point", 0, "outside the bounds 0 to 100"),
    ("18M", "month", 0, "outside the bounds 0 to 12000"),
    ("thousands", "point", 0, "outside the bounds 0 to 100"),
    ("1.5", "deal", 0, "a fraction of something whole"),
    ("1.2345k", "star", 0, "a fraction of something whole"),
    ("2 months–4K", "month", 9, "a unit on one end only"),
    ("$2B–4", "USD", 4, "a magnitude on the lower end only"),
    ("2–4e5", "FLOP", 2, "an exponent on one end only"),
    ("2–$4", "USD", 2, "a unit on one end only"),
    ("10%–20", "percent", 4, "a unit on one end only"),
    ("4–2", "month", 2, "range ends out of order"),
    ("2–2", "month", 2, "range ends out of order"),
    ("100–2K", "star", 4, "range ends out of order"),
    ("-2–4%", "percent", 3, "a sign in a range with a dash"),
    ("2--4", "month", 1, "'--4' does not belong here"),
    ("2 -4", "month", 2, "'-4' does not belong here"),
    ("2–", "month", 1, "'–' does not belong here"),
    ("=1+1", "point", 0, "'=1+1' does not belong here"),
    ("<script>", "point", 1, "'script>' does not belong here"),
    ("5 (<script>)", "deal", 2, "'(<script>)' does not belong here"),
    ("$5B (€4B)", "USD", 5, "a note with a number or a currency"),
    ("$5B (2 rounds)", "USD", 5, "a note with a number or a currency"),
    ("$5B ()", "USD", 5, "a note without words"),
    ("$5 (in millions)", "USD", 4, "a note that changes the number"),
    ("$5B (CAD)", "USD", 5, "a note that changes the number"),
    ("$5B (monthly)", "USD/year", 5, "a note that changes the number"),
    ("$5B (per month)", "USD/year", 5, "a note that changes the number"),
    ("$5B (a loss)", "USD", 5, "a note that changes the number"),
    ("$5B (company estimate)", "USD", 5, "a note that changes the number"),
    ("18 (years)", "month", 4, "a note that changes the number"),
    ("$5B (a) (b)", "USD", 8, "'(b)' does not belong here"),
    ("N/A ()", "USD", 5, "a reason without words"),
    ("N/A internal", "USD", 0, "'N/A internal' does not belong here"),
    ("5\n", "deal", 1, "a control or unassigned character U+000A"),
    ("\x005", "deal", 0, "a control or unassigned character U+0000"),
    ("5\u200b", "deal", 1, "a control or unassigned character U+200B"),
    ("５", "deal", 0, "'５' does not belong here"),
    ("٥", "deal", 0, "'٥' does not belong here"),
    ("two yearſ", "year", 8, "'ſ' does not belong here"),
    ("several hundred trillion", "token", 16, "'trillion' does not belong here"),
    ("9" * 201, "deal", 200, "longer than 200 characters"),
    ("9" * 5001, "deal", 200, "longer than 200 characters"),
    ("2023-02-30", "date", 0, "no such date"),
    ("2024-13", "date", 0, "no such date"),
    ("0999", "date", 0, "outside the years 1000 to 2200"),
    ("2024-2", "date", 0, "'2024-2' does not belong here"),
    ("15/03/2023", "date", 0, "'15/03/2023' does not belong here"),
    ("2,024", "calendar year", 0, "'2,024' does not belong here"),
    ("26", "calendar year", 0, "'26' does not belong here"),
    ("2201", "calendar year", 0, "outside the bounds 1000 to 2200"),
    ("by 5", "star", 0, "'by 5' does not belong here"),
    ("1000.5", "USD", 0, "no currency"),
    ("$999.999", "USD", 0, "the point may separate thousands: 999.999, or 999,999?"),
    ("1e299", "FLOP", 0, "too large or too small a number"),
    ("1e-251", "FLOP", 0, "too large or too small a number"),
    ("10^299", "FLOP", 0, "too large or too small a number"),
    ("10^-251", "FLOP", 0, "too large or too small a number"),
    ("10³", "number", 0, "1,000, or 10 with footnote 3?"),
    ("10⁰", "number", 0, "1, or 10 with footnote 0?"),
    ("nine thousand trillion and one", "token", 0, "more than 15 digits"),
    ("one in five", "company", 0, "a part of a whole"),
    ("5 1/5 companies", "company", 0, "a fraction of something whole"),
    ("5 7/5", "number", 2, "'7/5' does not belong here"),
    ("5 1/7", "number", 2, "'1/7' does not belong here"),
    ("5 1/5/2", "number", 2, "'1/5/2' does not belong here"),
    ("two million to four", "token", 15, "a magnitude on the lower end only"),
    ("twenty–five", "company", 7, "a range, or one number with a hyphen?"),
    ("5% ± -1%", "percent", 5, "an ambiguous error bound"),
    ("5+ ± 1", "point", 5, "an ambiguous error bound"),
    ("5 ± 1+", "point", 4, "an ambiguous error bound"),
    ("5e2 ± 1", "number", 6, "an ambiguous error bound"),
    ("5 million ± 1", "token", 12, "a unit or magnitude on the number only"),
    ("120 ± 5", "point", 0, "outside the bounds 0 to 100"),
    (">5±1", "point", 2, "two marks that disagree"),
    ("between 5", "point", 9, "the text ends too soon"),
    ("between 5 or 6", "point", 10, "'or 6' does not belong here"),
    ("5 and 6", "point", 2, "'and 6' does not belong here"),
    ("tens of thousand", "token", 8, "'thousand' does not belong here"),
    ("tens of percent", "ratio", 8, "no x"),
    ("10 dollars 300 cents", "USD", 11, "'300 cents' does not belong here"),
    ("10 dollars and twenty fifths", "USD", 11, "'and twenty f' does not belong here"),
    ("$10M 30 cents", "USD", 5, "'30 cents' does not belong here"),
    ("10 CAD", "USD", 3, "CAD is another currency"),
    ("10 XYZ", "USD", 0, "no currency"),
    ("10 Canadian dollars", "USD", 3, "CAD is another currency"),
    ("12 (84%)", "deal", 4, "a second number: a rank, a score, an error or a footnote? its column declares which"),
    ("4:60", "second", 1, "':60' does not belong here"),
    ("4:35.2.1", "second", 1, "':35.2.1' does not belong here"),
    ("5 m", "second", 2, "'m' is a magnitude for money only"),
    ("2010–10", "calendar year", 0, "2010 to 2010, or month 10 of 2010?"),
    ("2010 – 09", "calendar year", 0, "years out of order"),
    ("0999/1000", "calendar year", 0, "outside the years 1000 to 2200"),
    ("2150/2201", "calendar year", 0, "outside the years 1000 to 2200"),
    ("Q5 2024", "date", 0, "'Q5 2024' does not belong here"),
    ("31 April 2024", "date", 0, "no such date"),
    ("March 2201", "date", 0, "outside the years 1000 to 2200"),
    ("up to March 2024", "date", 0, "a date with a word other than about, by, before, after or since"),
    ("between March 2024", "date", 0, "a range of times, which cannot be read"),
    ("-3:56.2", "second", 0, "outside the bounds 0 to inf"),
    ("2011/12", "calendar year", 0, "2011 to 2012, or month 12 of 2011?"),
    ("$5B (in €)", "USD", 5, "a note with a number or a currency"),
    ("5\u2028", "deal", 1, "a control or unassigned character U+2028"),
    ("\ud8005", "deal", 0, "a control or unassigned character U+D800"),
    ("between 4:35.2", "second", 0, "a range of times, which cannot be read"),
    ("between 2017/18", "calendar year", 0, "a range of times, which cannot be read"),
    ("0", "rank", 0, "outside the bounds 1 to inf"),
    ("third", "company", 0, "'third' does not belong here"),
]

_SECOND = "a second number: a rank, a score, an error or a footnote? its column declares which"
USD6 = Context(scale=6, currency="USD", parentheses="negative")
DECLARED = [
    # What a declaration changes, and where it ends.
    ("5", "deal", Context(scale=6), 5e6, 4.5e6, 5.5e6, "rounded", ""),
    ("5", "USD", Context(scale=15, currency="USD"), 5e15, 4.5e15, 5.5e15, "rounded", ""),
    ("5.5", "deal", Context(scale=6), 5.5e6, 5.45e6, 5.55e6, "rounded", ""),
    ("half", "deal", Context(scale=6), 5e5, 450000, 550000, "rounded", ""),
    ("5", "USD/Mtok", Context(scale=6, currency="USD"), 5, 4.5, 5.5, "rounded", ""),
    ("5%", "percent", Context(scale=6), 5, 4.5, 5.5, "rounded", ""),
    ("5x", "ratio", Context(scale=6), 5, 4.5, 5.5, "rounded", ""),
    ("5", "month", Context(scale=3), 5, 4.5, 5.5, "rounded", ""),
    ("5", "second", Context(scale=3), 5, 4.5, 5.5, "rounded", ""),
    ("0.5", "share", Context(scale=3), 0.5, 0.45, 0.55, "rounded", ""),
    ("5", "rank", Context(scale=3), 5, 5, 5, "exact", ""),
    ("2024", "calendar year", Context(scale=3), 2024, 2024, 2024, "exact", ""),
    ("5 to 6", "USD", USD6, 5.5e6, 5e6, 6e6, "estimate", ""),
    ("$5–6", "USD", USD6, 5.5e6, 5e6, 6e6, "estimate", ""),
    ("5 ± 1", "USD", USD6, 5e6, 4e6, 6e6, "estimate", ""),
    ("( 5 )", "USD", USD6, -5e6, -5.5e6, -4.5e6, "rounded", ""),
    ("($5)", "USD", Context(parentheses="negative"), -5, -5.5, -4.5, "rounded", ""),
    ("(5) $", "USD", Context(parentheses="negative"), -5, -5.5, -4.5, "rounded", ""),
    ("(5)% (est.)", "percent", Context(parentheses="negative"), -5, -5.5, -4.5, "estimate", ""),
    ("—", "deal", Context(nil=("—",)), 0, 0, 0, "exact", ""),
    ("—", "USD", Context(nil=("—",)), 0, -0.5, 0.5, "rounded", ""),
    ("€ —", "EUR", Context(nil=("—",), scale=3), 0, -500, 500, "rounded", ""),
    ("$—", "USD", Context(missing=("—",)), nan, nan, nan, "missing", ""),
    ("-", "date", Context(missing=("-",)), nan, nan, nan, "missing", ""),
    ("x", "ratio", Context(missing=("x",)), nan, nan, nan, "missing", ""),
    ("1.73 (2), (3)", "number", Context(footnotes=("(2)", "(3)")), 1.73, 1.725, 1.735, "rounded", "(2), (3)"),
    ("1.73(2) (audited)", "number", Context(footnotes=("(2)",)), 1.73, 1.725, 1.735, "rounded", "(2) audited"),
    ("1,234", "number", Context(decimal=","), 1.234, 1.2335, 1.2345, "rounded", ""),
    ("1.234.567", "number", Context(decimal=","), 1234567, 1234566.5, 1234567.5, "rounded", ""),
    ("1\u00a0234,5", "number", Context(decimal=","), 1234.5, 1234.45, 1234.55, "rounded", ""),
    ("1.234", "person", Context(decimal=",", grouping="."), 1234, 1234, 1234, "exact", ""),
    ("1.234", "number", Context(decimal="."), 1.234, 1.2335, 1.2345, "rounded", ""),
    ("$1.234", "USD", Context(decimal="."), 1.234, 1.2335, 1.2345, "rounded", ""),
    ("1 234", "person", Context(grouping=" "), 1234, 1234, 1234, "exact", ""),
    ("1'234.5", "number", Context(grouping="'"), 1234.5, 1234.45, 1234.55, "rounded", ""),
    ("1'234.5", "number", Context(grouping="’"), 1234.5, 1234.45, 1234.55, "rounded", ""),
    ("1’234’567", "person", Context(grouping="'"), 1234567, 1234567, 1234567, "exact", ""),
    (",5", "number", Context(decimal=","), 0.5, 0.45, 0.55, "rounded", ""),
    ("1,5e3", "number", Context(decimal=","), 1500, 1450, 1550, "rounded", ""),
    ("007", "deal", Context(padded=True), 7, 7, 7, "exact", ""),
    ("-00.5", "number", Context(padded=True), -0.5, -0.55, -0.45, "rounded", ""),
    ("40 to 50", "percent", Context(unit="percent"), 45, 40, 50, "estimate", ""),
    ("40–50%", "percent", Context(unit="percent"), 45, 40, 50, "estimate", ""),
    ("~40", "percent", Context(unit="percent"), 40, 36, 44, "estimate", ""),
    ("2.5", "ratio", Context(unit="ratio"), 2.5, 2.45, 2.55, "rounded", ""),
    ("0.4 to 0.5", "percent", Context(fractions=True), 45, 40, 50, "estimate", ""),
    ("50 dollars", "CAD", Context(currency="CAD"), 50, 49.5, 50.5, "rounded", ""),
    ("£5", "EGP", Context(currency="EGP"), 5, 4.5, 5.5, "rounded", ""),
    ("¥5", "CNY", Context(currency="CNY"), 5, 4.5, 5.5, "rounded", ""),
    ("Rs. 5", "INR", Context(currency="INR"), 5, 4.5, 5.5, "rounded", ""),
    ("5.25 (0.50)", "number", Context(parentheses="error"), 5.25, 4.75, 5.75, "estimate", ""),
    ("5,25 (0,50)", "number", Context(parentheses="error", decimal=","), 5.25, 4.75, 5.75, "estimate", ""),
    (
        "5.25 (0.50)",
        "USD",
        Context(parentheses="error", currency="USD", scale=6),
        5.25e6,
        4.75e6,
        5.75e6,
        "estimate",
        "",
    ),
    ("3:56.5", "second", Context(clock="h:m"), 236.5, 236.45, 236.55, "rounded", ""),
    ("३.५", "number", Context(digits="devanagari"), 3.5, 3.45, 3.55, "rounded", ""),
]
NOT_EVEN_DECLARED = [
    ("$5", "USD", Context(currency="CAD"), 0, "CAD is another currency"),
    ("5", "USD", Context(currency="CAD"), 0, "no currency"),
    ("5", "percent", Context(unit="ratio"), 1, "no %"),
    ("5K", "deal", Context(scale=3), 0, "its own magnitude, or also that of the column, 10^3?"),
    ("two million", "deal", Context(scale=3), 0, "its own magnitude, or also that of the column, 10^3?"),
    ("5–6", "percent", Context(unit="percent"), 2, "a range, a score or a difference?"),
    ("5–6", "ratio", Context(unit="ratio"), 2, "a range, a score or a difference?"),
    ("5%–6", "percent", Context(unit="percent"), 3, "a unit on one end only"),
    ("(5", "USD", USD6, 2, "the text ends too soon"),
    ("(5 (6)", "USD", USD6, 3, "'(6)' does not belong here"),
    ("-(5)", "USD", USD6, 0, "a sign and parentheses"),
    ("$-(5)", "USD", USD6, 0, "a sign and parentheses"),
    ("(2)", "number", Context(parentheses="negative", footnotes=("(2)",)), 0, "a negative number, or a footnote?"),
    ("5 (2)", "number", Context(parentheses="error"), 3, "an error of other decimals than its number"),
    ("5.2 (3)", "number", Context(parentheses="error"), 5, "an error of other decimals than its number"),
    ("5.2 (0.25)", "number", Context(parentheses="error"), 5, "an error of other decimals than its number"),
    ("1,234.5", "number", Context(decimal=","), 5, "'.5' does not belong here"),
    ("1 234", "number", Context(decimal="."), 0, "1,234, or two numbers?"),
    ("1,234", "number", Context(grouping=" "), 1, "',234' does not belong here"),
    ("1'234", "number", STRICT, 1, '"\'234" does not belong here'),
    ("40%", "percent", Context(fractions=True), 0, "a percentage, where the column declares fractions of one"),
    ("kr 5", "SEK", Context(currency="USD"), 0, "kr may be SEK, NOK, DKK, ISK"),
    ("—", "deal", Context(missing=("-",)), 0, "a dash: missing, or nothing? its column declares which"),
    ("5 (3)", "deal", Context(footnotes=("(2)",)), 3, _SECOND),
    ("5(2)3", "deal", Context(footnotes=("(2)",)), 2, _SECOND),
]


def without_ends(quantity: Quantity) -> Quantity:
    """Return a quantity without saying which ends are open: tests/unit/test_implied.py is about these."""
    return quantity._replace(low_open=False, high_open=False, loose=False)


def test_a_cell_is_read(subtests: pytest.Subtests) -> None:
    for text, unit, value, low, high, kind, note in READ:
        with subtests.test(text=text, unit=unit):
            assert without_ends(parse_quantity(text, unit)) == Quantity(value, low, high, kind, unit, note)


def test_a_cell_is_read_as_its_column_declares(subtests: pytest.Subtests) -> None:
    for text, unit, context, value, low, high, kind, note in DECLARED:
        with subtests.test(text=text, unit=unit):
            assert without_ends(parse_quantity(text, unit, context)) == Quantity(value, low, high, kind, unit, note)


def test_a_cell_is_refused_where_its_column_declares_no_such_form(subtests: pytest.Subtests) -> None:
    for text, unit, context, position, reason in NOT_EVEN_DECLARED:
        with subtests.test(text=text, unit=unit):
            with pytest.raises(QuantityError) as caught:
                parse_quantity(text, unit, context)
            assert (caught.value.position, caught.value.reason) == (position, reason)


def test_a_cell_is_refused(subtests: pytest.Subtests) -> None:
    for text, unit, position, reason in REFUSED:
        with subtests.test(text=text, unit=unit):
            with pytest.raises(QuantityError) as caught:
                parse_quantity(text, unit)
            assert caught.value.text == text
            assert caught.value.position == position
            assert caught.value.reason == reason
            assert caught.value.expected in str(caught.value)
            assert "\n" not in str(caught.value)


def test_message_is_one_clear_line() -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity("$1Z", "USD")
    assert str(caught.value) == (
        "cannot read '$1Z' (character 3: 'Z' does not belong here): "
        "expected an amount in USD such as $35B, $1.2M+, $2–4B or N/A (reason)"
    )


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("USD/Mtok", "a price in USD/Mtok such as $5.00, ~$0.15, $2–4 or N/A (reason)"),
        ("company", "a number of companies such as 12, 100,000, 8K+ or N/A (reason)"),
        ("percent", "a percentage such as 92.0%, ~40%, 10–20% or N/A (reason)"),
        ("date", "a date such as 2023-03-15, 2024-02, 2024 or N/A (reason)"),
        ("calendar year", "a year such as 2026, by 2026, 2024–2026 or N/A (reason)"),
        ("ratio", "a ratio such as 10x, ×1.5, 2–4x or N/A (reason)"),
        ("percentage point", "percentage points such as 3 pp, ~1.5 pp, 1–2 pp or N/A (reason)"),
        ("basis point", "basis points such as 25 bps, ~150 bps, 10–20 bps or N/A (reason)"),
        ("second", "a time such as 4:35.2, 1:56:37, 12 s or N/A (reason)"),
        ("rank", "a place in an order such as 1st, third, 12 or N/A (reason)"),
        ("number", "a number such as 2.1e25, 12, 8K+ or N/A (reason)"),
        ("point", "a number of points such as 87.5, ~84, 80–90 or N/A (reason)"),
        ("month", "a number of months such as 18 months, two, 12–24 or N/A (reason)"),
        ("year", "a number of years such as two years, 5, 2–4 or N/A (reason)"),
        ("probability", "a number (a probability) such as 0.85, ~0.5, 0.1–0.2 or N/A (reason)"),
        ("CHF", "an amount in CHF such as CHF 35B, CHF 1.2M+, CHF 2–4B or N/A (reason)"),
    ],
)
def test_expected_names_the_unit(unit: str, expected: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity("?", unit)
    assert caught.value.expected == expected


def test_a_long_text_is_cut_in_its_message() -> None:
    for length, shown in ((60, "x" * 60), (61, "x" * 59 + "…")):
        with pytest.raises(QuantityError, match=rf"^cannot read '{shown}' \(character 1"):
            parse_quantity("x" * length, "deal")


PLAIN = [
    *[
        (text, "number")
        for text in ("0", "12", "1,234", "-5", "+5", "−5", "5.5", "1234567.25", "5K", "5.25M", "5B", "5T")
    ],
    *[(text, "token") for text in ("12", "1,234,567", "8K")],
    *[
        ("5%", "percent"),
        ("5 %", "percent"),
        ("5.25%", "percent"),
        ("5.2x", "ratio"),
        ("12", "rank"),
        ("0.85", "share"),
    ],
    *[("$5", "USD"), ("$ 5.25", "USD"), ("-$5", "USD"), ("$5M", "USD"), ("€600M", "EUR"), ("$2.50", "USD/Mtok")],
]


@pytest.mark.parametrize(("text", "unit"), PLAIN)
def test_a_plain_cell_takes_one_look(text: str, unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = quantity.read(Reader(text, UNITS[unit]))
    monkeypatch.setattr(quantity, "read", None)
    assert parse_quantity(text, unit) == expected


def test_plain_cells_of_a_column_take_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantity, "read", None)
    read_cell = quantity.cell_reader("USD", Context(currency="USD", scale=6, decimal="."))
    assert read_cell("1,452.4") == Quantity(1452.4e6, 1452.35e6, 1452.45e6, "rounded", "USD", "")
    assert read_cell("$12") == Quantity(12e6, 11.5e6, 12.5e6, "rounded", "USD", "")
    with pytest.raises(TypeError):
        read_cell("12M")


def test_examples_can_be_read(subtests: pytest.Subtests) -> None:
    for unit in UNITS:
        with subtests.test(unit=unit):
            for text in examples(UNITS[unit]):
                assert parse_quantity(text, unit).unit == unit


def test_error_survives_copying() -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity("$1Z", "USD")
    twin = copy.copy(caught.value)
    assert (str(twin), twin.position) == (str(caught.value), caught.value.position)


def test_unknown_unit_names_its_like() -> None:
    with pytest.raises(ValueError, match=r"unknown unit 'years'; did you mean 'year'") as caught:
        parse_quantity("2", "years")
    assert not isinstance(caught.value, QuantityError)
    with pytest.raises(ValueError, match=r"^unknown unit 'furlongs\^3'; a dossier declares it in \[units\]$"):
        get_unit("furlongs^3")
    with pytest.raises(ValueError, match=r"^unknown unit 'USD/personn-hour'; did you mean 'person'( or|\?$)"):
        get_unit("USD/personn-hour")
    with pytest.raises(ValueError, match=r"^unknown unit 'hours'; a dossier declares it in \[units\]$"):
        get_unit("hours")
    with pytest.raises(ValueError, match=r"^unknown unit 'USD/hours'; did you mean 'hour'\?$"):
        get_unit("USD/hours")


def test_units_are_well_formed(subtests: pytest.Subtests) -> None:
    for symbol in UNITS:
        with subtests.test(symbol=symbol):
            unit = get_unit(symbol)
            assert unit.symbol == symbol
            assert unit.lower < unit.upper
            assert unit.currency is None or symbol.startswith(unit.currency)
            assert unit.count or not unit.whole
