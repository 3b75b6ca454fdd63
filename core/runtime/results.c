/*  What a frame does with the result of the frame above it, when that was run outside of the trace.

    The caller's place is that of its instruction; its stack is without the operands, except for operators, whose
    operands are the top two entries. Afterwards it stands behind the instruction, or the exception is set. */
#include "runtime/state.h"

typedef struct {
    CpyFrame *f;
    int base;
    CpyInsn insn;
} Caller;

static void push(Caller *c, PyObject *o)
{
    int depth = cpy_frame_depth(c->f);
    cpy_slot_take(c->f, c->base + depth, o);
    cpy_frame_set_depth(c->f, depth + 1);
}

static PyObject *peek(Caller *c, int from_top)
{
    return cpy_slot_get(c->f, c->base + cpy_frame_depth(c->f) - 1 - from_top).obj;
}

static void pop(Caller *c)
{
    int depth = cpy_frame_depth(c->f) - 1;
    cpy_frame_set_depth(c->f, depth);
    cpy_slot_release(c->f, c->base + depth);
}

/* Behind the instruction; the result's reference goes to the stack. */
static bool push_and_go_on(Caller *c, PyObject *result)
{
    push(c, result);
    cpy_frame_set_place(c->f, c->insn.next);
    return false;
}

static bool go_to_exhausted(Caller *c)
{
    int delta = c->insn.target_depth_delta;
    cpy_frame_set_place(c->f, c->insn.target);
    for (; delta > 0; delta--) {
        push(c, NULL);
    }
    for (; delta < 0; delta++) {
        pop(c);
    }
    return false;
}

static Caller caller_at(CpyFrame *f, int place)
{
    PyCodeObject *code = cpy_frame_code(f);
    return (Caller){.f = f, .base = cpy_code_stack_base(code), .insn = cpy_decode(code, place)};
}

bool rt_next_item_missing(CpyFrame *f, int place)
{
    Caller c = caller_at(f, place);
    return go_to_exhausted(&c);
}

static bool take_init(Caller *c, PyObject *result)
{
    if (result != Py_None) {
        PyErr_Format(PyExc_TypeError, "__init__() should return None, not '%.200s'", Py_TYPE(result)->tp_name);
        Py_DECREF(result);
        return true;
    }
    Py_DECREF(result);
    cpy_frame_set_place(c->f, c->insn.next);
    return false;
}

static bool take_bool(Caller *c, PyObject *result)
{
    if (!PyBool_Check(result)) {
        PyErr_Format(PyExc_TypeError, "__bool__ should return bool, returned %s", Py_TYPE(result)->tp_name);
        Py_DECREF(result);
        return true;
    }
    return push_and_go_on(c, result);
}

/* As a class's slot does over __len__; -1: an exception is set. */
static Py_ssize_t length_of(PyObject *result)
{
    PyObject *index = PyNumber_Index(result);
    Py_DECREF(result);
    if (index == NULL) {
        return -1;
    }
    int negative = PyObject_RichCompareBool(index, Py_False, Py_LT);
    if (negative == 1) {
        PyErr_SetString(PyExc_ValueError, "__len__() should return >= 0");
    }
    Py_ssize_t length = negative != 0 ? -1 : PyNumber_AsSsize_t(index, PyExc_OverflowError);
    Py_DECREF(index);
    return length;
}

static bool take_length(Caller *c, PyObject *result, bool as_bool)
{
    Py_ssize_t length = length_of(result);
    if (length < 0) {
        return true;
    }
    PyObject *value = as_bool ? Py_NewRef(length != 0 ? Py_True : Py_False) : PyLong_FromSsize_t(length);
    return value == NULL || push_and_go_on(c, value);
}

static bool take_truth(Caller *c, PyObject *result, bool negate)
{
    int truth = PyObject_IsTrue(result);
    Py_DECREF(result);
    return truth < 0 || push_and_go_on(c, Py_NewRef((truth != 0) != negate ? Py_True : Py_False));
}

