"""Claims, and what is computed from the figures: metrics, verdicts, tipping points, predictions."""

from tidebook.schemas.base import Date, Table, column, probability_column, share_column
from tidebook.schemas.vocabulary import (
    CLAIM_KINDS,
    EVIDENCE_VIEWS,
    QUANTITY_KINDS,
    SLUG,
    STATUSES,
    STRICTNESS,
    VALUE_CHANGES,
)

METRIC_ID = r"^[a-z0-9_]+(/[a-z0-9_]+)?$"


class Sources(Table, version="3.1", order="key"):
    """Where the raw tables come from."""

    source_id: str = column("Id used by the figures", key=True, str_matches=SLUG)
    title: str = column("Title of the source")
    publisher: str = column("Publisher of the page or copy that was read")
    address: str = column("Address of that page")
    tier: str = column("P primary, S secondary, W weak, D derived", isin=("P", "S", "W", "D"))
    licence: str = column("Licence or terms")
    published: Date = column("Date of the page, or of this version of the data; null when undated", nullable=True)
    read: Date = column("Date on which it was read; null when not given", nullable=True)
    original_publisher: str = column("Original publisher, if the page is a copy or quotes it; else null", nullable=True)
    original_address: str = column(
        "Address of the original: that of the page itself unless it is a copy; null if not known", nullable=True
    )
    original_published: Date = column("Date of the original, if the page gives it", nullable=True)
    note: str = column("Remarks", nullable=True)
    confidence: str = column("Class of confidence of its values; null if none is given", nullable=True)


class Assumptions(Table, version="2.0"):
    """The assumptions behind the verdicts: what no source states."""

    name: str = column("Name in assumptions.toml", key=True)
    value: str = column("Value as written", nullable=True)
    meaning: str = column("Meaning")


class Hazards(Table, order="key"):
    """How soon and by how much published values change, by kind of quantity: from all evidence that repeats a value.

    A spell is the time for which one value was seen to keep. Chances are posterior means of a Weibull distribution
    whose scales are pooled over kinds; intervals hold nine tenths.
    """

    kind: str = column("Kind of quantity, by its unit; `any` of all together", key=True, isin=QUANTITY_KINDS)
    change: str = column(
        "later value: what it measures moves on; revision: the publisher replaces it for the same event or period",
        key=True,
        isin=VALUE_CHANGES,
    )
    months: int = column("Months since the value's day: 6, 12 or 24", key=True, unit="month", ge=1)
    changed: float = probability_column("Chance that such a value has changed by then")
    changed_low: float = probability_column("Lower end of its interval")
    changed_high: float = probability_column("Upper end of its interval")
    n: int = column("Spells", ge=1)
    ended: int = column("Spells that ended with another value", ge=0)
    series: int = column("Series that they are of: values of one figure, basis, version and publisher", ge=1)
    typical_change: float = column(
        "Median size of a change, as a part of the value before; null if none was seen, or most were from zero",
        unit="share",
        nullable=True,
    )
    third_months: float = column(
        "Months after which 1 in 3 such values has changed; null beyond the longest time for which one was followed",
        unit="month",
        nullable=True,
    )
    third_low: float = column("Lower end of its interval", unit="month", nullable=True)
    third_high: float = column("Upper end of its interval", unit="month", nullable=True)
    half_months: float = column("Months after which half have changed, likewise", unit="month", nullable=True)


class Claims(Table, version="2.1"):
    """Every checkable statement of the article, in our own words."""

    claim_id: str = column("Id of the claim", key=True, str_matches=SLUG)
    theme: str = column("Theme in the report", nullable=True)
    kind: str = column("Kind of statement", isin=CLAIM_KINDS)
    section: str = column("Section of the article", nullable=True)
    title: str = column("Short name for charts and lists; null if the id serves as one", nullable=True)
    statement: str = column("The claim, paraphrased")
    quote: str = column(
        "Quotation of at most fifteen words, thirty of an own text; null when not given",
        nullable=True,
    )
    states_figures: object = column("Ids of the figures that it states", items="string")
    decided_by: str = column("What would decide it, if available evidence does not; null when not given", nullable=True)
    untestable: str = column("Why it cannot be tested; null when it is judged", nullable=True)
    read_by: str = column(
        "Who read its expression from the words without sight of the number, and when; null when not given",
        nullable=True,
    )


