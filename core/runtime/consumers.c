/*  Built-in functions that consume a generator: sum(x * x for x in xs) as the loop that it is.

    A generator that C code drives is entered and left once an item; driven by a loop in Python its code is part of the loop's
    trace. So where a hot generator turns out to be consumed by one of the functions of jitney._consumers (the table there), that
    call is made to call the loop instead: an INSTRUCTION event at the place of the call (all others of that code are
    disabled as they come by) puts the loop's function where the built-in one lies on the stack. Each place has a copy of the loop, so
    that its trace knows one generator. The copies are hidden from tracebacks, sys._getframe() and other tools.

    A place where the loop does not pay (short generators, or nothing was compiled) is given back. */
#include "runtime/state.h"

enum {
    FIRST_LOOK = 40, LATER_LOOKS = 1024, /* calls until the place is judged */
    SHORT_STAY = 2500,                   /* cycles in the loop's trace per call that do not pay */
    MAX_CONSUMERS = 16,
};

typedef struct RtSite {
    int place;
    uint32_t calls;
    bool retired;
    PyObject *callable; /* the built-in one, borrowed from the table; NULL until it was seen */
    PyObject *loop;     /* owned */
    struct RtSite *next;
} RtSite;

static struct {
    PyObject *callable, *loop; /* owned */
} consumers[MAX_CONSUMERS];
static int nconsumers;

int rt_consumers_start(void)
{
    PyObject *module = PyImport_ImportModule("jitney._consumers");
    PyObject *table = module != NULL ? PyObject_GetAttrString(module, "consumers") : NULL;
    PyObject *callable, *loop;
    Py_ssize_t at = 0;
    Py_XDECREF(module);
    if (table == NULL) {
        return -1;
    }
    while (PyDict_Next(table, &at, &callable, &loop) && nconsumers < MAX_CONSUMERS) {
        consumers[nconsumers].callable = Py_NewRef(callable);
        consumers[nconsumers++].loop = Py_NewRef(loop);
    }
    Py_DECREF(table);
    return 0;
}

void rt_consumers_stop(void)
{
    while (nconsumers > 0) {
        nconsumers--;
        Py_CLEAR(consumers[nconsumers].callable);
        Py_CLEAR(consumers[nconsumers].loop);
    }
}

void rt_free_sites(RtCode *c)
{
    while (c->sites != NULL) {
        RtSite *s = c->sites;
        c->sites = s->next;
        Py_XDECREF(s->loop);
        free(s);
    }
}

static RtSite *site_at(RtCode *c, int place)
{
    RtSite *s = c != NULL ? c->sites : NULL;
    while (s != NULL && s->place != place) {
        s = s->next;
    }
    return s;
}

/* ---- events ------------------------------------------------------------------------------------ */
static bool has_live_site(const RtCode *c)
{
    const RtSite *s = c != NULL ? c->sites : NULL;
    while (s != NULL && s->retired) {
        s = s->next;
    }
    return s != NULL;
}

/* While there are places of ours the events stay; turning them off and on brings back those that were disabled. */
int rt_observe(PyCodeObject *code, bool on)
{
    RtCode *c = rt.on ? rt_code(code, false) : NULL;
    if (c == NULL || c->sites == NULL || (!on && !has_live_site(c))) {
        return cpy_observe(code, on);
    }
    return on && cpy_observe(code, false) < 0 ? -1 : cpy_observe(code, true);
}

void rt_note_consumer(PyThreadState *ts, CpyFrame *generator_frame)
{
    CpyFrame *f = cpy_frame_previous(generator_frame);
    if (f == NULL || cpy_others_watch(ts, cpy_frame_code(f))) {
        return;
    }
    PyCodeObject *code = cpy_frame_code(f);
    CpyInsn call = cpy_decode(code, cpy_frame_place(f));
    RtCode *c = call.op == CPYOP_call && (call.arg == 1) ? rt_code(code, true) : NULL;
    if (c == NULL || site_at(c, call.op_at) != NULL) {
        return;
    }
    RtSite *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return;
    }
    *s = (RtSite){.place = call.op_at, .next = c->sites};
    c->sites = s;
    if (rt_observe(code, true) < 0) {
        PyErr_Clear();
        s->retired = true;
    }
}

/* ---- the loop's function ------------------------------------------------------------------------ */
static PyObject *find_loop(PyObject *callable)
{
    for (int i = 0; i < nconsumers; i++) {
        if (consumers[i].callable == callable) {
            return consumers[i].loop;
        }
    }
    return NULL;
}

/* It runs once over nothing: the interpreter puts the events of jumps into code when it is entered. */
static bool run_once(PyObject *function, int nargs)
{
    PyObject *nothing = PyTuple_New(0), *empty = PyUnicode_FromString("");
    PyObject *args[2] = {nargs == 2 ? empty : nothing, nothing};
    PyObject *result = nothing != NULL && empty != NULL ? PyObject_Vectorcall(function, args, (size_t)nargs, NULL) : NULL;
    bool ran = result != NULL || PyErr_ExceptionMatches(PyExc_ValueError); /* min and max of nothing */
    PyErr_Clear();
    Py_XDECREF(result);
    Py_XDECREF(nothing);
    Py_XDECREF(empty);
    return ran;
}

