/*  Exceptions: raised, unwound to their handler, matched and forgotten, all within the trace.

    An exception is an object that is never made, and so are its traceback and the frames that it left: `new` of kinds that only
    exits build (runtime/tracebacks.c). Whatever else would need the object itself fails in the optimiser, and the place is
    left to the interpreter. Where an exception is caught follows from the code, so that a raise is no guard and no jump:
    frames are left, operands released, and the handler is what comes next.

    What is handled lives beside the frames: RecState.handled, in snapshots an entry of the root frame. Memory says meanwhile that
    nothing is, which each raise makes sure of. */
#include "record/call.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* ---- what an exception is made of ------------------------------------------------------------------- */
enum { EXC_ATTRS, EXC_ARGS, EXC_TRACEBACK, EXC_CAUSE, EXC_CONTEXT, EXC_SUPPRESS, EXC_FIELDS };
enum { ATTR_NEXT, ATTR_VALUE, ATTR_FIELDS };
enum { RAISED_INNER, RAISED_TRACEBACK, RAISED_FIELDS };
enum { TB_NEXT, TB_FRAME, TB_FIELDS };
enum { FRAME_BELOW, FRAME_FUNC, FRAME_FIELDS /* behind its locals */ };

static const IrField *part(Recorder *r, const char *name, size_t offset, IrWidth width)
{
    return ir_field(r->raw, name, (int)offset, width, MEMID_exception, IR_FIELD_BY_OFFSET);
}

static const IrField *args_field(Recorder *r)
{
    return part(r, "exception.args", offsetof(PyBaseExceptionObject, args), IR_W_OBJ);
}

static const IrField *traceback_field(Recorder *r)
{
    return part(r, "exception.traceback", offsetof(PyBaseExceptionObject, traceback), IR_W_OBJ);
}

static const IrKlass *unmade(Recorder *r, PyTypeObject *t, const char *what, int kind, int n, const IrField **fields, void **data)
{
    char name[120];
    snprintf(name, sizeof name, "%s.%s", t->tp_name, what);
    rec_const(r, (PyObject *)t);
    return ir_klass(r->raw, name, t, IR_TYPE_UNMADE, kind, n, fields, data);
}

static const IrField **new_fields(Recorder *r, int n)
{
    return arena_alloc(r->state->arena, (size_t)n * sizeof(const IrField *));
}

static const IrKlass *exception_klass(Recorder *r, PyTypeObject *t)
{
    const IrField **f = new_fields(r, EXC_FIELDS);
    f[EXC_ATTRS] = part(r, "exception.attrs", offsetof(PyBaseExceptionObject, dict), IR_W_OBJ);
    f[EXC_ARGS] = args_field(r);
    f[EXC_TRACEBACK] = traceback_field(r);
    f[EXC_CAUSE] = part(r, "exception.cause", offsetof(PyBaseExceptionObject, cause), IR_W_OBJ);
    f[EXC_CONTEXT] = part(r, "exception.context", offsetof(PyBaseExceptionObject, context), IR_W_OBJ);
    f[EXC_SUPPRESS] = part(r, "exception.suppress", offsetof(PyBaseExceptionObject, suppress_context), IR_W_U8);
    return unmade(r, t, "new", REC_KLASS_EXCEPTION, EXC_FIELDS, f, NULL);
}

/* An entry of its dict, the newest first. */
static const IrKlass *attr_klass(Recorder *r, PyTypeObject *t, PyObject *attr)
{
    char name[100];
    const char *utf8 = PyUnicode_AsUTF8(attr);
    snprintf(name, sizeof name, "attr.%s", utf8 ? utf8 : "?");
    PyErr_Clear();
    const IrField **f = new_fields(r, ATTR_FIELDS);
    f[ATTR_NEXT] = part(r, "attr.next", 0, IR_W_OBJ);
    f[ATTR_VALUE] = part(r, "attr.value", sizeof(void *), IR_W_OBJ);
    void **data = arena_alloc(r->state->arena, ATTR_FIELDS * sizeof *data);
    data[0] = attr;
    rec_const(r, attr);
    return unmade(r, t, name, REC_KLASS_EXCEPTION_ATTR, ATTR_FIELDS, f, data);
}

/* Places that no real object has: these are never made. */
static const IrKlass *raised_klass(Recorder *r, PyTypeObject *t)
{
    const IrField **f = new_fields(r, RAISED_FIELDS);
    f[RAISED_INNER] = part(r, "raised.inner", 0, IR_W_OBJ);
    f[RAISED_TRACEBACK] = traceback_field(r);
    return unmade(r, t, "raised", REC_KLASS_RAISED, RAISED_FIELDS, f, NULL);
}

static void **new_where(Recorder *r, int n, int level, int place)
{
    void **data = arena_alloc(r->state->arena, (size_t)n * sizeof *data);
    data[0] = (void *)(intptr_t)level;
    data[1] = (void *)(intptr_t)place;
    return data;
}

static const IrKlass *traceback_klass(Recorder *r, int level, int place)
{
    char name[40];
    snprintf(name, sizeof name, "at%d_%d", level, place);
    const IrField **f = new_fields(r, TB_FIELDS);
    f[TB_NEXT] = part(r, "traceback.next", offsetof(PyTracebackObject, tb_next), IR_W_OBJ);
    f[TB_FRAME] = part(r, "traceback.frame", offsetof(PyTracebackObject, tb_frame), IR_W_OBJ);
    return unmade(r, &PyTraceBack_Type, name, REC_KLASS_TRACEBACK, TB_FIELDS, f, new_where(r, TB_FIELDS, level, place));
}