class Interpretations(Table, version="1.1"):
    """The interpretations of each claim. The claim's verdict is that on rank 0; the others are alternatives."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG, refers="claims.claim_id")
    rank: int = column("0 for the main interpretation, then the others in order", key=True, ge=0)
    interpretation: str = column("Interpretation in words, with its cutoff")
    says: str = column(
        "What was found, as a sentence with {value} in place of the metric's value; null when not given", nullable=True
    )
    metric_id: str = column("Metric that the predicate tests", str_matches=METRIC_ID)
    predicate: str = column("Condition on the metric")
    least_n: int = column("Minimum sample size", ge=1)
    requires: str = column(
        "Condition on another metric, as printed, without which it is untestable; null if none", nullable=True
    )
    strictness: str = column(
        "Fair interpretations decide the outcome; strict and loose ones are for comparison", isin=STRICTNESS
    )


class Metrics(Table, version="3.0", order="key"):
    """Each metric's value under each evidence view, with its range over the draws and its confidence interval."""

    metric_id: str = column(
        "Metric, followed by / and the subject if it has one value per row", key=True, str_matches=METRIC_ID
    )
    evidence_view: str = column("Figures used", key=True, str_matches=SLUG)
    as_of: Date = column("As-of date of the evidence view", key=True)
    theme: str = column("Theme; null if the dossier has none", nullable=True)
    meaning: str = column("What it measures")
    unit: str = column("Unit of the value")
    value: float = column("Value, by the printed figures or those of the view", nullable=True)
    low: float = column("5th percentile over the draws; without draws the least value that print allows", nullable=True)
    high: float = column("95th percentile over the draws; without draws the most that print allows", nullable=True)
    n: int = column("Sample size", ge=0)
    method: str = column("Method, including that of the confidence interval")
    expression: str = column("Expression, after the definitions that it uses")
    ci_low: float = column("Lower end of the confidence interval, as printed", nullable=True)
    ci_high: float = column("Upper end of the confidence interval, as printed", nullable=True)
    draws: int = column("Draws in which the metric has a value; 0 if all its figures are exact or rounded", ge=0)
    flat: float = column(
        "What flat random shares of as many rows would give on average, of a concentration; null of other metrics",
        nullable=True,
    )
    evidence: object = column("Ids of the figures that it reads", items="string")


class Verdicts(Table, version="3.0"):
    """The verdict on each claim under each evidence view, by its main interpretation."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG, refers="claims.claim_id")
    evidence_view: str = column(
        "Figures used: `printed`; `best_known`, each replaced by its best reference; or other evidence, of a plugin",
        key=True,
        str_matches=SLUG,
    )
    as_of: Date = column("As-of date of the evidence view", key=True)
    status: str = column("Verdict", isin=STATUSES)
    interpretation: str = column("Interpretation judged; null when untestable", nullable=True)
    metric_id: str = column("Metric judged; null when untestable", nullable=True)
    predicate: str = column("Condition on the metric; null when untestable", nullable=True)
    value: float = column("Metric as printed, in `unit`", nullable=True)
    low: float = column("5th percentile over the draws, or the least value that print allows", nullable=True)
    high: float = column("95th percentile over the draws, or the most that print allows", nullable=True)
    unit: str = column("Unit of value, low and high", nullable=True)
    probability: float = probability_column(
        "Share of the draws in which the predicate holds: 1 or 0 as printed; null where rounding decides", nullable=True
    )
    n: int = column("Sample size", ge=0)
    method: str = column("How the metric is computed", nullable=True)
    reason: str = column("Reason for the verdict")
    flip_figure_id: str = column(
        "Figure of the nearest tipping point; null if there is none", nullable=True, refers="figures.figure_id"
    )
    flip_factor: float = column("Factor on that figure at which the predicate flips", unit="ratio", nullable=True, gt=0)
    drop_flips: object = column("Subjects whose omission flips the predicate", items="string")
    replaced: object = column("Figures of the evidence that the view replaces by a reference", items="string")
    depends_on_interpretation: bool = column("Whether another interpretation gives another verdict")
    evidence: object = column("Ids of the figures that the metric reads", items="string")


class InterpretationVerdicts(Table, version="2.0"):
    """The verdict on each interpretation of each claim under each evidence view; of the print, once."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG, refers="claims.claim_id")
    evidence_view: str = column("Figures used", key=True, str_matches=SLUG)
    as_of: Date = column("As-of date of the evidence view", key=True)
    rank: int = column("0 for the main interpretation, then the others in order", key=True, ge=0)
    interpretation: str = column("Interpretation in words, with its cutoff")
    metric_id: str = column("Metric judged", str_matches=METRIC_ID)
    predicate: str = column("Condition on the metric")
    status: str = column("Verdict on this interpretation", isin=STATUSES)
    value: float = column("Metric as printed, in `unit`", nullable=True)
    low: float = column("5th percentile over the draws, or the least value that print allows", nullable=True)
    high: float = column("95th percentile over the draws, or the most that print allows", nullable=True)
    unit: str = column("Unit of value, low and high")
    probability: float = probability_column(
        "Share of the draws in which the predicate holds: 1 or 0 as printed; null where rounding decides", nullable=True
    )
    n: int = column("Sample size", ge=0)
    reason: str = column("Reason for the verdict")
    drop_flips: object = column("Subjects whose omission flips the predicate", items="string")


