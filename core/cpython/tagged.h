/*  What 3.14 and 3.15 share: slots hold a _PyStackRef. Bit 0 set: the slot owns no reference (borrowed from
    a local, or an immortal object, which *must* have it set: `is None` and the tests of True and False
    compare whole words). Both bits set: a small integer in the bits above. NULL is the bare bit 0. */
#ifndef JITNEY_CPYTHON_TAGGED_H
#define JITNEY_CPYTHON_TAGGED_H

#include "internal/pycore_interpframe.h"

#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_frame.h"
#include "internal/pycore_instruments.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_intrinsics.h"
#include "internal/pycore_list.h"
#include "internal/pycore_long.h"
#include "internal/pycore_object.h"
#include "internal/pycore_optimizer.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_range.h"
#include "internal/pycore_stackref.h"
#include "internal/pycore_tuple.h"
#include "internal/pycore_unicodeobject.h"

#define FRAME_TOP_FIELD stackpointer
#define FRAME_TOP_IS_POINTER true
#define FRAME_CLEARS_BACKWARDS true
#define SLOT_NULL 1
#define SLOT_TAG_BITS 3
#define SLOT_INT_TAG 3
#define DICT_WATCHER_BITS(dict) ((unsigned)(dict)->_ma_watcher_tag & DICT_WATCHER_MASK)
/* What keeps borrowed references to locals valid that were overwritten through f_locals. */
#define FRAME_OVERWRITTEN(object) ((object)->f_overwritten_fast_locals)
#define TUPLE_KNOWN_HASH(o) (((PyTupleObject *)(o))->ob_hash)

#define OWNER_IS_SHIM(owner) ((owner) >= FRAME_OWNED_BY_INTERPRETER)

static inline uint64_t
slot_tag(PyObject *o)
{
    return o->ob_flags & Py_TAG_REFCNT;
}

static inline PyObject *
frame_executable(const struct _PyInterpreterFrame *f)
{
    return (PyObject *)(f->f_executable.bits & ~(uintptr_t)SLOT_TAG_BITS);
}

static inline PyObject *
frame_funcobj(const struct _PyInterpreterFrame *f)
{
    return (PyObject *)(f->f_funcobj.bits & ~(uintptr_t)SLOT_TAG_BITS);
}

static inline int
frame_top(const struct _PyInterpreterFrame *f)
{
    return (int)(f->stackpointer - f->localsplus);
}

static inline void
frame_set_top(struct _PyInterpreterFrame *f, int top)
{
    f->stackpointer = f->localsplus + top;
}

/* Inline values follow whatever else the instance has. */
static inline int
inline_values_offset(PyTypeObject *type)
{
    return (int)type->tp_basicsize;
}

#endif