static const IrKlass *frame_klass(Recorder *r, int nlocals, int level, int place)
{
    char name[40];
    snprintf(name, sizeof name, "at%d_%d", level, place);
    const IrField **f = new_fields(r, nlocals + FRAME_FIELDS);
    for (int i = 0; i < nlocals + FRAME_FIELDS; i++) {
        f[i] = part(r, "frame.part", (size_t)i * sizeof(void *), IR_W_OBJ);
    }
    int n = nlocals + FRAME_FIELDS;
    return unmade(r, &PyFrame_Type, name, REC_KLASS_FRAME, n, f, new_where(r, n, level, place));
}

/* ---- which there are --------------------------------------------------------------------------------- */
static int find_exc(Recorder *r, IrRef ref)
{
    for (int i = 0; ref != IR_NONE && i < r->state->nexcs; i++) {
        if (r->state->excs[i].ref == ref) {
            return i;
        }
    }
    return -1;
}

static bool is_unmade(Recorder *r, IrRef ref)
{
    const IrInsn *in = ir_at(r->raw, ref);
    return in->op == IR_new && (in->imm.klass->flags & IR_TYPE_UNMADE);
}

static bool is_held(Recorder *r, IrRef ref, IrRef result, int nframes);

/* May whoever used the value so still have it? */
static bool is_held_by(Recorder *r, IrRef user, IrRef ref, IrRef result, int nframes)
{
    const IrInsn *in = ir_at(r->raw, user);
    if (ir_op_info[in->op].flags & IRF_GUARD) {
        return false;
    }
    switch ((int)in->op) {
    case IR_incref:
    case IR_xincref:
    case IR_decref:
    case IR_xdecref:
    case IR_load:
    case IR_has_type:
    case IR_eq_ptr:
    case IR_store_slot:
        return false;
    case IR_store:
        return in->args[1] == ref && !(is_unmade(r, in->args[0]) && !is_held(r, in->args[0], result, nframes));
    case IR_new:
        return !(is_unmade(r, user) && !is_held(r, user, result, nframes));
    default:
        return true;
    }
}

/* Can the exception (or traceback, or frame) be reached from the first frames, from the result of the one above them, or from what
   the trace wrote elsewhere? Parts of an exception are held by it. */
static bool is_held(Recorder *r, IrRef ref, IrRef result, int nframes)
{
    RecState *st = r->state;
    if (ref == result || ref == st->handled) {
        return true;
    }
    for (int n = 0; n < nframes; n++) {
        RecFrame *f = &st->frames[n];
        for (int s = 0; s < f->base + f->depth; s++) {
            if (f->slots[s].ref == ref) {
                return true;
            }
        }
    }
    for (IrRef i = ref + 1; i < (IrRef)r->raw->insns.len; i++) {
        const IrInsn *in = ir_at(r->raw, i);
        for (int a = 0; a < in->nargs; a++) {
            if (in->args[a] == ref && is_held_by(r, i, ref, result, nframes)) {
                return true;
            }
        }
    }
    return false;
}

static void forget_exc(Recorder *r, int exc)
{
    RecState *st = r->state;
    int kept = 0;
    for (int i = 0; i < st->nshown; i++) {
        RecShown s = st->shown[i];
        if (s.exc != exc) {
            s.exc -= s.exc > exc;
            st->shown[kept++] = s;
        }
    }
    st->nshown = kept;
    st->nexcs--;
    for (int i = exc; i < st->nexcs; i++) {
        st->excs[i] = st->excs[i + 1];
    }
}

static RecExc *note_exc(Recorder *r, RecExc e)
{
    RecState *st = r->state;
    for (int i = st->nexcs - 1; i >= 0 && st->nexcs == (int)ARRAY_LEN(st->excs); i--) {
        if (!is_held(r, st->excs[i].ref, IR_NONE, st->nframes)) {
            forget_exc(r, i);
        }
    }
    if (st->nexcs == (int)ARRAY_LEN(st->excs)) {
        rec_give_up(r, ABORT_raised);
        st->nexcs--;
    }
    st->excs[st->nexcs] = e;
    return &st->excs[st->nexcs++];
}

static void note_shown(Recorder *r, RecShown s)
{
    RecState *st = r->state;
    if (st->nshown == (int)ARRAY_LEN(st->shown)) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    st->shown[st->nshown++] = s;
}

static RecShown *find_shown(Recorder *r, IrRef ref)
{
    for (int i = 0; i < r->state->nshown; i++) {
        if (r->state->shown[i].ref == ref) {
            return &r->state->shown[i];
        }
    }
    return NULL;
}

/* The whole traceback of a parent's exception belongs to it. */
static void own_shown(Recorder *r, int exc, IrRef traceback)
{
    for (RecShown *t; (t = find_shown(r, traceback)) != NULL;) {
        t->exc = exc;
        for (RecShown *f = find_shown(r, ir_at(r->raw, traceback)->args[TB_FRAME]); f != NULL;) {
            const IrInsn *in = ir_at(r->raw, f->ref);
            f->exc = exc;
            f = find_shown(r, in->args[in->nargs - FRAME_FIELDS + FRAME_BELOW]);
        }
        traceback = ir_at(r->raw, traceback)->args[TB_NEXT];
    }
}