class TippingPoints(Table, order="key"):
    """The smallest factor on one figure at which a claim's predicate flips, by figure and direction.

    As best known, on the day of publication, only what lies within the known error of the figure's reference.
    """

    claim_id: str = column("Claim", key=True, str_matches=SLUG, refers="claims.claim_id")
    evidence_view: str = column("Figures used: as printed, or as best known", key=True, isin=EVIDENCE_VIEWS)
    figure_id: str = column("Figure that is scaled", key=True, refers="figures.figure_id")
    direction: str = column("Whether the figure grows or shrinks", key=True, isin=("up", "down"))
    factor: float = column("Factor at which the predicate flips, to 0.1%", unit="ratio", gt=0)


class Substitutions(Table, order="key"):
    """The effect of one reference alone on a claim: the printed scenario with a single figure replaced by it."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG, refers="claims.claim_id")
    figure_id: str = column("Figure that is replaced", key=True, refers="figures.figure_id")
    as_of: Date = column("Date of the reference", key=True)
    source_id: str = column("Source of the reference", key=True, refers="sources.source_id")
    reference: str = column("Reference as its source prints it")
    value: float = column("The claim's metric after the substitution, in `unit`", nullable=True)
    unit: str = column("Unit of the value")
    flips: bool = column("Whether the predicate flips")


class Sensitivity(Table, version="2.0", order="key"):
    """The effect of changing one assumption on each fair interpretation, under each evidence view."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG, refers="claims.claim_id")
    evidence_view: str = column("Figures used", key=True, isin=EVIDENCE_VIEWS)
    as_of: Date = column("As-of date of the evidence view", key=True)
    rank: int = column("Rank of the interpretation", key=True, ge=0)
    assumption: str = column("Assumption that is changed", key=True)
    written: str = column("Value as declared")
    value: str = column("Changed value", key=True)
    status: str = column("Verdict on the interpretation", isin=STATUSES)
    probability: float = probability_column("Share of the first draws in which the predicate holds")
    changed_status: str = column("Verdict with the assumption changed", isin=STATUSES)
    changed_probability: float = probability_column("The same share with the assumption changed")
    flips: bool = column("Whether the verdict changes, by more than two standard errors")


