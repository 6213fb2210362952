"""One pointer that stands for many arrays, so that a kernel call costs a microsecond and a function call nothing.

In: a named tuple of C-ordered numpy arrays, or several of one kind. Out: a `Handle` whose attributes are those arrays
inside compiled code, or `Handles`, of which each is one.

A named tuple of arrays would be copied into every compiled function that it is passed to, with the reference counts of
all its arrays; measured on the adult team that made the clinic four times slower and half as long again to compile (see
docs/decisions/0003-one-handle.md). A handle is the address of a table of data pointers and shapes. It owns nothing, so
whoever makes one keeps the arrays alive; `Handle` does that for its own lifetime.
With NUMBA_DISABLE_JIT=1 no handle is needed: the named tuple itself has the same attributes.
"""

# numba types little of what its extensions use
# mypy: disable-error-code="no-untyped-call,untyped-decorator,attr-defined,override,misc,no-any-return"

from __future__ import annotations

import operator
from functools import lru_cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, typeof, types
from numba.core import cgutils, typing
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin, lower_getattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import NativeValue, register_model, type_callable, typeof_impl, unbox
from numba.np import arrayobj, numpy_support


class Handle:
    """Stands for a named tuple of arrays in calls of compiled functions."""

    def __init__(self, arrays: Any, readonly: bool = False) -> None:
        """`arrays`: a named tuple of C-contiguous arrays, none of which may be replaced while the handle is in use."""
        self.arrays = arrays
        numbers: list[int] = []
        for array in arrays:
            numbers += [array.ctypes.data, *array.shape]
        self.table = np.array(numbers, dtype=np.int64)
        self.address = self.table.ctypes.data
        self.numba_type = _type_of(arrays._fields, tuple((array.dtype, array.ndim) for array in arrays), readonly)


class Handles:
    """Stands for several named tuples of the same fields, element types and dimensions, which are only read."""

    def __init__(self, several: tuple[Any, ...]) -> None:
        """`several`: named tuples as for `Handle`."""
        self.arrays = several  # kept alive, as `kept_handle` counts on it
        self.each = [Handle(arrays, readonly=True) for arrays in several]
        self.table = np.stack([one.table for one in self.each])
        self.address = self.table.ctypes.data
        self.numba_type = HandlesType(self.each[0].numba_type)


def handle(arrays: Any) -> Any:
    """A handle of a named tuple of arrays or of a tuple of them, or what it is where nothing is compiled."""
    if config.DISABLE_JIT:
        return arrays
    return Handle(arrays) if hasattr(arrays, "_fields") else Handles(arrays)


_KEPT: dict[int, Any] = {}
_MOST_KEPT = 512


def kept_handle(arrays: Any) -> Any:
    """A handle of arrays that never change, made once: rules are the same in every replication."""
    kept = _KEPT.get(id(arrays))  # a handle keeps its arrays alive, so that no others can have this id
    if kept is None:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        kept = handle(arrays)
        if not config.DISABLE_JIT:
            _KEPT[id(arrays)] = kept
    return kept


class Entrance:
    """A compiled function that is always called with the same types: numba need not ask for them at each call."""

    def __init__(self, function: Any) -> None:
        self._function = function
        self._enter: Any = None

    def __call__(self, *arguments: Any) -> Any:
        """Calls the function; the first call compiles it, or loads what is compiled."""
        if self._enter is not None:
            return self._enter(*arguments)
        answer = self._function(*arguments)
        if not config.DISABLE_JIT:
            self._enter = self._function.overloads[tuple(map(typeof, arguments))].entry_point
        return answer


class FromZero(types.Array):
    """The compiler's type of an array whose places are counted from its beginning only.

    Elsewhere -1 means the last place, which every use of a number would be asked about; here -1 means nobody.
    """

    def copy(self, dtype: Any = None, ndim: Any = None, layout: Any = None, readonly: Any = None) -> types.Array:
        """A view is counted likewise; a copy, for which numba names no dimensions, is an array like any other."""
        if ndim is None or dtype is not None:
            return super().copy(dtype, ndim, layout, readonly)
        return FromZero(self.dtype, ndim, layout or self.layout, readonly=not self.mutable)