static bool is_null(Recorder *r, IrRef ref)
{
    PyObject *constant;
    return rec_is_const(r, ref, &constant) && constant == NULL;
}

static void note_attr(Recorder *r, RecExc *e, PyObject *name, IrRef node)
{
    if (e->nattrs == (int)ARRAY_LEN(e->attrs)) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    e->attrs[e->nattrs].name = name;
    e->attrs[e->nattrs++].node = node;
}

static void note_attrs(Recorder *r, RecExc *e, IrRef node)
{
    while (node != IR_NONE && !is_null(r, node)) {
        const IrInsn *in = ir_at(r->raw, node);
        note_attr(r, e, ((void *const *)in->imm.klass->data)[0], node);
        node = in->args[ATTR_NEXT];
    }
}

void rec_note_virtual(Recorder *r, IrRef ref, const IrKlass *k, const IrRef *values)
{
    void *const *where = k->data;
    switch (k->kind) {
    case REC_KLASS_FRAME: {
        bool own = is_null(r, values[k->nfields - FRAME_FIELDS + FRAME_BELOW]);
        note_shown(r, (RecShown){.ref = ref, .exc = -1, .level = own ? (int)(intptr_t)where[0] : -1, .is_frame = true});
        break;
    }
    case REC_KLASS_TRACEBACK:
        note_shown(r, (RecShown){.ref = ref, .exc = -1, .level = is_null(r, values[TB_FRAME]) ? (int)(intptr_t)where[0] : -1});
        break;
    case REC_KLASS_EXCEPTION:
    case REC_KLASS_RAISED: {
        bool made = k->kind == REC_KLASS_RAISED;
        IrRef traceback = values[made ? RAISED_TRACEBACK : EXC_TRACEBACK];
        RecExc e = {.ref = ref, .type = k->ptr, .raised = true, .traceback = is_null(r, traceback) ? IR_NONE : traceback};
        e.args = made ? IR_NONE : values[EXC_ARGS];
        e.inner = made ? values[RAISED_INNER] : IR_NONE;
        note_attrs(r, note_exc(r, e), made ? IR_NONE : values[EXC_ATTRS]);
        own_shown(r, r->state->nexcs - 1, e.traceback);
        break;
    }
    }
}

/* Does it show frame `level` of the trace as one that is there? */
static bool shows(const RecShown *s, int level)
{
    return s->level >= 0 && s->level - s->is_frame == level;
}

/* Exceptions other than `but` that show the frame must be gone. */
static bool forget_those_of(Recorder *r, int level, int but, IrRef result, int nframes)
{
    RecState *st = r->state;
    for (int i = 0; i < st->nshown; i++) {
        if (!shows(&st->shown[i], level) || st->shown[i].exc == but) {
            continue;
        }
        int exc = st->shown[i].exc;
        if (exc < 0 || is_held(r, st->excs[exc].ref, result, nframes) || is_held(r, st->shown[i].ref, result, nframes)) {
            rec_give_up(r, ABORT_raised);
            return false;
        }
        forget_exc(r, exc);
        but -= but > exc;
        i = -1;
    }
    return true;
}

bool rec_forget_exceptions(Recorder *r, IrRef result)
{
    int level = r->state->nframes - 1;
    return forget_those_of(r, level, -2, result, level);
}

/* ---- raising -------------------------------------------------------------------------------------------- */
bool rec_is_simple_exception(PyTypeObject *t)
{
    return rec_is_plain_exception(t) && t->tp_init == ((PyTypeObject *)PyExc_BaseException)->tp_init;
}

bool rec_is_plain_exception(PyTypeObject *t)
{
    PyTypeObject *base = (PyTypeObject *)PyExc_BaseException;
    return PyExceptionClass_Check(t) && Py_IS_TYPE(t, &PyType_Type) && t->tp_new == base->tp_new && t->tp_basicsize == base->tp_basicsize && t->tp_itemsize == 0 && t->tp_finalize == NULL && t->tp_del == NULL &&
           t->tp_getattro == base->tp_getattro && t->tp_setattro == base->tp_setattro && !PyType_HasFeature(t, Py_TPFLAGS_IS_ABSTRACT);
}

/* The values get references of their own. */
IrRef rec_tuple_of(Recorder *r, const RecVal *values, int n)
{
    IrRef refs[CALL_MAX_ARGS];
    if (n == 0) {
        PyObject *empty = PyTuple_New(0);
        IrRef ref = rec_const(r, empty);
        rec_set_known(r, ref, &PyTuple_Type);
        Py_XDECREF(empty);
        return ref;
    }
    for (int i = 0; i < n; i++) {
        RecVal v = {.ref = values[i].ref};
        rec_own(r, &v);
        refs[i] = v.ref;
    }
    return rec_new(r, rec_tuple_klass(r, n), refs);
}

IrRef rec_new_exception(Recorder *r, PyTypeObject *type, IrRef args)
{
    IrRef null = ir_const_obj(r->raw, NULL);
    IrRef values[EXC_FIELDS] = {null, args, null, null, null, rec_int(r, 0)};
    rec_depend_type(r, type);
    IrRef ref = rec_new(r, exception_klass(r, type), values);
    note_exc(r, (RecExc){.ref = ref, .type = type, .args = args});
    return ref;
}

