/*  sys.monitoring, tool 5: events in, exceptions out.

    The interpreter calls a callback with tstate->tracing raised, which keeps nested Python code from being
    monitored; what we run from a callback is the program itself, so it is lowered around our function.

    Exceptions. An error returned from a callback is looked up in the exception table at the place where the
    interpreter believes to be (the destination of a jump, or the event's own place), not where the trace
    was. So cpy_raise_at does the unwinding itself when the exception has a handler in the frame: the
    interpreter then simply goes on at the handler. When it has none, the callback returns the error if
    there is none for the interpreter's place either; failing that, an INSTRUCTION event on the frame's place
    returns it, matched by frame, as another frame of the same code may come by first. */
#include "cpython/private.h"

#define TOOL 5
#define TOOL_BIT (1 << TOOL)

/* The exception that waits for its frame to reach its place. */
typedef struct Pending {
    struct Pending *next;
    CpyFrame *frame;
    PyCodeObject *code; /* owned */
    int place;
    bool armed; /* its code gets INSTRUCTION events for its sake alone */
    PyObject *exc; /* owned */
} Pending;

/* A process has one Jitney, in the main interpreter. */
static struct {
    CpyEventFn fn;
    PyObject *monitoring; /* sys.monitoring */
    PyObject *set_local;  /* its set_local_events */
    PyObject *disable;    /* its DISABLE */
    PyObject *name;       /* as which we are registered */
    PyObject *callbacks[3];
    bool direct; /* the interpreter's own tables are where the headers say */
    Pending *pending;
} monitor;

/* Frames at places before the first traceable one are taken for not yet begun. Instrumentation looks at nothing before it either. */
#define NEVER_TRACEABLE INT_MAX

/* ---- events of one code object ---------------------------------------------------------------- */
static bool
has_local_event(PyCodeObject *code, int event)
{
    return code->_co_monitoring != NULL && (code->_co_monitoring->local_monitors.tools[event] & TOOL_BIT);
}

static int
set_all_local_events(PyCodeObject *code, int events)
{
    PyObject *exc = PyErr_GetRaisedException();
    int first = code->_co_firsttraceable;
    code->_co_firsttraceable = first == NEVER_TRACEABLE ? 0 : first;
    PyObject *done = PyObject_CallFunction(monitor.set_local, "iOi", TOOL, code, events);
    code->_co_firsttraceable = first;
    if (done == NULL) {
        Py_XDECREF(exc);
        return -1;
    }
    Py_DECREF(done);
    if (exc != NULL) {
        PyErr_SetRaisedException(exc);
    }
    return 0;
}

/* PY_START stays as it is. */
static int
set_local_events(PyCodeObject *code, int events)
{
    int starts = has_local_event(code, PY_MONITORING_EVENT_PY_START) ? 1 << PY_MONITORING_EVENT_PY_START : 0;
    return set_all_local_events(code, events | starts);
}

static bool
is_observed(PyCodeObject *code)
{
    return has_local_event(code, PY_MONITORING_EVENT_INSTRUCTION);
}

void
cpy_tell_starts(PyCodeObject *code, bool on)
{
    if (has_local_event(code, PY_MONITORING_EVENT_PY_START) == on || !cpy_monitor_is_ours()) {
        return;
    }
    int others = is_observed(code) ? 1 << PY_MONITORING_EVENT_INSTRUCTION : 0;
    if (set_all_local_events(code, others | (on ? 1 << PY_MONITORING_EVENT_PY_START : 0)) < 0) {
        PyErr_Clear(); /* It is only slower. */
    }
}

/* Who wants the events of this code, when somebody else stops wanting them: the pending exceptions that
   armed it. True when there are any. */
static bool
set_armed(PyCodeObject *code, bool armed)
{
    bool any = false;
    for (Pending *p = monitor.pending; p != NULL; p = p->next) {
        if (p->code == code) {
            p->armed = armed;
            any = true;
        }
    }
    return any;
}

void
cpy_code_hide(PyCodeObject *code)
{
    code->_co_firsttraceable = NEVER_TRACEABLE;
}

