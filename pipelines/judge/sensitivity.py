"""What each verdict depends on: each assumption by itself, all choices together, and the value of knowing a figure.

Belongs here: which changes are made, and what they do to interpretations and claims. Does not: how scenarios are drawn
(`evaluate`), or what outcomes follow from verdicts (`outcomes`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tidebook.pipelines.evaluate import scenarios as build
from tidebook.pipelines.evaluate.base import MetricColumns
from tidebook.pipelines.evaluate.calibration import as_assumed, comparisons_of, fitted_rows
from tidebook.pipelines.evaluate.evaluations import DECIDING, Dependencies, Evaluations, Views, columns
from tidebook.pipelines.evaluate.evidence_views import EvidenceView, replaced_figures
from tidebook.pipelines.evaluate.frame import FloatArray, MissingFigureError, Scenarios
from tidebook.pipelines.evaluate.reconciliation import paired_figures
from tidebook.pipelines.judge import cutoffs
from tidebook.pipelines.judge.interpretations import Interpretation
from tidebook.pipelines.judge.judged_days import VerdictKey, by_verdict_key, status
from tidebook.pipelines.judge.tipping_points import FLIPS_WITHIN, tipping_points_table
from tidebook.pipelines.judge.varied import ROBUST, VariedAssumption, changes_of
from tidebook.pipelines.judge.verdicts import failed_words, judge, judge_under, metric_names, replaces
from tidebook.pipelines.read.declarations import ARTICLE, Assumptions, VerdictShares
from tidebook.pipelines.read.grouping import Row, grouped
from tidebook.pipelines.read.intervals import measured_columns
from tidebook.pipelines.read.reference_errors import BY_CLASS, BY_PREMISE, redrawn
from tidebook.pipelines.read.tables import hold_counts
from tidebook.schemas.analysis import InterpretationVerdicts, Multiverse, Sensitivity, ValueOfInformation
from tidebook.schemas.base import Frame, records, table_of
from tidebook.schemas.outcomes import Outcomes
from tidebook.schemas.reference import ReferenceValues
from tidebook.schemas.units import percent
from tidebook.schemas.vocabulary import SPREAD

MOST_DRAWS = 2000
"""Maximum draws in which a changed assumption is tried: the first of each figure's stream.