static void add_traceback(Recorder *r, int exc, int place)
{
    RecState *st = r->state;
    int level = st->nframes - 1;
    RecExc *e = &st->excs[exc];
    IrRef null = ir_const_obj(r->raw, NULL);
    IrRef values[TB_FIELDS] = {e->traceback != IR_NONE ? e->traceback : null, null};
    IrRef ref = rec_new(r, traceback_klass(r, level, place), values);
    rec_store(r, e->ref, ref, traceback_field(r));
    e->traceback = ref;
    note_shown(r, (RecShown){.ref = ref, .exc = exc, .level = level});
}

/* The frame's locals live on in the traceback, and it is nobody's own any more. */
static IrRef left_frame(Recorder *r, RecFrame *f, int place)
{
    IrRef values[32], null = ir_const_obj(r->raw, NULL);
    for (int i = 0; i < f->base; i++) {
        RecVal *v = &f->slots[i];
        rec_own(r, v);
        values[i] = v->ref == IR_NONE ? null : v->ref;
    }
    RecVal func = {.ref = f->func ? rec_const(r, (PyObject *)f->func) : f->func_ref, .owned = !f->func && f->owns_func};
    rec_own(r, &func);
    values[f->base + FRAME_BELOW] = null;
    values[f->base + FRAME_FUNC] = func.ref;
    return rec_new(r, frame_klass(r, f->base, r->state->nframes - 1, place), values);
}

static void show_left_frame(Recorder *r, int exc, IrRef frame)
{
    RecState *st = r->state;
    int level = st->nframes - 1;
    bool first = true;
    for (int i = 0; i < st->nshown; i++) {
        RecShown *s = &st->shown[i];
        if (s->exc != exc || !shows(s, level)) {
            continue;
        }
        if (!first) {
            rec_op1(r, IR_incref, frame);
        }
        first = false;
        const IrKlass *k = ir_at(r->raw, s->ref)->imm.klass;
        rec_store(r, s->ref, frame, k->fields[s->is_frame ? k->nfields - FRAME_FIELDS + FRAME_BELOW : TB_FRAME]);
        s->level = -1;
    }
}

/* The innermost frame ends by the exception. */
static bool leave_frame_raising(Recorder *r, int *exc, int place)
{
    RecState *st = r->state;
    RecFrame *f = rec_top(r);
    IrRef ref = st->excs[*exc].ref;
    int how = f->how & 0xff;
    if (rec_is_root(r) || how == REC_HOW_NEXT || how == REC_HOW_GENERATOR || f->base + FRAME_FIELDS > 32) {
        rec_give_up(r, ABORT_raised);
        return false;
    }
    if (!forget_those_of(r, st->nframes - 1, *exc, IR_NONE, st->nframes)) {
        return false;
    }
    *exc = find_exc(r, ref);
    while (f->depth > 0) {
        rec_drop(r, rec_pop(r));
    }
    IrRef frame = left_frame(r, f, place);
    show_left_frame(r, *exc, frame);
    note_shown(r, (RecShown){.ref = frame, .exc = *exc, .level = st->nframes - 1, .is_frame = true});
    st->nframes--;
    return true;
}

static void push_lasti(Recorder *r, int place)
{
    if (CPY_LASTI_IS_TAGGED) {
        rec_push_val(r, (RecVal){.ref = rec_int(r, place), .owned = 1, .is_int = 1});
        return;
    }
    PyObject *lasti = PyLong_FromLong(place);
    rec_push(r, rec_const(r, lasti), false);
    Py_XDECREF(lasti);
}

static void enter_handler(Recorder *r, int exc, int place, int handler, int depth, bool lasti)
{
    RecFrame *f = rec_top(r);
    while (f->depth > depth) {
        rec_drop(r, rec_pop(r));
    }
    if (lasti) {
        push_lasti(r, place);
    }
    rec_push(r, r->state->excs[exc].ref, true);
    r->state->goes_to = handler;
}

/* `at`: the instruction in the innermost frame; `place`: where that frame says that it is. */
static void unwind(Recorder *r, int exc, int at, int place, bool shown)
{
    RecState *st = r->state;
    int handler, depth;
    bool lasti;
    for (int i = 0; i < st->nframes; i++) {
        if (i > 0 && rec_is_generator(&st->frames[i])) {
            rec_give_up(r, ABORT_raised); /* It has a notion of its own of what is handled. */
            return;
        }
    }
    while (!rec_gave_up(r)) {
        if (!shown) {
            add_traceback(r, exc, place);
        }
        if (cpy_exception_handler(rec_top(r)->code, at, &handler, &depth, &lasti)) {
            enter_handler(r, exc, place, handler, depth, lasti);
            return;
        }
        if (!leave_frame_raising(r, &exc, place)) {
            return;
        }
        at = place = cpy_decode(rec_top(r)->code, rec_top(r)->place).op_at;
        shown = false;
    }
}

/* Exits must not have to look at what the interpreter handles: nothing, or what was raised here. */
static bool guard_nothing_handled(Recorder *r)
{
    if (r->state->handled != IR_NONE) {
        return true;
    }
    PyObject *now = PyErr_GetHandledException();
    Py_XDECREF(now);
    if (now != NULL) {
        rec_give_up(r, ABORT_raised);
        return false;
    }
    IrRef handling = rec_call(r, IR_CALL_is_handling, 0, NULL);
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, handling, rec_int(r, 0)), true);
    return true;
}

