"""What the analysis asserts and what is computed from the figures: claims, metrics, verdicts, flips, predictions."""

from tidebook.schemas.base import SLUG, Date, Table, column, probability_column, share_column
from tidebook.schemas.vocabulary import CLAIM_KINDS, EVIDENCE_VIEWS, JUDGED, STATUSES, STRICTNESS

METRIC_ID = r"^[a-z0-9_]+(/[a-z0-9_]+)?$"


class Sources(Table, version="3.0", order="key"):
    """Where the raw tables come from."""

    source_id: str = column("Id used by the figures", key=True, str_matches=SLUG)
    title: str = column("Title of the source")
    publisher: str = column("Who published the page or copy that was read")
    address: str = column("Where that is found")
    tier: str = column("P primary, S secondary, W weak, D derived", isin=("P", "S", "W", "D"))
    licence: str = column("Licence or terms")
    published: Date = column("Day of the page, or of this version of the data; null when undated", nullable=True)
    read: Date = column("Day on which it was read; null where that is not said", nullable=True)
    original_publisher: str = column(
        "Whose work it is, where the page is a copy or quotes it; else null", nullable=True
    )
    original_address: str = column("Where the original is found, where that is known; else null", nullable=True)
    original_published: Date = column("Day of the original, where the page gives it", nullable=True)
    note: str = column("What to know about it", nullable=True)


class Assumptions(Table, version="2.0"):
    """Everything that the verdicts rest on and that no source states."""

    name: str = column("Name in assumptions.toml", key=True)
    value: str = column("Value as written", nullable=True)
    meaning: str = column("What it sets")


class Claims(Table, version="2.0"):
    """Every checkable statement of the article, in our own words."""

    claim_id: str = column("Id of the claim", key=True, str_matches=SLUG)
    theme: str = column("Theme that the report shows it under", nullable=True)
    kind: str = column("What sort of statement it is", isin=CLAIM_KINDS)
    section: str = column("Section of the article", nullable=True)
    title: str = column("A few words for charts and lists; null where the id says it", nullable=True)
    statement: str = column("The claim, paraphrased")
    quote: str = column(
        "At most fifteen words of the article, by which its place is found; null when not given", nullable=True
    )
    states_figures: object = column("Ids of the figures that it states itself", items="string")
    decided_by: str = column("What would decide it, where nothing at hand does; null when not given", nullable=True)
    untestable: str = column("Why no table can decide it; null when it is judged", nullable=True)


class Interpretations(Table):
    """How each claim is read: rank 0 is the reading it is judged on, the others are how people read it otherwise."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG)
    rank: int = column("0 for the reading judged on, then the others in order", key=True, ge=0)
    interpretation: str = column("The reading in words, with its cut-off")
    metric_id: str = column("Metric that the predicate is applied to", str_matches=METRIC_ID)
    predicate: str = column("What must hold of the metric")
    least_n: int = column("Least sample size at which it is judged", ge=1)
    requires: str = column(
        "What must hold of another metric, as printed, before it is judged; null when nothing", nullable=True
    )
    strictness: str = column(
        "Fair readings decide a claim's outcome; strict and loose ones stand beside them", isin=STRICTNESS
    )


class Metrics(Table, version="2.0", order="key"):
    """Each metric's value as printed, with its spread over the draws and the statistic's own interval."""

    metric_id: str = column(
        "Metric's function, and subject where it has one value per row", key=True, str_matches=METRIC_ID
    )
    theme: str = column("Theme; null where the dossier has none", nullable=True)
    meaning: str = column("What it measures, in one line")
    unit: str = column("Unit of the value")
    value: float = column("Value as printed", nullable=True)
    low: float = column("5th percentile over the draws", nullable=True)
    high: float = column("95th percentile over the draws", nullable=True)
    n: int = column("Sample size as printed", ge=0)
    method: str = column("How it is computed, and how its own interval is")
    expression: str = column("Its expression, after the definitions that it uses")
    ci_low: float = column("Lower end of the statistic's own interval, as printed", nullable=True)
    ci_high: float = column("Upper end of the statistic's own interval, as printed", nullable=True)
    draws: int = column("Draws in which the metric has a value", ge=0)
    evidence: object = column("Ids of the figures it reads", items="string")


class Verdicts(Table, version="2.0"):
    """The verdict on each claim under each lens, on the reading that the claim is judged on."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG)
    evidence_view: str = column(
        "Which figures are taken: `printed`; `best_known`, each replaced by the best reference; or a whole `database`",
        key=True,
        isin=JUDGED,
    )
    as_of: Date = column("Day at which the lens is taken", key=True)
    status: str = column("The verdict", isin=STATUSES)
    interpretation: str = column("The reading judged, in words; null when untestable", nullable=True)
    metric_id: str = column("Metric judged; null when untestable", nullable=True)
    predicate: str = column("What must hold of the metric; null when untestable", nullable=True)
    value: float = column("Metric as printed, in `unit`", nullable=True)
    low: float = column("5th percentile of the metric over the draws", nullable=True)
    high: float = column("95th percentile of the metric over the draws", nullable=True)
    unit: str = column("Unit of value, low and high", nullable=True)
    probability: float = probability_column("Share of the draws in which the predicate holds", nullable=True)
    n: int = column("Sample size", ge=0)
    method: str = column("How the metric is computed", nullable=True)
    reason: str = column("Why the verdict is what it is, in words")
    flip_figure_id: str = column("Figure whose smallest change turns the predicate; null when none does", nullable=True)
    flip_factor: float = column("Factor on that figure at which it turns", unit="ratio", nullable=True, gt=0)
    drop_flips: object = column("Subjects whose omission turns the predicate", items="string")
    replaced: object = column("Figures of the evidence that the lens replaced by a reference", items="string")
    depends_on_interpretation: bool = column("Whether another reading gives another verdict")
    evidence: object = column("Ids of the figures that the metric reads", items="string")