At a share of 5% their standard error is half a point.
"""

SURE = 2.0
"""Standard errors by which a share must pass a status bound before the status counts as changed."""

BINS = 20
"""Equal parts into which draws sorted by one figure are split."""

CHOICES = ("interpretation", "as-of date", "assumption")
"""The choices of a path through a claim's multiverse, in the order of the cube's axes."""

UNCHANGED = -1
"""The index of the trial without a change, before that of the first change."""

ViewRows = Sequence[Mapping[str, Row]]
"""For each evidence view, the rows of figures by their ids."""

Tried = list[Any]
"""Status of an interpretation and share of the draws in which it holds, without a change, then under each; None where a
change has no effect. Without a change the status over all draws comes third."""


# Trials: figures drawn under changed assumptions


class _Streams:
    """The draws of figures in which changes are tried; figures with equal parameters are drawn once."""

    def __init__(self, assumed: Assumptions) -> None:
        self.assumed, self.count = assumed, min(assumed.draws.count, MOST_DRAWS)
        self._known: dict[str, FloatArray | float] = {}

    def of(self, row: Row, given: Assumptions) -> FloatArray | float:
        """Return the draws of a figure under some assumptions; one number if it does not vary."""
        drawn = build.drawn_as(row, given.correlated)
        if drawn not in self._known:
            self._known[drawn] = build.draws_of(row, self.count, self.assumed.draws.seed, given.correlated)
        return self._known[drawn]


class _Trial(NamedTuple):
    """A change of how figures are drawn under one evidence view: its index among the changes, and the figures that
    differ. It `opens` figures if some are taken as measured that were exact, by which print allows more."""

    place: int
    assumptions: Assumptions
    rows: Mapping[str, Row]
    opens: bool = False


def _trials_of(
    changes: Sequence[VariedAssumption], views: Views, rows: ViewRows, references: pd.DataFrame, assumed: Assumptions
) -> list[list[_Trial]]:
    """Return for each evidence view the changes under which some of its figures are drawn otherwise."""
    printed, day = views[0][0].figures, views[0][0].as_of
    printed_rows, known = list(rows[0].values()), records(references)
    paired = paired_figures(printed_rows, known)
    comparisons = comparisons_of(paired, day, assumed)
    drawn = [_drawn_as(own, assumed) for own in rows]
    replaced = [replaced_figures(printed, view) for view, _ in views]
    judging = {"verdicts": assumed.verdicts, "cutoffs": assumed.cutoffs}
    uncertain = {_reference_key(row): row for row in known if row["error_by"].startswith((BY_CLASS, BY_PREMISE))}
    trials: list[list[_Trial]] = [[] for _ in views]
    for place, change in enumerate(changes):
        given = change.assumptions
        if given.model_copy(update=judging) == assumed:
            continue  # it changes how draws are judged, not the draws
        comparisons_then = comparisons
        if (given.reconciliation, given.open_ended) != (assumed.reconciliation, assumed.open_ended):
            comparisons_then = comparisons_of(paired, day, given)  # which cases are mistakes may change
        measured = _measured(views, rows, set(assumed.exact_bases).difference(given.exact_bases), given)
        for opened, view_rows in zip(measured, rows, strict=True):
            opened.update(_with_other_errors(view_rows, uncertain, given))
        printed_then = [measured[0].get(row["figure_id"], row) for row in printed_rows]
        fitted = fitted_rows(printed_then, known, comparisons_then, day, given)
        printed_figures = list(_assumed_figures(fitted, given, assumed, measured[0]))
        for own, opened, before, names, tried in zip(rows, measured, drawn, replaced, trials, strict=True):
            differing = _differing(own, opened, before, names, printed_figures, given, assumed)
            if differing:
                tried.append(_Trial(place, given, differing, bool(opened)))
    return trials


def _measured(views: Views, rows: ViewRows, bases: Set[str], given: Assumptions) -> list[dict[str, Row]]:
    """Return for each evidence view those figures of some bases that vary if these are no longer taken as exact.

    `rows` are the figures of each view that matter. A count stays one whatever its basis is.
    """
    if not bases:
        return [{} for _ in views]
    held = [{**row, **_opened(row, bases, given)} for row in records(views[0][0].figures)]
    hold_counts(held)
    counted = {row["figure_id"] for row in held if row["distribution"] == "none" and row["kind"] != "missing"}
    measured: list[dict[str, Row]] = []
    for own in rows:
        opened = {name: {**row, **_opened(row, bases, given)} for name, row in own.items() if name not in counted}
        measured.append({name: row for name, row in opened.items() if row["distribution"] != own[name]["distribution"]})
    return measured


def _reference_key(row: Row) -> tuple[Any, ...]:
    """Return what a reference and the figure that it replaces have in common."""
    return tuple(row[name] for name in ("figure_id", "source_id", "as_of", "text", "locator"))


def _with_other_errors(
    rows: Mapping[str, Row], uncertain: Mapping[tuple[Any, ...], Row], given: Assumptions
) -> Iterator[tuple[str, Row]]:
    """Yield the figures that are replaced by a reference whose error is another under some assumptions."""
    for name, row in rows.items() if uncertain else ():
        reference = uncertain.get(_reference_key(row))
        spread = redrawn(reference, given) if reference else {}
        if any(row[part] != value for part, value in spread.items() if part.startswith("drawn")):
            yield name, {**row, **spread}


def _opened(row: Row, bases: Set[str], given: Assumptions) -> dict[str, Any]:
    is_exact_by_basis = row["basis"] in bases and row["distribution"] == "none"
    return measured_columns(row, given) if is_exact_by_basis else {}


def _drawn_as(rows: Mapping[str, Row], assumed: Assumptions) -> dict[str, str]:
    return {name: build.drawn_as(row, assumed.correlated) for name, row in rows.items()}


def _differing(
    own: Mapping[str, Row],
    opened: Mapping[str, Row],
    before: Mapping[str, str],
    replaced: Collection[str],
    printed_figures: Sequence[tuple[Row, str]],
    given: Assumptions,
    assumed: Assumptions,
) -> dict[str, Row]:
    """Return the figures of an evidence view that are drawn otherwise under changed assumptions.

    Args:
        own: the evidence view's figures.
        opened: those of them that are no longer taken as exact.
        before: how they are drawn without the change.
        replaced: ids of the figures that the evidence view replaces, whose uncertainty is never fitted.
        printed_figures: printed figures under the change, with how they are drawn.
        given: the changed assumptions.
        assumed: the assumptions as written.
    """
    printed = [(row, drawn) for row, drawn in printed_figures if row["figure_id"] not in replaced]
    others = as_assumed((opened.get(name, own[name]) for name in replaced if name in own), given)
    differing = {}
    for row, drawn in [*printed, *_assumed_figures(others, given, assumed, opened)]:
        if drawn != before[row["figure_id"]]:
            differing[row["figure_id"]] = row
    return differing


def _assumed_figures(
    rows: Iterable[Row], given: Assumptions, assumed: Assumptions, opened: Collection[str]
) -> Iterator[tuple[Row, str]]:
    """Yield those rows that changed assumptions may affect, each with how it is drawn under them."""
    all_move = given.correlated != assumed.correlated
    for row in rows:
        if all_move or row["distribution"] in ("assumed", "fitted") or row["figure_id"] in opened:
            yield row, build.drawn_as(row, given.correlated)


def _drawn(draws_of: Mapping[str, FloatArray | float], count: int) -> FloatArray:
    """Return draws of figures as scenarios: a row for each draw, a column for each figure."""
    drawn = np.empty((len(draws_of), count))
    for row, draws in enumerate(draws_of.values()):
        drawn[row] = draws
    return drawn.T


class _TriedMetric:
    """One metric's fair interpretations under one evidence view: the figures that it reads, and the changes that reach
    them."""

    def __init__(
        self,
        name: str,
        interpretations: Sequence[Interpretation],
        view: EvidenceView,
        known: Evaluations,
        rows: Mapping[str, Row],
        trials: list[_Trial],
    ) -> None:
        self.view = view
        self.name, self.metric, self.known, self.interpretations = name, known.metrics[name], known, interpretations
        reads = set(known.reads(name))
        self.rows = _only(reads, rows)
        self.trials: list[_Trial] = []
        for trial in trials:
            reached = _only(reads, trial.rows)
            if reached:
                self.trials.append(trial._replace(rows=reached))

    def dependencies(self, rest: object) -> Dependencies:
        """Return all that the shares depend on; `rest` is what all metrics have in common."""
        rows = []
        for trial in self.trials:
            changed = sorted(trial.rows.items())
            rows.append([trial.place, *(_deciding(row) for _, row in changed)])
        names = {name for interpretation in self.interpretations for name in metric_names(interpretation)}
        return Dependencies(self.known, sorted(names), [repr(self.interpretations), rows, self._times(), rest])

    def _times(self) -> list[Any]:
        """Return when the values held that are judged anew: equal ones of another day may no longer be testable."""
        held = [self.view.known.get(name) for name in self.rows]
        as_of = repr(self.view.as_of) if any(span and span.until for span in held) else ""
        return [*map(repr, held), as_of, [self.view.years.get(name) for name in self.rows], self.view.name]

    def tried(self, changes: Sequence[VariedAssumption], streams: _Streams) -> list[Tried]:
        """Judge each interpretation without a change and under each that reaches it; nothing if a figure is missing."""
        tried: list[Tried] = [[None] * (1 + len(changes)) for _ in self.interpretations]
        own = {name: streams.of(row, streams.assumed) for name, row in self.rows.items()}
        labels = {name: self.rows[name]["labels"] for name in own}
        totals = [name for name in own if self.rows[name]["is_total"]]
        scenarios = Scenarios(np.empty((0, len(own))), list(own), labels, totals=totals)
        with suppress(MissingFigureError):
            for trial in (_Trial(UNCHANGED, streams.assumed, {}), *self.trials):
                if trial.opens:
                    self._judge_opened(trial, tried)
                    continue
                changed = {name: streams.of(row, trial.assumptions) for name, row in trial.rows.items()}
                result = columns(self.metric, scenarios.with_values(_drawn(own | changed, streams.count)))
                for interpretation, of_interpretation in zip(self.interpretations, tried, strict=True):
                    if interpretation.metric_id in result.ids:
                        judged = self._judge(interpretation, result, trial.assumptions)
                        of_interpretation[1 + trial.place] = judged
            for interpretation, of_interpretation in zip(self.interpretations, tried, strict=True):
                evaluation = self.known.get(interpretation.metric_id)
                if evaluation and of_interpretation[0]:
                    if interpretation.parts:
                        shares = streams.assumed.verdicts
                        over_all = _judged_anew(interpretation, self.view, self.known, shares)[0]
                    else:
                        over_all = judged_on(interpretation, evaluation, self.view, self.known, streams.assumed)
                    of_interpretation[0].append(over_all)
                    self._judge_otherwise(interpretation, changes, streams.assumed, of_interpretation)
        return tried

    def _judge_otherwise(
        self, interpretation: Interpretation, changes: Sequence[VariedAssumption], assumed: Assumptions, tried: Tried
    ) -> None:
        """Judge an interpretation under each change that reaches how values are judged, and not the values."""
        for place, change in enumerate(changes):
            other = cutoffs.under(change, interpretation)
            if other != interpretation or change.assumptions.verdicts != assumed.verdicts:
                shares = change.assumptions.verdicts
                tried[1 + place] = _judged_anew(other, self.view, self.known, shares)

    def _judge_opened(self, trial: _Trial, tried: Sequence[Tried]) -> None:
        """Judge each interpretation on figures of which print allows more: no draws of others tell what it does."""
        evaluations = self.known.on_figures(_with_rows(self.view.figures, trial.rows))
        for interpretation, of_interpretation in zip(self.interpretations, tried, strict=True):
            if of_interpretation[0]:
                shares = trial.assumptions.verdicts
                of_interpretation[1 + trial.place] = _judged_anew(interpretation, self.view, evaluations, shares)

    def _judge(self, interpretation: Interpretation, result: MetricColumns, given: Assumptions) -> list[Any]:
        """Return status and share of an interpretation over the draws of a trial."""
        place = result.ids.index(interpretation.metric_id)
        draws = result.value[:, place]
        share = float(interpretation.predicate.holds(draws).mean())
        evaluation = self.known.get(interpretation.metric_id)
        assert evaluation  # its metric has a result for it
        ends = evaluation["draw_ends"]
        if ends is not None and result.least is not None and result.most is not None:
            ends = np.array([result.least[:, place], result.most[:, place]])
        tried = evaluation | {"draws": draws, "draw_ends": ends}
        return [judged_on(interpretation, tried, self.view, self.known, given), share]


def judged_on(
    interpretation: Interpretation,
    evaluation: Mapping[str, Any],
    view: EvidenceView,
    known: Evaluations,
    given: Assumptions,
) -> str:
    """Return the status of an interpretation, given the evaluation of its metric, whatever the day of the view."""
    unit = known.metrics[interpretation.metric].declared.unit
    # No assumption changes what the print allows.
    found = judge(interpretation, evaluation, unit, given.verdicts, known, replaces(view, evaluation))
    status_found = str(found["status"])
    if interpretation.requires and failed_words(interpretation.requires, known.get(interpretation.requires.metric_id)):
        return "untestable"
    return status_found


def _judged_anew(
    interpretation: Interpretation, view: EvidenceView, evaluations: Evaluations, shares: VerdictShares
) -> list[Any]:
    """Return status and share of the draws of an interpretation as a build would judge it."""
    row = judge_under(view, interpretation, evaluations, shares)
    if interpretation.parts:
        # The metric that joins them holds by the cut-offs as declared.
        parts = [judge_under(view, part, evaluations, shares) for part in interpretation.parts]
        row = min(parts, key=lambda part: _DECIDING_FIRST.index(part["status"]))
    share = row["probability"]
    if np.isnan(share):  # print decides without a chance, or nothing does
        evaluation = evaluations.get(interpretation.metric_id)
        share = float(evaluation is not None and bool(interpretation.predicate.holds(np.array(evaluation["value"]))))
    return [row["status"], share]


_DECIDING_FIRST = ("contradicted", "untestable", "contested", "supported")
"""The order in which the verdicts on joined conditions decide."""


def _with_rows(figures: pd.DataFrame, rows: Mapping[str, Row]) -> pd.DataFrame:
    """Return figures of which some are drawn otherwise."""
    changed = {}
    for name in SPREAD:
        pairs = zip(figures["figure_id"], figures[name], strict=True)
        values = [rows[figure_id][name] if figure_id in rows else value for figure_id, value in pairs]
        changed[name] = pd.Series(values, figures.index, figures[name].dtype)
    return figures.assign(**changed)


def _deciding(row: Row) -> str:
    return repr([row[part] for part in DECIDING])


def _only(names: Set[str], rows: Mapping[str, Row]) -> dict[str, Row]:
    return {name: row for name, row in rows.items() if name in names}


def flipping_under(
    interpretations: Iterable[Interpretation], evaluations: Evaluations, change: VariedAssumption
) -> dict[str, set[str]]:
    """Return the figures that flip a claim under a changed assumption, for the claims whose predicate it changes."""
    fair = _fair(interpretations)
    concerned = {each.claim_id for each in fair if cutoffs.under(change, each) != each}
    flipping: dict[str, set[str]] = {claim_id: set() for claim_id in concerned}
    changed = [cutoffs.under(change, each) for each in fair if each.claim_id in concerned]
    if changed:
        for row in records(tipping_points_table(changed, evaluations, FLIPS_WITHIN, refined=False)):
            flipping[row["claim_id"]].add(row["figure_id"])
    return flipping


# Sensitivity to each assumption


def sensitivity_table(
    interpretations: list[Interpretation],
    views: Views,
    references: Frame[ReferenceValues],
    verdicts: Frame[InterpretationVerdicts],
    assumed: Assumptions,
) -> Frame[Sensitivity]:
    """Try each change of an assumption on each fair interpretation that it reaches.

    Args:
        interpretations: all interpretations; those about the printed figures are tried on the printed figures alone.
        views: the evidence views, the printed one first.
        references: independent values, to which uncertainty is fitted.
        verdicts: verdicts on the interpretations.
        assumed: the assumptions as written.

    Returns:
        Rows of `schemas.analysis.Sensitivity`.
    """
    changes, evaluations = changes_of(assumed), views[0][1]
    fair = [interpretation for interpretation in _fair(interpretations) if interpretation.metric in evaluations.metrics]
    by_metric = grouped(fair, attrgetter("metric"))
    figures = _figures_by_view(by_metric, views, references)
    trials = _trials_of(changes, views, figures, references, assumed)
    metrics = _tried_metrics(by_metric, views, figures, trials)
    streams = _Streams(assumed)
    # How figures are drawn is in the rows of each metric; this is how their draws are judged.
    common = [
        [change[:3] for change in changes],
        *(assumed.model_dump()[name] for name in ("draws", "cutoffs", "verdicts")),
    ]
    parts = {part: metric.dependencies(common) for part, metric in metrics.items()}
    tried_of = evaluations.cached("sensitivity", parts, lambda part: metrics[part].tried(changes, streams))
    judged = by_verdict_key(records(verdicts))
    rows: list[dict[str, Any]] = []
    for (name, place), of_metric in tried_of.items():
        view = views[place][0]
        for interpretation, tried in zip(by_metric[name], of_metric, strict=True):
            if not tried[0] or not _is_tried(interpretation, place):
                continue
            was = judged[interpretation.claim_id, interpretation.rank, view.name, view.as_of]
            if _is_own(was, interpretation, tried[0][2]):
                rows += _interpretation_rows(was, interpretation, tried, changes, assumed, streams.count)
    return table_of(Sensitivity, rows)


def _is_own(was: Row, interpretation: Interpretation, over_all_draws: str) -> bool:
    """Whether a verdict follows from the values alone, and not from a dispute or from figures of several times."""
    return bool(was["status"] == over_all_draws) and (was["status"] != "untestable" or bool(interpretation.requires))


def _tried_metrics(
    by_metric: Mapping[str, Sequence[Interpretation]],
    views: Views,
    figures: ViewRows,
    trials: Sequence[list[_Trial]],
) -> dict[tuple[str, int], _TriedMetric]:
    """Return the metrics to try under each evidence view, by name and index of the view."""
    metrics = {}
    for place, (view, known) in enumerate(views):
        for name, interpretations in by_metric.items():
            if any(_is_tried(interpretation, place) for interpretation in interpretations):
                metrics[name, place] = _TriedMetric(name, interpretations, view, known, figures[place], trials[place])
    return metrics


def _is_tried(interpretation: Interpretation, place: int) -> bool:
    """Whether an interpretation is tried under the evidence view with this index: one about the printed figures only
    under the first."""
    return place == 0 or not interpretation.about_printed


def _fair(interpretations: Iterable[Interpretation]) -> list[Interpretation]:
    return [interpretation for interpretation in interpretations if interpretation.strictness == "fair"]


def _figures_by_view(metrics: Iterable[str], views: Views, references: pd.DataFrame) -> list[dict[str, Row]]:
    """Return for each evidence view the figures that bear on the metrics, by id."""
    # Figures that no metric reads matter only where a reference bears on how the others are drawn.
    wanted = set(references["figure_id"])
    for name in metrics:
        wanted.update(views[0][1].reads(name))
    figures: list[dict[str, Row]] = []
    for view, _ in views:
        rows = records(view.figures[view.figures["figure_id"].isin(wanted)])
        figures.append({row["figure_id"]: row for row in rows})
    return figures


VERDICT_KEY = ("claim_id", "rank", "evidence_view", "as_of")


def _interpretation_rows(
    was: Row,
    interpretation: Interpretation,
    tried: Tried,
    changes: Sequence[VariedAssumption],
    assumed: Assumptions,
    count: int,
) -> Iterator[dict[str, Any]]:
    """Yield the effect of each change that reaches an interpretation on its verdict, which `was` without the change."""
    (unchanged_status, unchanged, _), *changed = tried
    for change, found in zip(changes, changed, strict=True):
        if found is None:
            continue
        changed_status, share = found
        bounds = change.assumptions.verdicts
        # Where the share alone decides, it must pass a bound surely; where another rule decides as before, nothing
        # changed.
        by_share = was["status"] == status(was["probability"], assumed.verdicts)
        if by_share and changed_status == status(share, bounds):
            changed_status = status_after(was["status"], share, bounds, count)
        elif changed_status == unchanged_status:
            changed_status = was["status"]
        written, value = cutoffs.shown(change, interpretation)
        yield {
            **{name: was[name] for name in ("claim_id", "evidence_view", "as_of", "rank", "status")},
            "assumption": change.name,
            "written": written,
            "value": value,
            "probability": unchanged,
            "changed_status": changed_status,
            "changed_probability": share,
            "flips": changed_status != was["status"],
        }


def status_after(before: str, share: float, shares: VerdictShares, count: int) -> str:
    """Classify a probability from `count` draws; the status `before` stays unless its bound is surely passed."""
    after = status(share, shares)
    passed = after if before == "contested" else before
    bound = shares.supported_from if passed == "supported" else shares.contradicted_to
    # Ignore changes within Monte Carlo error.
    error = math.sqrt(bound * (1 - bound) / count)
    return after if abs(share - bound) > SURE * error else before


# The value of knowing a figure


def value_of_information_table(
    interpretations: list[Interpretation], views: Views, verdicts: Frame[InterpretationVerdicts], assumed: Assumptions
) -> Frame[ValueOfInformation]:
    """Estimate how far knowing one figure would decide each contested fair interpretation, as rows of
    `ValueOfInformation`.

    The draws are sorted by the figure and split into equal parts; the estimate is the share of parts that are decided.
    """
    judged = by_verdict_key(records(verdicts))
    contested: dict[VerdictKey, tuple[Interpretation, Evaluations]] = {}
    for interpretation in _fair(interpretations):
        for view, evaluations in judged_views(interpretation.about_printed, views):
            key = interpretation.claim_id, interpretation.rank, view.name, view.as_of
            by_draws = status(judged[key]["probability"], assumed.verdicts)
            if judged[key]["status"] == by_draws == "contested":
                contested[key] = interpretation, evaluations
    parts = {}
    for key, (interpretation, evaluations) in contested.items():
        parts[key] = Dependencies(
            evaluations, [interpretation.metric], [repr(interpretation), assumed.verdicts.model_dump()]
        )
    sources_of = {}
    for view, _ in views:
        sources_of[view.name, view.as_of] = dict(zip(view.figures["figure_id"], view.figures["source_id"], strict=True))
    decided = views[0][1].cached("value_of_information", parts, lambda key: _decided_by(*contested[key], assumed))
    rows = []
    for key, shares in decided.items():
        sources = sources_of[key[2:]]
        for figure_id, share in shares.items():
            about = {"figure_id": figure_id, "source_id": sources[figure_id], "decided": share}
            rows.append(dict(zip(VERDICT_KEY, key, strict=True)) | about)
    return table_of(ValueOfInformation, rows)


def judged_views(about_printed: bool, views: Views) -> Views:
    """Return the evidence views under which an interpretation is judged: the printed figures for one about the printed
    figures, else all others."""
    return [(view, known) for view, known in views if (view.name == "printed") == about_printed]


def _decided_by(interpretation: Interpretation, evaluations: Evaluations, assumed: Assumptions) -> dict[str, float]:
    """Return by varying figure of the evidence what share of the parts of the draws it decides."""
    row = evaluations.get(interpretation.metric_id)
    assert row  # what is contested has a value
    holds = interpretation.predicate.holds(row["draws"])
    figures = evaluations.figures
    figures = figures[figures["figure_id"].isin(row["evidence"]) & (figures["distribution"] != "none")]
    # From the same streams as the results: the draw of a figure and the result at one place belong together.
    draws = build.draws(figures, len(holds), assumed.draws.seed, assumed.correlated).T
    decided = {}
    for name, values in zip(figures["figure_id"], draws, strict=True):
        decided[name] = decided_share(values, holds, assumed.verdicts)
    return decided


def decided_share(values: FloatArray, holds: npt.NDArray[np.bool_], shares: VerdictShares) -> float:
    """Return the share of parts in which a predicate is supported or contradicted.

    Args:
        values: draws of a figure, shape (draws,).
        holds: whether the predicate holds in each draw, same shape.
        shares: bounds of the statuses.
    """
    # A stable sort: equal draws keep their order with any version of NumPy.
    parts = np.array_split(holds[np.argsort(values, kind="stable")], BINS)
    return sum(status(float(part.mean()), shares) != "contested" for part in parts) / BINS


# All choices together


def multiverse_table(
    interpretations: list[Interpretation],
    views: Views,
    verdicts: Frame[InterpretationVerdicts],
    sensitivity: Frame[Sensitivity],
    value_of_information: Frame[ValueOfInformation],
    outcomes: Frame[Outcomes],
    assumed: Assumptions,
) -> Frame[Multiverse]:
    """Summarise all paths through each claim's choices, as rows of `schemas.analysis.Multiverse`, sorted by claim.

    A path takes one fair interpretation in one view, with the assumptions as written or with one of them changed.
    Untestable combinations are not paths. What a claim is sensitive to is what its outcome is.
    """
    changes = changes_of(assumed)
    judged = by_verdict_key(records(verdicts))
    of_claims = outcomes[outcomes["statement_kind"] != "prediction"]
    sensitive_to = dict(zip(of_claims["statement_id"], of_claims["sensitive_to"], strict=True))
    changed = {}
    for row in records(sensitivity[sensitivity["flips"]]):
        cell = row["claim_id"], row["rank"], row["evidence_view"], row["as_of"], row["assumption"], row["value"]
        changed[cell] = row["changed_status"]
    rows = []
    for claim_id, own in grouped(_fair(interpretations), attrgetter("claim_id")).items():
        evidence_views = [view for view, _ in judged_views(own[0].about_printed, views)]
        statuses = np.empty((len(own), len(evidence_views), 1 + len(changes)), dtype=object)
        for index, interpretation in enumerate(own):
            steps = [(change.name, cutoffs.shown(change, interpretation)[1]) for change in changes]
            for view_index, view in enumerate(evidence_views):
                key = claim_id, interpretation.rank, view.name, view.as_of
                unchanged = judged[key]["status"]
                after = [changed.get((*key, *step), unchanged) for step in steps]
                statuses[index, view_index] = [unchanged, *after]
        if (statuses != "untestable").any():
            figures = value_of_information[value_of_information["claim_id"] == claim_id]
            rows.append(_multiverse_row(claim_id, statuses, sensitive_to.get(claim_id, []), figures))
    return table_of(Multiverse, rows)


def _multiverse_row(
    claim_id: str,
    statuses: npt.NDArray[np.object_],
    sensitive_to: Sequence[str],
    value_of_information: pd.DataFrame,
) -> dict[str, Any]:
    """Summarise a claim's cube of statuses, with axes as in `CHOICES`; `value_of_information` is on this claim."""
    testable, holds = statuses != "untestable", statuses == "supported"
    effects = {name: main_effect(holds, testable, axis) for axis, name in enumerate(CHOICES)}
    largest = max(effects, key=lambda name: effects[name])
    share = holds[testable].mean()
    variation = float(((holds[testable] - share) ** 2).sum())
    decided = value_of_information.groupby("figure_id")["decided"].mean()
    best = str(decided.idxmax()) if len(decided) and decided.max() > 0 else ""
    sources = value_of_information.loc[value_of_information["figure_id"] == best].sort_values("as_of")["source_id"]
    row = {
        "claim_id": claim_id,
        "paths": int(testable.sum()),
        "holds": float(share),
        "explained_by": largest if effects[largest] > 0 else "",
        "explained": effects[largest] / variation if variation else math.nan,
        "ask_figure_id": best,
        "ask_source_id": str(sources.iloc[-1]) if best else "",
        "ask_decided": float(decided[best]) if best else math.nan,
    }
    return row | {"summary": _words(row, sensitive_to)}