/* As _PyErr_SetObject: what is handled becomes its context. */
static bool set_context(Recorder *r, RecExc *e)
{
    IrRef handled = r->state->handled;
    if (handled == IR_NONE || handled == e->ref) {
        return true;
    }
    if (e->raised || e->inner != IR_NONE) {
        rec_give_up(r, ABORT_raised); /* It may be in that one's chain. */
        return false;
    }
    rec_op1(r, IR_incref, handled);
    rec_store(r, e->ref, handled, ir_at(r->raw, e->ref)->imm.klass->fields[EXC_CONTEXT]);
    return true;
}

static void raise_now(Recorder *r, int exc)
{
    RecExc *e = &r->state->excs[exc];
    int at = r->state->insn.op_at;
    if (set_context(r, e)) {
        e->raised = true;
        unwind(r, exc, at, at, false);
    }
}

void rec_raise_new(Recorder *r, PyTypeObject *type, IrRef args)
{
    if (!guard_nothing_handled(r)) {
        return;
    }
    IrRef ref = rec_new_exception(r, type, args);
    raise_now(r, find_exc(r, ref));
}

void rec_raise_same(Recorder *r)
{
    PyObject *e = PyErr_GetRaisedException();
    PyObject *args = e != NULL ? ((PyBaseExceptionObject *)e)->args : NULL;
    if (args != NULL && rec_is_simple_exception(Py_TYPE(e)) && PyTuple_GET_SIZE(args) == 1 && PyUnicode_CheckExact(PyTuple_GET_ITEM(args, 0))) {
        RecVal message = {.ref = rec_const(r, PyTuple_GET_ITEM(args, 0))};
        rec_raise_new(r, Py_TYPE(e), rec_tuple_of(r, &message, 1));
    } else {
        rec_give_up(r, ABORT_raised);
    }
    Py_XDECREF(e);
}

/* ---- C calls that failed -------------------------------------------------------------------------------------- */
void rec_begin_insn(Recorder *r)
{
    RecState *st = r->state;
    RecFrame *f = rec_top(r);
    st->nchecks = 0;
    st->passed = 0;
    st->begun = *f;
    st->begun_nframes = st->nframes;
    size_t n = (size_t)(f->base + f->depth);
    memcpy(st->begun_slots, f->slots, n * sizeof(RecVal));
    if (f->modified) {
        memcpy(st->begun_modified, f->modified, n);
    }
}

void rec_note_passed(Recorder *r, int place)
{
    RecState *st = r->state;
    bool same_frame = st->nframes == st->begun_nframes && rec_top(r)->slots == st->begun.slots;
    if (st->nchecks != 1 || !same_frame) {
        return;
    }
    for (int i = 0; i < st->nstores; i++) {
        if (st->stores[i].keep != IR_NONE) {
            return;
        }
    }
    st->passed = rec_snap_at(r, place, 0, IR_EXIT_RESUME);
}

/* Does the state behind the instruction follow from what there was up to its guard_ok? */
static bool passed_is_usable(Recorder *r)
{
    RecState *st = r->state;
    if (st->passed == 0) {
        return false;
    }
    const IrSnapshot *s = &r->raw->snaps.data[st->passed - 1];
    for (int i = 0; i < s->nslots; i++) {
        if (s->slots[i].value > st->check && !ir_is_const(r->raw, s->slots[i].value)) {
            return false;
        }
    }
    for (IrRef i = st->check + 1; i < (IrRef)r->raw->insns.len; i++) {
        IrOp op = (IrOp)ir_at(r->raw, i)->op;
        if (op == IR_incref || op == IR_xincref || op == IR_new) {
            return false;
        }
    }
    return true;
}

/* Constants that came after the guard are made again. */
static uint32_t take_back(Recorder *r)
{
    RecState *st = r->state;
    IrSnapshot s = r->raw->snaps.data[st->passed - 1];
    void *objects[REC_MAX_SLOTS];
    IrSnapSlot *slots = arena_alloc(st->arena, (size_t)(s.nslots + 1) * sizeof *slots);
    for (int i = 0; i < s.nslots && i < REC_MAX_SLOTS; i++) {
        slots[i] = s.slots[i];
        objects[i] = slots[i].value > st->check ? ir_at(r->raw, slots[i].value)->imm.p : NULL;
        if (slots[i].value > st->check && ir_at(r->raw, slots[i].value)->op != IR_const_obj) {
            return 0;
        }
    }
    if (s.nslots > REC_MAX_SLOTS) {
        return 0;
    }
    ir_take_back(r->raw, st->check);
    if (st->known.len > st->check) {
        st->known.len = st->check;
    }
    for (int i = 0; i < s.nslots; i++) {
        if (slots[i].value >= st->check) {
            slots[i].value = ir_const_obj(r->raw, objects[i]);
        }
    }
    s.slots = slots;
    return ir_add_snap(r->raw, &s);
}

static void restore_begun(Recorder *r)
{
    RecState *st = r->state;
    RecFrame *f = rec_top(r);
    *f = st->begun;
    size_t n = (size_t)(f->base + f->depth);
    memcpy(f->slots, st->begun_slots, n * sizeof(RecVal));
    if (f->modified) {
        memcpy(f->modified, st->begun_modified, n);
    }
}

static void guard_raising(Recorder *r, IrRef guard)
{
    ir_set_snap(r->raw, guard, rec_snap_raise(r));
}

