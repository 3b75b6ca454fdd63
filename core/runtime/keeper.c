/*  What only traces hold is garbage to the collector.

    A tree holds the classes, functions and dicts that its code names, and these lead to whatever they lead to. Counted as holders from
    outside, trees would keep all that alive when the program has long let go of it. So one object that the collector knows, the keeper,
    shows it what the trees hold. The keeper belongs to nobody but itself: each collection that looks at it finds it unreachable, and
    with it what only trees hold, and asks it for its last will. It kills the trees that hold what has become unreachable, and lives on.

    Trees whose code runs do not count as garbage: what they hold is as if held from outside. */
#include "runtime/state.h"

typedef struct {
    PyObject_HEAD
    PyObject *self; /* the one reference to it, but for the time from its last will to a pending call behind the collection */
} Keeper;

static Keeper *keeper;
static bool held;   /* by us as well, */
static bool spared; /* and the collector knows: that can be let go again */

static int let_go(void *unused)
{
    (void)unused;
    if (held && spared) {
        held = spared = false;
        cpy_gc_forget_finalized((PyObject *)keeper);
        Py_DECREF(keeper);
    }
    return 0;
}

static int traverse(PyObject *o, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(o));
    Py_VISIT(((Keeper *)o)->self);
    if (!rt.on || !cpy_gc_is_collecting()) {
        return 0; /* gc.get_referents() and its like */
    }
    if (held && !spared) { /* The collector looks again, at what its finalizers left. */
        spared = true;
        Py_AddPendingCall(let_go, NULL);
    }
    rt_mark_running();
    for (RtTree *t = rt.trees; t != NULL; t = t->next) {
        for (size_t i = 0; !t->refs && i < t->objects.len; i++) {
            Py_VISIT(t->objects.data[i]);
        }
    }
    return 0;
}

static int clear(PyObject *o)
{
    Py_CLEAR(((Keeper *)o)->self);
    return 0;
}

static void dealloc(PyObject *o)
{
    PyTypeObject *type = Py_TYPE(o);
    PyObject_GC_UnTrack(o);
    keeper = NULL;
    type->tp_free(o);
    Py_DECREF(type);
}

static bool holds_garbage(const RtTree *t)
{
    for (size_t i = 0; i < t->objects.len; i++) {
        if (cpy_gc_is_unreachable(t->objects.data[i])) {
            return true;
        }
    }
    return false;
}

static void finalize(PyObject *o)
{
    if (!rt.on) {
        return; /* It goes. */
    }
    rt_mark_running();
    for (RtTree *t = rt.trees; t != NULL; t = t->next) {
        if (!t->refs && !t->dead && holds_garbage(t)) {
            rt_log(RT_LOG_invalidate, "collected", t->code, t->at, "objects=%zu", t->objects.len);
            rt.stats.invalidations += t->root != NULL;
            rt_tree_kill(t);
        }
    }
    rt_sweep();
    held = true;
    Py_INCREF(o);
}

static PyType_Slot slots[] = {
    {Py_tp_traverse, traverse}, {Py_tp_clear, clear}, {Py_tp_dealloc, dealloc}, {Py_tp_finalize, finalize}, {0, NULL},
};

static PyType_Spec spec = {
    .name = "jitney._jitney.Keeper",
    .basicsize = sizeof(Keeper),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};

int rt_keeper_start(void)
{
    if (keeper != NULL) {
        return 0;
    }
    PyTypeObject *type = (PyTypeObject *)PyType_FromSpec(&spec);
    keeper = type != NULL ? (Keeper *)type->tp_alloc(type, 0) : NULL;
    Py_XDECREF(type);
    if (keeper == NULL) {
        return -1;
    }
    keeper->self = (PyObject *)keeper;
    return 0;
}

void rt_keeper_renew(void)
{
    PyObject *error = PyErr_GetRaisedException();
    let_go(NULL);
    rt_keeper_start(); /* Without memory there is none until the next time. */
    PyErr_SetRaisedException(error);
}
