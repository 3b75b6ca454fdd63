/*  Calls of classes: numbers from numbers, ranges, and instances of plain Python classes whose __init__ is followed. */
#include "record/call.h"

#include <string.h>

static bool construct_int(Recorder *r, RecCall *c)
{
    int64_t v;
    if (c->n != 1 || c->kwnames) {
        return false;
    }
    PyObject *o = c->concrete[0];
    IrRef ref = c->args[0].ref, i;
    if (PyLong_CheckExact(o)) {
        rec_guard_callable(r, c);
        rec_guard_type(r, ref, o);
        rec_return_from_call(r, c, ref, false);
        return true;
    }
    if (PyFloat_CheckExact(o)) {
        double d = PyFloat_AS_DOUBLE(o);
        if (!(d > -9e18 && d < 9e18)) {
            return false;
        }
        rec_guard_callable(r, c);
        i = rec_op1(r, IR_f64_to_i64, rec_unbox_float(r, ref, o));
    } else if (PyBool_Check(o) && rec_fits_i64(o, &v)) {
        rec_guard_callable(r, c);
        i = rec_unbox_int(r, ref, o);
    } else {
        return false;
    }
    IrRef box = rec_op1(r, IR_box_i64, i);
    rec_set_known(r, box, &PyLong_Type);
    rec_return_from_call(r, c, box, true);
    return true;
}

static bool construct_float(Recorder *r, RecCall *c)
{
    int64_t v;
    if (c->n != 1 || c->kwnames || !(PyFloat_CheckExact(c->concrete[0]) || rec_fits_i64(c->concrete[0], &v))) {
        return false;
    }
    rec_guard_callable(r, c);
    if (PyFloat_CheckExact(c->concrete[0])) {
        rec_guard_type(r, c->args[0].ref, c->concrete[0]);
        rec_return_from_call(r, c, c->args[0].ref, false);
        return true;
    }
    IrRef box = rec_op1(r, IR_box_f64, rec_unbox_float(r, c->args[0].ref, c->concrete[0]));
    rec_set_known(r, box, &PyFloat_Type);
    rec_return_from_call(r, c, box, true);
    return true;
}

static bool construct_bool(Recorder *r, RecCall *c)
{
    bool known, value;
    if (c->n != 1 || c->kwnames) {
        return false;
    }
    rec_guard_callable(r, c);
    IrRef b = rec_truth(r, c->args[0].ref, c->concrete[0], &known, &value);
    if (known) {
        b = ir_const_bool(r->raw, value);
    } else if (b == IR_NONE) {
        return false;
    }
    IrRef box = rec_op1(r, IR_box_bool, b);
    rec_set_known(r, box, &PyBool_Type);
    rec_return_from_call(r, c, box, true);
    return true;
}

static bool construct_type(Recorder *r, RecCall *c)
{
    if (c->n != 1 || c->kwnames) {
        return false;
    }
    rec_guard_callable(r, c);
    rec_guard_type(r, c->args[0].ref, c->concrete[0]);
    rec_return_from_call(r, c, rec_const(r, (PyObject *)Py_TYPE(c->concrete[0])), false);
    return true;
}

/* ---- range ------------------------------------------------------------------------------------ */

const IrKlass *rec_range_klass(Recorder *r)
{
    static const CpyLayout offs[4] = {CPY_OFF_range_start, CPY_OFF_range_stop, CPY_OFF_range_step, CPY_OFF_range_length};
    const IrField **fields = arena_alloc(r->state->arena, 4 * sizeof *fields);
    for (int i = 0; i < 4; i++) {
        fields[i] = rec_field(r, offs[i], IR_W_OBJ, MEMID_none);
    }
    return ir_klass(r->raw, "range", &PyRange_Type, IR_TYPE_PLAIN | IR_TYPE_FIXED, REC_KLASS_RANGE, 4, fields, NULL);
}

/* Length of range(start, stop, step) for a step known to be `sv`; the side of emptiness is guarded. */
static IrRef range_length(Recorder *r, IrRef start, IrRef stop, int64_t a, int64_t b, int64_t sv)
{
    bool up = sv > 0;
    IrRef low = up ? start : stop, high = up ? stop : start;
    bool some = up ? a < b : b < a;
    rec_guard_bool(r, rec_op2(r, IR_lt_i64, low, high), some);
    if (!some) {
        return rec_int(r, 0);
    }
    IrRef span = rec_op2(r, IR_sub_i64_ov, high, low);
    int64_t step = up ? sv : -sv;
    if (step == 1) {
        return span;
    }
    IrRef less = rec_op2(r, IR_sub_i64, span, rec_int(r, 1));
    return rec_op2(r, IR_add_i64, rec_op2(r, IR_floordiv_i64, less, rec_int(r, step)), rec_int(r, 1));
}