/* The exception that C code set, as a value of the trace. */
static int take_raised(Recorder *r, PyTypeObject *type)
{
    RecState *st = r->state;
    if (st->ran) {
        guard_raising(r, ir_append(r->raw, IR_guard_valid, NULL, 0));
        st->ran = false;
    }
    IrRef nothing = rec_op2(r, IR_eq_i64, rec_call(r, IR_CALL_is_handling, 0, NULL), rec_int(r, 0));
    rec_guard_bool_else(r, nothing, true, rec_snap_raise(r));
    IrRef args[2] = {rec_call(r, IR_CALL_raised_type, 0, NULL), rec_const(r, (PyObject *)type)};
    guard_raising(r, ir_append(r->raw, IR_guard_is, args, 2));
    IrRef values[RAISED_FIELDS] = {rec_call(r, IR_CALL_take_raised, 0, NULL), ir_const_obj(r->raw, NULL)};
    IrRef ref = rec_new(r, raised_klass(r, type), values);
    note_exc(r, (RecExc){.ref = ref, .type = type, .inner = values[RAISED_INNER], .raised = true});
    return find_exc(r, ref);
}

static void record_failure(Recorder *r, PyObject *raised)
{
    RecState *st = r->state;
    PyObject *handled = PyErr_GetHandledException();
    Py_XDECREF(handled);
    if (st->handled != IR_NONE || handled != NULL || raised == NULL || !passed_is_usable(r)) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    IrRef result = ir_at(r->raw, st->check)->args[0];
    uint32_t passed = take_back(r);
    if (passed == 0) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    restore_begun(r);
    if (ir_at(r->raw, result)->type == IR_I64) {
        rec_guard_bool_else(r, rec_op2(r, IR_lt_i64, result, rec_int(r, 0)), true, passed);
    } else {
        ir_set_snap(r->raw, ir_append(r->raw, IR_guard_null, &result, 1), passed);
    }
    int exc = take_raised(r, Py_TYPE(raised)), at = st->insn.op_at;
    unwind(r, exc, at, at, false);
    rec_finish_insn(r);
}

void rec_begin_raising(Recorder *r, int place)
{
    RecState *st = r->state;
    PyObject *handled = PyErr_GetHandledException();
    Py_XDECREF(handled);
    if (st->handled != IR_NONE || handled != NULL || st->start.raised == NULL) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    st->insn = cpy_decode(rec_top(r)->code, place);
    int exc = take_raised(r, Py_TYPE(st->start.raised)), at = st->insn.op_at;
    unwind(r, exc, at, at, false);
    rec_finish_insn(r);
    st->nchecks = 0;
}

void rec_notice_failure(Recorder *r, CpyFrame *now, int place)
{
    RecState *st = r->state;
    int at = st->insn.op_at, handler, depth;
    bool lasti;
    if (st->nchecks != 1 || st->pending_next || st->ended || st->nframes != st->begun_nframes || st->goes_to == place ||
        st->goes_to != st->insn.next || rec_top(r)->slots != st->begun.slots) {
        return;
    }
    for (int n = st->nframes - 1; n >= 0; n--) {
        RecFrame *f = &st->frames[n];
        if (cpy_exception_handler(f->code, at, &handler, &depth, &lasti)) {
            if (now == f->real && place == handler) {
                CpySlot top = cpy_slot_get(now, f->base + depth + lasti);
                record_failure(r, top.kind == CPY_SLOT_NULL || top.kind == CPY_SLOT_INT ? NULL : top.obj);
            }
            return;
        }
        if (n > 0) {
            at = cpy_decode(st->frames[n - 1].code, st->frames[n - 1].place).op_at;
        }
    }
}

/* ---- instructions ----------------------------------------------------------------------------------------- */
static void reraise(Recorder *r, int exc, int place)
{
    if (exc < 0) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    unwind(r, exc, r->state->insn.op_at, place, true);
}

/* raise ... from: None, or an exception of the trace. */
static bool set_cause(Recorder *r, RecVal cause, PyObject *concrete, int exc)
{
    RecExc *e = &r->state->excs[exc];
    if (e->inner != IR_NONE || e->raised || (concrete != Py_None && find_exc(r, cause.ref) < 0)) {
        rec_give_up(r, ABORT_raised);
        return false;
    }
    const IrField **fields = ir_at(r->raw, e->ref)->imm.klass->fields;
    if (concrete == Py_None) {
        rec_drop(r, cause);
    } else {
        rec_own(r, &cause);
        rec_store(r, e->ref, cause.ref, fields[EXC_CAUSE]);
    }
    rec_store(r, e->ref, rec_int(r, 1), fields[EXC_SUPPRESS]);
    return true;
}

/* raise StopIteration, out of a __next__ that a FOR_ITER called: nobody sees it. */
static bool ends_iteration(Recorder *r)
{
    RecFrame *f = rec_top(r);
    int handler, depth;
    bool lasti;
    if (rec_is_root(r) || (f->how & 0xff) != REC_HOW_NEXT || rec_concrete(r, 0) != PyExc_StopIteration || r->state->handled != IR_NONE ||
        cpy_exception_handler(f->code, r->state->insn.op_at, &handler, &depth, &lasti)) {
        return false;
    }
    rec_guard_is(r, rec_stack(r, 0)->ref, PyExc_StopIteration);
    rec_leave_frame_exhausted(r);
    return true;
}

