/*  What the cyclic collector thinks of an object. */
#include "cpython/private.h"

#include "internal/pycore_gc.h"

bool
cpy_gc_is_collecting(void)
{
    return PyInterpreterState_Get()->gc.collecting != 0;
}

bool
cpy_gc_is_unreachable(PyObject *o)
{
    return PyObject_IS_GC(o) && (_Py_AS_GC(o)->_gc_prev & _PyGC_PREV_MASK_COLLECTING) != 0;
}

void
cpy_gc_forget_finalized(PyObject *o)
{
    _Py_AS_GC(o)->_gc_prev &= ~(uintptr_t)_PyGC_PREV_MASK_FINALIZED;
}
