/*  Calls: what is called and with what, then the choice between following a Python function, an intrinsic form
    of a builtin, building an instance, or the C call itself. */
#include "record/call.h"

#include <string.h>

/* ---- inlining Python functions ------------------------------------------------------------------ */

static int times_on_stack(Recorder *r, PyCodeObject *code)
{
    int n = 0;
    for (int i = 0; i < r->state->nframes; i++) {
        n += r->state->frames[i].code == code;
    }
    return n;
}

enum { MAX_RECURSION = 2, MAX_SELF_RECURSION = 5 };

/* How often a function may be among the frames of a trace. Of the function that is the root itself, each further time halves
   or thirds the calls that are not followed. */
static int max_times(Recorder *r, PyCodeObject *code)
{
    RecState *st = r->state;
    return st->start.kind != REC_LOOP && st->frames[0].code == code ? MAX_SELF_RECURSION : MAX_RECURSION;
}

static bool binds(PyFunctionObject *func, int n, PyObject *kwnames)
{
    PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(func);
    int npos = n - (kwnames ? (int)PyTuple_GET_SIZE(kwnames) : 0);
    bool varargs = code->co_flags & CO_VARARGS;
    return npos <= code->co_argcount || varargs;
}

bool rec_can_inline(Recorder *r, PyFunctionObject *func, int n, PyObject *kwnames)
{
    RecState *st = r->state;
    PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(func);
    const int never = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR;
    if ((code->co_flags & never) || !(code->co_flags & CO_OPTIMIZED) || !cpy_function_is_plain(func)) {
        return false;
    }
    if (st->nframes > st->start.max_inline_depth || st->nframes >= REC_MAX_FRAMES ||
        cpy_code_stack_base(code) + code->co_stacksize > REC_MAX_SLOTS) {
        return false;
    }
    return times_on_stack(r, code) < max_times(r, code) && !st->host->no_inline(code) && binds(func, n, kwnames) &&
           !cpy_others_watch(st->ts, code);
}

PyFunctionObject *rec_special(Recorder *r, PyObject *o, const char *name)
{
    (void)r;
    PyObject *s = PyUnicode_InternFromString(name);
    if (s == NULL) {
        PyErr_Clear();
        return NULL;
    }
    PyObject *f = cpy_type_lookup(Py_TYPE(o), s);
    Py_DECREF(s);
    return f && PyFunction_Check(f) ? (PyFunctionObject *)f : NULL;
}

typedef struct {
    RecVal slots[256];
    bool taken[CALL_MAX_ARGS];
    int nleft, left[CALL_MAX_ARGS]; /* keywords for **kwargs */
} Binding;

/* Not PyCode_GetVarnames, which makes a tuple that stays with the code and can be counted. */
static PyObject *name_of_argument(PyCodeObject *code, int i)
{
    return PyTuple_GET_ITEM(code->co_localsplusnames, i);
}

static int slot_of_keyword(PyCodeObject *code, PyObject *name)
{
    int found = -1, total = code->co_argcount + code->co_kwonlyargcount;
    for (int i = code->co_posonlyargcount; i < total && found < 0; i++) {
        if (PyUnicode_Compare(name_of_argument(code, i), name) == 0) {
            found = i;
        }
    }
    return found;
}

static bool bind_keywords(PyCodeObject *code, Binding *b, int npos, RecVal *args, PyObject *kwnames)
{
    int nkw = kwnames ? (int)PyTuple_GET_SIZE(kwnames) : 0;
    for (int i = 0; i < nkw; i++) {
        int slot = slot_of_keyword(code, PyTuple_GET_ITEM(kwnames, i));
        if (slot < 0 ? !(code->co_flags & CO_VARKEYWORDS) : b->slots[slot].ref != IR_NONE) {
            return false;
        }
        if (slot < 0) {
            b->left[b->nleft++] = i;
        } else {
            b->slots[slot] = args[npos + i];
        }
    }
    return true;
}