int
cpy_observe(PyCodeObject *code, bool on)
{
    if (set_armed(code, !on) && !on) {
        return 0; /* delivering the exception turns them off */
    }
    if (is_observed(code) == on) {
        return 0;
    }
    return set_local_events(code, on ? 1 << PY_MONITORING_EVENT_INSTRUCTION : 0);
}

/* ---- pending exceptions ----------------------------------------------------------------------- */
static Pending *
pending_of(CpyFrame *f)
{
    for (Pending *p = monitor.pending; p != NULL; p = p->next) {
        if (p->frame == f) {
            return p;
        }
    }
    return NULL;
}

static void
forget(Pending *gone)
{
    Pending **at = &monitor.pending;
    while (*at != gone) {
        at = &(*at)->next;
    }
    *at = gone->next;
    Py_XDECREF(gone->exc);
    Py_DECREF(gone->code);
    PyMem_Free(gone);
}

/* Raise it here and now: the callback returns NULL. */
static int
deliver(Pending *p)
{
    PyCodeObject *code = (PyCodeObject *)Py_NewRef(p->code);
    PyObject *exc = p->exc;
    bool armed = p->armed;
    p->exc = NULL;
    forget(p);
    if (armed) {
        bool others = false;
        for (Pending *q = monitor.pending; q != NULL; q = q->next) {
            others |= q->code == code;
        }
        if (!others && set_local_events(code, 0) < 0) {
            PyErr_Clear(); /* costs time, changes nothing */
        }
    }
    PyErr_SetRaisedException(exc);
    Py_DECREF(code);
    return -1;
}

/* After a callback in which cpy_raise_at may have been called. `at` is the place at which the interpreter
   would look for a handler if we returned an error now. */
static int
settle_pending(PyThreadState *ts, PyCodeObject *code, int at)
{
    int handler, depth;
    bool lasti;
    Pending *p = pending_of(ts->current_frame);
    if (p == NULL || p->code != code) {
        return 0;
    }
    if (!cpy_exception_handler(code, at, &handler, &depth, &lasti)) {
        return deliver(p);
    }
    p->armed = !is_observed(code);
    if (!p->armed && set_local_events(code, 0) < 0) { /* The event of just this place may be disabled. */
        return -1;
    }
    return set_local_events(code, 1 << PY_MONITORING_EVENT_INSTRUCTION);
}

