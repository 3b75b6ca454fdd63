/*  Calls that machine code makes of Python functions that it did not inline: those with loops of their own, and recursion.

    Those that cannot be light (light.c) come here, instead of to the interpreter's vectorcall. A function that was called often is compiled
    from its first instruction on, and its machine code is entered without an event in between, over a frame made for it; where the machine
    code leaves, the interpreter goes on in that frame. */
#include "runtime/state.h"

bool rt_is_simple_code(const PyCodeObject *code)
{
    const int never = CO_VARARGS | CO_VARKEYWORDS | CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR;
    return (code->co_flags & (never | CO_OPTIMIZED)) == CO_OPTIMIZED && code->co_kwonlyargcount == 0 &&
           code->co_nlocalsplus == code->co_nlocals && code->co_ncellvars == 0;
}

static bool is_simple(PyFunctionObject *func, size_t nargs)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    size_t ndefaults = func->func_defaults != NULL ? (size_t)PyTuple_GET_SIZE(func->func_defaults) : 0;
    return rt_is_simple_code(code) && nargs <= (size_t)code->co_argcount && nargs + ndefaults >= (size_t)code->co_argcount &&
           cpy_function_is_plain(func);
}

static CpyFrame *push_frame(PyThreadState *ts, PyFunctionObject *func, PyObject *const *args, size_t nargs)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    CpyFrame *f = cpy_frame_push(ts, func);
    if (f == NULL) {
        return NULL;
    }
    size_t total = (size_t)code->co_argcount;
    for (size_t i = 0; i < total; i++) {
        PyObject *o = i < nargs ? args[i] : PyTuple_GET_ITEM(func->func_defaults, PyTuple_GET_SIZE(func->func_defaults) - (Py_ssize_t)(total - i));
        cpy_slot_take(f, (int)i, Py_NewRef(o));
    }
    return f;
}

/* Is its tree to be entered? Cold ones are counted, hot ones recorded with the frame that is about to run. */
static bool is_cold(RtPlace *p)
{
    if (p->tree != NULL) {
        return p->tree->scales.phase == RT_RESTING;
    }
    return p->given_up || rt.recording.rec != NULL || --p->left > 0;
}

static void start_recording(PyThreadState *ts, CpyFrame *f, RtPlace *p)
{
    p->left = (int32_t)rt.params.function_threshold;
    rt_record_root(REC_FUNCTION, ts, f, p->code, RT_AT_START);
}

static PyObject *call_with_frame(PyThreadState *ts, PyFunctionObject *func, PyObject *const *args, size_t nargs, RtPlace *p)
{
    CpyFrame *f = push_frame(ts, func, args, nargs);
    if (f == NULL) {
        return NULL;
    }
    if (p->tree != NULL) {
        return rt_enter_function(ts, f, p->tree);
    }
    start_recording(ts, f, p);
    return cpy_frame_run(ts, f, false);
}

/* What the machine code left to us: see CgConfig.call_function. */
static void sync_now(CgRun *caller)
{
    CgExit *exit = caller->later;
    caller->later = NULL;
    if (exit != NULL) {
        rt_sync(caller, exit);
    }
}

PyObject *rt_call_heavily(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames, CgRun *caller)
{
    size_t nargs = (size_t)PyVectorcall_NARGS(nargsf);
    PyFunctionObject *func = (PyFunctionObject *)callable;
    sync_now(caller);
    if (!rt.on || kwnames != NULL || !PyFunction_Check(callable) || !is_simple(func, nargs)) {
        return PyObject_Vectorcall(callable, args, nargsf, kwnames);
    }
    RtPlace *p = rt_place((PyCodeObject *)func->func_code, RT_AT_START, true);
    if (p == NULL || is_cold(p)) {
        return PyObject_Vectorcall(callable, args, nargsf, kwnames);
    }
    return call_with_frame(PyThreadState_GetUnchecked(), func, args, nargs, p);
}
