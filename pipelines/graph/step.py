"""What a step is: a function whose parameters are the edges of the graph, and whose annotations say what they carry.

Which steps there are is in the modules beside this one; how they are brought up to date is in `graph.run`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, wraps
from inspect import Parameter, signature
from pathlib import PurePosixPath
from types import MappingProxyType, ModuleType, NoneType
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import pandas as pd

from tidebook.pipelines.evaluate.step_cache import StepCache
from tidebook.pipelines.graph.added import ADDED, with_rows
from tidebook.pipelines.graph.keys import code_key, versions
from tidebook.pipelines.read.digest import digest
from tidebook.pipelines.read.dossier.declared import Dossier
from tidebook.pipelines.read.names import slug_of_all
from tidebook.pipelines.read.plugin import Added
from tidebook.pipelines.read.rawfile import RawFile
from tidebook.schemas.base import Frame, Table, table_name
from tidebook.schemas.units import UNITS

F = TypeVar("F", bound=Callable[..., Any])

Files = dict[str, bytes]
"""A result that is files by name, such as a report."""


class ThisCode(NamedTuple):
    """As a parameter: the version of Tidebook, and those of its libraries."""

    version: str
    versions: Mapping[str, str]


class Stored(NamedTuple):
    """A stored table: its number of rows, the bytes and SHA-256 of its file, and a function that reads it."""

    rows: int
    bytes: int
    sha256: str
    read: Callable[[], pd.DataFrame]


class Bundle:
    """A base of dataclasses whose fields are parameters of a step that belong together: each field is an edge."""


TEXT = "raw/article_text"
"""The step of the article's own text, whatever its file is called."""

TEXT_ACCEPTED = "raw/article_text_accepted"
"""The step of the accepted findings on that text, if there is such a file."""

TEXT_READINGS = "raw/article_text_readings"
"""The step of what readers say of that text, if there is such a file."""

ROWS_READ = "rows_read"
"""The step of the cells that expressions need of evidence: a release has this part of its files."""

GIVEN = (StepCache, ThisCode)
"""What a parameter may request besides results: these are not edges."""


@dataclass(frozen=True)
class Want:
    """What a parameter requests: the result of the step `step`, or of the step that makes a `kind`.

    Of a step whose `kind` is `Stored` it gets how its table is stored, and reads that when it wants to. One that is
    `optional` gets nothing where the graph has no such step.
    """

    step: str = ""
    kind: Any = None
    optional: bool = False


class GraphInputs(NamedTuple):
    """The inputs of a graph: the dossier, and the steps of its raw files."""

    dossier: Dossier
    files: Collection[str]


class StepVariant(NamedTuple):
    """One of the steps that a function becomes: its name, result type, first argument, and further wants."""

    name: str
    makes: Any
    of: Any
    wants: Mapping[str, Want] = MappingProxyType({})


@dataclass(frozen=True)
class Each:
    """In the annotation of `**parameters`: the inputs that the dossier decides."""

    of: Callable[[GraphInputs], Mapping[str, Want]]


@dataclass(frozen=True)
class Step:
    """A node of the graph.

    `function` takes its inputs by parameter and returns what `makes` says: the rows of a table, `Files`, or a value of
    another type, which is kept in memory only and told apart by its text; `by_key` says that its key stands for it,
    because it is large or not yet computed. Once the dossier is known, `declared` says which steps it is, and
    `plugins` are those that are on. Once the graph is put together, `inputs` names the step behind each parameter.
    """

    name: str
    group: str
    function: Callable[..., Any]
    wants: Mapping[str, Want]
    makes: Any
    by_key: bool = False
    inputs: Mapping[str, str] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()
    each: Callable[[GraphInputs], Iterable[StepVariant]] | None = None
    collects: Callable[[GraphInputs], Mapping[str, Want]] | None = None

    def declared(self, known: GraphInputs) -> Iterator[Step]:
        """Yield the steps that it is for a dossier: itself with what its `**parameters` collect, or one for `each`."""
        collected = self.collects(known) if self.collects else {}
        on = known.dossier.switched_on.acting
        one = replace(self, wants={**self.wants, **collected}, plugins=on, each=None, collects=None)
        if self.each is None:
            yield one
            return
        for made in self.each(known):
            function = partial(self.function, made.of)
            yield replace(one, name=made.name, makes=made.makes, function=function, wants={**one.wants, **made.wants})

    @property
    def model(self) -> type[Table] | None:
        """The model of the table that it makes, if it makes one."""
        return self.makes if isinstance(self.makes, type) and issubclass(self.makes, Table) else None

    @property
    def is_value(self) -> bool:
        """Whether what it makes is kept in memory only."""
        return self.model is None and self.makes != Files

    @property
    def code(self) -> str:
        """A key of its code: that of the core and of the plugins that are on, its table's model, the dossier's units.

        Units are not inputs of a step: all that reads or shows a number takes them from the process.
        """
        units = repr(sorted(UNITS.declared.items()))
        return digest([code_key(self.plugins), self.model.declaration() if self.model else "", units])

    def make(self, arguments: Mapping[str, Any]) -> Any:
        """Return what the function makes of its inputs, with the rows that plugins add to its table."""
        own = {name: each for name, each in arguments.items() if not name.startswith(ADDED)}
        result, added = self.function(**own), [each for name, each in arguments.items() if name.startswith(ADDED)]
        return with_rows(self.name, result, added) if added else result

    def given(self, kind: Any) -> list[str]:
        """Return its parameters of a type that the runner gives: `StepCache` or `ThisCode`."""
        return [parameter for parameter, wanted in self.wants.items() if wanted.kind is kind]

    def key(self, inputs: Mapping[str, str]) -> str:
        """Return the key of its result, given the version of each input by parameter."""
        # By name, too: steps of one function, such as those of sections of plugins, may have the same inputs.
        return digest([self.name, dict(inputs), self.code, versions()])