int
cpy_raise_at(PyThreadState *ts, CpyFrame *f)
{
    if (frame_unwind(ts, f)) {
        return 0;
    }
    Pending *stale = pending_of(f);
    if (stale != NULL) {
        forget(stale);
    }
    Pending *p = PyMem_Malloc(sizeof(Pending));
    if (p == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *p = (Pending){
        .next = monitor.pending, .frame = f, .place = cpy_frame_place(f),
        .code = (PyCodeObject *)Py_NewRef(cpy_frame_code(f)), .exc = PyErr_GetRaisedException(),
    };
    monitor.pending = p;
    return 0;
}

/* ---- callbacks -------------------------------------------------------------------------------- */
/* Offsets come as ints of bytes, always one digit. */
static inline int
place_of(PyObject *offset)
{
    return (int)(((PyLongObject *)offset)->long_value.ob_digit[0] / sizeof(_Py_CODEUNIT));
}

static inline PyObject *
handle(CpyEvent what, PyObject *const *args)
{
    PyThreadState *ts = PyThreadState_GetUnchecked();
    PyCodeObject *code = (PyCodeObject *)args[0];
    int place = place_of(args[1]);
    int dest = what == CPY_EVENT_JUMP ? place_of(args[2]) : -1;
    if (what == CPY_EVENT_INSTRUCTION && monitor.pending != NULL) {
        Pending *p = pending_of(ts->current_frame);
        if (p != NULL && p->code == code && p->place == place) {
            deliver(p);
            return NULL;
        }
    }
    if (monitor.fn == NULL) {
        Py_RETURN_NONE;
    }
    int tracing = ts->tracing;
    ts->tracing = tracing - 1;
    int result = monitor.fn(what, code, place, dest);
    ts->tracing = tracing;
    if (monitor.pending != NULL && result == 0) {
        result = settle_pending(ts, code, what == CPY_EVENT_JUMP ? dest : place);
    }
    if (result == 0) {
        Py_RETURN_NONE;
    }
    return result > 0 ? Py_NewRef(monitor.disable) : NULL;
}

static PyObject *
on_jump(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    (void)self, (void)count;
    return handle(CPY_EVENT_JUMP, args);
}

static PyObject *
on_start(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    (void)self, (void)count;
    return handle(CPY_EVENT_START, args);
}

static PyObject *
on_instruction(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    (void)self, (void)count;
    return handle(CPY_EVENT_INSTRUCTION, args);
}

static PyMethodDef callback_defs[3] = {
    [CPY_EVENT_JUMP] = {"jitney_jump", (PyCFunction)(void (*)(void))on_jump, METH_FASTCALL, NULL},
    [CPY_EVENT_START] = {"jitney_start", (PyCFunction)(void (*)(void))on_start, METH_FASTCALL, NULL},
    [CPY_EVENT_INSTRUCTION] = {"jitney_instruction", (PyCFunction)(void (*)(void))on_instruction,
                               METH_FASTCALL, NULL},
};

/* ---- the tool --------------------------------------------------------------------------------- */
static const int event_numbers[3] = {
    [CPY_EVENT_JUMP] = PY_MONITORING_EVENT_JUMP,
    [CPY_EVENT_START] = PY_MONITORING_EVENT_PY_START,
    [CPY_EVENT_INSTRUCTION] = PY_MONITORING_EVENT_INSTRUCTION,
};

/* Calls a function of sys.monitoring with tool 5 first; drops the result. */
static int
call_monitoring(const char *name, const char *format, ...)
{
    va_list rest;
    va_start(rest, format);
    PyObject *args = Py_VaBuildValue(format, rest);
    va_end(rest);
    PyObject *function = args ? PyObject_GetAttrString(monitor.monitoring, name) : NULL;
    PyObject *done = function ? PyObject_CallObject(function, args) : NULL;
    Py_XDECREF(function);
    Py_XDECREF(args);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

static void
forget_everything(void)
{
    while (monitor.pending != NULL) {
        forget(monitor.pending);
    }
    for (int i = 0; i < 3; i++) {
        Py_CLEAR(monitor.callbacks[i]);
    }
    Py_CLEAR(monitor.set_local);
    Py_CLEAR(monitor.disable);
    Py_CLEAR(monitor.name);
    Py_CLEAR(monitor.monitoring);
    monitor.fn = NULL;
    monitor.direct = false;
}

static int
find_functions(void)
{
    monitor.monitoring = Py_XNewRef(PySys_GetObject("monitoring"));
    if (monitor.monitoring == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "jitney: sys.monitoring is missing");
        return -1;
    }
    monitor.name = PyUnicode_InternFromString("jitney");
    monitor.disable = PyObject_GetAttrString(monitor.monitoring, "DISABLE");
    monitor.set_local = PyObject_GetAttrString(monitor.monitoring, "set_local_events");
    return monitor.name == NULL || monitor.disable == NULL || monitor.set_local == NULL ? -1 : 0;
}

static int
register_callbacks(void)
{
    for (int i = 0; i < 3; i++) {
        monitor.callbacks[i] = PyCFunction_New(&callback_defs[i], NULL);
        if (monitor.callbacks[i] == NULL ||
            call_monitoring("register_callback", "(iiO)", TOOL, 1 << event_numbers[i],
                            monitor.callbacks[i]) < 0) {
            return -1;
        }
    }
    return call_monitoring("set_events", "(ii)", TOOL, 1 << PY_MONITORING_EVENT_JUMP);
}

/* The interpreter's struct differs between micro releases: look whether ours is the running one's by what
   was just put there. */
static bool
tables_are_here(PyInterpreterState *interp)
{
    for (int i = 0; i < 3; i++) {
        if (interp->monitoring_callables[TOOL][event_numbers[i]] != monitor.callbacks[i]) {
            return false;
        }
    }
    return interp->monitoring_tool_names[TOOL] == monitor.name &&
           (interp->monitors.tools[PY_MONITORING_EVENT_JUMP] & TOOL_BIT) &&
           !(interp->monitors.tools[PY_MONITORING_EVENT_PY_START] & TOOL_BIT) &&
           !(interp->monitors.tools[PY_MONITORING_EVENT_INSTRUCTION] & TOOL_BIT);
}

int
cpy_monitor_start(CpyEventFn fn)
{
    if (monitor.fn != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "jitney: monitoring is already started");
        return -1;
    }
    if (find_functions() < 0) {
        forget_everything();
        return -1;
    }
    if (call_monitoring("use_tool_id", "(iO)", TOOL, monitor.name) < 0) {
        if (PyErr_ExceptionMatches(PyExc_ValueError)) {
            PyErr_SetString(PyExc_RuntimeError, "sys.monitoring's optimizer slot is taken by another tool");
        }
        forget_everything();
        return -1;
    }
    monitor.fn = fn;
    if (register_callbacks() < 0) {
        PyObject *exc = PyErr_GetRaisedException();
        cpy_monitor_stop();
        PyErr_SetRaisedException(exc);
        return -1;
    }
    monitor.direct = tables_are_here(PyInterpreterState_Get());
    return 0;
}