void rec_do_raise(Recorder *r)
{
    int n = r->state->insn.arg;
    if (n == 1 && ends_iteration(r)) {
        return;
    }
    if (n == 0) {
        int exc = find_exc(r, r->state->handled);
        if (exc >= 0) {
            rec_op1(r, IR_incref, r->state->handled);
        }
        reraise(r, exc, r->state->insn.op_at);
        return;
    }
    PyObject *o = rec_concrete(r, n - 1), *from = n > 1 ? rec_concrete(r, 0) : NULL;
    IrRef ref = rec_stack(r, n - 1)->ref;
    bool made_here = o != NULL && PyType_Check(o) && rec_is_simple_exception((PyTypeObject *)o);
    if ((!made_here && find_exc(r, ref) < 0) || !guard_nothing_handled(r)) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    if (made_here) {
        rec_guard_is(r, ref, o);
    }
    if (from == Py_None) {
        rec_guard_is(r, rec_stack(r, 0)->ref, Py_None);
    }
    RecVal cause = n > 1 ? rec_pop(r) : (RecVal){0}, v = rec_pop(r);
    if (made_here) {
        rec_drop(r, v);
        v = (RecVal){.ref = rec_new_exception(r, (PyTypeObject *)o, rec_tuple_of(r, NULL, 0)), .owned = 1};
    }
    rec_own(r, &v);
    if (n == 1 || set_cause(r, cause, from, find_exc(r, v.ref))) {
        raise_now(r, find_exc(r, v.ref));
    }
}

void rec_do_reraise(Recorder *r)
{
    int n = r->state->insn.arg, place = r->state->insn.op_at;
    if (n > 0) {
        RecFrame *f = rec_top(r);
        CpySlot lasti = cpy_slot_get(f->real, f->base + f->depth - 1 - n);
        place = lasti.kind == CPY_SLOT_INT ? (int)lasti.num : (int)PyLong_AsLong(lasti.obj);
    }
    int exc = find_exc(r, rec_stack(r, 0)->ref);
    if (exc >= 0) {
        RecVal v = rec_pop(r);
        rec_own(r, &v);
    }
    reraise(r, exc, place);
}

void rec_do_push_exc_info(Recorder *r)
{
    RecState *st = r->state;
    if (find_exc(r, rec_stack(r, 0)->ref) < 0) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    RecVal e = rec_pop(r);
    rec_own(r, &e);
    if (st->handled == IR_NONE) {
        rec_push(r, rec_const(r, Py_None), false);
    } else {
        rec_push(r, st->handled, true);
    }
    rec_op1(r, IR_incref, e.ref);
    st->handled = e.ref;
    rec_push_val(r, e);
}

void rec_do_pop_except(Recorder *r)
{
    RecState *st = r->state;
    IrRef before = rec_stack(r, 0)->ref;
    bool none = find_exc(r, before) < 0;
    if (st->handled == IR_NONE || (none && rec_concrete(r, 0) != Py_None)) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    if (none) {
        rec_guard_is(r, before, Py_None);
    }
    RecVal v = rec_pop(r), old = {.ref = st->handled, .owned = 1};
    if (!none) {
        rec_own(r, &v);
    } else {
        rec_drop(r, v);
    }
    st->handled = none ? IR_NONE : before;
    rec_drop(r, old);
}

/* A class, or a tuple of classes, guarded. */
static bool guard_match(Recorder *r, IrRef ref, PyObject *o)
{
    PyObject *constant;
    if (o == NULL) {
        return false;
    }
    if (PyExceptionClass_Check(o)) {
        rec_guard_is(r, ref, o);
        return true;
    }
    bool fixed = rec_is_const(r, ref, &constant), built = ir_at(r->raw, ref)->op == IR_new;
    if (!PyTuple_CheckExact(o) || !(fixed || built)) {
        return false;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(o); i++) {
        if (!PyExceptionClass_Check(PyTuple_GET_ITEM(o, i))) {
            return false;
        }
        if (built) {
            rec_guard_is(r, ir_at(r->raw, ref)->args[i], PyTuple_GET_ITEM(o, i));
        }
    }
    return true;
}

void rec_do_check_exc_match(Recorder *r)
{
    int exc = find_exc(r, rec_stack(r, 1)->ref);
    PyObject *wanted = rec_concrete(r, 0);
    if (exc < 0 || !guard_match(r, rec_stack(r, 0)->ref, wanted)) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    PyTypeObject *type = r->state->excs[exc].type;
    rec_depend_type(r, type);
    bool matches = PyErr_GivenExceptionMatches((PyObject *)type, wanted);
    rec_drop(r, rec_pop(r));
    IrRef answer = rec_const(r, matches ? Py_True : Py_False);
    rec_set_known(r, answer, &PyBool_Type);
    rec_push(r, answer, false);
}

/* ---- its attributes ---------------------------------------------------------------------------------------------- */
static int find_attr(const RecExc *e, PyObject *name)
{
    for (int i = 0; i < e->nattrs; i++) {
        if (e->attrs[i].name == name) {
            return i;
        }
    }
    return -1;
}

/* What the type has of that name, if its instances cannot hide it. */
static bool is_hidden_by_type(PyTypeObject *t, PyObject *name)
{
    PyObject *found = cpy_type_lookup(t, name);
    return found != NULL && Py_TYPE(found)->tp_descr_set != NULL;
}

static void replace_top(Recorder *r, IrRef ref)
{
    RecVal v = {.ref = ref};
    rec_own(r, &v);
    rec_drop(r, rec_pop(r));
    rec_push_val(r, v);
}