/* Defaults are the function's own; it is watched, so they are constants. */
static bool bind_defaults(Recorder *r, PyFunctionObject *func, Binding *b)
{
    PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(func);
    PyObject *defaults = func->func_defaults, *kwdefaults = func->func_kwdefaults;
    int ndefaults = defaults ? (int)PyTuple_GET_SIZE(defaults) : 0;
    bool ok = true;
    for (int i = 0; ok && i < code->co_argcount + code->co_kwonlyargcount; i++) {
        if (b->slots[i].ref != IR_NONE) {
            continue;
        }
        PyObject *value = NULL;
        if (i >= code->co_argcount) {
            value = kwdefaults ? PyDict_GetItemWithError(kwdefaults, name_of_argument(code, i)) : NULL;
        } else if (i >= code->co_argcount - ndefaults) {
            value = PyTuple_GET_ITEM(defaults, i - (code->co_argcount - ndefaults));
        }
        ok = value != NULL;
        if (ok) {
            rec_depend(r, REC_DEP_FUNCTION, (PyObject *)func, NULL);
            if (i >= code->co_argcount) {
                rec_depend(r, REC_DEP_DICT_KEY, kwdefaults, name_of_argument(code, i)); /* It may change in place. */
            }
            b->slots[i] = (RecVal){.ref = rec_const(r, value)};
        }
    }
    return ok;
}

static bool bind_varargs(Recorder *r, PyCodeObject *code, Binding *b, int npos, RecVal *args)
{
    if (!(code->co_flags & CO_VARARGS)) {
        return npos <= code->co_argcount;
    }
    int extra = npos > code->co_argcount ? npos - code->co_argcount : 0;
    RecVal *slot = &b->slots[code->co_argcount + code->co_kwonlyargcount];
    if (extra == 0) {
        PyObject *empty = PyTuple_New(0);
        *slot = (RecVal){.ref = rec_const(r, empty)};
        Py_XDECREF(empty);
        return true;
    }
    IrRef values[CALL_MAX_ARGS];
    for (int i = 0; i < extra; i++) {
        rec_own(r, &args[code->co_argcount + i]);
        values[i] = args[code->co_argcount + i].ref;
    }
    *slot = (RecVal){.ref = rec_new(r, rec_tuple_klass(r, extra), values), .owned = 1};
    return true;
}