/* Each step is tried whatever became of the one before. 3.13's free_tool_id leaves callbacks and events. */
void
cpy_monitor_stop(void)
{
    if (monitor.monitoring == NULL) {
        return;
    }
    if (cpy_monitor_is_ours()) {
        call_monitoring("set_events", "(ii)", TOOL, 0);
        PyErr_Clear();
        for (int i = 0; i < 3; i++) {
            call_monitoring("register_callback", "(iiO)", TOOL, 1 << event_numbers[i], Py_None);
            PyErr_Clear();
        }
        call_monitoring("free_tool_id", "(i)", TOOL);
        PyErr_Clear();
    }
    forget_everything();
}

bool
cpy_monitor_is_ours(void)
{
    if (monitor.monitoring == NULL) {
        return false;
    }
    if (monitor.direct) {
        PyInterpreterState *interp = PyInterpreterState_Get();
        return interp->monitoring_tool_names[TOOL] == monitor.name &&
               interp->monitoring_callables[TOOL][PY_MONITORING_EVENT_JUMP] ==
                   monitor.callbacks[CPY_EVENT_JUMP] &&
               interp->monitoring_callables[TOOL][PY_MONITORING_EVENT_INSTRUCTION] ==
                   monitor.callbacks[CPY_EVENT_INSTRUCTION];
    }
    PyObject *name = PyObject_CallMethod(monitor.monitoring, "get_tool", "i", TOOL);
    PyErr_Clear();
    Py_XDECREF(name);
    return name == monitor.name;
}

/* ---- other tools ------------------------------------------------------------------------------ */
static bool
tools_beside_us(const uint8_t *tools, size_t count)
{
    uint8_t all = 0;
    for (size_t i = 0; i < count; i++) {
        all |= tools[i];
    }
    return (all & ~TOOL_BIT) != 0;
}

/* Global events of the tools that Python code can register, asked for one by one. */
static bool
others_have_events(void)
{
    for (int tool = 0; tool < 6; tool++) {
        if (tool == TOOL || monitor.monitoring == NULL) {
            continue;
        }
        PyObject *events = PyObject_CallMethod(monitor.monitoring, "get_events", "i", tool);
        if (events == NULL) {
            PyErr_Clear(); /* not in use */
            continue;
        }
        bool any = PyObject_IsTrue(events) == 1;
        Py_DECREF(events);
        if (any) {
            return true;
        }
    }
    return false;
}

bool
cpy_others_watch(PyThreadState *ts, PyCodeObject *code)
{
    if (ts->c_tracefunc != NULL || ts->c_profilefunc != NULL) {
        return true;
    }
    if (code != NULL && code->_co_monitoring != NULL) {
        const _Py_LocalMonitors *local = &code->_co_monitoring->local_monitors;
        if (tools_beside_us(local->tools, sizeof(local->tools))) {
            return true;
        }
    }
    if (monitor.direct) {
        const _Py_GlobalMonitors *global = &ts->interp->monitors;
        return tools_beside_us(global->tools, sizeof(global->tools));
    }
    return others_have_events();
}