static bool construct_range(Recorder *r, RecCall *c)
{
    int64_t v[3] = {0, 0, 1};
    IrRef refs[3];
    if (c->n < 1 || c->n > 3 || c->kwnames) {
        return false;
    }
    for (int i = 0; i < c->n; i++) {
        if (!PyLong_CheckExact(c->concrete[i]) || !rec_fits_i64(c->concrete[i], &v[c->n == 1 ? 1 : i])) {
            return false;
        }
    }
    const int64_t limit = (int64_t)1 << 61;
    if (v[2] == 0 || v[2] < -limit || v[2] > limit || v[0] < -limit || v[0] > limit || v[1] < -limit || v[1] > limit) {
        return false;
    }
    rec_guard_callable(r, c);
    refs[0] = c->n == 1 ? rec_int(r, 0) : rec_unbox_int(r, c->args[0].ref, c->concrete[0]);
    refs[1] = rec_unbox_int(r, c->args[c->n == 1 ? 0 : 1].ref, c->concrete[c->n == 1 ? 0 : 1]);
    refs[2] = rec_int(r, v[2]);
    if (c->n == 3) {
        IrRef step = rec_unbox_int(r, c->args[2].ref, c->concrete[2]);
        rec_guard_bool(r, rec_op2(r, IR_eq_i64, step, refs[2]), true);
    }
    IrRef values[4];
    IrRef length = range_length(r, refs[0], refs[1], v[0], v[1], v[2]);
    for (int i = 0; i < 3; i++) {
        values[i] = rec_op1(r, IR_box_i64, refs[i]);
    }
    values[3] = rec_op1(r, IR_box_i64, length);
    for (int i = 0; i < 4; i++) {
        rec_set_known(r, values[i], &PyLong_Type);
    }
    IrRef range = rec_new(r, rec_range_klass(r), values);
    rec_return_from_call(r, c, range, true);
    return true;
}

IrRef rec_range_iter(Recorder *r, IrRef range, PyObject *concrete)
{
    const IrKlass *k = rec_range_klass(r);
    IrRef v[3];
    static const int from[3] = {0, 2, 3}; /* start, step, length */
    PyObject *parts[4] = {PyObject_GetAttrString(concrete, "start"), NULL, PyObject_GetAttrString(concrete, "step"), NULL};
    Py_ssize_t len = PyObject_Length(concrete);
    int64_t num;
    bool ok = len >= 0 && parts[0] && parts[2] && rec_fits_i64(parts[0], &num) && rec_fits_i64(parts[2], &num);
    PyErr_Clear();
    if (ok) {
        rec_guard_type(r, range, concrete);
        for (int i = 0; i < 3; i++) {
            IrRef box = rec_load(r, range, k->fields[from[i]]);
            rec_set_known(r, box, &PyLong_Type);
            v[i] = rec_op1(r, IR_unbox_i64, box);
        }
    }
    Py_XDECREF(parts[0]);
    Py_XDECREF(parts[2]);
    return ok ? rec_new(r, rec_iter_klass(r, REC_KLASS_RANGE_ITER), v) : IR_NONE;
}

static bool load_range_long(Recorder *r, IrRef range, PyObject *concrete, IrRef *v)
{
    IrRef it = rec_range_iter(r, range, concrete);
    for (int i = 0; it != IR_NONE && i < 3; i++) {
        v[i] = ir_at(r->raw, it)->args[i];
    }
    return it != IR_NONE;
}

/* From the last item down; where CPython's iterator over machine integers can't go, the trace is left. */
static bool construct_reversed(Recorder *r, RecCall *c)
{
    IrRef v[3];
    if (c->n != 1 || c->kwnames || !PyRange_Check(c->concrete[0])) {
        return false;
    }
    rec_guard_callable(r, c);
    if (!load_range_long(r, c->args[0].ref, c->concrete[0], v)) {
        return false;
    }
    IrRef span = rec_op2(r, IR_mul_i64_ov, rec_op2(r, IR_sub_i64, v[2], rec_int(r, 1)), v[1]);
    IrRef back[3] = {rec_op2(r, IR_add_i64_ov, v[0], span), rec_op1(r, IR_neg_i64_ov, v[1]), v[2]};
    rec_op2(r, IR_sub_i64_ov, v[0], v[1]);
    rec_return_from_call(r, c, rec_new(r, rec_iter_klass(r, REC_KLASS_RANGE_ITER), back), true);
    return true;
}

/* ---- instances of Python classes ------------------------------------------------------------------ */