static PyObject *make_keyword_dict(PyObject *self, PyObject *const *items, size_t n, PyObject *names)
{
    (void)self;
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict != NULL && i < n; i++) {
        if (PyDict_SetItem(dict, PyTuple_GET_ITEM(names, i), items[i]) < 0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

/* **kwargs is a new dict of the keywords that are left over. */
static void bind_varkeywords(Recorder *r, PyCodeObject *code, Binding *b, int npos, RecVal *args, PyObject *kwnames)
{
    if (code->co_flags & CO_VARKEYWORDS) {
        IrRef values[CALL_MAX_ARGS];
        PyObject *names = PyTuple_New(b->nleft);
        for (int i = 0; names != NULL && i < b->nleft; i++) {
            PyTuple_SET_ITEM(names, i, Py_NewRef(PyTuple_GET_ITEM(kwnames, b->left[i])));
            values[i] = args[npos + b->left[i]].ref;
        }
        IrRef last = rec_const(r, names);
        Py_XDECREF(names);
        IrRef dict = rec_call_array_quiet(r, (void *)make_keyword_dict, ir_const_obj(r->raw, NULL), last, b->nleft, b->nleft, values);
        rec_set_known(r, dict, &PyDict_Type);
        for (int i = 0; i < b->nleft; i++) {
            rec_drop(r, args[npos + b->left[i]]);
        }
        b->slots[code->co_argcount + code->co_kwonlyargcount + ((code->co_flags & CO_VARARGS) != 0)] = (RecVal){.ref = dict, .owned = 1};
    }
}

/* Would binding succeed? Asked before anything is emitted or popped. */
static bool can_bind(PyFunctionObject *func, int n, PyObject *kwnames)
{
    PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(func);
    int total = code->co_argcount + code->co_kwonlyargcount;
    int nkw = kwnames ? (int)PyTuple_GET_SIZE(kwnames) : 0, npos = n - nkw;
    bool filled[256] = {false};
    if (total > 200 || (npos > code->co_argcount && !(code->co_flags & CO_VARARGS))) {
        return false;
    }
    for (int i = 0; i < npos && i < code->co_argcount; i++) {
        filled[i] = true;
    }
    for (int i = 0; i < nkw; i++) {
        int slot = slot_of_keyword(code, PyTuple_GET_ITEM(kwnames, i));
        if (slot < 0 ? !(code->co_flags & CO_VARKEYWORDS) : filled[slot]) {
            return false;
        }
        if (slot >= 0) {
            filled[slot] = true;
        }
    }
    int ndefaults = func->func_defaults ? (int)PyTuple_GET_SIZE(func->func_defaults) : 0;
    bool ok = true;
    for (int i = 0; ok && i < total; i++) {
        bool has_default = i < code->co_argcount ? i >= code->co_argcount - ndefaults
                                                 : func->func_kwdefaults && PyDict_Contains(func->func_kwdefaults, name_of_argument(code, i)) == 1;
        ok = filled[i] || has_default;
    }
    return ok;
}

bool rec_inline_call(Recorder *r, PyFunctionObject *func, IrRef func_ref, int n, RecVal *args, PyObject **concrete,
                     PyObject *kwnames, int how, int pop_on_return)
{
    (void)concrete;
    PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(func);
    Binding b;
    memset(&b, 0, sizeof b);
    if (!can_bind(func, n, kwnames)) {
        rec_give_up(r, ABORT_odd_value);
        return false;
    }
    int npos = n - (kwnames ? (int)PyTuple_GET_SIZE(kwnames) : 0);
    for (int i = 0; i < npos && i < code->co_argcount; i++) {
        b.slots[i] = args[i];
    }
    if (!bind_keywords(code, &b, npos, args, kwnames) || !bind_varargs(r, code, &b, npos, args) ||
        !bind_defaults(r, func, &b)) {
        rec_give_up(r, ABORT_odd_value);
        return false;
    }
    bind_varkeywords(r, code, &b, npos, args, kwnames);
    if (func_ref == IR_NONE) {
        rec_depend(r, REC_DEP_FUNCTION, (PyObject *)func, NULL); /* Another, of which only the code is known, must not live longer for it. */
    }
    if (!rec_enter_frame(r, func, func_ref, how, pop_on_return)) {
        return false;
    }
    RecFrame *f = rec_top(r);
    int total = code->co_argcount + code->co_kwonlyargcount + ((code->co_flags & CO_VARARGS) != 0) + ((code->co_flags & CO_VARKEYWORDS) != 0);
    memcpy(f->slots, b.slots, (size_t)total * sizeof(RecVal));
    return true;
}

/* ---- taking a call apart -------------------------------------------------------------------------- */

void rec_guard_callable(Recorder *r, RecCall *c)
{
    rec_guard_is(r, c->func.ref, c->callable);
}

/* Arguments' references go to rec_drop except those a handler has taken over (owned cleared). */
void rec_pop_call(Recorder *r, RecCall *c)
{
    for (int i = 0; i < c->nstack; i++) {
        rec_pop(r);
    }
    rec_drop(r, c->func);
    for (int i = 0; i < c->n; i++) {
        rec_drop(r, c->args[i]);
    }
}

void rec_return_from_call(Recorder *r, RecCall *c, IrRef result, bool owned)
{
    rec_pop_call(r, c);
    RecVal v = {.ref = result, .owned = owned};
    if (!owned) {
        rec_own(r, &v);
    }
    rec_push_val(r, v);
}

static void add_arg(RecCall *c, RecVal v, PyObject *concrete)
{
    c->args[c->n] = v;
    c->concrete[c->n++] = concrete;
}

/* A bound method's function and self are borrowed from it: they get references while it goes. */
static void take_method_apart(Recorder *r, RecCall *c)
{
    PyObject *method = c->callable;
    const IrKlass *k = rec_method_klass(r);
    rec_guard_type(r, c->func.ref, method);
    RecVal func = {.ref = rec_load(r, c->func.ref, k->fields[0])};
    RecVal self = {.ref = rec_load(r, c->func.ref, k->fields[1])};
    rec_guard_is(r, func.ref, PyMethod_GET_FUNCTION(method));
    func.ref = rec_const(r, PyMethod_GET_FUNCTION(method));
    rec_own(r, &self);
    rec_drop(r, c->func);
    c->func = func;
    c->callable = PyMethod_GET_FUNCTION(method);
    add_arg(c, self, PyMethod_GET_SELF(method));
}

/* What a bound method of a C type was made from, or NULL. */
static PyObject *descriptor_of(PyObject *callable)
{
    PyCFunctionObject *f = (PyCFunctionObject *)callable;
    if (!PyCFunction_CheckExact(callable) || f->m_self == NULL || PyModule_Check(f->m_self) || PyType_Check(f->m_self)) {
        return NULL;
    }
    PyObject *name = PyUnicode_InternFromString(f->m_ml->ml_name);
    PyObject *d = name != NULL ? cpy_type_lookup(Py_TYPE(f->m_self), name) : NULL;
    PyErr_Clear();
    Py_XDECREF(name);
    return d != NULL && Py_IS_TYPE(d, &PyMethodDescr_Type) && ((PyMethodDescrObject *)d)->d_method == f->m_ml ? d : NULL;
}

/* list.append as a value: which method it is stays, of which object is another matter each time. */
static void take_c_method_apart(Recorder *r, RecCall *c, PyObject *descriptor)
{
    PyCFunctionObject *f = (PyCFunctionObject *)c->callable;
    rec_guard_type(r, c->func.ref, c->callable);
    IrRef def = rec_load(r, c->func.ref, rec_field(r, CPY_OFF_cfunction_def, IR_W_PTR, MEMID_none));
    rec_guard_bool(r, rec_op2(r, IR_eq_ptr, def, ir_const_ptr(r->raw, f->m_ml)), true);
    RecVal self = {.ref = rec_load(r, c->func.ref, rec_field(r, CPY_OFF_cfunction_self, IR_W_OBJ, MEMID_none))};
    rec_own(r, &self);
    rec_drop(r, c->func);
    c->func = (RecVal){.ref = rec_const(r, descriptor)};
    c->callable = descriptor;
    add_arg(c, self, f->m_self);
}

/* callable self-or-NULL args[n]: fills c. Entries stay on the stack until rec_pop_call. */
static bool take_apart(Recorder *r, RecCall *c, int n, PyObject *kwnames, int above)
{
    *c = (RecCall){.kwnames = kwnames, .nstack = n + 2 + above};
    if (n + 2 > CALL_MAX_ARGS) {
        rec_give_up(r, ABORT_unsupported);
        return false;
    }
    int callable_at = n + 1 + above, self_at = n + above;
    c->callable = rec_concrete(r, callable_at);
    c->func = *rec_stack(r, callable_at);
    RecVal self = *rec_stack(r, self_at);
    PyObject *concrete_self = rec_concrete(r, self_at);
    if (c->callable == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return false;
    }
    /* What the interpreter bound is apart here already: see load_class_method and load_super_attr. */
    PyObject *constant;
    if (self.ref != IR_NONE && concrete_self == NULL) {
        PyObject *bound_to = PyObject_GetAttrString(c->callable, "__self__");
        if (bound_to == NULL || !rec_is_const(r, c->func.ref, &constant)) {
            PyErr_Clear();
            Py_XDECREF(bound_to);
            rec_give_up(r, ABORT_odd_value);
            return false;
        }
        add_arg(c, self, bound_to);
        Py_DECREF(bound_to); /* The method on the stack keeps it. */
        c->callable = constant;
    } else {
        if (Py_IS_TYPE(c->callable, &PyMethod_Type)) {
            take_method_apart(r, c);
        }
        PyObject *descriptor = rec_is_const(r, c->func.ref, &constant) ? NULL : descriptor_of(c->callable);
        if (descriptor != NULL) {
            take_c_method_apart(r, c, descriptor);
        }
        if (self.ref != IR_NONE) {
            add_arg(c, self, concrete_self);
        }
    }
    for (int i = n - 1; i >= 0; i--) {
        PyObject *o = rec_concrete(r, i + above);
        if (o == NULL) {
            rec_give_up(r, ABORT_odd_value);
            return false;
        }
        add_arg(c, *rec_stack(r, i + above), o);
    }
    return true;
}

/* ---- residual calls ---------------------------------------------------------------------------------- */

/* Before a generator function has made its generator, it does nothing but move its arguments; or, where the caller asks for that, it is
   3.15's generator expression, which takes the iterator of its argument. What comes behind that, or -1. */
static int behind_return_generator(PyCodeObject *code, bool *iterates)
{
    const int others = CO_COROUTINE | CO_ASYNC_GENERATOR | CO_ITERABLE_COROUTINE;
    if (!(code->co_flags & CO_GENERATOR) || (code->co_flags & others)) {
        return -1;
    }
    CpyInsn in = cpy_decode(code, 0);
    while (in.op == CPYOP_nop || in.op == CPYOP_copy_free_vars || in.op == CPYOP_make_cell) {
        in = cpy_decode(code, in.next);
    }
    if (iterates != NULL) {
        CpyInsn load = in.op == CPYOP_resume ? cpy_decode(code, in.next) : in, get = cpy_decode(code, load.next);
        *iterates = load.op == CPYOP_load_fast && load.arg == 0 && get.op == CPYOP_get_iter;
        in = *iterates ? cpy_decode(code, get.next) : in;
    }
    return in.op == CPYOP_return_generator ? in.next : -1;
}

static void guard_code(Recorder *r, RecCall *c)
{
    rec_guard_type(r, c->func.ref, c->callable);
    IrRef code = rec_load(r, c->func.ref, rec_field(r, CPY_OFF_function_code, IR_W_OBJ, MEMID_func));
    rec_guard_is(r, code, PyFunction_GET_CODE(c->callable));
}

static bool is_quiet_residual(Recorder *r, RecCall *c)
{
    if (PyType_Check(c->callable)) {
        rec_guard_callable(r, c);
        return rec_call_is_quiet(r, c);
    }
    if (!PyFunction_Check(c->callable) || !cpy_function_is_plain((PyFunctionObject *)c->callable)) {
        return false;
    }
    PyObject *code = PyFunction_GET_CODE(c->callable);
    if (behind_return_generator((PyCodeObject *)code, NULL) < 0 || cpy_others_watch(r->state->ts, (PyCodeObject *)code)) {
        return false;
    }
    guard_code(r, c);
    return true;
}

/* A generator that may stay unmade. */
static bool make_generator(Recorder *r, RecCall *c)
{
    PyFunctionObject *func = (PyFunctionObject *)c->callable;
    const IrInsn *def = ir_at(r->raw, c->func.ref);
    bool made_here = def->op == IR_new && def->imm.klass->kind == REC_KLASS_FUNCTION;
    PyObject *constant;
    bool iterates;
    if (!PyFunction_Check(c->callable) || c->kwnames || !(made_here || rec_is_const(r, c->func.ref, &constant)) || !cpy_function_is_plain(func)) {
        return false;
    }
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    int place = behind_return_generator(code, &iterates);
    if (place < 0 || cpy_others_watch(r->state->ts, code) || !rec_can_make_generator(func, c->n, iterates ? c->concrete[0] : NULL)) {
        return false;
    }
    guard_code(r, c);
    IrRef gen = rec_new_generator(r, c->func.ref, func, c->args, iterates ? c->concrete[0] : NULL, place);
    rec_return_from_call(r, c, gen, true);
    return true;
}

/* The loop over a generator that is compiled in the place of a built-in function. */
static bool call_consumer(Recorder *r, RecCall *c)
{
    PyObject *loop = r->state->host->consumer(rec_top(r)->code, r->state->insn.at, c->callable);
    if (loop == NULL || c->kwnames || c->n < 1 || !PyGen_CheckExact(c->concrete[c->n - 1])) {
        return false;
    }
    rec_guard_callable(r, c);
    rec_guard_type(r, c->args[c->n - 1].ref, c->concrete[c->n - 1]);
    IrRef items[2] = {c->args[0].ref, c->n > 1 ? c->args[1].ref : IR_NONE};
    IrRef null = ir_const_obj(r->raw, NULL);
    int64_t nargsf = (int64_t)((size_t)c->n | PY_VECTORCALL_ARGUMENTS_OFFSET);
    IrRef result = rec_call_array(r, (void *)PyObject_Vectorcall, rec_const(r, loop), null, nargsf, c->n, items);
    rec_return_from_call(r, c, result, true);
    return true;
}

void rec_call_residual(Recorder *r, RecCall *c)
{
    IrRef items[CALL_MAX_ARGS];
    int nkw = c->kwnames ? (int)PyTuple_GET_SIZE(c->kwnames) : 0;
    for (int i = 0; i < c->n; i++) {
        items[i] = c->args[i].ref;
    }
    IrRef names = c->kwnames ? rec_const(r, c->kwnames) : ir_const_obj(r->raw, NULL);
    int64_t nargsf = (int64_t)((size_t)(c->n - nkw) | PY_VECTORCALL_ARGUMENTS_OFFSET);
    if (call_consumer(r, c) || make_generator(r, c)) {
        return;
    }
    bool quiet = is_quiet_residual(r, c);
    vectorcallfunc fn = PyFunction_Check(c->callable) ? r->state->host->call_function : PyObject_Vectorcall;
    IrRef result = (quiet ? rec_call_array_quiet : rec_call_array)(r, (void *)fn, c->func.ref, names, nargsf, c->n, items);
    rec_return_from_call(r, c, result, true);
}

/* Functions of C by their own convention, without the detour over vectorcall. */
static bool call_c_function(Recorder *r, RecCall *c, PyMethodDef *def, IrRef self, int first)
{
    int n = c->n - first;
    IrRef null = ir_const_obj(r->raw, NULL), result;
    IrRef items[CALL_MAX_ARGS];
    for (int i = 0; i < n; i++) {
        items[i] = c->args[first + i].ref;
    }
    bool quiet = rec_call_is_quiet(r, c);
    IrRef (*by_c)(Recorder *, void *, int, const IrRef *) = quiet ? rec_call_c_quiet : rec_call_c;
    IrRef (*by_array)(Recorder *, void *, IrRef, IrRef, int64_t, int, const IrRef *) = quiet ? rec_call_array_quiet : rec_call_array;
    switch (def->ml_flags & ~(METH_STATIC | METH_CLASS | METH_COEXIST)) {
    case METH_O:
        if (n != 1 || c->kwnames) {
            return false;
        }
        result = by_c(r, (void *)def->ml_meth, 2, (IrRef[]){self, items[0]});
        break;
    case METH_NOARGS:
        if (n != 0 || c->kwnames) {
            return false;
        }
        result = by_c(r, (void *)def->ml_meth, 2, (IrRef[]){self, null});
        break;
    case METH_FASTCALL:
        if (c->kwnames) {
            return false;
        }
        result = by_array(r, (void *)def->ml_meth, self, null, n, n, items);
        break;
    case METH_FASTCALL | METH_KEYWORDS: {
        int nkw = c->kwnames ? (int)PyTuple_GET_SIZE(c->kwnames) : 0;
        IrRef names = c->kwnames ? rec_const(r, c->kwnames) : null;
        result = by_array(r, (void *)def->ml_meth, self, names, n - nkw, n, items);
        break;
    }
    default:
        return false;
    }
    rec_return_from_call(r, c, result, true);
    return true;
}

static bool steps_generator(const RecCall *c, const PyCFunctionObject *f)
{
    return c->n >= 1 && PyGen_CheckExact(c->concrete[0]) && strcmp(f->m_ml->ml_name, "next") == 0 && f->m_ml->ml_flags == METH_FASTCALL;
}

static bool call_c(Recorder *r, RecCall *c)
{
    if (call_consumer(r, c)) {
        return true;
    }
    if (PyCFunction_CheckExact(c->callable)) {
        PyCFunctionObject *f = (PyCFunctionObject *)c->callable;
        if (steps_generator(c, f) && !rec_is_root(r)) {
            rec_give_up(r, ABORT_generator); /* As in for_iter: showing the frames each time costs more than is gained. */
            return true;
        }
        rec_guard_callable(r, c);
        return call_c_function(r, c, f->m_ml, rec_const(r, f->m_self), 0);
    }
    if (Py_IS_TYPE(c->callable, &PyMethodDescr_Type) && c->n >= 1) {
        PyMethodDescrObject *d = (PyMethodDescrObject *)c->callable;
        if (!PyObject_TypeCheck(c->concrete[0], d->d_common.d_type)) {
            return false;
        }
        rec_guard_callable(r, c);
        rec_guard_type(r, c->args[0].ref, c->concrete[0]);
        return call_c_function(r, c, d->d_method, c->args[0].ref, 1);
    }
    return false;
}

/* ---- the choice ------------------------------------------------------------------------------------------ */

static bool call_python(Recorder *r, RecCall *c)
{
    if (!PyFunction_Check(c->callable)) {
        return false;
    }
    PyFunctionObject *func = (PyFunctionObject *)c->callable;
    if (!rec_can_inline(r, func, c->n, c->kwnames) || !can_bind(func, c->n, c->kwnames)) {
        return false;
    }
    PyObject *constant;
    IrRef func_ref = IR_NONE;
    const IrInsn *def = ir_at(r->raw, c->func.ref);
    bool made_here = def->op == IR_new && def->imm.klass->kind == REC_KLASS_FUNCTION;
    bool same_code_only = (func->func_closure || made_here) && !func->func_defaults && !func->func_kwdefaults &&
                          !rec_is_const(r, c->func.ref, &constant);
    if (same_code_only) {
        rec_guard_type(r, c->func.ref, c->callable);
        rec_guard_is(r, rec_load(r, c->func.ref, rec_field(r, CPY_OFF_function_code, IR_W_OBJ, MEMID_func)), func->func_code);
        rec_guard_is(r, rec_load(r, c->func.ref, rec_field(r, CPY_OFF_function_globals, IR_W_OBJ, MEMID_none)), func->func_globals);
        func_ref = c->func.ref;
    } else {
        rec_guard_callable(r, c);
    }
    for (int i = 0; i < c->nstack; i++) {
        rec_pop(r);
    }
    bool owned_func = c->func.owned;
    if (!same_code_only) {
        rec_drop(r, c->func);
    }
    if (!rec_inline_call(r, func, func_ref, c->n, c->args, c->concrete, c->kwnames, REC_HOW_PUSH, 0)) {
        return true;
    }
    if (same_code_only) {
        rec_top(r)->owns_func = owned_func;
    }
    return true;
}

/* An instance whose class has a Python __call__. */
static bool call_instance(Recorder *r, RecCall *c)
{
    PyTypeObject *t = Py_TYPE(c->callable);
    if (!PyType_HasFeature(t, Py_TPFLAGS_HEAPTYPE) || PyType_Check(c->callable) || c->n + 1 >= CALL_MAX_ARGS) {
        return false;
    }
    PyFunctionObject *func = rec_special(r, c->callable, "__call__");
    if (func == NULL || !rec_can_inline(r, func, c->n + 1, c->kwnames) || !can_bind(func, c->n + 1, c->kwnames)) {
        return false;
    }
    rec_guard_type(r, c->func.ref, c->callable);
    rec_depend_type(r, t);
    for (int i = 0; i < c->nstack; i++) {
        rec_pop(r);
    }
    memmove(&c->args[1], &c->args[0], (size_t)c->n * sizeof(RecVal));
    c->args[0] = c->func;
    rec_inline_call(r, func, IR_NONE, c->n + 1, c->args, c->concrete, c->kwnames, REC_HOW_PUSH, 0);
    return true;
}

static void choose(Recorder *r, RecCall *c)
{
    if (call_python(r, c) || rec_gave_up(r) || rec_construct(r, c) || rec_gave_up(r) || rec_call_builtin(r, c) ||
        rec_gave_up(r) || call_c(r, c) || rec_gave_up(r) || call_instance(r, c) || rec_gave_up(r)) {
        return;
    }
    rec_call_residual(r, c);
}

void rec_do_call(Recorder *r)
{
    RecCall c;
    if (take_apart(r, &c, r->state->insn.arg, NULL, 0)) {
        choose(r, &c);
    }
}

void rec_do_call_kw(Recorder *r)
{
    RecCall c;
    PyObject *names = rec_concrete(r, 0), *constant;
    if (names == NULL || !rec_is_const(r, rec_stack(r, 0)->ref, &constant)) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    if (take_apart(r, &c, r->state->insn.arg, names, 1)) {
        choose(r, &c);
    }
}

enum { MAX_SPREAD = 16, MAX_KEYWORDS = 8 };

/* Does whom the call binds its arguments to see the order of the keywords? */
static bool sees_order(PyObject *callable)
{
    if (Py_IS_TYPE(callable, &PyMethod_Type)) {
        callable = PyMethod_GET_FUNCTION(callable);
    }
    if (Py_IS_TYPE(callable, &PyType_Type)) {
        PyObject *name = PyUnicode_InternFromString("__init__");
        callable = name != NULL ? cpy_type_lookup((PyTypeObject *)callable, name) : NULL;
        Py_XDECREF(name);
    }
    return callable == NULL || !PyFunction_Check(callable) || (((PyCodeObject *)PyFunction_GET_CODE(callable))->co_flags & CO_VARKEYWORDS);
}

/* The keywords of a dict, when it is guarded to have just these: as a tuple that the trace keeps, or NULL. */
static PyObject *known_keywords(Recorder *r, PyObject *kwargs, PyObject *callable)
{
    Py_ssize_t n = kwargs != NULL ? PyDict_GET_SIZE(kwargs) : 0, pos = 0;
    if (n == 0 || n > MAX_KEYWORDS || !cpy_dict_is_str(kwargs) || (n > 1 && sees_order(callable))) {
        return NULL;
    }
    PyObject *names = PyTuple_New(n), *key;
    for (Py_ssize_t i = 0; names != NULL && i < n && PyDict_Next(kwargs, &pos, &key, NULL); i++) {
        PyTuple_SET_ITEM(names, i, Py_NewRef(key));
    }
    if (names != NULL) {
        rec_const(r, names);
        Py_DECREF(names);
    }
    return names;
}

static void add_keywords(Recorder *r, RecCall *c, IrRef dict, PyObject *kwargs, PyObject *names)
{
    Py_ssize_t n = PyTuple_GET_SIZE(names);
    IrRef used = rec_load(r, dict, rec_field(r, CPY_OFF_dict_used, IR_W_I64, MEMID_dict));
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, used, rec_int(r, n)), true);
    rec_guard_bool(r, rec_call1(r, IR_CALL_dict_is_str, dict), true);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *key = PyTuple_GET_ITEM(names, i);
        RecVal v = {.ref = rec_call2(r, IR_CALL_dict_get_str, dict, rec_const(r, key))};
        rec_op1(r, IR_guard_nonnull, v.ref);
        rec_own(r, &v);
        add_arg(c, v, PyDict_GetItemWithError(kwargs, key));
    }
    c->kwnames = names;
}

