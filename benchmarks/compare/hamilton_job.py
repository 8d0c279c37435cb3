"""The job in Hamilton with its cache on disk: a function for each step: `python -m ...hamilton_job RAW OUT`.

A step's function writes its files and returns its tables. Raw files are read anew in each run; a step whose inputs are
the same as before is taken from the cache.
"""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hamilton import ad_hoc_utils, driver, telemetry
from hamilton.caching.fingerprinting import hash_value

from benchmarks.compare.job import GRAPH, STEPS, compute, raw, sources, write

OWNERS = {name: step for step, made in STEPS.items() for name in made}


class Tables(dict[str, Any]):
    """The tables of a step, with a hash of what it wrote: frames that hold lists have none in Hamilton."""

    version = ""


@hash_value.register
def _(tables: Tables, *_: Any, **__: Any) -> str:
    return tables.version


def reading(step: str) -> Callable[..., Any]:
    """Return the function that reads the raw files of a step, as texts by name."""

    def read(place: str) -> dict[str, str]:
        return {name: raw(Path(place), name).data.decode() for name in sources(step)[0]}

    read.__name__ = f"{step}_raw"
    return read


def making(step: str) -> Callable[..., Any]:
    """Return the function of a step: its parameters are what Hamilton takes for the steps before."""
    before = sorted({OWNERS[name] for name in sources(step)[1]})

    def make(out: str, **given: dict[str, Any]) -> Tables:
        files = given.pop(f"{step}_raw")
        known: dict[str, Any] = {name: GRAPH.as_read(name, text.encode()) for name, text in files.items()}
        for tables in given.values():
            known |= tables
        results = Tables(compute(step, known))
        results.version = write(results, Path(out))
        return results

    return named(make, step, ["out", f"{step}_raw", *before])


def named(function: Callable[..., Any], name: str, parameters: list[str]) -> Callable[..., Any]:
    """Return the function under a name, with these parameters as its signature."""
    import inspect

    types: dict[str, Any] = {each: str if each == "out" else dict for each in parameters}
    function.__name__ = name
    function.__annotations__ = {**types, "return": dict}
    kind = inspect.Parameter.KEYWORD_ONLY
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(each, kind, annotation=types[each]) for each in parameters], return_annotation=dict
    )
    return function


def main(place: Path, out: Path) -> None:
    """Run all steps."""
    logging.disable(logging.WARNING)
    telemetry.disable_telemetry()
    functions = [function for step in STEPS for function in (reading(step), making(step))]
    module = ad_hoc_utils.create_temporary_module(*functions, module_name="job")
    read = [f"{step}_raw" for step in STEPS]
    built = driver.Builder().with_modules(module).with_cache(path=out / ".cache", recompute=read).build()
    built.execute(list(STEPS), inputs={"place": str(place), "out": str(out)})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
