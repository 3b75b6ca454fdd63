/*  Generators: their frames lie in them and are linked into the thread only while they execute. */
#include "cpython/private.h"

const int cpy_generator_created = (uint8_t)FRAME_CREATED;
const int cpy_generator_suspended = (uint8_t)FRAME_SUSPENDED;
const bool cpy_generator_top_is_pointer = FRAME_TOP_IS_POINTER;

CpyFrame *
cpy_generator_frame(PyObject *gen)
{
    return (CpyFrame *)((char *)gen + offsetof(PyGenObject, gi_iframe));
}

static PyGenObject *
generator_of(CpyFrame *f)
{
    return (PyGenObject *)((char *)f - offsetof(PyGenObject, gi_iframe));
}

int
cpy_generator_state(PyObject *gen)
{
    return (uint8_t)((PyGenObject *)gen)->gi_frame_state;
}

CpyFrame *
cpy_generator_enter(PyThreadState *ts, PyObject *o)
{
    PyGenObject *gen = (PyGenObject *)o;
    CpyFrame *f = cpy_generator_frame(o);
    if (cpy_enter_recursive_py(ts) < 0) {
        return NULL;
    }
    gen->gi_exc_state.previous_item = ts->exc_info;
    ts->exc_info = &gen->gi_exc_state;
    gen->gi_frame_state = FRAME_EXECUTING;
    f->previous = ts->current_frame;
    ts->current_frame = f;
    return f;
}

void
cpy_generator_suspend(PyThreadState *ts, CpyFrame *f)
{
    PyGenObject *gen = generator_of(f);
    ts->current_frame = f->previous;
    f->previous = NULL;
    ts->exc_info = gen->gi_exc_state.previous_item;
    gen->gi_exc_state.previous_item = NULL;
    gen->gi_frame_state = FRAME_SUSPENDED;
    cpy_leave_recursive_py(ts);
}

void
cpy_generator_finish(PyThreadState *ts, PyObject *gen)
{
    CpyFrame *f = cpy_generator_frame(gen);
    PyGenObject *g = (PyGenObject *)gen;
    /* The frame is cleared when it is unlinked already, as in the interpreter: no look at the recursion limit is needed. */
    g->gi_exc_state.previous_item = ts->exc_info;
    ts->exc_info = &g->gi_exc_state;
    g->gi_frame_state = FRAME_EXECUTING;
    f->previous = ts->current_frame;
    _PyEval_FrameClearAndPop(ts, f);
}
