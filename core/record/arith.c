/*  Unary and binary operators, truth and comparison of numbers, on unboxed values where the operands allow it,
    otherwise by the same C function that the interpreter calls, or through the class's own method. */
#include "record/state.h"

#include <math.h>
#include <string.h>

bool rec_fits_i64(PyObject *o, int64_t *v)
{
    if (PyBool_Check(o)) {
        *v = o == Py_True;
        return true;
    }
    if (!PyLong_CheckExact(o)) {
        return false;
    }
    bool fits;
    *v = cpy_int_value(o, &fits);
    return fits;
}

IrRef rec_unbox_int(Recorder *r, IrRef ref, PyObject *concrete)
{
    PyObject *constant;
    int64_t v;
    if (rec_is_const(r, ref, &constant) && rec_fits_i64(constant, &v)) {
        return rec_int(r, v);
    }
    rec_guard_type(r, ref, concrete);
    if (PyBool_Check(concrete)) {
        return rec_op1(r, IR_bool_to_i64, rec_op1(r, IR_unbox_bool, ref));
    }
    return rec_op1(r, IR_unbox_i64, ref);
}

IrRef rec_unbox_float(Recorder *r, IrRef ref, PyObject *concrete)
{
    PyObject *constant;
    if (rec_is_const(r, ref, &constant) && PyFloat_CheckExact(constant)) {
        return ir_const_f64(r->raw, PyFloat_AS_DOUBLE(constant));
    }
    if (!PyFloat_CheckExact(concrete)) {
        return rec_op1(r, IR_i64_to_f64, rec_unbox_int(r, ref, concrete));
    }
    rec_guard_type(r, ref, concrete);
    return rec_op1(r, IR_unbox_f64, ref);
}

void rec_push_bool(Recorder *r, IrRef b)
{
    IrRef box = rec_op1(r, IR_box_bool, b);
    rec_set_known(r, box, &PyBool_Type);
    rec_push(r, box, false);
}

static void replace_two_with(Recorder *r, IrRef result, PyTypeObject *type)
{
    if (type) {
        rec_set_known(r, result, type);
    }
    rec_drop(r, rec_pop(r));
    rec_drop(r, rec_pop(r));
    rec_push(r, result, true);
}

static void push_int(Recorder *r, IrRef i) { replace_two_with(r, rec_op1(r, IR_box_i64, i), &PyLong_Type); }
static void push_float(Recorder *r, IrRef f) { replace_two_with(r, rec_op1(r, IR_box_f64, f), &PyFloat_Type); }

/* ---- ints ------------------------------------------------------------------------------------ */

/* Would the i64 form of this operation hold for these values? What overflows now is recorded as a C call instead. */
static bool int_form_holds(int op, int64_t a, int64_t b)
{
    int64_t out;
    switch (op) {
    case CPY_ADD: return !__builtin_add_overflow(a, b, &out);
    case CPY_SUB: return !__builtin_sub_overflow(a, b, &out);
    case CPY_MUL: return !__builtin_mul_overflow(a, b, &out);
    case CPY_FLOORDIV:
    case CPY_MOD: return b != 0 && !(b == -1 && a == INT64_MIN);
    case CPY_LSHIFT: return b >= 0 && b < 63 && ((int64_t)((uint64_t)a << b) >> b) == a;
    case CPY_RSHIFT: return b >= 0;
    case CPY_AND:
    case CPY_OR:
    case CPY_XOR: return true;
    default: return false;
    }
}

static const struct { IrOp op; } int_ops[] = {
    [CPY_ADD] = {IR_add_i64_ov},       [CPY_SUB] = {IR_sub_i64_ov},   [CPY_MUL] = {IR_mul_i64_ov},
    [CPY_FLOORDIV] = {IR_floordiv_i64}, [CPY_MOD] = {IR_mod_i64},     [CPY_LSHIFT] = {IR_shl_i64_ov},
    [CPY_RSHIFT] = {IR_sar_i64},       [CPY_AND] = {IR_and_i64},      [CPY_OR] = {IR_or_i64},
    [CPY_XOR] = {IR_xor_i64},
};

/* Both exact in a double, so that the quotient is the correctly rounded one. */
static IrRef exact_f64(Recorder *r, IrRef i)
{
    const int64_t limit = (int64_t)1 << 53;
    IrRef shifted = rec_op2(r, IR_add_i64, i, rec_int(r, limit));
    rec_guard_bool(r, rec_op2(r, IR_lt_u64, shifted, rec_int(r, 2 * limit + 1)), true);
    return rec_op1(r, IR_i64_to_f64, i);
}

static bool divide_ints(Recorder *r, IrRef a, IrRef b, int64_t av, int64_t bv)
{
    const int64_t limit = (int64_t)1 << 53;
    if (bv == 0 || av > limit || av < -limit || bv > limit || bv < -limit) {
        return false;
    }
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, b, rec_int(r, 0)), false);
    IrRef fa = exact_f64(r, a), fb = exact_f64(r, b);
    push_float(r, rec_op2(r, IR_div_f64, fa, fb));
    return true;
}

/* Small constant exponents are products. */
static bool power_ints(Recorder *r, IrRef a, IrRef b, int64_t av, int64_t bv)
{
    int64_t out = 1;
    if (bv < 1 || bv > 4) {
        return false;
    }
    for (int64_t i = 0; i < bv; i++) {
        if (__builtin_mul_overflow(out, av, &out)) {
            return false;
        }
    }
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, b, rec_int(r, bv)), true);
    IrRef product = a;
    for (int64_t i = 1; i < bv; i++) {
        product = rec_op2(r, IR_mul_i64_ov, product, a);
    }
    push_int(r, product);
    return true;
}

