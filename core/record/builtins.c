/*  Builtin functions and methods with a form of their own in the trace. Each row names a C function by where it
    lives; its handler returns false, having emitted no more than guards, when the arguments are not of the simple kind. */
#include "record/call.h"

#include <math.h>
#include <string.h>

typedef bool (*Intrinsic)(Recorder *r, RecCall *c);

/* ---- functions of builtins ------------------------------------------------------------------------ */

static void return_int(Recorder *r, RecCall *c, IrRef i)
{
    IrRef box = rec_op1(r, IR_box_i64, i);
    rec_set_known(r, box, &PyLong_Type);
    rec_return_from_call(r, c, box, true);
}

static void return_float(Recorder *r, RecCall *c, IrRef f)
{
    IrRef box = rec_op1(r, IR_box_f64, f);
    rec_set_known(r, box, &PyFloat_Type);
    rec_return_from_call(r, c, box, true);
}

static bool length_method(Recorder *r, RecCall *c)
{
    PyTypeObject *t = Py_TYPE(c->concrete[0]);
    PyFunctionObject *func = PyType_HasFeature(t, Py_TPFLAGS_HEAPTYPE) ? rec_special(r, c->concrete[0], "__len__") : NULL;
    if (func == NULL || !rec_can_inline(r, func, 1, NULL)) {
        return false;
    }
    rec_guard_type(r, c->args[0].ref, c->concrete[0]);
    rec_depend_type(r, t);
    for (int i = 0; i < c->nstack; i++) {
        rec_pop(r);
    }
    rec_drop(r, c->func);
    rec_inline_call(r, func, IR_NONE, 1, c->args, c->concrete, NULL, REC_HOW_LEN, 0);
    return true;
}

static bool do_len(Recorder *r, RecCall *c)
{
    IrRef n = c->n == 1 ? rec_range_len(r, c->args[0].ref, c->concrete[0]) : IR_NONE;
    if (n != IR_NONE) {
        return_int(r, c, n);
        return true;
    }
    const IrField *f = c->n == 1 ? rec_length_field(r, Py_TYPE(c->concrete[0])) : NULL;
    if (f == NULL) {
        return c->n == 1 && length_method(r, c);
    }
    rec_guard_type(r, c->args[0].ref, c->concrete[0]);
    return_int(r, c, rec_load(r, c->args[0].ref, f));
    return true;
}

static bool has_plain_class_attr(PyTypeObject *t)
{
    PyObject *s = PyUnicode_InternFromString("__class__");
    bool plain = s && rec_is_plain_class_attr(s, cpy_type_lookup(t, s));
    Py_XDECREF(s);
    return plain;
}

static bool is_class_test(Recorder *r, RecCall *c, bool *out)
{
    PyObject *what = c->concrete[1], *constant;
    Py_ssize_t n = PyTuple_CheckExact(what) ? PyTuple_GET_SIZE(what) : 1;
    *out = false;
    if (PyTuple_CheckExact(what) && !rec_is_const(r, c->args[1].ref, &constant)) {
        return false;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *cls = PyTuple_CheckExact(what) ? PyTuple_GET_ITEM(what, i) : what;
        if (!Py_IS_TYPE(cls, &PyType_Type)) {
            return false;
        }
        *out = *out || PyType_IsSubtype(Py_TYPE(c->concrete[0]), (PyTypeObject *)cls);
    }
    return true;
}

static bool do_isinstance(Recorder *r, RecCall *c)
{
    bool value;
    if (c->n != 2 || !is_class_test(r, c, &value) || !has_plain_class_attr(Py_TYPE(c->concrete[0]))) {
        return false;
    }
    rec_guard_type(r, c->args[0].ref, c->concrete[0]);
    rec_depend_type(r, Py_TYPE(c->concrete[0]));
    rec_guard_is(r, c->args[1].ref, c->concrete[1]);
    rec_return_from_call(r, c, rec_const(r, value ? Py_True : Py_False), false);
    return true;
}

