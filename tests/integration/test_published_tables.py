"""Sentences on three tables of published papers, each known to be true or false of its table, and judged by it alone.

The tables are those of three papers in SCITAB (Lu, Pan, Liu, Nakov and Kan, EMNLP 2023), which has sentences on them
with the labels `supports` and `refutes`; the statements here are our own words for these sentences. A sentence of two
parts is one interpretation, `all_of`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dossiers import run_of

SUPPORTS, REFUTES = "consistent", "contradicts itself"

ARTICLE = '[article]\ntitle = "{0}"\npublisher = "A conference"\npublished = 2019-11-01\n'

GENERATION = """
[tables.t]
path = "t.csv"
title = "BLEU and METEOR of generators of text from graphs, with the deviation over runs where it is known"
[tables.t.columns]
"Set" = { name = "set", role = "subject" }
"Model" = { name = "model", role = "subject" }
"BLEU" = { name = "bleu", unit = "number", missing = ["-"] }
"METEOR" = { name = "meteor", unit = "number", missing = ["-"] }

[define]
ours_15 = "t[s15_ggnn].bleu"
ours_17 = "t[s17_ggnn].bleu"
"""
GENERATION_ROWS = """Set,Model,BLEU,METEOR
S15,Konstas,22.00,-
S15,Song,23.28,30.10
S15,Cao,23.50,-
S15,Damonte,24.40,23.60
S15,Guo,25.70,-
S15,S2S,22.55 ± 0.17,29.90 ± 0.31
S15,GIN,22.93 ± 0.20,29.72 ± 0.09
S15,GAT,23.42 ± 0.16,29.87 ± 0.14
S15,GGNN,24.32 ± 0.16,30.53 ± 0.30
S17,Back,23.30,-
S17,Song,24.86,31.56
S17,Damonte,24.54,24.07
S17,Cao,26.80,-
S17,Guo,27.60,-
S17,S2S,22.73 ± 0.18,30.15 ± 0.14
S17,GIN,26.90 ± 0.19,32.62 ± 0.04
S17,GAT,26.72 ± 0.20,32.52 ± 0.02
S17,GGNN,27.87 ± 0.15,33.21 ± 0.15
"""
BEHIND_GUO = "min(ours_15 - t[s15_guo].bleu, ours_17 - t[s17_guo].bleu)"
OVER_S2S = "min(ours_15 - t[s15_s2s].bleu, ours_17 - t[s17_s2s].bleu)"
OTHERS_15, OTHERS_17 = "max(t[s15_gin].bleu, t[s15_gat].bleu)", "max(t[s17_gin].bleu, t[s17_gat].bleu)"

EMOJI = """
[tables.t]
path = "t.csv"
title = "Tweets with an emoji: how many were classified rightly with it and without it"
[tables.t.columns]
"Emoji" = { name = "emoji", role = "subject" }
"Tweets" = { name = "tweets", unit = "number" }
"Right" = { name = "right", unit = "number" }
"% right" = { name = "share", unit = "percent", inherits = true }
"Right without" = { name = "right_without", unit = "number" }
"% without" = { name = "share_without", unit = "percent", inherits = true }
"Change" = { name = "change", unit = "percentage point", inherits = true }
"""
EMOJI_ROWS = """Emoji,Tweets,Right,% right,Right without,% without,Change
mask,163,154,94.48,134,82.21,- 12.27
two_hearts,87,81,93.10,77,88.51,- 4.59
heart_eyes,122,109,89.34,103,84.43,- 4.91
heart,267,237,88.76,235,88.01,- 0.75
rage,92,78,84.78,66,71.74,- 13.04
cry,116,97,83.62,83,71.55,- 12.07
sob,490,363,74.08,345,70.41,- 3.67
unamused,167,121,72.46,116,69.46,- 3.00
weary,204,140,68.63,139,68.14,- 0.49
joy,978,649,66.36,629,64.31,- 2.05
sweat_smile,111,73,65.77,75,67.57,1.80
confused,77,46,59.74,48,62.34,2.60
"""

TAXONOMY = """
[tables.t]
path = "t.csv"
title = "Precision, recall and F of seven methods on two corpora in two languages"
[tables.t.columns]
"Measure" = { name = "measure", role = "subject" }
"Language" = { name = "lang", role = "subject" }
"Corpus" = { name = "corpus", role = "subject" }
"Patt" = { name = "patt", unit = "share" }
"DSim" = { name = "dsim", unit = "share" }
"SLQS" = { name = "slqs", unit = "share" }
"TF" = { name = "tf", unit = "share" }
"DF" = { name = "df", unit = "share" }
"DocSub" = { name = "docsub", unit = "share" }
"HClust" = { name = "hclust", unit = "share" }