static bool binary_bools(Recorder *r, int op)
{
    PyObject *l = rec_concrete(r, 1), *rr = rec_concrete(r, 0);
    if (!PyBool_Check(l) || !PyBool_Check(rr) || (op != CPY_AND && op != CPY_OR && op != CPY_XOR)) {
        return false;
    }
    IrRef a = rec_unbox_int(r, rec_stack(r, 1)->ref, l), b = rec_unbox_int(r, rec_stack(r, 0)->ref, rr);
    IrRef out = rec_op2(r, int_ops[op].op, a, b);
    IrRef flag = rec_op2(r, IR_ne_i64, out, rec_int(r, 0));
    rec_pop(r);
    rec_pop(r);
    rec_push_bool(r, flag);
    return true;
}

static bool binary_ints(Recorder *r, int op)
{
    PyObject *l = rec_concrete(r, 1), *rr = rec_concrete(r, 0);
    int64_t av, bv;
    if (!rec_fits_i64(l, &av) || !rec_fits_i64(rr, &bv)) {
        return false;
    }
    if (binary_bools(r, op)) {
        return true;
    }
    bool special = op == CPY_TRUEDIV || op == CPY_POW;
    if (!special && !int_form_holds(op, av, bv)) {
        return false;
    }
    IrRef a = rec_unbox_int(r, rec_stack(r, 1)->ref, l), b = rec_unbox_int(r, rec_stack(r, 0)->ref, rr);
    if (special) {
        return op == CPY_TRUEDIV ? divide_ints(r, a, b, av, bv) : power_ints(r, a, b, av, bv);
    }
    push_int(r, rec_op2(r, int_ops[op].op, a, b));
    return true;
}

/* ---- floats ------------------------------------------------------------------------------------ */

static bool is_float_operand(PyObject *o)
{
    int64_t v;
    return PyFloat_CheckExact(o) || rec_fits_i64(o, &v);
}

static double float_value(PyObject *o)
{
    int64_t v;
    return rec_fits_i64(o, &v) ? (double)v : PyFloat_AS_DOUBLE(o);
}

static void guard_finite(Recorder *r, IrRef f)
{
    IrRef magnitude = rec_op1(r, IR_abs_f64, f);
    rec_guard_bool(r, rec_op2(r, IR_lt_f64, magnitude, ir_const_f64(r->raw, INFINITY)), true);
}

/* Only for positive finite bases with finite results; Python's other cases are many. */
static bool power_floats(Recorder *r, IrRef a, IrRef b, double av, double bv)
{
    double out = pow(av, bv);
    if (!(av > 0.0) || !isfinite(av) || !isfinite(bv) || !isfinite(out)) {
        return false;
    }
    rec_guard_bool(r, rec_op2(r, IR_gt_f64, a, ir_const_f64(r->raw, 0.0)), true);
    guard_finite(r, a);
    guard_finite(r, b);
    IrRef result = rec_call2(r, IR_CALL_pow_f64, a, b);
    guard_finite(r, result);
    push_float(r, result);
    return true;
}

static bool binary_floats(Recorder *r, int op)
{
    PyObject *l = rec_concrete(r, 1), *rr = rec_concrete(r, 0);
    bool any = PyFloat_CheckExact(l) || PyFloat_CheckExact(rr);
    if (!any || !is_float_operand(l) || !is_float_operand(rr)) {
        return false;
    }
    double bv = float_value(rr);
    bool divides = op == CPY_TRUEDIV || op == CPY_FLOORDIV || op == CPY_MOD;
    if ((divides && bv == 0.0) || (!divides && op != CPY_ADD && op != CPY_SUB && op != CPY_MUL && op != CPY_POW)) {
        return false;
    }
    IrRef a = rec_unbox_float(r, rec_stack(r, 1)->ref, l), b = rec_unbox_float(r, rec_stack(r, 0)->ref, rr);
    if (divides) {
        rec_guard_bool(r, rec_op2(r, IR_eq_f64, b, ir_const_f64(r->raw, 0.0)), false);
    }
    switch (op) {
    case CPY_ADD: push_float(r, rec_op2(r, IR_add_f64, a, b)); return true;
    case CPY_SUB: push_float(r, rec_op2(r, IR_sub_f64, a, b)); return true;
    case CPY_MUL: push_float(r, rec_op2(r, IR_mul_f64, a, b)); return true;
    case CPY_TRUEDIV: push_float(r, rec_op2(r, IR_div_f64, a, b)); return true;
    case CPY_FLOORDIV: push_float(r, rec_call2(r, IR_CALL_floordiv_f64, a, b)); return true;
    case CPY_MOD: push_float(r, rec_call2(r, IR_CALL_mod_f64, a, b)); return true;
    default: return power_floats(r, a, b, float_value(l), bv);
    }
}

/* ---- strings and other built-in operands ---------------------------------------------------------- */

/* `s += t` on a local: the local lets go first, so that the string can grow in place (as the interpreter does it). When there is
   no memory the string is lost, and the local unset. */