static bool do_abs(Recorder *r, RecCall *c)
{
    int64_t v;
    if (c->n != 1) {
        return false;
    }
    if (PyFloat_CheckExact(c->concrete[0])) {
        return_float(r, c, rec_op1(r, IR_abs_f64, rec_unbox_float(r, c->args[0].ref, c->concrete[0])));
        return true;
    }
    if (!PyLong_CheckExact(c->concrete[0]) || !rec_fits_i64(c->concrete[0], &v) || v == INT64_MIN) {
        return false;
    }
    IrRef i = rec_unbox_int(r, c->args[0].ref, c->concrete[0]);
    IrRef mask = rec_op2(r, IR_sar_i64, i, rec_int(r, 63));
    return_int(r, c, rec_op2(r, IR_sub_i64_ov, rec_op2(r, IR_xor_i64, i, mask), mask));
    return true;
}

/* The comparison decides which operand is the result, so it is a guard and the result is that very object. */
static bool pick(Recorder *r, RecCall *c, bool want_greater)
{
    if (c->n != 2 || c->kwnames) {
        return false;
    }
    PyObject *a = c->concrete[0], *b = c->concrete[1];
    int64_t av, bv;
    IrRef second_wins;
    bool wins;
    if (PyLong_CheckExact(a) && PyLong_CheckExact(b) && rec_fits_i64(a, &av) && rec_fits_i64(b, &bv)) {
        IrRef x = rec_unbox_int(r, c->args[0].ref, a), y = rec_unbox_int(r, c->args[1].ref, b);
        second_wins = rec_op2(r, want_greater ? IR_gt_i64 : IR_lt_i64, y, x);
        wins = want_greater ? bv > av : bv < av;
    } else if (PyFloat_CheckExact(a) && PyFloat_CheckExact(b)) {
        double ad = PyFloat_AS_DOUBLE(a), bd = PyFloat_AS_DOUBLE(b);
        IrRef x = rec_unbox_float(r, c->args[0].ref, a), y = rec_unbox_float(r, c->args[1].ref, b);
        second_wins = rec_op2(r, want_greater ? IR_gt_f64 : IR_lt_f64, y, x);
        wins = want_greater ? bd > ad : bd < ad;
    } else {
        return false;
    }
    rec_guard_bool(r, second_wins, wins);
    rec_return_from_call(r, c, c->args[wins ? 1 : 0].ref, false);
    return true;
}

static bool do_max(Recorder *r, RecCall *c) { return pick(r, c, true); }
static bool do_min(Recorder *r, RecCall *c) { return pick(r, c, false); }

static bool do_ord(Recorder *r, RecCall *c)
{
    if (c->n != 1 || !PyUnicode_CheckExact(c->concrete[0]) || PyUnicode_GET_LENGTH(c->concrete[0]) != 1) {
        return false;
    }
    IrRef s = c->args[0].ref;
    rec_guard_type(r, s, c->concrete[0]);
    IrRef n = rec_load(r, s, rec_field(r, CPY_OFF_unicode_length, IR_W_I64, MEMID_none));
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, n, rec_int(r, 1)), true);
    return_int(r, c, rec_call2(r, IR_CALL_str_char, s, rec_int(r, 0)));
    return true;
}

static bool do_chr(Recorder *r, RecCall *c)
{
    int64_t v;
    if (c->n != 1 || !PyLong_CheckExact(c->concrete[0]) || !rec_fits_i64(c->concrete[0], &v) || v < 0 || v > 0x10ffff) {
        return false;
    }
    IrRef i = rec_unbox_int(r, c->args[0].ref, c->concrete[0]);
    rec_guard_bool(r, rec_op2(r, IR_lt_u64, i, rec_int(r, 0x110000)), true);
    IrRef s = rec_call1(r, IR_CALL_chr_str, i);
    rec_set_known(r, s, &PyUnicode_Type);
    rec_return_from_call(r, c, s, true);
    return true;
}

