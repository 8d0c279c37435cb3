"""An article without any reference: its own figures decide, and what their print allows counts, not draws.

Each row is a claim on tables of a few numbers whose answer is worked out beside it.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.dossiers import run_of

DOSSIER = """
[article]
title = "Which parser is best?"
publisher = "A test"
published = 2024-01-01

[tables.f1s]
path = "scores.csv"
title = "F1, with its error where several runs were made"
[tables.f1s.columns]
"Parser" = { name = "parser", role = "subject" }
"F1" = { name = "f1", unit = "number" }
"Old F1" = { name = "old", unit = "number" }

[tables.counts]
path = "counts.csv"
title = "Sentences parsed of a sample, and people asked"
[tables.counts.columns]
"Parser" = { name = "parser", role = "subject" }
"Right" = { name = "right", unit = "number" }
"Asked" = { name = "asked", unit = "person" }

[tables.votes]
path = "votes.csv"
title = "Votes and seats, counted, and people about, in thousands"
[tables.votes.columns]
"Town" = { name = "town", role = "subject" }
"Voted" = { name = "voted", unit = "person" }
"Seats" = { name = "seats", unit = "number" }
"Live here" = { name = "live", unit = "person" }

[tables.wide]
path = "wide.csv"
title = "A score on each of twelve corpora"
[tables.wide.columns]
"Corpus" = { name = "corpus", role = "subject" }
"Ours" = { name = "ours", unit = "percent", inherits = true }
"Theirs" = { name = "theirs", unit = "percent", inherits = true }

[tables.shops]
path = "shops.csv"
title = "Shops, of which one prints no profit, and the share of returns in two years"
[tables.shops.columns]
"Shop" = { name = "shop", role = "subject" }
"Profit" = { name = "profit", unit = "USD", basis = "accounts" }
"Returned" = { name = "returned", unit = "percent" }
"Before" = { name = "before", unit = "percent" }

[tables.terms]
path = "terms.csv"
title = "When a kiosk was open"
[tables.terms.columns]
"Shop" = { name = "shop", role = "subject" }
"Opened" = { name = "opened", unit = "date", basis = "opening" }
"Closed" = { name = "closed", unit = "date", basis = "closing" }

[tables.places]
path = "places.csv"
title = "Where the shops are, and what they should cost"
[tables.places.columns]
"Shop" = { name = "shop", role = "subject" }
"Region" = { name = "region", role = "label" }
"Cost" = { name = "cost", unit = "USD", basis = "budget" }

[tables.years]
path = "years.csv"
title = "Yearly flows, their changes, and what they add up to"
[tables.years.columns]
"Year" = { name = "year", role = "subject" }
"Revenue" = { name = "revenue", unit = "USD" }
"Change" = { name = "change", unit = "percent" }
"To date" = { name = "total", unit = "USD", basis = "cumulative" }

[tables.teams]
path = "teams.csv"
title = "Teams, of which two tie, and incomes, of which one is far off"
[tables.teams.columns]
"Team" = { name = "team", role = "subject" }
"Points" = { name = "points", unit = "number" }
"Spent" = { name = "spent", unit = "USD" }
"People" = { name = "people", unit = "person" }
"Rate" = { name = "rate", unit = "percent" }