class InterpretationVerdicts(Table):
    """The verdict on every reading of every claim under each lens."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG)
    evidence_view: str = column("Which figures are taken", key=True, isin=JUDGED)
    as_of: Date = column("Day at which the lens is taken", key=True)
    rank: int = column("0 for the reading judged on, then the others in order", key=True, ge=0)
    interpretation: str = column("The reading in words, with its cut-off")
    metric_id: str = column("Metric judged", str_matches=METRIC_ID)
    predicate: str = column("What must hold of the metric")
    status: str = column("The verdict on this reading", isin=STATUSES)
    value: float = column("Metric as printed, in `unit`", nullable=True)
    low: float = column("5th percentile of the metric over the draws", nullable=True)
    high: float = column("95th percentile of the metric over the draws", nullable=True)
    unit: str = column("Unit of value, low and high")
    probability: float = probability_column("Share of the draws in which the predicate holds", nullable=True)
    n: int = column("Sample size", ge=0)
    reason: str = column("Why the verdict is what it is, in words")
    drop_flips: object = column("Subjects whose omission turns the predicate", items="string")


class TippingPoints(Table, order="key"):
    """The smallest factor on one figure at which a claim's predicate turns, for each figure and direction."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG)
    evidence_view: str = column("Which figures are taken: as printed", key=True, isin=EVIDENCE_VIEWS)
    figure_id: str = column("Figure that is scaled", key=True)
    direction: str = column("Whether the figure grows or shrinks", key=True, isin=("up", "down"))
    factor: float = column("Factor at which the predicate turns, to 0.1 %", unit="ratio", gt=0)


class Substitutions(Table, order="key"):
    """What one reference alone does to a claim: the printed world with a single figure replaced by it."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG)
    figure_id: str = column("Figure that is replaced", key=True)
    as_of: Date = column("Date of the reference", key=True)
    source_id: str = column("Source of the reference", key=True)
    reference: str = column("The reference as its source has it")
    value: float = column("The claim's metric with the reference in place, in `unit`", nullable=True)
    unit: str = column("Unit of the value")
    flips: bool = column("Whether the predicate turns")


class Sensitivity(Table, version="2.0", order="key"):
    """What one assumption with another value does to each fair reading that it reaches, under each lens."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG)
    evidence_view: str = column("Which figures are taken", key=True, isin=EVIDENCE_VIEWS)
    as_of: Date = column("Day at which the lens is taken", key=True)
    rank: int = column("Rank of the reading", key=True, ge=0)
    assumption: str = column("Assumption that is changed", key=True)
    written: str = column("Its value as written")
    value: str = column("The other value", key=True)
    status: str = column("The verdict on the reading", isin=STATUSES)
    probability: float = probability_column("Share of the first draws in which it holds")
    changed_status: str = column("The verdict with the assumption changed", isin=STATUSES)
    changed_probability: float = probability_column("Share of the same draws with it changed")
    flips: bool = column("Whether the verdict is another, by more than two standard errors")