static bool do_repr(Recorder *r, RecCall *c)
{
    return rec_written_call(r, c, true);
}

/* ---- math ---------------------------------------------------------------------------------------------- */

static bool one_float(RecCall *c)
{
    int64_t v;
    return c->n == 1 && !c->kwnames && (PyFloat_CheckExact(c->concrete[0]) || rec_fits_i64(c->concrete[0], &v));
}

static double as_double(PyObject *o)
{
    int64_t v;
    return rec_fits_i64(o, &v) ? (double)v : PyFloat_AS_DOUBLE(o);
}

static bool do_sqrt(Recorder *r, RecCall *c)
{
    if (!one_float(c) || !(as_double(c->concrete[0]) >= 0.0)) {
        return false;
    }
    IrRef f = rec_unbox_float(r, c->args[0].ref, c->concrete[0]);
    rec_guard_bool(r, rec_op2(r, IR_ge_f64, f, ir_const_f64(r->raw, 0.0)), true);
    return_float(r, c, rec_op1(r, IR_sqrt_f64, f));
    return true;
}

static bool do_fabs(Recorder *r, RecCall *c)
{
    if (!one_float(c)) {
        return false;
    }
    return_float(r, c, rec_op1(r, IR_abs_f64, rec_unbox_float(r, c->args[0].ref, c->concrete[0])));
    return true;
}

/* Towards zero, then one on when that went the wrong way. The integer's float is exact where the two differ. */
static bool round_to_int(Recorder *r, RecCall *c, IrOp wrong, IrOp step)
{
    PyObject *o = c->concrete[0];
    if (c->n != 1 || c->kwnames || !PyFloat_CheckExact(o) || !(fabs(PyFloat_AS_DOUBLE(o)) < 9e18)) {
        return false;
    }
    IrRef f = rec_unbox_float(r, c->args[0].ref, o);
    IrRef i = rec_op1(r, IR_f64_to_i64, f);
    if (step != IR_no_op) {
        i = rec_op2(r, step, i, rec_op1(r, IR_bool_to_i64, rec_op2(r, wrong, rec_op1(r, IR_i64_to_f64, i), f)));
    }
    return_int(r, c, i);
    return true;
}

static bool do_floor(Recorder *r, RecCall *c) { return round_to_int(r, c, IR_gt_f64, IR_sub_i64); }
static bool do_ceil(Recorder *r, RecCall *c) { return round_to_int(r, c, IR_lt_f64, IR_add_i64); }
static bool do_trunc(Recorder *r, RecCall *c) { return round_to_int(r, c, IR_no_op, IR_no_op); }

static void guard_finite(Recorder *r, IrRef f)
{
    IrRef magnitude = rec_op1(r, IR_abs_f64, f);
    rec_guard_bool(r, rec_op2(r, IR_lt_f64, magnitude, ir_const_f64(r->raw, INFINITY)), true);
}

/* The functions of libm that math wraps with checks for errors: with finite operand and result there is none. */
static const struct { const char *name; double (*fn)(double); } libm[] = {
    {"sin", sin}, {"cos", cos}, {"tan", tan}, {"asin", asin}, {"acos", acos}, {"atan", atan}, {"sinh", sinh},
    {"cosh", cosh}, {"tanh", tanh}, {"exp", exp}, {"expm1", expm1},
};

static bool do_libm(Recorder *r, RecCall *c)
{
    const char *name = ((PyCFunctionObject *)c->callable)->m_ml->ml_name;
    double (*fn)(double) = NULL;
    for (size_t i = 0; i < ARRAY_LEN(libm); i++) {
        if (strcmp(libm[i].name, name) == 0) {
            fn = libm[i].fn;
        }
    }
    if (fn == NULL || !one_float(c)) {
        return false;
    }
    double d = as_double(c->concrete[0]);
    if (!isfinite(d) || !isfinite(fn(d))) {
        return false;
    }
    IrRef f = rec_unbox_float(r, c->args[0].ref, c->concrete[0]);
    guard_finite(r, f);
    IrRef result = rec_call2(r, IR_CALL_math_f64, ir_const_ptr(r->raw, (void *)fn), f);
    guard_finite(r, result);
    return_float(r, c, result);
    return true;
}