/* ---- operators ------------------------------------------------------------------------------------- */
static const struct {
    const char *method, *reflected, *symbol, *inplace_symbol;
} binaries[] = {
    [CPY_ADD] = {"__add__", "__radd__", "+", "+="},
    [CPY_AND] = {"__and__", "__rand__", "&", "&="},
    [CPY_FLOORDIV] = {"__floordiv__", "__rfloordiv__", "//", "//="},
    [CPY_LSHIFT] = {"__lshift__", "__rlshift__", "<<", "<<="},
    [CPY_MATMUL] = {"__matmul__", "__rmatmul__", "@", "@="},
    [CPY_MUL] = {"__mul__", "__rmul__", "*", "*="},
    [CPY_MOD] = {"__mod__", "__rmod__", "%", "%="},
    [CPY_OR] = {"__or__", "__ror__", "|", "|="},
    [CPY_POW] = {"__pow__", "__rpow__", "** or pow()", "**="},
    [CPY_RSHIFT] = {"__rshift__", "__rrshift__", ">>", ">>="},
    [CPY_SUB] = {"__sub__", "__rsub__", "-", "-="},
    [CPY_TRUEDIV] = {"__truediv__", "__rtruediv__", "/", "/="},
    [CPY_XOR] = {"__xor__", "__rxor__", "^", "^="},
};

static PyObject *call_special(PyObject *self, const char *name, PyObject *argument)
{
    PyObject *s = PyUnicode_InternFromString(name);
    PyObject *method = s != NULL ? cpy_type_lookup(Py_TYPE(self), s) : NULL;
    Py_XDECREF(s);
    if (method == NULL) {
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_NotImplemented);
    }
    PyObject *args[2] = {self, argument};
    Py_INCREF(method);
    PyObject *result = PyObject_Vectorcall(method, args, 2, NULL);
    Py_DECREF(method);
    return result;
}

static PyObject *try_sequence(PyObject *l, PyObject *r, int op)
{
    const PySequenceMethods *m = Py_TYPE(l)->tp_as_sequence;
    if (op == CPY_ADD && m != NULL && m->sq_concat != NULL) {
        return m->sq_concat(l, r);
    }
    return Py_NewRef(Py_NotImplemented);
}

static PyObject *or_else(PyObject *result, PyObject *self, const char *name, PyObject *argument)
{
    if (result != Py_NotImplemented) {
        return result;
    }
    Py_DECREF(result);
    return call_special(self, name, argument);
}

/* A method said NotImplemented: the in-place one or the left operand's own; or, where the left operand is a number, the right
   one's, behind which there is nothing. */
static PyObject *binary_otherwise(PyObject *l, PyObject *r, int op, bool inplace)
{
    PyObject *result = Py_NewRef(Py_NotImplemented);
    bool left_was_asked = PyType_HasFeature(Py_TYPE(l), Py_TPFLAGS_HEAPTYPE);
    if (left_was_asked && inplace) {
        result = or_else(result, l, binaries[op].method, r);
    }
    if (left_was_asked && Py_TYPE(l) != Py_TYPE(r)) {
        result = or_else(result, r, binaries[op].reflected, l);
    }
    if (result == Py_NotImplemented) {
        Py_DECREF(result);
        result = try_sequence(l, r, op);
    }
    if (result == Py_NotImplemented) {
        Py_DECREF(result);
        PyErr_Format(PyExc_TypeError, "unsupported operand type(s) for %.100s: '%.100s' and '%.100s'",
                     inplace ? binaries[op].inplace_symbol : binaries[op].symbol, Py_TYPE(l)->tp_name,
                     Py_TYPE(r)->tp_name);
        return NULL;
    }
    return result;
}

