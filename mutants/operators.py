"""The faults: cosmic-ray's operators, and one of our own, an argument left out of a call."""

from collections.abc import Iterator
from functools import cache

from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.operators.provider import OperatorProvider
from parso.python.tree import PythonNode

ARITHMETIC, BITS = {"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"}, {"BitOr", "BitAnd", "BitXor"}
LEFT_OUT = ("VariableReplacer", "VariableInserter", "RemoveDecorator", "ExceptionReplacer")
BINARY = "ReplaceBinaryOperator_"


class DropKeywordArgument(Operator):
    """f(x, weight=w) becomes f(x): the default is used where there is one."""

    def mutation_positions(self, node):
        for child in self._named(node):
            yield (child.start_pos, child.end_pos)

    def mutate(self, node, index):
        child = list(self._named(node))[index]
        place = node.children.index(child)
        end = place + 2 if node.type == "arglist" and place == 0 else place + 1
        start = place - 1 if node.type == "arglist" and place > 0 else place
        del node.children[start:end]
        return node

    @staticmethod
    def _named(node) -> Iterator[PythonNode]:
        """The arguments `name=value` of a call: inside an arglist, or alone between the brackets."""
        if node.type in ("arglist", "trailer"):
            yield from (
                c
                for c in node.children
                if c.type == "argument" and c.children[1].type == "operator" and c.children[1].value == "="
            )

    @classmethod
    def examples(cls):
        return (
            Example("f(x, weight=w)", "f(x)"),
            Example("f(weight=w, x=y)", "f( x=y)"),
            Example("f(weight=w)", "f()"),
        )


@cache
def operators() -> dict[str, Operator]:
    """name -> operator: those of cosmic-ray that make a plausible fault, and ours.

    Arithmetic is replaced by arithmetic and bits by bits, since `x >> .5` fails wherever it runs; names are not
    replaced by random numbers, and decorators and the exceptions caught are left alone for the same reason.
    """
    known = OperatorProvider()
    names = [name for name in known if name not in LEFT_OUT and _of_a_kind(name)]
    return {name: known[name]() for name in names} | {"DropKeywordArgument": DropKeywordArgument()}


def _of_a_kind(name: str) -> bool:
    if not name.startswith(BINARY):
        return True
    pair = set(name.removeprefix(BINARY).split("_"))
    return pair <= ARITHMETIC or pair <= BITS