def step(
    *,
    group: str,
    name: str = "",
    by_key: bool = False,
    each: Callable[[GraphInputs], Iterable[StepVariant]] | None = None,
    adds: Added | None = None,
) -> Callable[[F], F]:
    """Declare a function to be a step; the function itself stays as it is.

    A step that makes a table has the table's name, one that makes files the function's; one that makes another value
    has a `name` with its folder, or else the function's below that of its group: `declared/assumptions`.

    What only the dossier says is declared too: where `each` is given, there is a step for each that it yields, whose
    first parameter is what that is `of`; and `**parameters` are what `Each` in their annotation says.

    A step of a plugin that `adds` rows to a table of the core returns these.
    """

    def declare(function: F) -> F:
        hints = get_type_hints(function, include_extras=True)
        parameters = signature(function).parameters
        made = _made(hints.pop("return"))
        makes: Any = adds or made
        named = name or f"{group}/{function.__name__}"
        if adds:
            named = f"{adds.plugin}/{adds.table}"
        elif each is None:
            named = _name_of_made(makes, function) or named
        if each:
            del hints[next(iter(parameters))]
        collects = _collected(hints, parameters)
        bundles = {key: hint for key, hint in hints.items() if isinstance(hint, type) and issubclass(hint, Bundle)}
        wants = {parameter: want(hint) for parameter, hint in _edges(hints, bundles).items()}
        function.__dict__["step"] = Step(
            named, group, _bundling(function, bundles), wants, makes, by_key or bool(adds), each=each, collects=collects
        )
        return function

    return declare


def _name_of_made(makes: Any, function: Callable[..., Any]) -> str:
    """Return the name of a step by its result: that of its table, or its own for files; else ""."""
    if isinstance(makes, type) and issubclass(makes, Table):
        return table_name(makes)
    return function.__name__ if makes == Files else ""


def _edges(hints: Mapping[str, Any], bundles: Mapping[str, type[Bundle]]) -> dict[str, Any]:
    """Return the annotations of a function's edges: those of its parameters, then those of the fields of bundles."""
    edges = {parameter: hint for parameter, hint in hints.items() if parameter not in bundles}
    for parameter, bundle in bundles.items():
        for field_name, hint in get_type_hints(bundle, include_extras=True).items():
            edges[f"{parameter}.{field_name}"] = hint
    return edges


def _bundling(function: Callable[..., Any], bundles: Mapping[str, type[Bundle]]) -> Callable[..., Any]:
    """Return a function that takes the fields of bundles as `bundle.field`, and calls another with the bundles."""
    if not bundles:
        return function

    @wraps(function)
    def bundled(*given: Any, **arguments: Any) -> Any:
        made = {}
        for name, bundle in bundles.items():
            start = f"{name}."
            mine = [each for each in arguments if each.startswith(start)]
            made[name] = bundle(**{each.removeprefix(start): arguments.pop(each) for each in mine})
        return function(*given, **made, **arguments)

    return bundled


def steps_of(module: ModuleType, known: GraphInputs) -> list[Step]:
    """Return the steps that a module declares for a dossier, in its order."""
    declared = [getattr(each, "__dict__", {}).get("step") for each in vars(module).values()]
    return [one for step in declared if isinstance(step, Step) for one in step.declared(known)]


def raw_step(path: str) -> str:
    """Return the name of the step that reads a raw file: `raw/article/prices`."""
    return f"raw/{PurePosixPath(path).with_suffix('')}"


