"""Where the steps of a run execute: in this process, in several, or on the workers of a cluster.

Dagster's own integrations do the work. Each is imported only if the setting names it, since few are installed.
"""

import multiprocessing
from functools import cache
from importlib import import_module
from typing import Any

import dagster as dg

from tidebook.pipelines.read.errors import InputError, Problem
from tidebook.pipelines.read.settings import EXECUTOR, IN_PROCESS

ELSEWHERE = {
    "dask": ("dagster_dask", "dask_executor"),
    "celery": ("dagster_celery", "celery_executor"),
    "k8s": ("dagster_k8s", "k8s_job_executor"),
}
FORKED = {"start_method": {"forkserver": {"preload_modules": ["tidebook.pipelines.defs.job"]}}}
"""Each step is forked from a process that has imported what takes long: a new one takes two seconds more."""
EXPECTED = "in_process, multiprocess, dask, dask:ADDRESS of its scheduler, celery, celery:ADDRESS of its broker or k8s"


@cache
def executor_of(setting: str, named_by: str = EXECUTOR) -> dg.ExecutorDefinition:
    """Return the executor that a setting names: `in_process`, `multiprocess`, `dask:tcp://scheduler:8786`.

    It is one object for each setting: Dagster merges definitions that have the same one.

    Raises:
        InputError: there is no such executor; the error says what it was `named_by`.
        ImportError: its library is not installed.
    """
    name, _, address = setting.partition(":")
    if setting == IN_PROCESS:
        return dg.in_process_executor
    if setting == "multiprocess":
        forks = "forkserver" in multiprocessing.get_all_start_methods()
        return dg.multiprocess_executor.configured(FORKED, name=setting) if forks else dg.multiprocess_executor
    if name not in ELSEWHERE or (address and name == "k8s"):
        raise InputError(Problem(named_by, EXPECTED, text=setting))
    module, attribute = ELSEWHERE[name]
    try:
        executor: dg.ExecutorDefinition = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        lacking = f'{named_by}: "{setting}" needs {error.name}: pip install {module.replace("_", "-")}'
        raise ImportError(lacking) from error
    return executor.configured(config(name, address), name=name) if name != "k8s" else executor


def config(name: str, address: str) -> dict[str, Any]:
    """Return the configuration of an executor of Dask or Celery; without an address, Dask starts local workers."""
    if name == "dask":
        return {"cluster": {"existing": {"address": address}} if address else {"local": {}}}
    if not address:
        return {}
    # Celery keeps results in Redis itself, but over any other broker only as messages.
    return {"broker": address, "backend": address if address.startswith("redis") else "rpc://"}