@register_model(FromZero)
class _Unowned(models.ArrayModel):
    """A handle owns nothing, and neither do views of its arrays: no references are counted."""

    def traverse(self, _: Any) -> list[Any]:
        """Nothing within is looked after."""
        return []


def _from_zero(context: Any, builder: Any, index: Any, index_type: Any) -> tuple[Any, Any]:
    """An index, and its type, as numbers that cannot be negative."""
    if isinstance(index_type, types.BaseTuple):
        parts = cgutils.unpack_tuple(builder, index, count=len(index_type))
        pairs = [_from_zero(context, builder, part, kind) for part, kind in zip(parts, index_type.types, strict=True)]
        kinds = types.Tuple([kind for _, kind in pairs])
        return context.make_tuple(builder, kinds, [part for part, _ in pairs]), kinds
    kind = types.unliteral(index_type)
    if isinstance(kind, types.Integer) and kind.signed:
        return context.cast(builder, index, kind, types.uintp), types.uintp
    return index, index_type


@lower_builtin(operator.getitem, FromZero, types.Integer)
@lower_builtin(operator.getitem, FromZero, types.BaseTuple)
def _get(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """What numba does, with places counted from zero."""
    index, kind = _from_zero(context, builder, arguments[1], signature.args[1])
    get = arrayobj.getitem_array_tuple if isinstance(kind, types.BaseTuple) else arrayobj.getitem_arraynd_intp
    told = typing.signature(signature.return_type, signature.args[0], kind)
    found = get(context, builder, told, (arguments[0], index))
    if not signature.args[0].mutable and isinstance(found, ir.LoadInstr):
        _never_changes(builder, found)
    return found


def _never_changes(builder: Any, load: Any) -> None:
    """Tells the compiler that what is read here is never written to, so that it need be read only once."""
    load.set_metadata("invariant.load", builder.module.add_metadata([]))


@lower_builtin(operator.setitem, FromZero, types.Any, types.Any)
def _set(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """What numba does, with places counted from zero."""
    index, kind = _from_zero(context, builder, arguments[1], signature.args[1])
    told = typing.signature(signature.return_type, signature.args[0], kind, signature.args[2])
    return arrayobj.setitem_array(context, builder, told, (arguments[0], index, arguments[2]))


def prefetch(rows: Any, i: Any) -> None:
    """Has row i brought near, because it is needed soon; changes nothing, and does nothing where all is plain."""


@type_callable(prefetch)
def _type_of_prefetch(_: Any) -> Any:
    return lambda rows, i: types.none  # noqa: ARG005  # numba looks at the names


@lower_builtin(prefetch, FromZero, types.Integer)
def _prefetch(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """The processor's own instruction, for the first line of cache of a row that will be written to."""
    rows = arrayobj.make_array(signature.args[0])(context, builder, arguments[0])
    row = builder.bitcast(builder.gep(rows.data, [arguments[1]]), cgutils.voidptr_t)
    kinds = [cgutils.voidptr_t, cgutils.int32_t, cgutils.int32_t, cgutils.int32_t]
    ask = builder.module.declare_intrinsic("llvm.prefetch", kinds[:1], ir.FunctionType(ir.VoidType(), kinds))
    to_write, keep_near, data = (ir.Constant(cgutils.int32_t, number) for number in (1, 3, 1))
    builder.call(ask, [row, to_write, keep_near, data])
    return context.get_dummy_value()


class HandleType(types.Type):
    """The compiler's type of a handle: the names, element types and dimensions of its arrays."""

    def __init__(self, fields: tuple[tuple[str, types.Type, int], ...], readonly: bool) -> None:
        self.places: dict[str, tuple[int, FromZero]] = {}
        place = 0
        for name, element, ndim in fields:
            self.places[name] = place, FromZero(element, ndim, "C", readonly=readonly)
            place += 1 + ndim
        kind = "ReadOnlyHandle" if readonly else "Handle"
        super().__init__(name=f"{kind}({', '.join(f'{n}: {e}[{d}]' for n, e, d in fields)})")


class HandlesType(types.Type):
    """The compiler's type of several handles."""

    def __init__(self, each: HandleType) -> None:
        self.each = each
        self.row = sum(1 + array.ndim for _, array in each.places.values()) * np.dtype(np.int64).itemsize
        super().__init__(name=f"Handles({each.name})")


@lru_cache(maxsize=64)
def _type_of(names: tuple[str, ...], kinds: tuple[tuple[np.dtype[Any], int], ...], readonly: bool) -> HandleType:
    """Remembered, because rules change often in a run and numba takes a millisecond to think of a type."""
    fields = zip(names, kinds, strict=True)
    return HandleType(tuple((name, numpy_support.from_dtype(dtype), ndim) for name, (dtype, ndim) in fields), readonly)


@register_model(HandlesType)
@register_model(HandleType)
class _HandleModel(models.PrimitiveModel):
    """In compiled code a handle is an address."""

    def __init__(self, dmm: Any, fe_type: HandleType | HandlesType) -> None:
        super().__init__(dmm, fe_type, cgutils.intp_t)


@typeof_impl.register(Handles)
@typeof_impl.register(Handle)
def _typeof(value: Handle | Handles, _: Any) -> HandleType | HandlesType:
    return value.numba_type


@unbox(HandlesType)
@unbox(HandleType)
def _unbox(typ: HandleType, value: Any, c: Any) -> NativeValue:
    address = c.pyapi.object_getattr_string(value, "address")
    native = c.pyapi.long_as_longlong(address)
    c.pyapi.decref(address)
    return NativeValue(native)


@infer_global(operator.getitem)
class _OneOfSeveral(AbstractTemplate):
    def generic(self, arguments: Any, _: Any) -> Any:
        """One of several handles is a handle."""
        if len(arguments) == 2 and isinstance(arguments[0], HandlesType) and isinstance(arguments[1], types.Integer):
            return signature(arguments[0].each, *arguments)
        return None


@lower_builtin(operator.getitem, HandlesType, types.Integer)
def _one(context: Any, builder: Any, typed: Any, values: Any) -> Any:
    """Tables lie one after the other."""
    place = context.cast(builder, values[1], types.unliteral(typed.args[1]), types.intp)
    return builder.add(values[0], builder.mul(place, context.get_constant(types.intp, typed.args[0].row)))


@infer_getattr
class _Attributes(AttributeTemplate):
    key = HandleType

    def generic_resolve(self, typ: HandleType, attribute: str) -> FromZero | None:
        """The type of one of the arrays."""
        return typ.places[attribute][1] if attribute in typ.places else None


@lower_getattr_generic(HandleType)
def _array(context: Any, builder: Any, typ: HandleType, value: Any, attribute: str) -> Any:
    """One of the arrays, unowned: its pointer and shape are read from the table."""
    place, array_type = typ.places[attribute]
    table = builder.inttoptr(value, cgutils.intp_t.as_pointer())
    numbers = [
        builder.load(builder.gep(table, [context.get_constant(types.intp, place + k)]))
        for k in range(1 + array_type.ndim)
    ]
    for number in numbers:  # nothing in compiled code writes to the table
        _never_changes(builder, number)
    item_size = context.get_abi_sizeof(context.get_data_type(array_type.dtype))
    strides: list[Any] = []
    step = context.get_constant(types.intp, item_size)
    for length in reversed(numbers[1:]):
        strides.insert(0, step)
        step = builder.mul(step, length)
    array = arrayobj.make_array(array_type)(context, builder)
    data = builder.inttoptr(numbers[0], context.get_data_type(array_type.dtype).as_pointer())
    arrayobj.populate_array(
        array, data=data, shape=numbers[1:], strides=strides,
        itemsize=context.get_constant(types.intp, item_size), meminfo=None,
    )  # fmt: skip
    return array._getvalue()