static IrRef new_instance(Recorder *r, const IrKlass *k)
{
    IrRef *values = arena_alloc(r->state->arena, (size_t)k->nfields * sizeof *values);
    for (int i = 0; i < k->nfields - 2; i++) {
        values[i] = ir_const_obj(r->raw, NULL);
    }
    values[k->nfields - 2] = rec_int(r, 1);
    values[k->nfields - 1] = ir_const_obj(r->raw, NULL);
    return rec_new(r, k, values);
}

static bool makes_plain_instances(PyTypeObject *t)
{
    return Py_TYPE(t)->tp_call == PyType_Type.tp_call && t->tp_new == PyBaseObject_Type.tp_new &&
           !PyType_HasFeature(t, Py_TPFLAGS_IS_ABSTRACT);
}

static bool construct_instance(Recorder *r, RecCall *c, PyTypeObject *t)
{
    if (!PyType_HasFeature(t, Py_TPFLAGS_HEAPTYPE) || !makes_plain_instances(t) || c->n + 1 >= CALL_MAX_ARGS) {
        return false;
    }
    bool trivial = t->tp_init == PyBaseObject_Type.tp_init;
    PyObject *s = PyUnicode_InternFromString("__init__");
    PyObject *init = s ? cpy_type_lookup(t, s) : NULL;
    Py_XDECREF(s);
    if (trivial ? c->n != 0
                : init == NULL || !PyFunction_Check(init) || !rec_can_inline(r, (PyFunctionObject *)init, c->n + 1, c->kwnames)) {
        return false;
    }
    const IrKlass *k = rec_instance_klass(r, t);
    if (k == NULL) {
        return false;
    }
    rec_guard_callable(r, c);
    rec_depend_type(r, Py_TYPE(t));
    IrRef instance = new_instance(r, k);
    if (trivial) {
        rec_return_from_call(r, c, instance, true);
        return true;
    }
    for (int i = 0; i < c->nstack; i++) {
        rec_pop(r);
    }
    rec_drop(r, c->func);
    rec_push(r, instance, true);
    RecVal args[CALL_MAX_ARGS];
    args[0] = (RecVal){.ref = instance};
    for (int i = 0; i < c->n; i++) {
        args[i + 1] = c->args[i];
    }
    rec_inline_call(r, (PyFunctionObject *)init, IR_NONE, c->n + 1, args, c->concrete, c->kwnames, REC_HOW_INIT, 0);
    return true;
}

/* BaseException.__new__ takes the arguments; so does its __init__, if a Python one calls it. */
static bool construct_exception(Recorder *r, RecCall *c, PyTypeObject *t)
{
    int nkw = c->kwnames ? (int)PyTuple_GET_SIZE(c->kwnames) : 0, npos = c->n - nkw;
    if (!rec_is_plain_exception(t) || npos > 30 || c->n + 1 >= CALL_MAX_ARGS) {
        return false;
    }
    bool simple = rec_is_simple_exception(t);
    PyObject *s = PyUnicode_InternFromString("__init__");
    PyObject *init = s ? cpy_type_lookup(t, s) : NULL;
    Py_XDECREF(s);
    if (simple ? nkw > 0 : init == NULL || !PyFunction_Check(init) || !rec_can_inline(r, (PyFunctionObject *)init, c->n + 1, c->kwnames)) {
        return false;
    }
    rec_guard_callable(r, c);
    IrRef e = rec_new_exception(r, t, rec_tuple_of(r, c->args, npos));
    if (simple) {
        rec_return_from_call(r, c, e, true);
        return true;
    }
    for (int i = 0; i < c->nstack; i++) {
        rec_pop(r);
    }
    rec_drop(r, c->func);
    rec_push(r, e, true);
    RecVal args[CALL_MAX_ARGS];
    args[0] = (RecVal){.ref = e};
    memcpy(&args[1], c->args, (size_t)c->n * sizeof *args);
    rec_inline_call(r, (PyFunctionObject *)init, IR_NONE, c->n + 1, args, c->concrete, c->kwnames, REC_HOW_INIT, 0);
    return true;
}

bool rec_construct(Recorder *r, RecCall *c)
{
    if (!PyType_Check(c->callable)) {
        return false;
    }
    PyTypeObject *t = (PyTypeObject *)c->callable;
    if (t == &PyUnicode_Type && rec_exception_str(r, c)) {
        return true;
    }
    if (t == &PyLong_Type) {
        return construct_int(r, c);
    }
    if (t == &PyFloat_Type) {
        return construct_float(r, c);
    }
    if (t == &PyBool_Type) {
        return construct_bool(r, c);
    }
    if (t == &PyType_Type) {
        return construct_type(r, c);
    }
    if (t == &PyRange_Type) {
        return construct_range(r, c);
    }
    if (t == &PyReversed_Type) {
        return construct_reversed(r, c);
    }
    return construct_exception(r, c, t) || construct_instance(r, c, t);
}
