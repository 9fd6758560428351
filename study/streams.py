"""Streams of random numbers shared out over processes: the same results on any number of workers."""

import gc
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
import pandas as pd

STREAMS, CELLS = 100_000, 1_000  # numbers set aside for the streams of a cell and the cells of a study


class Task(NamedTuple):
    """`function(cell, rng)` -> a DataFrame, on stream `stream` of cell `cell_number` of study `study_number`."""

    function: Callable
    cell: object
    study_number: int
    cell_number: int
    stream: int
    seed: int


def rows(task: Task) -> pd.DataFrame:
    """The task's results, from a Philox stream of its own, with the cell's and the stream's numbers."""
    number = (task.study_number * CELLS + task.cell_number) * STREAMS + task.stream
    rng = np.random.Generator(np.random.Philox(key=[task.seed, number]))
    return task.function(task.cell, rng).assign(cell=task.cell_number, stream=task.stream)


def run(tasks: list[Task], *, workers: int, say=print) -> pd.DataFrame:
    """The rows of all tasks in their order, whichever worker made them; `say` gets a line of text after each cell."""
    start, tables, cells = time.monotonic(), [], sorted({(t.study_number, t.cell_number) for t in tasks})
    for k, (task, result) in enumerate(zip(tasks, _mapped(tasks, workers), strict=True)):
        tables.append(result.assign(study=task.study_number))
        cell = (task.study_number, task.cell_number)
        if k + 1 == len(tasks) or cell != (tasks[k + 1].study_number, tasks[k + 1].cell_number):
            say(f"{task.function.__module__}  {cells.index(cell) + 1}/{len(cells)}  {time.monotonic() - start:.0f} s")
    return pd.concat(tables, ignore_index=True)


def _mapped(tasks: list[Task], workers: int):
    """Results in the order of tasks; every process has one thread of linear algebra, as two on a core would wait."""
    if workers == 1:
        yield from map(rows, tasks)
        return
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    functions = {task.function for task in tasks}
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_settle, initargs=(functions,)) as pool:
        yield from pool.map(rows, tasks)


def _settle(functions) -> None:
    """Everything imported with `functions` is left alone by gc.collect, which statsmodels' Holm calls every time."""
    gc.freeze()


def sem(values) -> float:
    """The Monte-Carlo standard error sd/√streams of a mean of streams' means (streams,)."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def jackknife(function, *values) -> tuple[float, float]:
    """function(*means over streams of `values` (streams, areas)), and its standard error, leaving out one stream."""
    left = [(v.sum(axis=0) - v) / (len(v) - 1) for v in values]
    without = np.array([function(*row) for row in zip(*left, strict=True)])
    error = np.sqrt((len(without) - 1) * np.var(without))
    return float(function(*(v.mean(axis=0) for v in values))), float(error)
