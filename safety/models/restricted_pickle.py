"""
The few pickle opcodes that a file of plain containers and tensors needs, and no other.

Nothing is imported and nothing is called: the three names that state dictionaries use are known here as
words, and every other name, opcode or argument ends the reading.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from safety.errors import UnsafeWeights

STORAGES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "|i1",
    "ByteStorage": "|u1",
    "BoolStorage": "|b1",
}
"""Names of torch's storages and the numpy types (little-endian) of what lies in them."""

_MOST_OPCODES = 1_000_000


@dataclass(frozen=True, slots=True)
class Storage:
    """A run of numbers kept elsewhere in the file: its numpy type, key and count."""

    dtype: str
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """A view into a storage, in elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    module: str
    name: str


_ORDERED_DICT = _Name("collections", "OrderedDict")
_REBUILD = _Name("torch._utils", "_rebuild_tensor_v2")
_MARK = object()


def read_plain(file: BinaryIO) -> Any:
    """
    Read one pickle from `file` (left behind its end): dicts, lists, tuples, scalars, text and tensors.

    Raises:
        UnsafeWeights: it holds anything else, or is broken.
    """
    machine = _Machine()
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(file)):
            if count > _MOST_OPCODES:
                raise UnsafeWeights("more opcodes than a file of weights has")
            if opcode.name == "STOP":
                (value,) = machine.stack
                return value
            machine.step(opcode.name, argument)
    except (ValueError, IndexError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise UnsafeWeights(f"a broken pickle: {error}") from error
    raise UnsafeWeights("a pickle without an end")


@dataclass(slots=True)
class _Machine:
    """The stack, the memo, and what each allowed opcode does to them."""

    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def step(self, opcode: str, argument: Any) -> None:
        if opcode in _CONSTANTS:
            self.stack.append(_CONSTANTS[opcode](argument))
        elif opcode in {"BINPUT", "LONG_BINPUT"}:
            self.memo[argument] = self.stack[-1]
        elif opcode in {"BINGET", "LONG_BINGET"}:
            self.stack.append(self.memo[argument])
        elif opcode in _ACTS:
            _ACTS[opcode](self)
        elif opcode != "PROTO":
            raise UnsafeWeights(f"the opcode {opcode} has no place in a file of weights")

    def since_mark(self) -> list[Any]:
        taken: list[Any] = []
        while (top := self.stack.pop()) is not _MARK:
            taken.append(top)
        return taken[::-1]

    def take(self, count: int) -> None:
        taken = [self.stack.pop() for _ in range(count)]
        self.stack.append(tuple(taken[::-1]))

    def set_items(self, items: list[Any]) -> None:
        if len(items) % 2 or not isinstance(self.stack[-1], dict):
            raise UnsafeWeights("items without a dictionary")
        self.stack[-1].update(zip(items[::2], items[1::2], strict=True))

    def extend(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise UnsafeWeights("items without a list")
        self.stack[-1].extend(items)

    def drop_state(self) -> None:
        """The attributes of an ordered dictionary (`_metadata`) are no weights."""
        self.stack.pop()
        if not isinstance(self.stack[-1], dict):
            raise UnsafeWeights("a state for something that has none")

    def reduce(self) -> None:
        arguments, name = self.stack.pop(), self.stack.pop()
        if name == _ORDERED_DICT and arguments == ():
            self.stack.append({})
        elif name == _REBUILD:
            self.stack.append(_tensor(arguments))
        else:
            raise UnsafeWeights(f"a call of {name}")

    def find_storage(self) -> None:
        self.stack.append(_storage(self.stack.pop()))


def _name(argument: str) -> _Name:
    module, _, name = argument.partition(" ")
    found = _Name(module, name)
    is_storage = module == "torch" and name in STORAGES
    if found not in {_ORDERED_DICT, _REBUILD} and not is_storage:
        raise UnsafeWeights(f"the name {module}.{name} has no place in a file of weights")
    return found


_CONSTANTS: dict[str, Callable[[Any], Any]] = {
    "NONE": lambda _: None,
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    "EMPTY_DICT": lambda _: {},
    "EMPTY_LIST": lambda _: [],
    "EMPTY_TUPLE": lambda _: (),
    "MARK": lambda _: _MARK,
    "GLOBAL": _name,
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE"), lambda told: told),
}

_ACTS: dict[str, Callable[[_Machine], None]] = {
    "TUPLE": lambda machine: machine.stack.append(tuple(machine.since_mark())),
    "TUPLE1": lambda machine: machine.take(1),
    "TUPLE2": lambda machine: machine.take(2),
    "TUPLE3": lambda machine: machine.take(3),
    "SETITEM": lambda machine: machine.set_items([machine.stack.pop(-2), machine.stack.pop()]),
    "SETITEMS": lambda machine: machine.set_items(machine.since_mark()),
    "APPEND": lambda machine: machine.extend([machine.stack.pop()]),
    "APPENDS": lambda machine: machine.extend(machine.since_mark()),
    "BUILD": _Machine.drop_state,
    "REDUCE": _Machine.reduce,
    "BINPERSID": _Machine.find_storage,
}


def _storage(told: Any) -> Storage:
    """From ("storage", type, key, device, count) of the zip form; the older form adds a None."""
    word, kind, key, _, count, *rest = told
    is_plain = isinstance(kind, _Name) and kind.module == "torch" and isinstance(key, str)
    if word != "storage" or not is_plain or rest not in ([], [None]) or not _is_count(count):
        raise UnsafeWeights("a storage that is not one of plain numbers")
    return Storage(STORAGES[kind.name], key, count)


def _tensor(told: Any) -> Tensor:
    storage, offset, shape, strides, *_ = told
    if not isinstance(storage, Storage) or len(shape) != len(strides):
        raise UnsafeWeights("a tensor of no storage, or of no shape")
    if not all(_is_count(one) for one in (offset, *shape, *strides)):
        raise UnsafeWeights("a tensor with a negative or unmeasured side")
    empty = 0 in shape
    last = offset + sum((side - 1) * step for side, step in zip(shape, strides, strict=True))
    if not empty and last >= storage.count:
        raise UnsafeWeights("a tensor that reaches beyond its storage")
    return Tensor(storage, offset, tuple(shape), tuple(strides))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40
