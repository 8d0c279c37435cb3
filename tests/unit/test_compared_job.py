"""The job that other tools are compared by: it makes every table of the graph, each before it is read."""

from __future__ import annotations

from benchmarks.compare.job import GRAPH, STEPS, sources


def test_every_table_is_made_by_one_step_and_before_another_reads_it() -> None:
    """The plain script makes what is forgotten when it is read; tools that look ahead stop."""
    made: list[str] = []
    for step, names in STEPS.items():
        assert set(sources(step)[1]) <= set(made), step
        made += names
    assert len(made) == len(set(made))
    assert set(made) >= {name for name, each in GRAPH.steps.items() if each.model}