[define]
en = 't[measure == "P" and lang == "EN"]'
pt = 't[measure == "P" and lang == "PT"]'
precision = 't[measure == "P"]'
recall = 't[measure == "R"]'
others = 't[measure != "P" and not r_en_ted and not f_en_ted]'
tf_best = "count(others.tf >= max(columns(others)))"
"""
TAXONOMY_ROWS = """Measure,Language,Corpus,Patt,DSim,SLQS,TF,DF,DocSub,HClust
P,EN,Parl,0.1173,0.0366,0.0503,0.0554,0.0548,0.0443,0.0761
P,EN,Ted,0.1125,0.0301,0.0382,0.0425,0.0441,0.0710,0.0664
P,PT,Parl,0.5163,0.3330,0.5257,0.6109,0.5984,0.7311,0.5676
P,PT,Ted,0.5387,0.2907,0.5300,0.6117,0.6159,0.6533,0.5656
R,EN,Parl,0.0396,0.3999,0.5499,0.6045,0.5887,0.0023,0.0017
R,EN,Ted,0.0018,0.4442,0.5377,0.5657,0.6077,0.2666,0.0019
R,PT,Parl,0.0111,0.3554,0.5795,0.6727,0.5184,0.0053,0.0012
R,PT,Ted,0.0004,0.3142,0.5484,0.6877,0.5515,0.4706,0.0011
F,EN,Parl,0.0591,0.0671,0.0922,0.1015,0.1003,0.0044,0.0033
F,EN,Ted,0.0035,0.0564,0.0713,0.0791,0.0822,0.1121,0.0037
F,PT,Parl,0.0217,0.3438,0.5513,0.6403,0.5555,0.0105,0.0024
F,PT,Ted,0.0008,0.3020,0.5390,0.6475,0.5819,0.5471,0.0022
"""
HIGHER_IN_PT = "min(min(columns(pt))) - max(max(columns(en)))"
HIGHER_IN_EN = "min(min(columns(en))) - max(max(columns(pt)))"
DOCSUB_BELOW_DF = "count(precision.docsub < precision.df)"
DOCSUB_RECALLS_LESS = "count(recall.docsub < recall.df)"
CLUSTERS_GAIN = "min(en.hclust - max(en.tf, en.df))"
TF_OVER_DF = (
    "min(t[p_pt_parl].tf - t[p_pt_parl].df, t[r_pt_parl].tf - t[r_pt_parl].df, t[f_pt_parl].tf - t[f_pt_parl].df)"
)
BEST_RECALL_BY_DF = ("t[r_en_ted].df - max(columns(t[r_en_ted]))", "at_least 0")
PATT_BEST_IN_EN = ("count(en.patt >= max(columns(en)))", "equals 2")

Part = tuple[str, str]
"""The expression of a metric, and a predicate on it."""
CLAIMS: dict[str, dict[str, tuple[str, list[Part]]]] = {
    "generation": {
        "behind Guo by more than two points on one of the sets": (REFUTES, [(BEHIND_GUO, "below -2")]),
        "27.87 is less than Guo has": (REFUTES, [("ours_17 - t[s17_guo].bleu", "below 0")]),
        "within two points of Guo on both sets": (SUPPORTS, [(BEHIND_GUO, "at_least -2")]),
        "a point above the baseline, or more, on both sets": (SUPPORTS, [(OVER_S2S, "at_least 1")]),
        "less than a point above the baseline on one of them": (REFUTES, [(OVER_S2S, "below 1")]),
        "GGNN the best of our models on both": (
            SUPPORTS,
            [(f"ours_15 - {OTHERS_15}", "above 0"), (f"ours_17 - {OTHERS_17}", "above 0")],
        ),
        "GIN the best of our models on both": (
            REFUTES,
            [("t[s15_gin].bleu - ours_15", "above 0"), ("t[s17_gin].bleu - ours_17", "above 0")],
        ),
        "half a point behind Damonte at most": (SUPPORTS, [("ours_15 - t[s15_damonte].bleu", "at_least -0.5")]),
        "more than half a point behind Damonte": (REFUTES, [("ours_15 - t[s15_damonte].bleu", "below -0.5")]),
        # 27.87 - 24.54 = 3.33
        "3.33 points above Damonte": (SUPPORTS, [("ours_17 - t[s17_damonte].bleu", "equals 3.33")]),
    },
    "emoji": {
        "without the two it fell": (REFUTES, [("min(t[sweat_smile].change, t[confused].change)", "below 0")]),
        "three of them help by more than ten points each": (
            SUPPORTS,
            [("max(t[mask].change, t[rage].change, t[cry].change)", "below -10")],
        ),
        "sob helps less than cry": (SUPPORTS, [("t[cry].change - t[sob].change", "below 0")]),
        "without the two it rose": (SUPPORTS, [("min(t[sweat_smile].change, t[confused].change)", "above 0")]),
        "sob helps more than cry": (REFUTES, [("t[cry].change - t[sob].change", "above 0")]),
        "not all of them help": (SUPPORTS, [("count(t.change > 0)", "at_least 1")]),
        "the three do harm": (REFUTES, [("max(t[mask].change, t[rage].change, t[cry].change)", "above 0")]),
    },
    "taxonomy": {
        "each precision in Portuguese above each in English": (SUPPORTS, [(HIGHER_IN_PT, "above 0")]),
        "DocSub less precise than DF on English Parl alone, where DF has the better F": (
            SUPPORTS,
            [
                (DOCSUB_BELOW_DF, "equals 1"),
                ("t[p_en_parl].docsub < t[p_en_parl].df", "equals 1"),
                ("t[f_en_parl].docsub < t[f_en_parl].df", "equals 1"),
            ],
        ),
        "DF recalls less than DocSub": (REFUTES, [(DOCSUB_RECALLS_LESS, "equals 0")]),
        "DocSub recalls less than DF, and is less precise once at most": (
            SUPPORTS,
            [(DOCSUB_RECALLS_LESS, "equals 4"), (DOCSUB_BELOW_DF, "at_most 1")],
        ),
        "clusters are more precise in English": (SUPPORTS, [(CLUSTERS_GAIN, "above 0")]),
        "each precision in English above each in Portuguese": (REFUTES, [(HIGHER_IN_EN, "above 0")]),
        "TF best in six of eight; on English Ted DF recalls most, and DocSub has the best F": (
            SUPPORTS,
            [
                ("tf_best", "equals 6"),
                BEST_RECALL_BY_DF,
                ("t[f_en_ted].docsub - max(columns(t[f_en_ted]))", "at_least 0"),
            ],
        ),
        "clusters are not more precise in English": (REFUTES, [(CLUSTERS_GAIN, "at_most 0")]),
        "the same, but HClust with the best F": (
            REFUTES,
            [
                ("tf_best", "equals 6"),
                BEST_RECALL_BY_DF,
                ("t[f_en_ted].hclust - max(columns(t[f_en_ted]))", "at_least 0"),
            ],
        ),
        "TF no better than DF in one of the three on Portuguese Parl": (REFUTES, [(TF_OVER_DF, "at_most 0")]),
        "DocSub less precise than DF on both English corpora": (REFUTES, [("count(en.docsub < en.df)", "equals 2")]),
        "TF better than DF in all three on Portuguese Parl": (SUPPORTS, [(TF_OVER_DF, "above 0")]),
        "Patt the most precise in English, DocSub in Portuguese": (
            SUPPORTS,
            [PATT_BEST_IN_EN, ("count(pt.docsub >= max(columns(pt)))", "equals 2")],
        ),
        "Patt the most precise in English, SLQS in Portuguese": (
            REFUTES,
            [PATT_BEST_IN_EN, ("count(pt.slqs >= max(columns(pt)))", "equals 2")],
        ),
    },
}
TABLES = {
    "generation": (GENERATION, GENERATION_ROWS, "number"),
    "emoji": (EMOJI, EMOJI_ROWS, "percentage point"),
    "taxonomy": (TAXONOMY, TAXONOMY_ROWS, "share"),
}
"""Declarations, rows, and the unit of what is no count."""
KINDS = ("prose", "internal consistency")


def claim(claim_id: str, kind: str, statement: str, parts: list[Part], unit: str) -> str:
    conditions = []
    for expression, predicate in parts:
        is_count = "count" in expression or "<" in expression or expression == "tf_best"
        part = f'is = \'{expression}\', unit = "{"number" if is_count else unit}", predicate = "{predicate}"'
        conditions.append(f"{{ {part} }}")
    joined = ", ".join(conditions)
    return (
        f'[[claims]]\nid = "{claim_id}"\nkind = "{kind}"\nstatement = "{statement}"\n'
        f'interpretations = [{{ interpretation = "as said", all_of = [{joined}] }}]\n'
    )


@pytest.mark.parametrize("name", CLAIMS)
def test_the_table_decides_each_sentence_as_its_readers_did(tmp_path: Path, name: str) -> None:
    declared, rows, unit = TABLES[name]
    claims = [
        claim(f"c{number}_{kind[0]}", kind, statement, parts, unit)
        for number, (statement, (_, parts)) in enumerate(CLAIMS[name].items())
        for kind in KINDS
    ]
    files = {"dossier.toml": ARTICLE.format(name) + declared, "t.csv": rows, "claims.toml": "\n".join(claims)}
    outcomes = run_of(tmp_path, files).table("outcomes").set_index("statement_id")["outcome"]
    for number, (statement, (label, _)) in enumerate(CLAIMS[name].items()):
        found = {outcomes[f"c{number}_{kind[0]}"] for kind in KINDS}
        assert found == {label}, statement
