"""Kinds that a folder finds by itself: each is a class in a file of its own."""

from collections.abc import Collection, Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def kinds_of_folder(folder: str, path: Iterable[str], base: type, others: Collection[str]) -> dict[str, Any]:
    """Name -> kind, in the order of the files.

    folder, path: __name__ and __path__ of the package;  base: the class that every kind derives from;
    others: the folder's files that are no kinds
    """
    files = sorted(module.name for module in iter_modules(path) if module.name not in others)
    modules = [import_module(f"{folder}.{file}") for file in files]
    classes = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__
    ]
    return {kind.name: kind() for kind in classes}