bool rec_exception_attr(Recorder *r, PyObject *o, PyObject *name)
{
    int exc = find_exc(r, rec_stack(r, 0)->ref);
    PyTypeObject *base = (PyTypeObject *)PyExc_BaseException;
    if (exc < 0) {
        return false;
    }
    RecExc *e = &r->state->excs[exc];
    rec_depend_type(r, e->type);
    int attr = find_attr(e, name);
    if (attr >= 0 && !is_hidden_by_type(e->type, name)) {
        IrRef node = e->attrs[attr].node;
        replace_top(r, rec_load(r, node, ir_at(r->raw, node)->imm.klass->fields[ATTR_VALUE]));
        return true;
    }
    if (PyUnicode_CompareWithASCIIString(name, "args") != 0 || cpy_type_lookup(Py_TYPE(o), name) != cpy_type_lookup(base, name)) {
        rec_give_up(r, ABORT_raised);
        return true;
    }
    IrRef args = rec_load(r, e->inner != IR_NONE ? e->inner : e->ref, args_field(r));
    rec_op1(r, IR_guard_nonnull, args);
    rec_set_known(r, args, &PyTuple_Type);
    replace_top(r, args);
    return true;
}

bool rec_exception_parts(Recorder *r, IrRef ref, RecVal *type, RecVal *traceback)
{
    int exc = find_exc(r, ref);
    if (exc < 0 || r->state->excs[exc].traceback == IR_NONE) {
        return false;
    }
    *type = (RecVal){.ref = rec_const(r, (PyObject *)r->state->excs[exc].type)};
    *traceback = (RecVal){.ref = r->state->excs[exc].traceback};
    return true;
}

/* Once the instruction's operands are off the stack. */
static void replace_part(Recorder *r, IrRef of, IrRef value, const IrField *field)
{
    IrInsn imm = {.imm.field = field};
    IrRef args[2] = {of, value};
    IrRef insn = ir_append_imm(r->raw, IR_replace, args, 2, imm);
    ir_set_snap(r->raw, insn, rec_snap_at(r, r->state->insn.next, 0, IR_EXIT_RESUME));
}

bool rec_exception_store_attr(Recorder *r, PyObject *name)
{
    int exc = find_exc(r, rec_stack(r, 0)->ref);
    if (exc < 0) {
        return false;
    }
    RecExc *e = &r->state->excs[exc];
    if (e->inner != IR_NONE || is_hidden_by_type(e->type, name)) {
        rec_give_up(r, ABORT_raised);
        return true;
    }
    rec_depend_type(r, e->type);
    rec_drop(r, rec_pop(r));
    RecVal v = rec_pop(r);
    rec_own(r, &v);
    int attr = find_attr(e, name);
    if (attr >= 0) {
        IrRef node = e->attrs[attr].node;
        replace_part(r, node, v.ref, ir_at(r->raw, node)->imm.klass->fields[ATTR_VALUE]);
        return true;
    }
    IrRef last = e->nattrs > 0 ? e->attrs[0].node : IR_NONE;
    for (int i = 1; i < e->nattrs; i++) {
        last = e->attrs[i].node > last ? e->attrs[i].node : last;
    }
    IrRef values[ATTR_FIELDS] = {last != IR_NONE ? last : ir_const_obj(r->raw, NULL), v.ref};
    IrRef node = rec_new(r, attr_klass(r, e->type, name), values);
    rec_store(r, e->ref, node, ir_at(r->raw, e->ref)->imm.klass->fields[EXC_ATTRS]);
    note_attr(r, e, name, node);
    return true;
}

/* BaseException.__init__(e, ...) */
bool rec_exception_init(Recorder *r, RecCall *c)
{
    enum { MAX_ARGS = 30 };
    int exc = c->n > 0 ? find_exc(r, c->args[0].ref) : -1;
    if (exc < 0) {
        return false;
    }
    RecExc *e = &r->state->excs[exc];
    if (e->inner != IR_NONE || c->kwnames || c->n > MAX_ARGS) {
        rec_give_up(r, ABORT_raised);
        return true;
    }
    rec_guard_callable(r, c);
    IrRef ref = e->ref;
    e->args = rec_tuple_of(r, &c->args[1], c->n - 1);
    IrRef args = e->args;
    rec_return_from_call(r, c, rec_const(r, Py_None), false);
    replace_part(r, ref, args, args_field(r));
    return true;
}

/* str(e) of one str, or of nothing. */
bool rec_exception_str(Recorder *r, RecCall *c)
{
    int exc = c->n == 1 ? find_exc(r, c->args[0].ref) : -1;
    if (exc < 0) {
        return false;
    }
    const RecExc *e = &r->state->excs[exc];
    PyObject *args = ((PyBaseExceptionObject *)c->concrete[0])->args;
    bool simple = e->inner == IR_NONE && !c->kwnames && e->type->tp_str == ((PyTypeObject *)PyExc_BaseException)->tp_str &&
                  PyTuple_CheckExact(args) && PyTuple_GET_SIZE(args) == 1 && PyUnicode_CheckExact(PyTuple_GET_ITEM(args, 0)) &&
                  ir_at(r->raw, e->args)->op == IR_new;
    if (!simple) {
        rec_give_up(r, ABORT_raised);
        return true;
    }
    rec_depend_type(r, e->type);
    rec_guard_callable(r, c);
    IrRef text = ir_at(r->raw, e->args)->args[0];
    rec_guard_type(r, text, PyTuple_GET_ITEM(args, 0));
    rec_return_from_call(r, c, text, false);
    return true;
}
