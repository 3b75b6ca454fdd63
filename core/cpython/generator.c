/*  Generators: their frames lie in them and are linked into the thread only while they execute. */
#include "cpython/private.h"

const int cpy_generator_created = (uint8_t)FRAME_CREATED;
const int cpy_generator_suspended = (uint8_t)FRAME_SUSPENDED;
const int cpy_generator_cleared = (uint8_t)FRAME_CLEARED;
const bool cpy_frame_clears_backwards = FRAME_CLEARS_BACKWARDS;
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

bool
cpy_generator_is_suspended(PyObject *gen)
{
    return FRAME_STATE_SUSPENDED(((PyGenObject *)gen)->gi_frame_state);
}

static void
fill_slots(CpyFrame *f, int base, int n, PyObject **slots, const int64_t *words)
{
    for (int i = 0; i < n; i++) {
        uint64_t word = words != NULL && i >= base && slots[i] == NULL ? (uint64_t)words[i - base] : 0;
        if (word != 0) {
            frame_slots(f)[i] = word;
        } else {
            cpy_slot_take(f, i, slots[i]);
        }
    }
}

PyObject *
cpy_generator_make(PyFunctionObject *func, PyCodeObject *code, int state, void *place, int64_t top, PyObject **slots, const int64_t *words)
{
    PyThreadState *ts = PyThreadState_GetUnchecked();
    int base = code->co_nlocalsplus, n = base + code->co_stacksize;
    PyGenObject *gen = PyObject_GC_NewVar(PyGenObject, &PyGen_Type, n);
    if (gen == NULL) {
        return NULL;
    }
    gen->gi_weakreflist = NULL;
    gen->gi_name = Py_NewRef(func->func_name);
    gen->gi_qualname = Py_NewRef(func->func_qualname);
    gen->gi_exc_state = (_PyErr_StackItem){0};
    gen->gi_origin_or_finalizer = NULL;
    gen->gi_hooks_inited = gen->gi_closed = gen->gi_running_async = 0;
    gen->gi_frame_state = FRAME_CREATED;
    CpyFrame *f = cpy_generator_frame((PyObject *)gen);
    ver_frame_init(ts, f, func, NULL);
    f->owner = FRAME_OWNED_BY_GENERATOR;
    fill_slots(f, base, n, slots, words);
    f->instr_ptr = place;
    int offset = (int)offsetof(struct _PyInterpreterFrame, localsplus) + (int)offsetof(PyGenObject, gi_iframe);
    frame_set_top(f, state == cpy_generator_cleared ? base : FRAME_TOP_IS_POINTER ? (int)((top - offset) / 8) : (int)top);
    gen->gi_frame_state = (int8_t)state;
    PyObject_GC_Track(gen);
    if (state == cpy_generator_cleared) {
        cpy_generator_finish(ts, (PyObject *)gen, NULL);
    }
    return (PyObject *)gen;
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
cpy_closes_quietly(PyCodeObject *code, const void *place)
{
    CpyInsn insn = cpy_decode(code, (int)((const _Py_CODEUNIT *)place - _PyCode_CODE(code)));
    return insn.op == CPYOP_resume && insn.arg2 != 0;
}

bool
cpy_generator_dies_quietly(PyObject *gen)
{
    int state = ((PyGenObject *)gen)->gi_frame_state;
    CpyFrame *f = cpy_generator_frame(gen);
    return state == FRAME_CREATED || FRAME_STATE_FINISHED(state) ||
           (state == FRAME_SUSPENDED && cpy_closes_quietly(cpy_frame_code(f), f->instr_ptr));
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

/* A list lets go of its last item first: of what the interpreter would release first. */
static PyObject *
take_all_loud(CpyFrame *f, bool (*is_silent)(PyObject *))
{
    PyObject *one = NULL, *list = NULL;
    for (int i = 0, n = frame_top(f); i < n; i++) {
        PyObject *o = take_loud(f, FRAME_CLEARS_BACKWARDS ? n - 1 - i : i, is_silent);
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
    if (list != NULL && PyList_Reverse(list) < 0) {
        Py_FatalError("jitney: what a generator held cannot be put in order");
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