static bool concat_local(Recorder *r)
{
    RecState *st = r->state;
    RecFrame *f = rec_top(r);
    RecVal *left = rec_stack(r, 1);
    CpyInsn next = cpy_decode(f->code, st->insn.next);
    RecVal right = *rec_stack(r, 0), l = *left;
    if (next.op != CPYOP_store_fast || f->slots[next.arg].ref != l.ref || l.owned || right.ref == l.ref) {
        return false;
    }
    if (f->modified) {
        rec_own(r, &l);
        IrRef store = rec_slot_op(r, IR_store_slot, 1, ir_const_obj(r->raw, NULL), next.arg);
        ir_set_snap(r->raw, store, st->before);
        f->modified[next.arg] = 1;
    } else {
        RecVal *local = &f->slots[next.arg];
        l.owned = local->owned;
        rec_own(r, &l);
    }
    *left = f->slots[next.arg] = (RecVal){0};
    st->before = rec_snap_at(r, st->insn.at, 0, IR_EXIT_RESUME);
    IrRef result = rec_call2(r, IR_CALL_str_concat_take, l.ref, right.ref);
    rec_set_known(r, result, &PyUnicode_Type);
    rec_pop(r);
    rec_pop(r);
    rec_drop(r, right);
    rec_push(r, result, true);
    return true;
}

static bool binary_strings(Recorder *r, int op)
{
    PyObject *l = rec_concrete(r, 1), *rr = rec_concrete(r, 0);
    if (op != CPY_ADD || !PyUnicode_CheckExact(l) || !PyUnicode_CheckExact(rr)) {
        return false;
    }
    IrRef a = rec_stack(r, 1)->ref, b = rec_stack(r, 0)->ref;
    rec_guard_type(r, a, l);
    rec_guard_type(r, b, rr);
    if (concat_local(r)) {
        return true;
    }
    replace_two_with(r, rec_call2(r, IR_CALL_str_concat, a, b), &PyUnicode_Type);
    return true;
}

static bool is_plain_scalar(PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    return t == &PyLong_Type || t == &PyFloat_Type || t == &PyBool_Type || t == &PyUnicode_Type || t == &PyBytes_Type ||
           t == &PyComplex_Type || o == Py_None || t == &PyRange_Type;
}

static bool is_plain_sequence(PyObject *o)
{
    return PyList_CheckExact(o) || PyTuple_CheckExact(o) || PyByteArray_CheckExact(o);
}

static bool looks_for_signals(int op, PyObject *l, PyObject *rr)
{
    bool steps = op == CPY_MUL || op == CPY_FLOORDIV || op == CPY_MOD || op == CPY_TRUEDIV || op == CPY_POW;
    return steps && PyLong_Check(l) && PyLong_Check(rr);
}

static bool are_c_numbers(PyObject *l, PyObject *rr)
{
    bool left = rec_is_c_number(Py_TYPE(l)), right = rec_is_c_number(Py_TYPE(rr));
    return (left && (Py_TYPE(l) == Py_TYPE(rr) || PyLong_CheckExact(rr))) || (right && PyLong_CheckExact(l));
}

/* Of the result, where the operands tell. */
static PyTypeObject *known_result(PyObject *l, PyObject *rr, bool sequence)
{
    PyTypeObject *t = rec_is_c_number(Py_TYPE(l)) ? Py_TYPE(l) : Py_TYPE(rr);
    bool decimal = rec_is_c_number(t) && strcmp(t->tp_name, "decimal.Decimal") == 0; /* Whatever else it cannot do is an error. */
    return sequence ? Py_TYPE(l) : decimal ? t : NULL;
}

/* No code of the program can run in an operator on these (str % anything could). */
bool rec_has_only_safe_operands(PyObject *l, PyObject *rr)
{
    return (is_plain_scalar(l) && is_plain_scalar(rr)) || are_c_numbers(l, rr);
}

/* CPython looks for signals while it multiplies and divides ints of more than one digit. Of those that are not too long we have the product,
   the quotient and the remainder without. */
static bool binary_wide_ints(Recorder *r, int op)
{
    PyObject *l = rec_concrete(r, 1), *rr = rec_concrete(r, 0);
    bool exact = PyLong_CheckExact(l) && PyLong_CheckExact(rr);
    PyObject *result = exact && looks_for_signals(op, l, rr) ? cpy_int_wide(op, l, rr) : NULL;
    if (result == NULL) {
        return false;
    }
    Py_DECREF(result);
    IrRef a = rec_stack(r, 1)->ref, b = rec_stack(r, 0)->ref;
    rec_guard_type(r, a, l);
    rec_guard_type(r, b, rr);
    IrRef v = rec_call3(r, IR_CALL_int_wide, a, b, rec_int(r, op));
    rec_op1(r, IR_guard_nonnull, v);
    replace_two_with(r, v, &PyLong_Type);
    return true;
}

static bool binary_plain(Recorder *r, int op, bool inplace)
{
    PyObject *l = rec_concrete(r, 1), *rr = rec_concrete(r, 0);
    bool safe = rec_has_only_safe_operands(l, rr) && !(op == CPY_MOD && !PyNumber_Check(l)) && !looks_for_signals(op, l, rr);
    bool sequence = (op == CPY_ADD && Py_TYPE(l) == Py_TYPE(rr) && is_plain_sequence(l)) ||
                    (op == CPY_MUL && is_plain_sequence(l) && PyLong_CheckExact(rr));
    if (!safe && !(sequence && !inplace)) {
        return false;
    }
    IrRef a = rec_stack(r, 1)->ref, b = rec_stack(r, 0)->ref;
    rec_guard_type(r, a, l);
    rec_guard_type(r, b, rr);
    IrRef result = op == CPY_ADD && PyList_CheckExact(l) ? rec_call2(r, IR_CALL_list_concat, a, b)
                                                         : rec_call3(r, IR_CALL_binary_plain, a, b, rec_int(r, op * 2 + inplace));
    replace_two_with(r, result, known_result(l, rr, sequence));
    return true;
}

