/*  Helpers of calls.def: numbers and operators. */
#include "runtime/state.h"

#include <math.h>
#include <string.h>

#define PUT(table, name) (table)[IR_CALL_##name] = (void *)(uintptr_t)(name##_helper)

/* As float_floor_div and float_rem: the quotient is made from the remainder, so that the two agree. */
static double floor_and_mod(double x, double y, double *mod_out)
{
    double mod = fmod(x, y);
    double div = (x - mod) / y;
    if (mod != 0) {
        if ((y < 0) != (mod < 0)) {
            mod += y;
            div -= 1.0;
        }
    } else {
        mod = copysign(0.0, y);
    }
    *mod_out = mod;
    if (div == 0) {
        return copysign(0.0, x / y);
    }
    double whole = floor(div);
    return div - whole > 0.5 ? whole + 1.0 : whole;
}

static double floordiv_f64_helper(double x, double y)
{
    double mod;
    return floor_and_mod(x, y, &mod);
}

static double mod_f64_helper(double x, double y)
{
    double mod = fmod(x, y);
    if (mod == 0) {
        return copysign(0.0, y);
    }
    return (y < 0) != (mod < 0) ? mod + y : mod;
}

static double pow_f64_helper(double x, double y)
{
    return pow(x, y);
}

static double math_f64_helper(double (*f)(double), double x)
{
    return f(x);
}

static PyObject *binary_any_helper(PyObject *l, PyObject *r, int64_t op)
{
    return cpy_binary((CpyBinary)(op >> 1), op & 1, l, r);
}

static PyObject *int_wide_helper(PyObject *l, PyObject *r, int64_t op)
{
    return cpy_int_wide((CpyBinary)op, l, r);
}

static PyObject *unary_any_helper(PyObject *o, int64_t which)
{
    switch (which) {
    case 0:
        return PyNumber_Negative(o);
    case 1:
        return PyNumber_Positive(o);
    }
    return PyNumber_Invert(o);
}

static PyObject *compare_any_helper(PyObject *l, PyObject *r, int64_t op)
{
    return PyObject_RichCompare(l, r, (int)op);
}

static int64_t compare_truth_helper(PyObject *l, PyObject *r, int64_t op)
{
    PyObject *result = PyObject_RichCompare(l, r, (int)op);
    if (result == NULL) {
        return -1;
    }
    int truth = PyObject_IsTrue(result);
    Py_DECREF(result);
    return truth;
}

static int64_t is_true_helper(PyObject *o)
{
    return PyObject_IsTrue(o);
}

static PyObject *box_i64_slow_helper(int64_t v)
{
    return PyLong_FromLongLong(v);
}

static PyObject *box_f64_slow_helper(double v)
{
    return PyFloat_FromDouble(v);
}

void rt_helpers_number(void **table)
{
    PUT(table, floordiv_f64);
    PUT(table, mod_f64);
    PUT(table, pow_f64);
    PUT(table, math_f64);
    PUT(table, binary_any);
    table[IR_CALL_binary_plain] = table[IR_CALL_binary_any];
    PUT(table, int_wide);
    PUT(table, unary_any);
    PUT(table, compare_any);
    table[IR_CALL_compare_plain] = table[IR_CALL_compare_any];
    PUT(table, compare_truth);
    PUT(table, is_true);
    PUT(table, box_i64_slow);
    PUT(table, box_f64_slow);
}