class ValueOfInformation(Table, version="1.1", order="key"):
    """How far knowing one figure, or the error of its reference, would decide a contested fair interpretation."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG, refers="claims.claim_id")
    evidence_view: str = column("Figures used", key=True, isin=EVIDENCE_VIEWS)
    as_of: Date = column("As-of date of the evidence view", key=True)
    rank: int = column("Rank of the interpretation", key=True, ge=0)
    figure_id: str = column("Figure of the evidence that varies", key=True, refers="figures.figure_id")
    source_id: str = column(
        "Source of the value that varies: the article, or that of the reference whose error it is",
        refers="sources.source_id",
    )
    decided: float = share_column("Share of twenty parts of the draws, sorted by the figure, that are decided")


class Multiverse(Table, version="4.0", order="key"):
    """Each claim under every fair interpretation, as-of date and assumption, as declared or changed one at a time."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG, refers="claims.claim_id")
    paths: int = column("Testable combinations of interpretation, as-of date and assumption", ge=1)
    holds: float = share_column("Share of the paths on which the claim is supported")
    explained_by: str = column(
        "Choice with the largest main-effect sum of squares; null if none matters",
        isin=("interpretation", "as-of date", "assumption"),
        nullable=True,
    )
    explained: float = column(
        "Its share of the total sum of squares; null if all paths agree", unit="share", nullable=True
    )
    ask_figure_id: str = column(
        "Figure whose knowledge would decide most; null if none would, or nothing is contested",
        nullable=True,
        refers="figures.figure_id",
    )
    ask_source_id: str = column(
        "Source of the value whose error that is: the article, or that of a reference",
        nullable=True,
        refers="sources.source_id",
    )
    ask_decided: float = column("Share of the contested draws that it would decide", unit="share", nullable=True)
    summary: str = column("Summary in words")


class Predictions(Table, version="2.1"):
    """Each prediction under each clock and each interpretation of its deadline."""

    prediction_id: str = column("Prediction", key=True, str_matches=SLUG)
    clock: str = column("Date that the deadline is counted from", key=True, isin=("content", "publication"))
    deadline_interpretation: str = column("Interpretation of the deadline", key=True)
    kind: str = column("Prediction, something to watch, or advice to readers", isin=("prediction", "watch", "advice"))
    section: str = column("Section of the article")
    statement: str = column("The prediction, paraphrased")
    criterion: str = column("Resolution criterion")
    model_spec: str = column("Declared model, with its priors, cohorts and search cutoffs, as JSON")
    ambiguous_words: object = column("Ambiguous words of the article", items="string")
    ambiguity: str = column("Interpretations that those words allow, and which one the criterion uses")
    clock_start: Date = column("Start date of the clock")
    deadline: Date = column("Last day on which it can come true; null if the words set none", nullable=True)
    status: str = column("open, or passed if the deadline is before the as-of date", isin=("open", "passed"))


CHANGE_KINDS = ("note", "outcome", "verdict", "moved", "metric", "removed", "revised", "added", "counted")


class Changes(Table, version="3.0", order="key"):
    """What changed since the previous release of the output folder: outcomes, verdicts, values, rows.

    The first row is always a note: which release this one is compared with, or that there is none.
    """

    position: int = column("Position in the report of changes, from 0", key=True, ge=0)
    previous: str = column("Id of the previous release; null when there is none", nullable=True)
    kind: str = column(
        "A note; a changed outcome or verdict; a moved value, of a claim or of another metric; a row "
        "removed, revised or added; the number of changed rows of a computed table",
        isin=CHANGE_KINDS,
    )
    table_name: str = column("Table that changed; null for a note", nullable=True)
    name: str = column("Statement, figure, claim, metric or key of the row; null for a note or a count", nullable=True)
    evidence_view: str = column("Evidence view of a verdict or value; null for others", nullable=True)
    as_of: Date = column("As-of date of the evidence view", nullable=True)
    unit: str = column("Unit of a moved value; null for others", nullable=True)
    old: str = column("Previous outcome, status, value in `unit`, or text; null if there was none", nullable=True)
    new: str = column("Current outcome, status, value in `unit`, or text; null if there is none", nullable=True)
    text: str = column("The change in words, as `tidebook diff` prints it; for an outcome, the reason for the new one")
    causes: object = column("Causes of a changed outcome or verdict, in words", items="string")
    caused_by: object = column(
        "Figures, rows, assumptions or interpretations that changed the outcome or verdict, alone or together",
        items="string",
    )
