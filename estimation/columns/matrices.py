"""Types of arguments and fields that a type checker has to take on trust, by the name of what they hold.

scipy.sparse comes without types, so nothing can tell a checker that a field is one of two kinds of matrix; and a
frozen result that widens a number to an array has one type when it is made and another when it is read.
"""

from typing import Any, TypeAlias

Matrix: TypeAlias = Any  # numpy or scipy.sparse
Spread: TypeAlias = Any  # made from a number or an array; always an array when read