/* ---- methods of list and dict ----------------------------------------------------------------------------- */

static bool do_list_append(Recorder *r, RecCall *c)
{
    if (c->n != 2 || !PyList_Check(c->concrete[0])) {
        return false;
    }
    rec_guard_type(r, c->args[0].ref, c->concrete[0]);
    rec_call2(r, IR_CALL_list_append, c->args[0].ref, c->args[1].ref);
    rec_return_from_call(r, c, rec_const(r, Py_None), false);
    return true;
}

static bool do_list_insert(Recorder *r, RecCall *c)
{
    int64_t index;
    if (c->n != 3 || !PyList_Check(c->concrete[0]) || !PyLong_CheckExact(c->concrete[1]) || !rec_fits_i64(c->concrete[1], &index)) {
        return false;
    }
    rec_guard_type(r, c->args[0].ref, c->concrete[0]);
    IrRef at = rec_unbox_int(r, c->args[1].ref, c->concrete[1]);
    rec_call3(r, IR_CALL_list_insert, c->args[0].ref, at, c->args[2].ref);
    rec_return_from_call(r, c, rec_const(r, Py_None), false);
    return true;
}

static bool do_list_pop(Recorder *r, RecCall *c)
{
    int64_t index = -1;
    if (c->n < 1 || c->n > 2 || !PyList_Check(c->concrete[0]) || PyList_GET_SIZE(c->concrete[0]) == 0) {
        return false;
    }
    Py_ssize_t size = PyList_GET_SIZE(c->concrete[0]);
    if (c->n == 2 && (!PyLong_CheckExact(c->concrete[1]) || !rec_fits_i64(c->concrete[1], &index) || index < -1 || index >= size)) {
        return false;
    }
    IrRef list = c->args[0].ref;
    rec_guard_type(r, list, c->concrete[0]);
    IrRef n = rec_load(r, list, rec_size_field(r, &PyList_Type));
    IrRef at = c->n == 2 ? rec_unbox_int(r, c->args[1].ref, c->concrete[1]) : rec_int(r, -1);
    if (index == -1) {
        rec_guard_bool(r, rec_op2(r, IR_eq_i64, at, rec_int(r, -1)), true);
        rec_guard_bool(r, rec_op2(r, IR_eq_i64, n, rec_int(r, 0)), false);
    } else {
        rec_guard_bool(r, rec_op2(r, IR_lt_u64, at, n), true);
    }
    rec_return_from_call(r, c, rec_call2(r, IR_CALL_list_pop, list, at), true);
    return true;
}

static bool do_dict_get(Recorder *r, RecCall *c)
{
    if (c->n < 2 || c->n > 3 || !PyDict_Check(c->concrete[0])) {
        return false;
    }
    IrRef d = c->args[0].ref, k = c->args[1].ref;
    IrRef otherwise = c->n == 3 ? c->args[2].ref : rec_const(r, Py_None);
    rec_guard_type(r, d, c->concrete[0]);
    if (!PyUnicode_CheckExact(c->concrete[1]) || !cpy_dict_is_str(c->concrete[0])) {
        IrRef value;
        bool there;
        if (rec_dict_find(r, d, c->concrete[0], k, c->concrete[1], &value, &there)) {
            rec_return_from_call(r, c, there ? value : otherwise, false);
            return true;
        }
        IrRef args[3] = {d, k, otherwise};
        rec_return_from_call(r, c, rec_call(r, IR_CALL_dict_get_default, 3, args), true);
        return true;
    }
    rec_guard_type(r, k, c->concrete[1]);
    rec_guard_bool(r, rec_call1(r, IR_CALL_dict_is_str, d), true);
    IrRef found = rec_call2(r, IR_CALL_dict_get_str, d, k);
    PyObject *now = PyDict_GetItemWithError(c->concrete[0], c->concrete[1]);
    rec_op1(r, now ? IR_guard_nonnull : IR_guard_null, found);
    rec_return_from_call(r, c, now ? found : otherwise, false);
    return true;
}