static bool format_text(Recorder *r, int op)
{
    IrRef text = op != CPY_MOD ? IR_NONE
                               : rec_format_plainly(r, rec_stack(r, 1)->ref, rec_concrete(r, 1), rec_stack(r, 0)->ref, rec_concrete(r, 0));
    if (text == IR_NONE) {
        return false;
    }
    replace_two_with(r, text, &PyUnicode_Type);
    return true;
}

/* list += sequence */
static bool extend_in_place(Recorder *r, int op, bool inplace)
{
    PyObject *l = rec_concrete(r, 1), *items = rec_concrete(r, 0);
    if (op != CPY_ADD || !inplace || !PyList_CheckExact(l) || !(PyList_CheckExact(items) || PyTuple_CheckExact(items))) {
        return false;
    }
    rec_guard_type(r, rec_stack(r, 1)->ref, l);
    rec_guard_type(r, rec_stack(r, 0)->ref, items);
    rec_call2(r, IR_CALL_list_extend_plain, rec_stack(r, 1)->ref, rec_stack(r, 0)->ref);
    rec_drop(r, rec_pop(r)); /* The list itself stays. */
    return true;
}

/* ---- operators of classes ------------------------------------------------------------------------- */

static const char *const method_names[][3] = {
    [CPY_ADD] = {"__add__", "__radd__", "__iadd__"},
    [CPY_AND] = {"__and__", "__rand__", "__iand__"},
    [CPY_FLOORDIV] = {"__floordiv__", "__rfloordiv__", "__ifloordiv__"},
    [CPY_LSHIFT] = {"__lshift__", "__rlshift__", "__ilshift__"},
    [CPY_MATMUL] = {"__matmul__", "__rmatmul__", "__imatmul__"},
    [CPY_MUL] = {"__mul__", "__rmul__", "__imul__"},
    [CPY_MOD] = {"__mod__", "__rmod__", "__imod__"},
    [CPY_OR] = {"__or__", "__ror__", "__ior__"},
    [CPY_POW] = {"__pow__", "__rpow__", "__ipow__"},
    [CPY_RSHIFT] = {"__rshift__", "__rrshift__", "__irshift__"},
    [CPY_SUB] = {"__sub__", "__rsub__", "__isub__"},
    [CPY_TRUEDIV] = {"__truediv__", "__rtruediv__", "__itruediv__"},
    [CPY_XOR] = {"__xor__", "__rxor__", "__ixor__"},
};

static bool has_attr(PyTypeObject *t, const char *name)
{
    PyObject *s = PyUnicode_InternFromString(name);
    bool found = s && cpy_type_lookup(t, s) != NULL;
    Py_XDECREF(s);
    return found;
}

/* Which method runs first, as binary_op1 decides: NULL where that is not a plain Python function. */
static PyFunctionObject *operator_method(Recorder *r, int op, bool inplace, bool *reflected)
{
    PyObject *l = rec_concrete(r, 1), *rr = rec_concrete(r, 0);
    PyTypeObject *lt = Py_TYPE(l), *rt = Py_TYPE(rr);
    *reflected = false;
    if (inplace && has_attr(lt, method_names[op][2])) {
        return rec_special(r, l, method_names[op][2]);
    }
    if (lt != rt && PyType_IsSubtype(rt, lt)) {
        return NULL;
    }
    if (PyType_HasFeature(lt, Py_TPFLAGS_HEAPTYPE)) {
        return has_attr(lt, method_names[op][0]) ? rec_special(r, l, method_names[op][0]) : NULL;
    }
    if ((PyLong_CheckExact(l) || PyFloat_CheckExact(l)) && PyType_HasFeature(rt, Py_TPFLAGS_HEAPTYPE) &&
        !PyType_IsSubtype(rt, &PyLong_Type) && !PyType_IsSubtype(rt, &PyFloat_Type)) {
        *reflected = true;
        return rec_special(r, rr, method_names[op][1]);
    }
    return NULL;
}

/* The operands stay on the caller's stack while the method runs. */
static bool binary_method(Recorder *r, int op, bool inplace)
{
    bool reflected;
    PyFunctionObject *func = operator_method(r, op, inplace, &reflected);
    if (func == NULL || !rec_can_inline(r, func, 2, NULL)) {
        return false;
    }
    PyObject *concrete[2] = {rec_concrete(r, reflected ? 0 : 1), rec_concrete(r, reflected ? 1 : 0)};
    rec_guard_type(r, rec_stack(r, 1)->ref, rec_concrete(r, 1));
    rec_guard_type(r, rec_stack(r, 0)->ref, rec_concrete(r, 0));
    rec_depend_type(r, Py_TYPE(rec_concrete(r, 0)));
    rec_depend_type(r, Py_TYPE(rec_concrete(r, 1)));
    RecVal args[2] = {{.ref = rec_stack(r, reflected ? 0 : 1)->ref}, {.ref = rec_stack(r, reflected ? 1 : 0)->ref}};
    return rec_inline_call(r, func, IR_NONE, 2, args, concrete, NULL, REC_HOW(REC_HOW_BINARY, op * 2 + inplace), 2);
}