/* f(*args, **kwargs): as f with so many arguments and these keywords. */
static bool call_spread(Recorder *r, PyObject *args, PyObject *kwargs, int extra)
{
    PyObject *callable = rec_concrete(r, extra + 2);
    bool is_list = PyList_CheckExact(args);
    int n = (int)Py_SIZE(args);
    if (n > MAX_SPREAD || callable == NULL) {
        return false;
    }
    PyObject *names = known_keywords(r, kwargs, callable);
    if (names == NULL && kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        return false;
    }
    RecCall c = {.callable = callable, .func = *rec_stack(r, extra + 2), .nstack = extra + 3};
    RecVal sequence = *rec_stack(r, extra);
    const IrKlass *k = is_list ? NULL : rec_tuple_klass(r, n);
    const IrInsn *def = ir_at(r->raw, sequence.ref);
    rec_guard_type(r, sequence.ref, args);
    if (!(def->op == IR_new && def->imm.klass == k)) {
        rec_guard_bool(r, rec_op2(r, IR_eq_i64, rec_sequence_size(r, Py_TYPE(args), sequence.ref), rec_int(r, n)), true);
    }
    IrRef items = is_list ? rec_list_items(r, sequence.ref) : IR_NONE;
    if (Py_IS_TYPE(callable, &PyMethod_Type)) {
        take_method_apart(r, &c);
    }
    for (int i = 0; i < n; i++) {
        RecVal v = {.ref = is_list ? rec_load_elem(r, items, rec_int(r, i), rec_list_item(r)) : rec_load(r, sequence.ref, k->fields[i])};
        rec_own(r, &v);
        add_arg(&c, v, PySequence_Fast_GET_ITEM(args, i));
    }
    if (names != NULL) {
        add_keywords(r, &c, rec_stack(r, 0)->ref, kwargs, names);
    }
    rec_drop(r, sequence);
    for (int i = 0; i < extra; i++) {
        rec_drop(r, *rec_stack(r, i));
    }
    choose(r, &c);
    return true;
}