static bool do_set_add(Recorder *r, RecCall *c)
{
    if (c->n != 2 || !rec_set_put(r, c->args[0].ref, c->concrete[0], c->args[1].ref, c->concrete[1])) {
        return false;
    }
    rec_return_from_call(r, c, rec_const(r, Py_None), false);
    return true;
}

/* ---- the table ------------------------------------------------------------------------------------------------ */

static const struct { const char *module, *name; Intrinsic handler; } functions[] = {
    {"builtins", "len", do_len},     {"builtins", "isinstance", do_isinstance}, {"builtins", "abs", do_abs},
    {"builtins", "max", do_max},     {"builtins", "min", do_min},               {"builtins", "ord", do_ord},
    {"builtins", "chr", do_chr},     {"builtins", "repr", do_repr},             {"math", "sqrt", do_sqrt},
    {"math", "fabs", do_fabs},
    {"math", "floor", do_floor},     {"math", "ceil", do_ceil},                 {"math", "trunc", do_trunc},
    {"math", NULL, do_libm},
};

static const struct { PyTypeObject *type; const char *name; Intrinsic handler; } methods[] = {
    {&PyList_Type, "append", do_list_append},
    {&PyList_Type, "insert", do_list_insert},
    {&PyList_Type, "pop", do_list_pop},
    {&PyDict_Type, "get", do_dict_get},
    {&PySet_Type, "add", do_set_add},
};

static bool is_from(PyObject *function, const char *module)
{
    PyObject *m = ((PyCFunctionObject *)function)->m_module;
    return m && PyUnicode_Check(m) && PyUnicode_CompareWithASCIIString(m, module) == 0;
}

static bool call_function(Recorder *r, RecCall *c)
{
    const char *name = ((PyCFunctionObject *)c->callable)->m_ml->ml_name;
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        if ((functions[i].name && strcmp(functions[i].name, name) != 0) || !is_from(c->callable, functions[i].module)) {
            continue;
        }
        rec_guard_callable(r, c);
        if (functions[i].handler(r, c)) {
            return true;
        }
    }
    return false;
}

static bool call_method(Recorder *r, RecCall *c)
{
    PyMethodDescrObject *d = (PyMethodDescrObject *)c->callable;
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (methods[i].type == d->d_common.d_type && strcmp(methods[i].name, d->d_method->ml_name) == 0 && c->n >= 1 &&
            PyObject_TypeCheck(c->concrete[0], methods[i].type) && !c->kwnames) {
            rec_guard_callable(r, c);
            if (methods[i].handler(r, c)) {
                return true;
            }
        }
    }
    return false;
}

bool rec_call_builtin(Recorder *r, RecCall *c)
{
    if (Py_IS_TYPE(c->callable, &PyWrapperDescr_Type)) {
        bool inits = ((PyWrapperDescrObject *)c->callable)->d_wrapped == (void *)((PyTypeObject *)PyExc_BaseException)->tp_init;
        return inits && rec_exception_init(r, c);
    }
    if (PyCFunction_CheckExact(c->callable)) {
        return !c->kwnames && call_function(r, c);
    }
    if (c->callable == (PyObject *)&PyUnicode_Type) {
        return rec_written_call(r, c, false);
    }
    return Py_IS_TYPE(c->callable, &PyMethodDescr_Type) && call_method(r, c);
}