/* Of ints and floats, by a zero. */
static bool divide_by_zero(Recorder *r, int op)
{
    PyObject *a = rec_concrete(r, 1), *b = rec_concrete(r, 0);
    bool divides = op == CPY_FLOORDIV || op == CPY_MOD || op == CPY_TRUEDIV, is_float = PyFloat_CheckExact(b);
    bool numbers = (PyLong_CheckExact(a) || PyFloat_CheckExact(a)) && (PyLong_CheckExact(b) || is_float);
    if (!divides || !numbers || PyObject_IsTrue(b)) {
        return false;
    }
    rec_guard_type(r, rec_stack(r, 1)->ref, a);
    IrRef zero = is_float ? rec_op2(r, IR_eq_f64, rec_unbox_float(r, rec_stack(r, 0)->ref, b), ir_const_f64(r->raw, 0.0))
                          : rec_op2(r, IR_eq_i64, rec_unbox_int(r, rec_stack(r, 0)->ref, b), rec_int(r, 0));
    rec_guard_bool(r, zero, true);
    PyObject *result = cpy_binary((CpyBinary)op, false, a, b);
    Py_XDECREF(result);
    rec_raise_same(r);
    return true;
}

void rec_do_binary(Recorder *r)
{
    int op = r->state->insn.arg;
    bool inplace = r->state->insn.arg2 != 0;
    if (rec_concrete(r, 0) == NULL || rec_concrete(r, 1) == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    if (divide_by_zero(r, op) || binary_ints(r, op) || binary_floats(r, op) || binary_strings(r, op) || binary_wide_ints(r, op) ||
        binary_plain(r, op, inplace) ||
        extend_in_place(r, op, inplace) || format_text(r, op) ||
        binary_method(r, op, inplace) || rec_gave_up(r)) {
        return;
    }
    IrRef a = rec_stack(r, 1)->ref, b = rec_stack(r, 0)->ref;
    replace_two_with(r, rec_call3(r, IR_CALL_binary_any, a, b, rec_int(r, op * 2 + inplace)), NULL);
}

/* ---- unary ------------------------------------------------------------------------------------------ */

static void replace_one_with(Recorder *r, IrRef result, PyTypeObject *type)
{
    if (type) {
        rec_set_known(r, result, type);
    }
    rec_drop(r, rec_pop(r));
    rec_push(r, result, true);
}

static void unary_any(Recorder *r, int which)
{
    IrRef result = rec_call2(r, IR_CALL_unary_any, rec_stack(r, 0)->ref, rec_int(r, which));
    replace_one_with(r, result, NULL);
}

void rec_do_unary_neg(Recorder *r)
{
    PyObject *o = rec_concrete(r, 0);
    int64_t v;
    if (PyFloat_CheckExact(o)) {
        IrRef f = rec_unbox_float(r, rec_stack(r, 0)->ref, o);
        replace_one_with(r, rec_op1(r, IR_box_f64, rec_op1(r, IR_neg_f64, f)), &PyFloat_Type);
    } else if (rec_fits_i64(o, &v) && v != INT64_MIN) {
        IrRef i = rec_unbox_int(r, rec_stack(r, 0)->ref, o);
        replace_one_with(r, rec_op1(r, IR_box_i64, rec_op1(r, IR_neg_i64_ov, i)), &PyLong_Type);
    } else {
        unary_any(r, 0);
    }
}

void rec_do_unary_pos(Recorder *r)
{
    PyObject *o = rec_concrete(r, 0);
    if (PyFloat_CheckExact(o) || PyLong_CheckExact(o)) {
        rec_guard_type(r, rec_stack(r, 0)->ref, o);
        return;
    }
    unary_any(r, 1);
}

void rec_do_unary_invert(Recorder *r)
{
    PyObject *o = rec_concrete(r, 0);
    int64_t v;
    if (PyLong_CheckExact(o) && rec_fits_i64(o, &v)) {
        IrRef i = rec_unbox_int(r, rec_stack(r, 0)->ref, o);
        replace_one_with(r, rec_op1(r, IR_box_i64, rec_op1(r, IR_not_i64, i)), &PyLong_Type);
    } else {
        unary_any(r, 2);
    }
}

void rec_do_unary_not(Recorder *r)
{
    PyObject *o = rec_concrete(r, 0);
    if (o == NULL || !PyBool_Check(o)) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    IrRef ref = rec_stack(r, 0)->ref;
    rec_guard_type(r, ref, o);
    IrRef b = rec_op1(r, IR_not_bool, rec_op1(r, IR_unbox_bool, ref));
    rec_pop(r);
    rec_push_bool(r, b);
}

/* ---- truth --------------------------------------------------------------------------------------------- */

/* True of every instance: neither __bool__ nor __len__. */
static bool is_always_true(PyTypeObject *t)
{
    return (t->tp_as_number == NULL || t->tp_as_number->nb_bool == NULL) &&
           (t->tp_as_mapping == NULL || t->tp_as_mapping->mp_length == NULL) &&
           (t->tp_as_sequence == NULL || t->tp_as_sequence->sq_length == NULL);
}

IrRef rec_truth(Recorder *r, IrRef ref, PyObject *o, bool *known, bool *value)
{
    int64_t v;
    *known = false;
    PyTypeObject *t = Py_TYPE(o);
    if (o == Py_None) {
        rec_guard_is(r, ref, o);
        *known = true;
        *value = false;
        return IR_NONE;
    }
    if (PyBool_Check(o)) {
        rec_guard_type(r, ref, o);
        return rec_op1(r, IR_unbox_bool, ref);
    }
    if (rec_fits_i64(o, &v)) {
        return rec_op2(r, IR_ne_i64, rec_unbox_int(r, ref, o), rec_int(r, 0));
    }
    if (PyFloat_CheckExact(o)) {
        return rec_op2(r, IR_ne_f64, rec_unbox_float(r, ref, o), ir_const_f64(r->raw, 0.0));
    }
    const IrField *size = rec_length_field(r, t);
    if (size != NULL) {
        rec_guard_type(r, ref, o);
        return rec_op2(r, IR_ne_i64, rec_load(r, ref, size), rec_int(r, 0));
    }
    if (is_always_true(t)) {
        rec_guard_type(r, ref, o);
        rec_depend_type(r, t);
        *known = true;
        *value = true;
    }
    return IR_NONE;
}

/* By __bool__, or where the class has none by __len__. */
static bool truth_method(Recorder *r, PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    if (!PyType_HasFeature(t, Py_TPFLAGS_HEAPTYPE)) {
        return false;
    }
    bool by_length = !has_attr(t, "__bool__");
    PyFunctionObject *func = rec_special(r, o, by_length ? "__len__" : "__bool__");
    if (func == NULL || !rec_can_inline(r, func, 1, NULL)) {
        return false;
    }
    rec_guard_type(r, rec_stack(r, 0)->ref, o);
    rec_depend_type(r, t);
    RecVal arg = rec_pop(r);
    return rec_inline_call(r, func, IR_NONE, 1, &arg, &o, NULL, by_length ? REC_HOW_LEN_BOOL : REC_HOW_BOOL, 0);
}

void rec_do_to_bool(Recorder *r)
{
    PyObject *o = rec_concrete(r, 0);
    bool known, value;
    if (o == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    IrRef ref = rec_stack(r, 0)->ref;
    if (PyBool_Check(o)) {
        rec_guard_type(r, ref, o);
        return;
    }
    IrRef b = rec_truth(r, ref, o, &known, &value);
    if (known) {
        b = ir_const_bool(r->raw, value);
    } else if (b == IR_NONE) {
        if (truth_method(r, o) || rec_gave_up(r)) {
            return;
        }
        IrRef i = rec_call1(r, IR_CALL_is_true, ref);
        b = rec_op2(r, IR_ne_i64, i, rec_int(r, 0));
    }
    rec_drop(r, rec_pop(r));
    rec_push_bool(r, b);
}

/* ---- comparison -------------------------------------------------------------------------------------------- */

static const struct { IrOp i, f; } compare_ops[6] = {
    [Py_LT] = {IR_lt_i64, IR_lt_f64}, [Py_LE] = {IR_le_i64, IR_le_f64}, [Py_EQ] = {IR_eq_i64, IR_eq_f64},
    [Py_NE] = {IR_ne_i64, IR_ne_f64}, [Py_GT] = {IR_gt_i64, IR_gt_f64}, [Py_GE] = {IR_ge_i64, IR_ge_f64},
};

static void push_compared(Recorder *r, IrRef b)
{
    rec_drop(r, rec_pop(r));
    rec_drop(r, rec_pop(r));
    rec_push_bool(r, b);
}

static bool compare_numbers(Recorder *r, int op, PyObject *l, PyObject *rr)
{
    int64_t av, bv;
    IrRef a = rec_stack(r, 1)->ref, b = rec_stack(r, 0)->ref;
    bool ints = rec_fits_i64(l, &av) && rec_fits_i64(rr, &bv);
    if (ints) {
        IrRef x = rec_unbox_int(r, a, l), y = rec_unbox_int(r, b, rr);
        push_compared(r, rec_op2(r, compare_ops[op].i, x, y));
        return true;
    }
    if (!(PyFloat_CheckExact(l) || PyFloat_CheckExact(rr)) || !is_float_operand(l) || !is_float_operand(rr)) {
        return false;
    }
    /* An int beside a float is compared exactly by Python: only those that a double holds exactly are compared here. */
    IrRef x = PyFloat_CheckExact(l) ? rec_unbox_float(r, a, l) : IR_NONE;
    IrRef y = PyFloat_CheckExact(rr) ? rec_unbox_float(r, b, rr) : IR_NONE;
    const int64_t limit = (int64_t)1 << 53;
    if ((x == IR_NONE && (!rec_fits_i64(l, &av) || av > limit || av < -limit)) ||
        (y == IR_NONE && (!rec_fits_i64(rr, &bv) || bv > limit || bv < -limit))) {
        return false;
    }
    x = x ? x : exact_f64(r, rec_unbox_int(r, a, l));
    y = y ? y : exact_f64(r, rec_unbox_int(r, b, rr));
    push_compared(r, rec_op2(r, compare_ops[op].f, x, y));
    return true;
}

static bool compare_strings(Recorder *r, int op, PyObject *l, PyObject *rr)
{
    if (!PyUnicode_CheckExact(l) || !PyUnicode_CheckExact(rr)) {
        return false;
    }
    IrRef a = rec_stack(r, 1)->ref, b = rec_stack(r, 0)->ref, out;
    rec_guard_type(r, a, l);
    rec_guard_type(r, b, rr);
    if (op == Py_EQ || op == Py_NE) {
        out = rec_call2(r, IR_CALL_str_eq, a, b);
        out = op == Py_NE ? rec_op1(r, IR_not_bool, out) : out;
    } else {
        out = rec_op2(r, compare_ops[op].i, rec_call2(r, IR_CALL_str_cmp, a, b), rec_int(r, 0));
    }
    push_compared(r, out);
    return true;
}

static bool compares_by_identity(PyTypeObject *t)
{
    return t->tp_richcompare == PyBaseObject_Type.tp_richcompare;
}

static bool compare_identity(Recorder *r, int op, PyObject *l, PyObject *rr)
{
    if ((op != Py_EQ && op != Py_NE) || !compares_by_identity(Py_TYPE(l)) || !compares_by_identity(Py_TYPE(rr))) {
        return false;
    }
    IrRef a = rec_stack(r, 1)->ref, b = rec_stack(r, 0)->ref;
    rec_guard_type(r, a, l);
    rec_guard_type(r, b, rr);
    rec_depend_type(r, Py_TYPE(l));
    rec_depend_type(r, Py_TYPE(rr));
    IrRef same = rec_op2(r, IR_eq_ptr, a, b);
    push_compared(r, op == Py_NE ? rec_op1(r, IR_not_bool, same) : same);
    return true;
}

/* One item of two tuples: BOOL; IR_NONE when code may run. */
static IrRef same_item(Recorder *r, IrRef a, PyObject *l, IrRef b, PyObject *rr)
{
    int64_t v;
    if (PyLong_CheckExact(l) && PyLong_CheckExact(rr) && rec_fits_i64(l, &v) && rec_fits_i64(rr, &v)) {
        return rec_op2(r, IR_eq_i64, rec_unbox_int(r, a, l), rec_unbox_int(r, b, rr));
    }
    if (PyUnicode_CheckExact(l) && PyUnicode_CheckExact(rr)) {
        rec_guard_type(r, a, l);
        rec_guard_type(r, b, rr);
        return rec_call2(r, IR_CALL_str_eq, a, b);
    }
    IrRef same = rec_call2(r, IR_CALL_same_key, a, b);
    rec_guard_bool(r, rec_op2(r, IR_lt_i64, same, rec_int(r, 0)), false);
    return rec_op2(r, IR_ne_i64, same, rec_int(r, 0));
}

static IrRef size_is(Recorder *r, IrRef tuple, Py_ssize_t n)
{
    return rec_op2(r, IR_eq_i64, rec_sequence_size(r, &PyTuple_Type, tuple), rec_int(r, n));
}

/* Short ones are compared item by item, so that they need not be made. */
static bool compare_tuples(Recorder *r, int op, PyObject *l, PyObject *rr)
{
    enum { SHORT = 4 };
    Py_ssize_t n = PyTuple_CheckExact(l) ? PyTuple_GET_SIZE(l) : 0;
    if ((op != Py_EQ && op != Py_NE) || n == 0 || n > SHORT || !PyTuple_CheckExact(rr) || PyTuple_GET_SIZE(rr) != n) {
        return false;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        if (cpy_same_key(PyTuple_GET_ITEM(l, i), PyTuple_GET_ITEM(rr, i)) < 0) {
            return false;
        }
    }
    IrRef a = rec_stack(r, 1)->ref, b = rec_stack(r, 0)->ref, all = IR_NONE;
    rec_guard_type(r, a, l);
    rec_guard_type(r, b, rr);
    rec_guard_bool(r, size_is(r, a, n), true);
    rec_guard_bool(r, size_is(r, b, n), true);
    for (Py_ssize_t i = 0; i < n; i++) {
        const IrField *field = rec_tuple_item(r, (int)i);
        IrRef same = same_item(r, rec_load(r, a, field), PyTuple_GET_ITEM(l, i), rec_load(r, b, field), PyTuple_GET_ITEM(rr, i));
        same = rec_op1(r, IR_bool_to_i64, same);
        all = all == IR_NONE ? same : rec_op2(r, IR_and_i64, all, same);
    }
    push_compared(r, rec_op2(r, op == Py_EQ ? IR_ne_i64 : IR_eq_i64, all, rec_int(r, 0)));
    return true;
}

static bool compare_sets(Recorder *r, int op, PyObject *l, PyObject *rr)
{
    IrRef result = rec_set_compare(r, rec_stack(r, 1)->ref, l, rec_stack(r, 0)->ref, rr, op);
    if (result != IR_NONE) {
        push_compared(r, result);
    }
    return result != IR_NONE;
}

static bool compare_method(Recorder *r, int op, bool to_bool, PyObject *l, PyObject *rr)
{
    static const char *const names[6] = {"__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"};
    PyTypeObject *lt = Py_TYPE(l), *rt = Py_TYPE(rr);
    if (!PyType_HasFeature(lt, Py_TPFLAGS_HEAPTYPE) || (lt != rt && PyType_IsSubtype(rt, lt))) {
        return false;
    }
    PyFunctionObject *func = rec_special(r, l, names[op]);
    if (func == NULL || !rec_can_inline(r, func, 2, NULL)) {
        return false;
    }
    rec_guard_type(r, rec_stack(r, 1)->ref, l);
    rec_guard_type(r, rec_stack(r, 0)->ref, rr);
    rec_depend_type(r, lt);
    rec_depend_type(r, rt);
    PyObject *concrete[2] = {l, rr};
    RecVal args[2] = {{.ref = rec_stack(r, 1)->ref}, {.ref = rec_stack(r, 0)->ref}};
    return rec_inline_call(r, func, IR_NONE, 2, args, concrete, NULL, REC_HOW(REC_HOW_COMPARE, op + (to_bool ? 16 : 0)), 2);
}

/* Of a class made from a number or a string that left comparing to it (an IntEnum). */
static bool compares_as_builtin(PyObject *o)
{
    richcmpfunc f = Py_TYPE(o)->tp_richcompare;
    return f != NULL && (f == PyLong_Type.tp_richcompare || f == PyFloat_Type.tp_richcompare ||
                         f == PyUnicode_Type.tp_richcompare || f == PyBytes_Type.tp_richcompare);
}

static bool runs_no_code(Recorder *r, PyObject *l, PyObject *rr)
{
    if (rec_has_only_safe_operands(l, rr)) {
        return true;
    }
    if (!compares_as_builtin(l) || !compares_as_builtin(rr)) {
        return false;
    }
    rec_depend_type(r, Py_TYPE(l));
    rec_depend_type(r, Py_TYPE(rr));
    return true;
}

void rec_do_compare(Recorder *r)
{
    int op = r->state->insn.arg;
    bool to_bool = r->state->insn.arg2 != 0;
    PyObject *l = rec_concrete(r, 1), *rr = rec_concrete(r, 0);
    if (l == NULL || rr == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    if (compare_numbers(r, op, l, rr) || compare_strings(r, op, l, rr) || compare_identity(r, op, l, rr) || compare_sets(r, op, l, rr) || compare_tuples(r, op, l, rr) ||
        compare_method(r, op, to_bool, l, rr) || rec_gave_up(r)) {
        return;
    }
    IrRef a = rec_stack(r, 1)->ref, b = rec_stack(r, 0)->ref, out;
    if (runs_no_code(r, l, rr)) {
        rec_guard_type(r, a, l);
        rec_guard_type(r, b, rr);
        out = rec_call3(r, IR_CALL_compare_plain, a, b, rec_int(r, op));
        rec_set_known(r, out, &PyBool_Type);
    } else if (to_bool) {
        IrRef i = rec_call3(r, IR_CALL_compare_truth, a, b, rec_int(r, op));
        push_compared(r, rec_op2(r, IR_ne_i64, i, rec_int(r, 0)));
        return;
    } else {
        out = rec_call3(r, IR_CALL_compare_any, a, b, rec_int(r, op));
    }
    replace_two_with(r, out, NULL);
}

void rec_do_is_op(Recorder *r)
{
    IrRef a = rec_stack(r, 1)->ref, b = rec_stack(r, 0)->ref;
    IrRef same = rec_op2(r, IR_eq_ptr, a, b);
    push_compared(r, r->state->insn.arg ? rec_op1(r, IR_not_bool, same) : same);
}

static IrRef contains_value(Recorder *r, PyObject *item, PyObject *container, IrRef a, IrRef c)
{
    if (PyDict_CheckExact(container) && PyUnicode_CheckExact(item) && cpy_dict_is_str(container)) {
        rec_guard_type(r, c, container);
        rec_guard_type(r, a, item);
        rec_guard_bool(r, rec_call1(r, IR_CALL_dict_is_str, c), true);
        IrRef found = rec_call2(r, IR_CALL_dict_get_str, c, a);
        return rec_op1(r, IR_not_bool, rec_op2(r, IR_eq_ptr, found, ir_const_obj(r->raw, NULL)));
    }
    IrRef i = rec_has_key(r, c, container, a, item);
    if (i != IR_NONE) {
        return i;
    }
    bool in_bytes = (PyBytes_CheckExact(container) || PyByteArray_CheckExact(container)) && (PyLong_CheckExact(item) || PyBytes_CheckExact(item));
    bool in_range = PyRange_Check(container) && PyLong_CheckExact(item);
    if (in_bytes || in_range || (PyUnicode_CheckExact(container) && PyUnicode_CheckExact(item))) {
        rec_guard_type(r, c, container);
        rec_guard_type(r, a, item);
        i = rec_call2(r, IR_CALL_contains_plain, c, a);
    } else {
        i = rec_call2(r, IR_CALL_contains, c, a);
    }
    return rec_op2(r, IR_ne_i64, i, rec_int(r, 0));
}

static bool contains_method(Recorder *r, PyObject *item, PyObject *container)
{
    if (!PyType_HasFeature(Py_TYPE(container), Py_TPFLAGS_HEAPTYPE)) {
        return false;
    }
    PyFunctionObject *func = rec_special(r, container, "__contains__");
    if (func == NULL || !rec_can_inline(r, func, 2, NULL)) {
        return false;
    }
    rec_guard_type(r, rec_stack(r, 0)->ref, container);
    rec_depend_type(r, Py_TYPE(container));
    PyObject *concrete[2] = {container, item};
    RecVal args[2];
    args[0] = rec_pop(r);
    args[1] = rec_pop(r);
    return rec_inline_call(r, func, IR_NONE, 2, args, concrete, NULL, r->state->insn.arg ? REC_HOW_NOT_TRUTH : REC_HOW_TRUTH, 0);
}

void rec_do_contains(Recorder *r)
{
    PyObject *item = rec_concrete(r, 1), *container = rec_concrete(r, 0);
    if (item == NULL || container == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    if (contains_method(r, item, container) || rec_gave_up(r)) {
        return;
    }
    IrRef b = contains_value(r, item, container, rec_stack(r, 1)->ref, rec_stack(r, 0)->ref);
    push_compared(r, r->state->insn.arg ? rec_op1(r, IR_not_bool, b) : b);
}
