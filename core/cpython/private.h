/*  What the files of this folder share. Slots are handled as 64-bit words here: v31x.h says what a word
    means in its version (SLOT_*), which fields of a frame hold what (frame_*), and a few layouts. */
#ifndef JITNEY_CPYTHON_PRIVATE_H
#define JITNEY_CPYTHON_PRIVATE_H

#include "cpython/version.h"

#if CPY_RUNNING == CPY_313
#include "cpython/v313.h"
#elif CPY_RUNNING == CPY_314
#include "cpython/v314.h"
#elif CPY_RUNNING == CPY_315
#include "cpython/v315.h"
#else
#error "Jitney knows CPython 3.13, 3.14 and 3.15"
#endif

#include "cpython/cpython.h"

static inline uint64_t *
frame_slots(CpyFrame *f)
{
    return (uint64_t *)f->localsplus;
}

/* An object as the word of a slot, its reference going into the slot. */
static inline uint64_t
word_of_owned(PyObject *o)
{
    return o == NULL ? SLOT_NULL : ((uint64_t)(uintptr_t)o | slot_tag(o));
}

static inline bool
word_is_null(uint64_t word)
{
    return word == SLOT_NULL || word == 0;
}

static inline bool
word_is_int(uint64_t word)
{
    return SLOT_INT_TAG != 0 && (word & SLOT_TAG_BITS) == SLOT_INT_TAG;
}

static inline PyObject *
word_object(uint64_t word)
{
    return (PyObject *)(uintptr_t)(word & ~(uint64_t)SLOT_TAG_BITS);
}

/* A word taken out of a slot: drop the reference it owns, if it owns one. */
static inline void
word_release(uint64_t word)
{
    if (!word_is_null(word) && (word & SLOT_TAG_BITS) == 0) {
        Py_DECREF(word_object(word));
    }
}

/* ---- differs by version: v31x.c ---- */
/* Memory for a frame of so many words on the thread's data stack; NULL without an exception. */
CpyFrame *ver_push_memory(PyThreadState *ts, int words);
/* Fill in a fresh frame: depth 0, locals NULL, place at the start. Takes a new reference of func. */
void ver_frame_init(PyThreadState *ts, CpyFrame *f, PyFunctionObject *func, CpyFrame *previous);
/* The word that the interpreter pushes for `lasti` when an exception goes to a handler; 0 with an
   exception set when there is no memory. */
uint64_t ver_lasti_word(int place);
/* Sets obj of LOAD_COMMON_CONSTANT and the like; borrowed; NULL when there are none. */
PyObject *ver_common_constant(int which);

/* ---- shared: common.c ---- */
/* For versions whose own function for it is not exported: a new chunk of the data stack. */
CpyFrame *grow_data_stack(PyThreadState *ts, int words);
/* The exception that is set gets a traceback entry for f at its place. */
void frame_add_traceback(PyThreadState *ts, CpyFrame *f);
/* The exception that is set happened at f's place: when the code has a handler for the place, adds the
   traceback entry, puts the frame at the handler as the interpreter does, and returns true. */
bool frame_unwind(PyThreadState *ts, CpyFrame *f);

/* ---- shared: function.c ---- */
/* -1: an exception is set. */
int find_plain_vectorcall(void);

/* ---- shared: decode.c ---- */
/* NULL, or why the opcode tables do not fit the running interpreter. */
const char *probe_opcodes(void);

#endif
