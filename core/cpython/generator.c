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

bool
cpy_generator_is_idle(PyObject *gen)
{
    int state = ((PyGenObject *)gen)->gi_frame_state;
    return state == FRAME_CREATED || FRAME_STATE_FINISHED(state);
}

/* Empties the slot; its object if its death with the slot could be seen. */
static PyObject *
take_loud(CpyFrame *f, int slot, bool (*is_silent)(PyObject *))
{
    uint64_t word = frame_slots(f)[slot];
    frame_slots(f)[slot] = SLOT_NULL;
    bool owned = !word_is_null(word) && (word & SLOT_TAG_BITS) == 0;
    if (owned && Py_REFCNT(word_object(word)) == 1 && !is_silent(word_object(word))) {
        return word_object(word);
    }
    word_release(word);
    return NULL;
}

/* In the order in which the interpreter would release them. */
static PyObject *
take_all_loud(CpyFrame *f, bool (*is_silent)(PyObject *))
{
    PyObject *one = NULL, *list = NULL;
    for (int s = 0; s < frame_top(f); s++) {
        PyObject *o = take_loud(f, s, is_silent);
        if (o == NULL) {
            continue;
        }
        if (one == NULL && list == NULL) {
            one = o;
            continue;
        }
        if (list == NULL && (list = PyList_New(0)) != NULL && PyList_Append(list, one) == 0) {
            Py_CLEAR(one);
        }
        if (list == NULL || PyList_Append(list, o) < 0) {
            Py_FatalError("jitney: no memory for what a generator held");
        }
        Py_DECREF(o);
    }
    return list != NULL ? list : one != NULL ? one : Py_None;
}

PyObject *
cpy_generator_finish(PyThreadState *ts, PyObject *gen, bool (*is_silent)(PyObject *))
{
    CpyFrame *f = cpy_generator_frame(gen);
    PyGenObject *g = (PyGenObject *)gen;
    /* The frame is cleared when it is unlinked already, as in the interpreter: no look at the recursion limit is needed. */
    g->gi_exc_state.previous_item = ts->exc_info;
    ts->exc_info = &g->gi_exc_state;
    g->gi_frame_state = FRAME_EXECUTING;
    f->previous = ts->current_frame;
    PyObject *loud = take_all_loud(f, is_silent);
    _PyEval_FrameClearAndPop(ts, f);
    return loud;
}
