"""Streams of random numbers shared out over processes: the same results on any number of workers."""

import gc
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
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


def kept_file(task: Task, folder: Path) -> Path:
    """Where the task's results are kept."""
    return folder / f"{task.study_number}-{task.cell_number:03d}-{task.stream:05d}-{task.seed}.pkl"


def those_kept(tasks: list[Task], folder: Path) -> list[Task]:
    """The tasks whose results a run before kept, up to the first stream of a cell that is missing."""
    kept: list[Task] = []
    for task in tasks:
        before = kept[-1] if kept else None
        follows = before is not None and (before.cell_number, before.stream) == (task.cell_number, task.stream - 1)
        if (task.stream == 0 or follows) and kept_file(task, folder).is_file():
            kept.append(task)
    return kept


def kept_rows(task: Task, folder: Path | None) -> pd.DataFrame:
    """`rows`, kept in the folder, so that a run that was stopped goes on; None: nothing is kept."""
    if folder is None:
        return rows(task)
    file = kept_file(task, folder)
    if file.is_file():
        return pd.DataFrame(pd.read_pickle(file))
    simulated = rows(task)
    folder.mkdir(parents=True, exist_ok=True)
    simulated.to_pickle(file.with_suffix(".part"))
    file.with_suffix(".part").rename(file)
    return simulated


def hours(tasks: list[Task], folder: Path | None) -> float:
    """Hours of processor time expected: each study's streams are taken to cost what one of its middle cell does."""
    seconds = 0.0
    for number in sorted({t.study_number for t in tasks}):
        of_study = [t for t in tasks if t.study_number == number]
        begin = time.process_time()
        kept_rows(of_study[len(of_study) // 2], folder)
        seconds += (time.process_time() - begin) * len(of_study)
    return seconds / 3600


def run(tasks: list[Task], *, workers: int, folder: Path | None = None, say=print) -> pd.DataFrame:
    """The rows of all tasks in their order, whichever worker made them; `say` gets a line of text after each cell."""
    start, tables, cells = time.monotonic(), [], sorted({(t.study_number, t.cell_number) for t in tasks})
    for k, (task, result) in enumerate(zip(tasks, _mapped(tasks, workers, folder), strict=True)):
        tables.append(result.assign(study=task.study_number))
        cell = (task.study_number, task.cell_number)
        if k + 1 == len(tasks) or cell != (tasks[k + 1].study_number, tasks[k + 1].cell_number):
            say(f"{task.function.__module__}  {cells.index(cell) + 1}/{len(cells)}  {time.monotonic() - start:.0f} s")
    return pd.concat(tables, ignore_index=True)


def _mapped(tasks: list[Task], workers: int, folder: Path | None):
    """Results in the order of tasks; every process has one thread of linear algebra, as two on a core would wait."""
    if workers == 1:
        yield from map(partial(kept_rows, folder=folder), tasks)
        return
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    functions = {task.function for task in tasks}
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_settle, initargs=(functions,)) as pool:
        yield from pool.map(partial(kept_rows, folder=folder), tasks)


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
