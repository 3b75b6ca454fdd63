/*  The engine: on, off, and what it did.

    Off means: no events, no watchers, no tree alive. A program may turn it off (or end) while machine code is
    running further up the stack: trees are killed but stay in memory until the last activation is gone, and so
    does code memory; the next time it is turned on goes on with what is there.

    At exit, before the interpreter takes its modules apart, everything is turned off (atexit). Objects held by
    trees that are still running then are leaked. */
#include "runtime/state.h"

#include <string.h>
#include <unistd.h>

JnState rt = {.log_fd = -1};

static bool codemem_started;

static int refuse(const char *why)
{
    PyErr_Format(PyExc_RuntimeError, "jitney cannot work here: %s", why);
    return -1;
}

static int check_interpreter(PyThreadState *ts)
{
    if (!cpy_is_main_interpreter(ts)) {
        return refuse("it works in the main interpreter only, and this is a subinterpreter");
    }
#ifdef Py_GIL_DISABLED
    return refuse("this is a free-threaded build");
#endif
    const char *why = cpy_probe_layout();
    return why != NULL ? refuse(why) : 0;
}

/* ---- what the recorder asks ------------------------------------------------------------------------ */
static void *breaker_of_recording(void)
{
    uint64_t mask;
    return cpy_eval_breaker(rt.recording.ts != NULL ? rt.recording.ts : PyThreadState_Get(), &mask);
}

static struct IrLabel *label_at(PyCodeObject *code, int place)
{
    RtPlace *p = rt_place(code, place, false);
    if (p == NULL || p->tree == NULL || p->tree->dead || p->tree->breaker != breaker_of_recording()) {
        return NULL;
    }
    return p->tree->root->cg->ir->label;
}

static int sides_at(PyCodeObject *code, int place)
{
    RtPlace *p = rt_place(code, place, false);
    return p != NULL && p->tree != NULL ? p->tree->nsides : -1;
}

static bool no_inline(PyCodeObject *code)
{
    RtCode *c = rt_code(code, false);
    return c != NULL && c->no_inline;
}

static void set_no_inline(PyCodeObject *code)
{
    RtCode *c = rt_code(code, true);
    if (c != NULL) {
        c->no_inline = true;
    }
}

/* ---- parameters ----------------------------------------------------------------------------------------- */
static char *copy_text(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

static void take_params(const RtParams *params)
{
    params_clear(&rt.params);
    rt.params = *params;
    rt.params.log = copy_text(params->log);
    rt.params.log_channels = copy_text(params->log_channels);
}

/* ---- on ---------------------------------------------------------------------------------------------------- */
static int start_parts(void)
{
    if (!codemem_started) {
        if (rt_codemem_start((size_t)rt.params.code_memory << 20) < 0) {
            return -1;
        }
        codemem_started = true;
        rt.enter = NULL;
    }
    if (rt_config_start() < 0 || cpy_watch_start(rt_on_change) < 0) {
        return -1;
    }
    rt.watching = true;
    if (rt_consumers_start() < 0 || rt_keeper_start() < 0) {
        return -1;
    }
    if (cpy_monitor_start(rt_on_event) < 0) {
        return -1;
    }
    rt_notice_functions();
    return 0;
}

static int disable(bool at_exit);

static PyObject *at_exit(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    if (disable(true) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef at_exit_method = {"jitney_at_exit", at_exit, METH_NOARGS, NULL};

/* Once a process: atexit knows no difference between once and twice. */
static int register_at_exit(PyObject *module)
{
    static bool registered;
    if (registered) {
        return 0;
    }
    PyObject *function = PyCFunction_New(&at_exit_method, module);
    PyObject *atexit = function != NULL ? PyImport_ImportModule("atexit") : NULL;
    PyObject *done = atexit != NULL ? PyObject_CallMethod(atexit, "register", "O", function) : NULL;
    Py_XDECREF(function);
    Py_XDECREF(atexit);
    Py_XDECREF(done);
    registered = done != NULL;
    return registered ? 0 : -1;
}

static void stop_parts(void)
{
    PyObject *error = PyErr_GetRaisedException();
    rt.on = false;
    rt_consumers_stop();
    cpy_monitor_stop();
    if (rt.watching) {
        cpy_watch_stop();
        rt.watching = false;
    }
    PyErr_SetRaisedException(error);
}

int rt_enable(PyObject *module, const RtParams *params)
{
    if (rt.on) {
        return 0;
    }
    if (check_interpreter(PyThreadState_Get()) < 0 || register_at_exit(module) < 0) {
        return -1;
    }
    take_params(params);
    rt.host = (RecHost){.label_at = label_at, .no_inline = no_inline, .set_no_inline = set_no_inline,
                        .observe = rt_observe, .consumer = rt_consumer_at, .is_volatile = rt_is_volatile, .set_volatile = rt_set_volatile,
                        .call_function = (vectorcallfunc)(void (*)(void))rt_call_function, .sides_at = sides_at};
    rt_log_close();
    rt_log_open(rt.params.log);
    rt.on = true;
    if (start_parts() < 0) {
        stop_parts();
        rt_log_close();
        return -1;
    }
    rt_log(RT_LOG_compile, "enabled", NULL, 0, "CPython %s pid=%ld", CPY_VERSION_NAME, (long)getpid());
    return 0;
}

/* ---- off ----------------------------------------------------------------------------------------------------- */
/* Whoever runs machine code further up the stack holds a tree. */
static void drop_code_memory(void)
{
    if (rt.trees == NULL && codemem_started) {
        rt_codemem_stop();
        codemem_started = false;
    }
}

static int disable(bool at_exit)
{
    if (!rt.on) {
        return 0;
    }
    rt_record_stop(ABORT_none);
    rt_kill_all();
    if (!at_exit) {
        rt_ignore_functions(); /* That looks at all objects; at the end nobody comes later. */
    }
    stop_parts();
    rt_sweep();
    rt_forget_deps();
    rt_free_places();
    drop_code_memory();
    rt_log(RT_LOG_compile, "disabled", NULL, 0, "code_bytes=%zu", rt_code_bytes());
    rt_log_close();
    return 0;
}

int rt_disable(void)
{
    return disable(false);
}

bool rt_is_enabled(void)
{
    return rt.on;
}

/* ---- what it did ------------------------------------------------------------------------------------------------ */
static int add_stat(PyObject *dict, const char *name, uint64_t value)
{
    PyObject *number = PyLong_FromUnsignedLongLong(value);
    int result = number != NULL ? PyDict_SetItemString(dict, name, number) : -1;
    Py_XDECREF(number);
    return result;
}

static int add_all(PyObject *dict)
{
#define STAT(name, doc) \
    if (add_stat(dict, #name, rt.stats.name) < 0) { \
        return -1; \
    }
#include "runtime/stats.def"
#undef STAT
    for (int i = 0; i < ABORT__COUNT; i++) {
        char name[80];
        snprintf(name, sizeof name, "abort_%s", rec_abort_name[i]);
        if (rt.stats.aborts_by[i] > 0 && add_stat(dict, name, rt.stats.aborts_by[i]) < 0) {
            return -1;
        }
    }
    return add_stat(dict, "code_bytes", rt_code_bytes());
}

PyObject *rt_stats(void)
{
    PyObject *dict = PyDict_New();
    if (dict != NULL && add_all(dict) < 0) {
        Py_CLEAR(dict);
    }
    return dict;
}