static PyObject *compare_otherwise(PyObject *l, PyObject *r, int op)
{
    static const int swapped[] = {Py_GT, Py_GE, Py_EQ, Py_NE, Py_LT, Py_LE};
    static const char *const symbols[] = {"<", "<=", "==", "!=", ">", ">="};
    richcmpfunc compare = Py_TYPE(r)->tp_richcompare;
    PyObject *result = compare != NULL ? compare(r, l, swapped[op]) : Py_NewRef(Py_NotImplemented);
    if (result != Py_NotImplemented) {
        return result;
    }
    Py_DECREF(result);
    if (op == Py_EQ || op == Py_NE) {
        return Py_NewRef((l == r) == (op == Py_EQ) ? Py_True : Py_False);
    }
    PyErr_Format(PyExc_TypeError, "'%s' not supported between instances of '%.100s' and '%.100s'", symbols[op],
                 Py_TYPE(l)->tp_name, Py_TYPE(r)->tp_name);
    return NULL;
}

static bool pop_two_and_push(Caller *c, PyObject *result)
{
    if (result == NULL) {
        return true; /* The operands go when the exception is raised. */
    }
    pop(c);
    pop(c);
    return push_and_go_on(c, result);
}

static bool take_binary(Caller *c, PyObject *result, int high)
{
    if (result == Py_NotImplemented) {
        Py_DECREF(result);
        result = binary_otherwise(peek(c, 1), peek(c, 0), high / 2, high & 1);
    }
    return pop_two_and_push(c, result);
}

static bool take_compare(Caller *c, PyObject *result, int high)
{
    if (result == Py_NotImplemented) {
        Py_DECREF(result);
        result = compare_otherwise(peek(c, 1), peek(c, 0), high & 15);
    }
    if (result != NULL && (high & 16)) {
        int truth = PyObject_IsTrue(result);
        Py_DECREF(result);
        result = truth < 0 ? NULL : Py_NewRef(truth ? Py_True : Py_False);
    }
    return pop_two_and_push(c, result);
}

/* ---- generators ----------------------------------------------------------------------------------------- */
static bool take_yielded(Caller *c, PyObject *result)
{
    if (cpy_generator_is_suspended(peek(c, CPY_ITER_SLOTS - 1))) {
        return push_and_go_on(c, result);
    }
    Py_DECREF(result);
    return go_to_exhausted(c);
}

static bool take_iterator(Caller *c, PyObject *result)
{
    if (!PyIter_Check(result)) {
        cpy_raise_no_iterator(peek(c, 0), result);
        Py_DECREF(result);
        return true;
    }
    pop(c);
    push(c, result);
    for (int i = 1; i < CPY_ITER_SLOTS; i++) {
        push(c, NULL);
    }
    cpy_frame_set_place(c->f, c->insn.next);
    return false;
}

/* ---- the choice ---------------------------------------------------------------------------------------- */
static bool take_none(Caller *c, int how)
{
    if (how != REC_HOW_NEXT || !PyErr_ExceptionMatches(PyExc_StopIteration)) {
        return true;
    }
    PyErr_Clear();
    return go_to_exhausted(c);
}

bool rt_take_result(RtLeaving *leaving, int frame, int how, PyObject *result)
{
    Caller c = caller_at(leaving->frames[frame], leaving->snap->frames[frame].place);
    if (result == NULL) {
        return take_none(&c, how & 0xff);
    }
    switch ((RecHow)(how & 0xff)) {
    case REC_HOW_INIT:
        return take_init(&c, result);
    case REC_HOW_DISCARD:
        Py_DECREF(result);
        cpy_frame_set_place(c.f, c.insn.next);
        return false;
    case REC_HOW_BOOL:
        return take_bool(&c, result);
    case REC_HOW_LEN_BOOL:
        return take_length(&c, result, true);
    case REC_HOW_LEN:
        return take_length(&c, result, false);
    case REC_HOW_TRUTH:
        return take_truth(&c, result, false);
    case REC_HOW_NOT_TRUTH:
        return take_truth(&c, result, true);
    case REC_HOW_BINARY:
        return take_binary(&c, result, how >> 8);
    case REC_HOW_COMPARE:
        return take_compare(&c, result, how >> 8);
    case REC_HOW_GENERATOR:
        return take_yielded(&c, result);
    case REC_HOW_ITER:
        return take_iterator(&c, result);
    case REC_HOW_PUSH:
    case REC_HOW_NEXT:
    case REC_HOW_ROOT:
        break;
    }
    return push_and_go_on(&c, result);
}