class ValueOfInformation(Table, order="key"):
    """What knowing one figure would decide of a contested fair reading."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG)
    evidence_view: str = column("Which figures are taken", key=True, isin=EVIDENCE_VIEWS)
    as_of: Date = column("Day at which the lens is taken", key=True)
    rank: int = column("Rank of the reading", key=True, ge=0)
    figure_id: str = column("Figure of the evidence that varies", key=True)
    decided: float = share_column("Share of twenty parts of the draws, sorted by it, that are decided")


class Multiverse(Table, version="3.0", order="key"):
    """Each claim by every fair reading at every moment, with the assumptions as written and with one changed."""

    claim_id: str = column("Claim", key=True, str_matches=SLUG)
    paths: int = column("Readings times moments times assumptions that can be judged", ge=1)
    holds: float = share_column("Share of the paths on which the claim is supported")
    explained_by: str = column(
        "The choice with the largest main-effect sum of squares; null where none matters",
        isin=("interpretation", "as-of date", "assumption"),
        nullable=True,
    )
    explained: float = column("That sum over all squares; null where all paths agree", unit="share", nullable=True)
    flipped_by: object = column("All assumptions that turn a fair reading at a moment", items="string")
    ask_figure_id: str = column(
        "Figure that decides most if it were known; null when none does, or nothing is contested", nullable=True
    )
    ask_decided: float = column("Share of the contested draws that it decides", unit="share", nullable=True)
    summary: str = column("All of this in words")


class Predictions(Table, version="2.0"):
    """Each prediction under each clock and each reading of its deadline."""

    prediction_id: str = column("Prediction", key=True, str_matches=SLUG)
    clock: str = column("Which date the prediction counts from", key=True, isin=("content", "publication"))
    deadline_interpretation: str = column("How the deadline's words are read", key=True)
    kind: str = column("Prediction, or a thing to watch", isin=("prediction", "watch"))
    section: str = column("Section of the article")
    statement: str = column("The prediction, paraphrased")
    criterion: str = column("What resolves it")
    model_spec: str = column(
        "What is counted and how likely it was held to be beforehand, as declared, with its rosters and sweeps: JSON"
    )
    ambiguous_words: object = column("The article's words that leave room", items="string")
    ambiguity: str = column("The readings that those words allow, and which one the criterion takes")
    clock_start: Date = column("Date that the clock starts at")
    deadline: Date = column("Last day on which it can come true; null when the words set none", nullable=True)
    status: str = column("open, or passed when the deadline lies before the as-of date", isin=("open", "passed"))


CHANGE_KINDS = ("note", "outcome", "verdict", "moved", "metric", "removed", "revised", "added", "counted")


class Changes(Table, version="3.0", order="key"):
    """What changed since the previous release of the output folder: outcomes, verdicts, values, rows.

    There is always a note first: which release this one is compared with, or that there is none.
    """

    position: int = column("Order in which the changes are told, from 0", key=True, ge=0)
    previous: str = column("Id of the previous release; null when there is none", nullable=True)
    kind: str = column(
        "A note; an outcome or a verdict that turned; a value that moved, of a claim or of another metric; a row "
        "removed, revised or added; how many rows changed of a computed table",
        isin=CHANGE_KINDS,
    )
    table_name: str = column("Table that the change is in; null for a note", nullable=True)
    name: str = column("Statement, figure, claim, metric or key of the row; null for a note or a count", nullable=True)
    evidence_view: str = column("Lens that a verdict or value is given under; null for others", nullable=True)
    as_of: Date = column("Day at which the lens is taken", nullable=True)
    unit: str = column("Unit of a value that moved; null for others", nullable=True)
    old: str = column("Outcome, status, value in `unit`, or text before; null when there was none", nullable=True)
    new: str = column("Outcome, status, value in `unit`, or text now; null when there is none", nullable=True)
    text: str = column("The change in words, as `tidebook diff` has it; of an outcome, why it is so now")
    causes: object = column("Of an outcome or verdict that turned: the causes in words, one an item", items="string")
    caused_by: object = column(
        "Of an outcome or verdict that turned: the figures, rows, assumptions or readings that turned it, alone or "
        "together",
        items="string",
    )