static void guard_empty(Recorder *r, IrRef dict)
{
    IrRef used = rec_load(r, dict, rec_field(r, CPY_OFF_dict_used, IR_W_I64, MEMID_dict));
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, used, rec_int(r, 0)), true);
}

static void make_tuple_of_list(Recorder *r, RecVal *list)
{
    RecVal tuple = {.ref = rec_call1(r, IR_CALL_list_to_tuple, list->ref), .owned = 1};
    rec_drop(r, *list);
    *list = tuple;
}

void rec_do_call_ex(Recorder *r)
{
    int extra = r->state->insn.arg ? 1 : 0;
    PyObject *args = rec_concrete(r, extra), *kwargs = extra ? rec_concrete(r, 0) : NULL;
    if (args == NULL || !(PyTuple_CheckExact(args) || PyList_CheckExact(args)) || (kwargs != NULL && !PyDict_CheckExact(kwargs))) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    if (kwargs != NULL) {
        rec_guard_type(r, rec_stack(r, 0)->ref, kwargs);
    }
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) == 0) {
        guard_empty(r, rec_stack(r, 0)->ref);
    }
    if (call_spread(r, args, kwargs, extra)) {
        return;
    }
    PyObject *callable = rec_concrete(r, extra + 2);
    if (callable == NULL || PyFunction_Check(callable)) {
        rec_give_up(r, ABORT_unsupported); /* The interpreter lets the tuple go before the function runs. */
        return;
    }
    rec_guard_type(r, rec_stack(r, extra + 2)->ref, callable);
    rec_guard_type(r, rec_stack(r, extra)->ref, args);
    if (PyList_CheckExact(args)) {
        make_tuple_of_list(r, rec_stack(r, extra));
    }
    IrRef values[3] = {rec_stack(r, extra + 2)->ref, rec_stack(r, extra)->ref, kwargs != NULL ? rec_stack(r, 0)->ref : ir_const_obj(r->raw, NULL)};
    IrRef result = rec_call(r, IR_CALL_call_ex, 3, values);
    for (int i = 0; i < extra + 3; i++) {
        rec_drop(r, rec_pop(r));
    }
    rec_push(r, result, true);
}
