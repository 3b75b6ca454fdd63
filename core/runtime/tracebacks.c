/*  Exceptions that traces raised and handled without making them: an exit makes what is left of them.

    A traceback needs frame objects, and those need the frames, which an exit has only after all its objects. So a
    traceback is made without its frame at first: a *stand-in* (a tuple of its locals) where an exception has left the frame, nothing where
    it is one of the exit's own. rt_finish_exceptions then gives each its frame: one that was left is pushed, filled, its
    frame object taken, and popped again, which is what happened to it in the interpreter. */
#include "runtime/state.h"

typedef struct {
    int level, place;
} Where;

static Where where_of(const IrKlass *klass)
{
    void *const *data = klass->data;
    return (Where){(int)(intptr_t)data[0], (int)(intptr_t)data[1]};
}

static PyObject *object_at(const uint64_t *words, int i)
{
    return (PyObject *)(uintptr_t)words[i];
}

/* ---- objects ------------------------------------------------------------------------------------------- */
/* A list of them, the newest first: a tuple each, which goes now. */
static int set_attrs(PyObject *e, PyObject *attr)
{
    if (attr == NULL) {
        return 0;
    }
    PyObject *next = PyTuple_GET_ITEM(attr, 0), *value = PyTuple_GET_ITEM(attr, 1), *name = PyTuple_GET_ITEM(attr, 2);
    PyTuple_SET_ITEM(attr, 0, NULL);
    int result = set_attrs(e, next) < 0 ? -1 : PyObject_GenericSetAttr(e, name, value);
    Py_DECREF(attr);
    return result;
}

static PyObject *build_attr(const IrKlass *klass, const uint64_t *words)
{
    PyObject *t = PyTuple_New(3);
    if (t != NULL) {
        PyTuple_SET_ITEM(t, 0, object_at(words, 0));
        PyTuple_SET_ITEM(t, 1, object_at(words, 1));
        PyTuple_SET_ITEM(t, 2, Py_NewRef(((PyObject *const *)klass->data)[0]));
    }
    return t;
}

static PyObject *build_exception(const IrKlass *klass, const uint64_t *words)
{
    PyTypeObject *type = klass->ptr;
    PyObject *args = object_at(words, 1), *traceback = object_at(words, 2), *cause = object_at(words, 3);
    PyObject *e = type->tp_new(type, args, NULL);
    Py_XDECREF(args);
    if (e == NULL || set_attrs(e, object_at(words, 0)) < 0) {
        return NULL; /* Out of memory: that is the end. */
    }
    if (traceback != NULL) {
        PyException_SetTraceback(e, traceback);
        Py_DECREF(traceback);
    }
    if (cause != NULL) {
        PyException_SetCause(e, cause);
    }
    PyException_SetContext(e, object_at(words, 4));
    ((PyBaseExceptionObject *)e)->suppress_context = words[5] != 0;
    return e;
}

/* What the trace saw of its way lies above what it had by then. */
static PyObject *build_raised(const uint64_t *words)
{
    PyObject *e = object_at(words, 0);
    PyTracebackObject *traceback = (PyTracebackObject *)object_at(words, 1), *last = traceback;
    if (traceback == NULL) {
        return e;
    }
    while (last->tb_next != NULL) {
        last = last->tb_next;
    }
    last->tb_next = (PyTracebackObject *)PyException_GetTraceback(e);
    PyException_SetTraceback(e, (PyObject *)traceback);
    Py_DECREF(traceback);
    return e;
}

static PyObject *build_traceback(const IrKlass *klass, const uint64_t *words)
{
    PyTracebackObject *t = PyObject_GC_New(PyTracebackObject, &PyTraceBack_Type);
    if (t != NULL) {
        t->tb_next = (PyTracebackObject *)object_at(words, 0);
        t->tb_frame = (PyFrameObject *)object_at(words, 1);
        t->tb_lasti = where_of(klass).place * 2; /* in bytes */
        t->tb_lineno = -1; /* found out from the place when asked for */
    }
    return (PyObject *)t;
}

static PyObject *build_stand_in(const uint64_t *words, int n)
{
    PyObject *t = PyTuple_New(n);
    if (t != NULL) {
        PyObject_GC_UnTrack(t);
        for (int i = 0; i < n; i++) {
            PyTuple_SET_ITEM(t, i, object_at(words, i));
        }
    }
    return t;
}

PyObject *rt_build_of_exception(const IrKlass *klass, const uint64_t *words, int n)
{
    switch (klass->kind) {
    case REC_KLASS_EXCEPTION_ATTR:
        return build_attr(klass, words);
    case REC_KLASS_EXCEPTION:
        return build_exception(klass, words);
    case REC_KLASS_RAISED:
        return build_raised(words);
    case REC_KLASS_TRACEBACK:
        return build_traceback(klass, words);
    default:
        return build_stand_in(words, n);
    }
}

bool rt_has_exceptions(const IrSnapshot *snap)
{
    for (int i = 0; i < snap->nvirtuals; i++) {
        int kind = snap->virtuals[i].klass->kind;
        if (kind == REC_KLASS_EXCEPTION || kind == REC_KLASS_RAISED) {
            return true;
        }
    }
    return false;
}

/* ---- frames ------------------------------------------------------------------------------------------------ */
typedef struct {
    RtValues *v;
    RtLeaving *leaving;
    const IrSnapshot *snap;
    PyObject *frames[RT_MAX_VIRTUALS]; /* by virtual: what stands for it now */
} Finish;

static bool is_kind(const Finish *fin, int k, int kind)
{
    return fin->snap->virtuals[k].klass->kind == kind;
}