def _words(row: Row, sensitive_to: Sequence[str]) -> str:
    """Put a row of `Multiverse` into words."""
    summary = f"Holds on {percent(row['holds'])} of {row['paths']} paths"
    if row["explained_by"]:
        summary += f"; the {row['explained_by']} matters most"
    if len(sensitive_to):
        summary += f". Sensitive to {', '.join(sensitive_to)}"
    else:
        summary += f". {ROBUST}"
    if row["ask_figure_id"]:
        decided, source = percent(row["ask_decided"]), row["ask_source_id"]
        # Of a reference it is the error that is not known; what the article prints has a value behind it.
        of_reference = "" if source == ARTICLE else f" better than {source} does"
        summary += f". Knowing {row['ask_figure_id']}{of_reference} would decide {decided} of the contested draws"
    return f"{summary}."


def main_effect(holds: npt.NDArray[np.bool_], testable: npt.NDArray[np.bool_], axis: int) -> float:
    """Return the main-effect sum of squares of one choice: of the means of its options around the mean of all.

    Args:
        holds: whether the claim holds on each path, one axis for each choice.
        testable: which cells are paths, same shape.
        axis: the choice.
    """
    holds, testable = np.moveaxis(holds, axis, 0), np.moveaxis(testable, axis, 0)
    mean, total = holds[testable].mean(), 0.0
    for held, counts in zip(holds, testable, strict=True):
        if counts.any():
            total += counts.sum() * (held[counts].mean() - mean) ** 2
    return float(total)