[tables.tasks]
path = "tasks.csv"
title = "Scores of three models; a dash is a score that is not printed"
[tables.tasks.columns]
"Task" = { name = "task", role = "subject" }
"Ours" = { name = "ours", unit = "percent", inherits = true, missing = ["-"] }
"Base" = { name = "base", unit = "percent", inherits = true, missing = ["-"] }
"Other" = { name = "other", unit = "percent", inherits = true, missing = ["-"] }
"""
TASKS = "Task,Ours,Base,Other\nparsing,91.2,88.0,-\nlinking,80.0,82.0,-\ncoding,-,60.1,55.0\n"
YEARS = """Year,Revenue,Change,To date
y21,$100M,N/A,$100M
y22,$150M,50%,$250M
y23,$75M,−50%,$325M
y24,$150M,100%,$475M
"""
TEAMS = (
    "Team,Points,Spent,People,Rate\nred,9,$5M,100,10%\nblue,7,$9M,900,20%\ngreen,7,$8M,500,12%\ngold,3,$120M,501,14%\n"
)
TERMS = "Shop,Opened,Closed\nkiosk,2023-03-15,March 2024\n"
SHOPS = "Shop,Profit,Returned,Before\nash,$5M,5%,4%\nbay,$-2M,98.5%,97.5%\nelm,N/A,20%,20%\n"
PLACES = "Shop,Region,Cost\nelm,south,$3M\nash,north,$1M\nbay,north,about $2M\n"
SCORES = """Parser,F1,Old F1
ours,71.42,68.10
theirs,68.91,68.91
twin,71.42,70.0
several,69.85 ± 0.21,61.2
"""
COUNTS = 'Parser,Right,Asked\nours,187,"20,000"\ntheirs,171,"40,000"\nall,240,"90,000"\n'
VOTES = """Town,Voted,Seats,Live here
ash,"5,000",300,"24,000"
bay,"4,213",300,"12,000"
elm,787,200,"6,000"
all,"10,000",800,"42,000"
"""
WIDE = "Corpus,Ours,Theirs\n" + "".join(
    f"c{number},{50 + number}.1,{40 + number}.{number % 10}\n" for number in range(12)
)

CLAIMS: dict[str, tuple[str, str, str, str, str]] = {
    # id: expression, unit, predicate, outcome, what the sentence must say
    "beats": ("f1s[theirs].f1 - f1s[ours].f1", "number", "above 0", "contradicts itself", "does not hold"),
    "by_2_51": ("f1s[ours].f1 - f1s[theirs].f1", "number", "between 2.505 2.515", "consistent", "holds"),
    "by_2_52": ("f1s[ours].f1 - f1s[theirs].f1", "number", "between 2.517 2.522", "consistent", "to rounding"),
    "by_2_53": ("f1s[ours].f1 - f1s[theirs].f1", "number", "between 2.525 2.535", "contradicts itself", ""),
    # 69.85 ± 0.21 is 8.65 above 61.2: the error is that of the measurement, and the difference is of what is printed.
    "by_8_65": ("f1s[several].f1 - f1s[several].old", "number", "between 8.645 8.655", "consistent", "holds"),
    "best_or_tied": ("f1s[ours].f1 >= max(f1s.f1)", "number", "at_least 1", "consistent", "holds"),
    "not_below": ("f1s[ours].f1 - f1s[twin].f1", "number", "at_least 0", "consistent", "holds"),
    "not_above": ("f1s[ours].f1 - f1s[twin].f1", "number", "at_most 0", "consistent", "holds"),
    "above_its_twin": ("f1s[ours].f1 - f1s[twin].f1", "number", "above 0", "depends", "equal as printed"),
    "best_alone": ("count(f1s.f1 >= f1s[ours].f1)", "number", "at_most 1", "depends", "equal as printed"),
    "one_of_its_kind": ("count(f1s.f1 == f1s[ours].f1)", "number", "between 1 1", "depends", "equal as printed"),
    "two_of_a_kind": ("count(f1s.f1 == f1s[ours].f1)", "number", "between 2 2", "consistent", "holds"),
    # From 15 March 2023 to some day of March 2024: 352 to 382 days. Opening and closing are two events, not two bases.
    "within_a_year": ("terms[kiosk].closed - terms[kiosk].opened", "year", "at_most 1", "depends", "the days that"),
    "about_a_year": ("terms[kiosk].closed - terms[kiosk].opened", "month", "between 11 13", "consistent", "holds"),
    "two_years": ("terms[kiosk].closed - terms[kiosk].opened", "year", "at_least 2", "contradicts itself", "not hold"),
    "no_change": ("f1s[theirs].f1 - f1s[theirs].old", "number", "between 0 0", "consistent", "holds"),
    # 187 - 171 = 16 of 240 are 6.67 %: whole columns of plain numbers are counts, which have no rounding.
    "of_240": ("(counts[ours].right - counts[theirs].right) / counts[all].right", "percent", "between 6.66 6.67",
               "consistent", "holds"),
    "of_240_exactly": ("(counts[ours].right - counts[theirs].right) / counts[all].right", "percent",
                       "between 6.7 6.8", "contradicts itself", "does not hold"),
    # Beside 4,213 the zeros of 5,000 are counted, and beside 200 those of 300; 24,000 and 12,000 may be in thousands.
    "more_than_half": ("votes[ash].voted / votes[all].voted", "share", "above 0.5", "contradicts itself", "not hold"),
    "just_half": ("votes[ash].voted / votes[all].voted", "share", "at_least 0.5", "consistent", "holds"),
    "most_seats": ("count(votes.seats == votes[ash].seats)", "number", "equals 1", "contradicts itself", "not hold"),
    "more_than_twice": ("votes[ash].live / votes[bay].live", "ratio", "above 2", "depends", "equal as printed"),
    "twice_elm": ("votes[bay].live / votes[elm].live", "ratio", "above 2.1", "consistent", "to rounding"),
    "doubled": ("counts[theirs].asked / counts[ours].asked", "ratio", "at_least 2", "consistent", "holds"),
    # Twelve corpora: 24 rounded figures, of which each condition reads two.
    "everywhere": ("count(wide.ours > wide.theirs)", "number", "at_least 12", "consistent", "holds"),
    "half_of_them": ("mean(wide.ours > wide.theirs)", "percent", "at_most 50", "contradicts itself", "does not hold"),
    "over_55": ("count(wide[ours > 55])", "number", "between 7 7", "consistent", "holds"),
    "ranks_agree": ("spearman(wide.ours, wide.theirs)", "number", "at_least 0.99", "consistent", "holds"),
    "ranks_differ": ("spearman(wide.ours, wide.theirs)", "number", "at_most 0.5", "contradicts itself", "not hold"),
    # A profit that is not printed may be a loss: what all three have together may be anything.
    "together": ("sum(shops.profit)", "USD", "above 0", "unchecked", "missing: shops/elm/profit"),
    "together_as_known": ("sum(known(shops.profit))", "USD", "equals $3M", "consistent", "holds"),
    # Regions decide which shops count; costs, on a basis of their own, bear on nothing: 5 - 2 = 3.
    "northern": ('sum(shops[places.region == "north"].profit)', "USD", "equals $3M", "consistent", "holds"),
    # From 4% to 5% is a quarter more, or one percentage point: rounding (3.5% to 4.5% and more) excuses no other word.
    "a_quarter_more": ("shops[ash].returned / shops[ash].before - 1", "percent", "equals 25%", "consistent", "holds"),
    "one_percent": ("shops[ash].returned / shops[ash].before - 1", "percent", "equals 1%", "contradicts itself",
                    "it holds of the difference in percentage points alone"),
    "one_in_shares": ("(shops[ash].returned - shops[ash].before) / shops[ash].before", "share", "equals 1%",
                      "contradicts itself", "percentage points"),
    "one_point": ("shops[ash].returned - shops[ash].before", "percentage point", "equals 1", "consistent", "holds"),
    # 98.5 / 97.5 is 1.0103: both words are right.
    "one_of_each": ("shops[bay].returned / shops[bay].before - 1", "percent", "equals 1%", "consistent", "holds"),
    # Over three years 1.5-fold is 14.5 % a year; the mean of the yearly changes is 33.3 %.
    "a_year": ("(years[y24].revenue / years[y21].revenue) ** (1 / 3) - 1", "percent", "equals 14.5%", "consistent",
               "holds"),
    "mean_of_changes": ("mean(years.change)", "percent", "equals 33%", "consistent", "holds"),
    "a_year_as_mean": ("(years[y24].revenue / years[y21].revenue) ** (1 / 3) - 1", "percent", "equals 33%",
                       "contradicts itself", "does not hold"),
    "half_up_half_down": ("years[y23].revenue / years[y21].revenue - 1", "percent", "equals 0%", "contradicts itself",
                          "does not hold"),
    "half_as_much_again": ("years[y22].revenue / years[y21].revenue", "ratio", "equals half as much again",
                           "consistent", "holds"),
    # Flows add up to the total; totals do not.
    "flows_add_up": ("sum(years.revenue)", "USD", "equals $475M", "consistent", "holds"),
    "totals_add_up": ("sum(years.total)", "USD", "equals $475M", "contradicts itself", "does not hold"),
    # 9, 7, 7 and 3: two are second, nobody is third, and spending more goes with fewer points.
    "shares_second": ('row(rank(teams.points), "green")', "rank", "equals second", "consistent", "holds"),
    "last_is_third": ('row(rank(teams.points), "gold")', "rank", "equals third", "contradicts itself", "not hold"),
    # 5, 8, 9 and 120 are 35.5 on average and 8.5 in the middle; 14 % is the mean rate, 16.0 % that of all people.
    "average": ("mean(teams.spent)", "USD", "equals about $35 million", "consistent", "holds"),
    "typical": ("median(teams.spent)", "USD", "equals about $35 million", "contradicts itself", "does not hold"),
    "mean_rate": ("mean(teams.rate)", "percent", "equals 14%", "consistent", "holds"),
    "rate_of_all": ("sum(teams.rate * teams.people) / sum(teams.people)", "percent", "equals 14%",
                    "contradicts itself", "does not hold"),
    # A missing cell may be the best of its row, but it cannot make 80.0 better than 82.0.
    "best_of_the_row": ("tasks[parsing].ours == max(columns(tasks[parsing]))", "number", "at_least 1", "depends",
                        "what is missing decides; missing: tasks/parsing/other"),
    "not_the_best": ("tasks[linking].ours == max(columns(tasks[linking]))", "number", "equals 1",
                     "contradicts itself", "does not hold"),
    "first_of_the_row": ("rank(tasks[parsing].ours, columns(tasks[parsing]))", "number", "equals 1", "depends",
                         "between 1 and 2; missing: tasks/parsing/other"),
    "second_of_the_row": ("rank(tasks[linking].ours, columns(tasks[linking]))", "number", "at_least 2",
                          "consistent", "holds"),
    "some_score_above_90": ("max(columns(tasks[parsing]))", "percent", "above 90", "consistent", "holds"),
    "no_score_above_95": ("max(columns(tasks[parsing]))", "percent", "below 95", "depends", "at least 91.2"),
    "two_above_85": ("largest(2, columns(tasks[parsing]))", "percent", "above 85", "consistent", "holds"),
    "above_the_base": ("tasks[parsing].ours > tasks[parsing].base", "number", "equals 1", "consistent", "holds"),
    "its_own_is_missing": ("tasks[coding].ours == max(columns(tasks[coding]))", "number", "equals 1", "unchecked",
                           "missing: tasks/coding/ours"),
    "best_of_none": ("count(tasks.ours == max(columns(tasks)))", "number", "equals 0", "depends", "between 0 and 2"),
    "no_such_row": ("f1s[ours].f1 * 0 / 0", "number", "above 0", "unchecked", "no figure to stand on"),
}  # fmt: skip


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    metrics, claims = [], []
    for name, (expression, unit, predicate, *_) in CLAIMS.items():
        metrics.append(f'[metrics.{name}]\nis = \'{expression}\'\nunit = "{unit}"\nmeans = "{name}"\n')
        reading = f'{{ interpretation = "r", metric = "{name}", predicate = "{predicate}" }}'
        for kind in ("prose", "internal consistency"):
            claim_id = name if kind == "prose" else f"test_{name}"
            claims.append(f'[[claims]]\nid = "{claim_id}"\nkind = "{kind}"\nstatement = "S"\n'
                          f"interpretations = [{reading}]\n")  # fmt: skip
    files = {"dossier.toml": DOSSIER, "scores.csv": SCORES, "counts.csv": COUNTS, "wide.csv": WIDE, "votes.csv": VOTES}
    files |= {
        "shops.csv": SHOPS,
        "places.csv": PLACES,
        "terms.csv": TERMS,
        "tasks.csv": TASKS,
        "years.csv": YEARS,
        "teams.csv": TEAMS,
    }
    files |= {"metrics.toml": "\n".join(metrics), "claims.toml": "\n".join(claims)}
    return run_of(tmp_path_factory.mktemp("own"), files).table("outcomes").set_index("statement_id")


@pytest.mark.parametrize("name", CLAIMS)
def test_its_own_figures_decide_a_claim(outcomes: pd.DataFrame, name: str) -> None:
    *_, expected, words = CLAIMS[name]
    found = outcomes.loc[name]
    assert (found["outcome"], found["statement_kind"]) == (expected, "assertion"), found["why"]
    assert words in found["why"]


@pytest.mark.parametrize("name", [name for name in CLAIMS if CLAIMS[name][3] != "unchecked"])
def test_a_test_of_consistency_says_the_same(outcomes: pd.DataFrame, name: str) -> None:
    found = outcomes.loc[f"test_{name}"]
    assert (found["outcome"], found["statement_kind"]) == (CLAIMS[name][3], "consistency test"), found["why"]


def test_what_no_other_evidence_bears_on_is_untested_on_each_day(outcomes: pd.DataFrame) -> None:
    for name in CLAIMS:
        row: Any = outcomes.loc[name]
        assert {row["written"], row["published"], row["now"]} == {"untestable"}