static void need(const void *object)
{
    if (object == NULL) {
        Py_FatalError("jitney: no memory for a traceback");
    }
}

static PyObject **parent_of(const Finish *fin, int k)
{
    PyObject *t = fin->v->virtuals[k];
    return &((PyTupleObject *)t)->ob_item[PyTuple_GET_SIZE(t) - 2];
}

/* The frame that an exception left, and those that were called from it, back for a moment. */
static void make_left_frame(Finish *fin, int k)
{
    PyThreadState *ts = fin->leaving->ts;
    PyObject *stand_in = fin->v->virtuals[k];
    PyObject **items = ((PyTupleObject *)stand_in)->ob_item;
    Py_ssize_t n = PyTuple_GET_SIZE(stand_in);
    CpyFrame *f = cpy_frame_push(ts, (PyFunctionObject *)items[n - 1]);
    need(f);
    for (Py_ssize_t i = 0; i < n - 2; i++) {
        cpy_slot_take(f, (int)i, items[i]);
        items[i] = NULL;
    }
    cpy_frame_set_depth(f, 0);
    cpy_frame_set_place(f, where_of(fin->snap->virtuals[k].klass).place);
    fin->frames[k] = cpy_frame_object(ts, f);
    need(fin->frames[k]);
    for (int i = 0; i < fin->snap->nvirtuals; i++) {
        if (is_kind(fin, i, REC_KLASS_FRAME) && fin->frames[i] == NULL && *parent_of(fin, i) == stand_in) {
            make_left_frame(fin, i);
        }
    }
    cpy_frame_pop(ts, f);
}

static CpyFrame *own_frame(const Finish *fin, int level)
{
    int last = fin->leaving->nframes - 1;
    return fin->leaving->frames[level < last ? level : last];
}

static void make_left_frames(Finish *fin)
{
    PyThreadState *ts = fin->leaving->ts;
    CpyFrame *current = cpy_current_frame(ts);
    for (int k = 0; k < fin->snap->nvirtuals; k++) {
        if (is_kind(fin, k, REC_KLASS_FRAME) && fin->frames[k] == NULL && *parent_of(fin, k) == NULL) {
            cpy_set_current_frame(ts, own_frame(fin, where_of(fin->snap->virtuals[k].klass).level - 1));
            make_left_frame(fin, k);
        }
    }
    cpy_set_current_frame(ts, current);
}

static PyObject *frame_of(Finish *fin, int k)
{
    PyObject *stand_in = (PyObject *)((PyTracebackObject *)fin->v->virtuals[k])->tb_frame;
    for (int i = 0; stand_in != NULL && i < fin->snap->nvirtuals; i++) {
        if (fin->v->virtuals[i] == stand_in) {
            return Py_NewRef(fin->frames[i]);
        }
    }
    return cpy_frame_object(fin->leaving->ts, own_frame(fin, where_of(fin->snap->virtuals[k].klass).level));
}

static void give_frame(Finish *fin, int k, PyObject *frame)
{
    PyTracebackObject *t = (PyTracebackObject *)fin->v->virtuals[k];
    t->tb_frame = (PyFrameObject *)frame;
    PyObject_GC_Track(t);
}

/* Stand-ins are held by tracebacks and by one another: only when none is looked at any more they may go. */
static void finish_tracebacks(Finish *fin)
{
    PyObject *stand_ins[RT_MAX_VIRTUALS], *frames[RT_MAX_VIRTUALS];
    for (int k = 0; k < fin->snap->nvirtuals; k++) {
        if (is_kind(fin, k, REC_KLASS_TRACEBACK)) {
            frames[k] = frame_of(fin, k);
            need(frames[k]);
        }
    }
    for (int k = 0; k < fin->snap->nvirtuals; k++) {
        stand_ins[k] = NULL;
        if (is_kind(fin, k, REC_KLASS_TRACEBACK)) {
            stand_ins[k] = (PyObject *)((PyTracebackObject *)fin->v->virtuals[k])->tb_frame;
            give_frame(fin, k, frames[k]);
        }
    }
    for (int k = 0; k < fin->snap->nvirtuals; k++) {
        Py_XDECREF(stand_ins[k]);
        if (is_kind(fin, k, REC_KLASS_FRAME)) {
            Py_XDECREF(fin->frames[k]);
        }
    }
}

/* ---- what is handled -------------------------------------------------------------------------------------- */
/* An exception that C code set meanwhile found nothing handled: the first that it comes from gets that as its context, as when it
   was set. */
static void chain_raised(PyObject *handled)
{
    PyObject *raised = PyErr_GetRaisedException(), *first = raised, *next;
    if (raised == NULL) {
        return;
    }
    while (first != handled && (next = PyException_GetContext(first)) != NULL) {
        Py_DECREF(next); /* held by the one before */
        first = next;
    }
    if (first != handled) {
        PyException_SetContext(first, Py_NewRef(handled));
    }
    PyErr_SetRaisedException(raised);
}

void rt_finish_exceptions(RtValues *v, RtLeaving *leaving, PyObject *handled)
{
    const IrSnapshot *snap = leaving->snap;
    if (rt_has_exceptions(snap)) {
        PyObject *raised = PyErr_GetRaisedException();
        Finish fin = {.v = v, .leaving = leaving, .snap = snap};
        make_left_frames(&fin);
        finish_tracebacks(&fin);
        PyErr_SetRaisedException(raised);
    }
    if (handled != NULL) {
        chain_raised(handled);
        cpy_set_handled(leaving->ts, handled);
    }
}