static PyObject *copy_loop(PyObject *loop)
{
    PyObject *code = PyObject_CallMethod(PyFunction_GET_CODE(loop), "replace", NULL);
    PyObject *copy = code != NULL ? PyFunction_New(code, PyFunction_GET_GLOBALS(loop)) : NULL;
    if (copy != NULL && run_once(copy, ((PyCodeObject *)code)->co_argcount)) {
        cpy_code_hide((PyCodeObject *)code);
    } else {
        Py_CLEAR(copy);
    }
    Py_XDECREF(code);
    PyErr_Clear();
    return copy;
}

static void retire(RtSite *s, PyCodeObject *code, const char *why)
{
    s->retired = true;
    rt_log(RT_LOG_compile, "consumer", code, s->place, "%s", why);
}

/* Does the loop pay? */
static bool pays(const RtSite *s)
{
    RtCode *c = rt_code((PyCodeObject *)PyFunction_GET_CODE(s->loop), false);
    for (const RtPlace *p = c != NULL ? c->places : NULL; p != NULL; p = p->next) {
        if (p->tree != NULL && !p->tree->dead && p->tree->cycles > SHORT_STAY) {
            return true;
        }
    }
    return false;
}

/* ---- at the call ----------------------------------------------------------------------------------- */
typedef struct {
    int callable, argument; /* slots */
} Operands;

static bool find_operands(CpyFrame *f, const CpyInsn *call, Operands *o)
{
    int top = cpy_code_stack_base(cpy_frame_code(f)) + cpy_frame_depth(f);
    *o = (Operands){.callable = top - 3, .argument = top - 1};
    return call->op == CPYOP_call && call->arg == 1 && cpy_frame_depth(f) >= 3;
}

static PyObject *object_in(CpyFrame *f, int slot)
{
    CpySlot s = cpy_slot_get(f, slot);
    return s.kind == CPY_SLOT_OWNED || s.kind == CPY_SLOT_BORROWED ? s.obj : NULL;
}

static bool is_waiting_generator(PyObject *o)
{
    return o != NULL && PyGen_CheckExact(o) &&
           (cpy_generator_state(o) == cpy_generator_created || cpy_generator_state(o) == cpy_generator_suspended);
}

static void put_loop(RtSite *s, CpyFrame *f, const Operands *o, PyObject *callable)
{
    if (s->callable != callable) {
        PyObject *loop = find_loop(callable);
        Py_CLEAR(s->loop);
        s->callable = callable;
        s->loop = loop != NULL ? copy_loop(loop) : NULL;
        if (s->loop == NULL) {
            retire(s, cpy_frame_code(f), "it has no loop of its own");
            return;
        }
        rt_log(RT_LOG_compile, "consumer", cpy_frame_code(f), s->place, "%s", PyUnicode_AsUTF8(((PyFunctionObject *)loop)->func_name));
    }
    cpy_slot_release(f, o->callable);
    cpy_slot_take(f, o->callable, Py_NewRef(s->loop));
}

static void at_site(PyThreadState *ts, RtSite *s, CpyFrame *f, PyCodeObject *code)
{
    CpyInsn call = cpy_decode(code, s->place);
    Operands o;
    if (!find_operands(f, &call, &o) || cpy_others_watch(ts, code)) {
        return;
    }
    PyObject *callable = object_in(f, o.callable);
    bool method = object_in(f, o.callable + 1) != NULL;
    if (callable == NULL || !is_waiting_generator(object_in(f, o.argument)) || find_loop(callable) == NULL ||
        method != (Py_TYPE(callable) == &PyMethodDescr_Type)) {
        return;
    }
    s->calls++;
    if ((s->calls == FIRST_LOOK || s->calls % LATER_LOOKS == 0) && s->loop != NULL && !pays(s)) {
        retire(s, code, "given back: it does not pay");
        return;
    }
    put_loop(s, f, &o, callable);
}

/* As the event's result: 1 disables it at this place. */
int rt_on_instruction(PyThreadState *ts, PyCodeObject *code, int place)
{
    RtCode *c = rt_code(code, false);
    if (c == NULL || c->sites == NULL) {
        return 0;
    }
    RtSite *s = site_at(c, place);
    CpyFrame *f = cpy_current_frame(ts);
    if (s != NULL && !s->retired && cpy_is_python_frame(f) && cpy_frame_code(f) == code) {
        at_site(ts, s, f, code);
        if (!s->retired) {
            return 0;
        }
    }
    if (rt.recording.rec != NULL && rec_observes(rt.recording.rec, code)) {
        return 0;
    }
    if (!has_live_site(c) && cpy_observe(code, false) < 0) {
        PyErr_Clear(); /* They cost time, that is all. */
    }
    return 1;
}

PyObject *rt_consumer_at(PyCodeObject *code, int place, PyObject *callable)
{
    RtSite *s = site_at(rt_code(code, false), place);
    return s != NULL && !s->retired && s->callable == callable ? s->loop : NULL;
}