EVIDENCE = "raw/evidence_data/"
"""The beginning of the names of steps that read files of evidence."""


def evidence_step(path: str) -> str:
    """Return the name of the step that reads a file of evidence, valid in Dagster whatever the file name."""
    return f"{EVIDENCE}{slug_of_all(path)}"


def cells_step(table: str) -> str:
    """Return the name of the step that reads the cells of a printed table."""
    return f"declared/cells/{table}"


def want(hint: Any) -> Want:
    """Return the want of a parameter with this annotation."""
    options = [each for each in get_args(hint) if each is not NoneType]
    if NoneType in get_args(hint):
        return replace(want(options[0]), optional=True)
    if get_origin(hint) is Annotated and isinstance(options[1], Want):
        return options[1]
    if get_origin(hint) is Annotated:
        return Want(raw_step(options[1]) if options[0] is RawFile else options[1])
    made = _made(hint)
    return Want(table_name(made)) if isinstance(made, type) and issubclass(made, Table) else Want(kind=made)


def _collected(hints: dict[str, Any], parameters: Mapping[str, Parameter]) -> Any:
    """Take `**parameters` out of the annotations, and return what they collect; None without them."""
    for one in parameters.values():
        if one.kind is one.VAR_KEYWORD:
            _, collected = get_args(hints.pop(one.name))
            return collected.of
    return None


def _made(hint: Any) -> Any:
    """Return the model behind a `Frame`, or the annotation itself."""
    return get_args(hint)[0] if get_origin(hint) is Frame else hint


def connect(steps: Sequence[Step], known: Mapping[str, Any]) -> dict[str, Step]:
    """Return the steps by name with their inputs, without those that need what neither a step nor `known` gives.

    `known` are results that no step makes, by name, with their type where parameters ask for them by that. Each step
    stands after those that it reads, in the given order where that allows. Raises ValueError if two steps have one name
    or make values of one type that a parameter asks for, one's name is the folder of another's, or steps read each
    other in a circle.
    """
    _check_names(steps)
    found = {each.name: each for each in steps}
    # Dropping a step may leave others without an input: repeat until none is dropped.
    while True:
        kept = _with_inputs(found, known)
        if len(kept) == len(found):
            return _in_order(kept)
        found = kept


def _check_names(steps: Sequence[Step]) -> None:
    """Check that neither names nor types are ambiguous. Raises ValueError as `connect` says."""
    names = {each.name for each in steps}
    if len(names) < len(steps):
        raise ValueError("two steps have the same name")
    if folders := names & {name.rpartition("/")[0] for name in names}:
        raise ValueError(f"the results of other steps would be inside those of {', '.join(sorted(folders))}")
    _check_types(steps)


def _check_types(steps: Sequence[Step]) -> None:
    """Check that one step makes each value that a parameter requests by type. Raises ValueError if not."""
    asked: set[Any] = set()
    for each in steps:
        asked.update(wanted.kind for wanted in each.wants.values() if not wanted.step)
    values = [each.makes for each in steps if each.is_value and each.makes in asked]
    if len(set(values)) < len(values):
        raise ValueError("two steps make values of the same type, by which parameters tell them apart")


def _with_inputs(steps: Mapping[str, Step], known: Mapping[str, Any]) -> dict[str, Step]:
    """Return the steps whose inputs all exist, with the names of these."""
    makers = {kind: name for name, kind in known.items() if kind is not None}
    makers |= {each.makes: each.name for each in steps.values() if each.is_value}
    kept = {}
    for name, each in steps.items():
        inputs = _inputs(each, {*steps, *known}, makers)
        if inputs is not None:
            kept[name] = replace(each, inputs=inputs)
    return kept


def _inputs(one: Step, there: set[str], makers: Mapping[Any, str]) -> dict[str, str] | None:
    """Return the names of the steps behind a step's parameters, None where one that it needs is not there."""
    found = {}
    for parameter, wanted in one.wants.items():
        if wanted.kind in GIVEN:
            continue
        name = wanted.step or makers.get(wanted.kind, "")
        if name in there:
            found[parameter] = name
        elif not wanted.optional:
            return None
    return found


def _in_order(steps: Mapping[str, Step]) -> dict[str, Step]:
    ordered: dict[str, Step] = {}
    waiting = dict(steps)
    while waiting:
        ready = [name for name, each in waiting.items() if not waiting.keys() & set(each.inputs.values())]
        if not ready:
            raise ValueError(f"steps depend on each other in a cycle: {', '.join(waiting)}")
        # One at a time, and the first that is ready: the order stays as near to the declared one as it can.
        ordered[ready[0]] = waiting.pop(ready[0])
    return ordered
