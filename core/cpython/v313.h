/*  CPython 3.13's frames: slots are plain owned pointers, NULL is 0, the stack's depth is an index. */
#ifndef JITNEY_CPYTHON_V313_H
#define JITNEY_CPYTHON_V313_H

#include "internal/pycore_frame.h"

#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_instruments.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_intrinsics.h"
#include "internal/pycore_list.h"
#include "internal/pycore_long.h"
#include "internal/pycore_object.h"
#include "internal/pycore_optimizer.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_range.h"
#include "internal/pycore_tuple.h"
#include "internal/pycore_unicodeobject.h"

#define FRAME_TOP_FIELD stacktop
#define FRAME_TOP_IS_POINTER false
#define FRAME_CLEARS_BACKWARDS false
#define SLOT_NULL 0
#define SLOT_TAG_BITS 0
#define SLOT_INT_TAG 0
#define DICT_WATCHER_BITS(dict) ((unsigned)(dict)->ma_version_tag & DICT_WATCHER_MASK)
#define CPYTHONS_DICT_WATCHERS 2
#define FRAME_OVERWRITTEN(object) NULL
#define TUPLE_KNOWN_HASH(o) (-1)

#define OWNER_IS_SHIM(owner) ((owner) == FRAME_OWNED_BY_CSTACK)

static inline uint64_t
slot_tag(PyObject *o)
{
    (void)o;
    return 0;
}

static inline PyObject *
frame_executable(const struct _PyInterpreterFrame *f)
{
    return f->f_executable;
}

static inline PyObject *
frame_funcobj(const struct _PyInterpreterFrame *f)
{
    return f->f_funcobj;
}

static inline int
frame_top(const struct _PyInterpreterFrame *f)
{
    return f->stacktop;
}

static inline void
frame_set_top(struct _PyInterpreterFrame *f, int top)
{
    f->stacktop = top;
}

/* Inline values follow the object's head. */
static inline int
inline_values_offset(PyTypeObject *type)
{
    (void)type;
    return (int)sizeof(PyObject);
}

#endif
