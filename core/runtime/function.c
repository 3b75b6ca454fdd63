/*  Functions as roots, where the interpreter starts them.

    Only those that call themselves: their machine code is entered once for many calls. For any other function an event at each
    call costs more than it can bring, as it is followed from the loops and functions that call it. So events are asked for
    where the code names the function itself, and given back when its calls turn out not to lie above one another. */
#include "runtime/state.h"

enum {
    SEARCH = 12,           /* frames up the stack in which a function that calls itself is found again */
    STRETCH = 512,         /* entries by events between two looks at what they brought */
    SHORT_STAY = 2000,     /* cycles; event, entry and exit take some hundred */
    STRIKES = 12,          /* such stretches in a row: at first the interpreter has the outer calls and only the innermost come here */
};

static bool calls_itself(CpyFrame *f, PyCodeObject *code)
{
    CpyFrame *up = cpy_frame_previous(f);
    for (int i = 0; i < SEARCH && up != NULL; i++, up = cpy_frame_previous(up)) {
        if (cpy_is_python_frame(up) && cpy_frame_code(up) == code) {
            return true;
        }
    }
    return false;
}

static bool may_be_root(PyCodeObject *code)
{
    const int never = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR | CO_ITERABLE_COROUTINE;
    return (code->co_flags & (never | CO_OPTIMIZED)) == CO_OPTIMIZED;
}

/* While side traces are still added it may get better. */
static bool pays(RtTree *tree)
{
    if (++tree->entered < STRETCH) {
        return true;
    }
    bool bad = tree->spent / (tree->timed + 1) < SHORT_STAY && tree->nsides == tree->nsides_seen;
    tree->nsides_seen = tree->nsides;
    tree->entered = tree->timed = 0;
    tree->spent = 0;
    tree->strikes = bad ? tree->strikes + 1 : 0;
    if (tree->strikes >= STRIKES) {
        rt_shut(tree);
    }
    return !tree->shut;
}

/* A call that the recorder may be about to follow is the interpreter's. */
static int enter(PyThreadState *ts, CpyFrame *f, RtPlace *p)
{
    if (rt.recording.rec != NULL && rt.recording.ts == ts && cpy_frame_previous(f) == rt.recording.frame) {
        return 0;
    }
    p->tree->by_events = true;
    return p->tree->shut || !pays(p->tree) ? 1 : rt_enter(ts, f, p);
}

/* ---- who may ------------------------------------------------------------------------------------------------ */
static bool is_among(PyObject *names, PyObject *name)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        if (PyTuple_GET_ITEM(names, i) == name) { /* Both are interned. */
            return true;
        }
    }
    return false;
}

static bool names_itself(PyCodeObject *code)
{
    return is_among(code->co_names, code->co_name) || is_among(code->co_localsplusnames, code->co_name);
}

void rt_note_function(PyFunctionObject *func)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    if (may_be_root(code) && names_itself(code)) {
        cpy_tell_starts(code, true);
    }
}

static void ignore(PyFunctionObject *func)
{
    cpy_tell_starts((PyCodeObject *)func->func_code, false);
}

void rt_notice_functions(void)
{
    cpy_each_function(rt_note_function);
}

void rt_ignore_functions(void)
{
    cpy_each_function(ignore);
}

/* ---- the event ----------------------------------------------------------------------------------------------- */
int rt_on_start(PyThreadState *ts, PyCodeObject *code, int place)
{
    RtPlace *p = may_be_root(code) ? rt_place(code, RT_AT_START, true) : NULL;
    if (p == NULL) {
        return 1;
    }
    if (p->tree != NULL) {
        return enter(ts, cpy_current_frame(ts), p);
    }
    if (p->given_up) {
        return 1;
    }
    if (--p->left > 0) {
        return 0;
    }
    CpyFrame *f = cpy_current_frame(ts);
    if (!calls_itself(f, code)) {
        return 1;
    }
    if (rt.recording.rec != NULL) {
        p->left = 1 + (int32_t)(rt.params.function_threshold / 16); /* One recording at a time: again soon. */
        return 0;
    }
    p->left = (int32_t)rt.params.function_threshold;
    rt_record_function(ts, f, cpy_decode(code, place).next);
    return 0;
}
