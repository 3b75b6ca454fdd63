/*  Arithmetic on ints that are too long for a machine word, but not much. */
#include "cpython/private.h"

typedef __int128 Wide;
typedef unsigned __int128 UWide;
enum { MAX_DIGITS = 127 / PyLong_SHIFT + 1 };

static bool
read_wide(PyObject *o, Wide *out)
{
    const PyLongObject *v = (const PyLongObject *)o;
    Py_ssize_t n = (Py_ssize_t)(v->long_value.lv_tag >> _PyLong_NON_SIZE_BITS);
    UWide sum = 0;
    if (n > MAX_DIGITS) {
        return false;
    }
    for (Py_ssize_t i = n; i-- > 0;) {
        if (sum >> (127 - PyLong_SHIFT) != 0) {
            return false;
        }
        sum = sum << PyLong_SHIFT | v->long_value.ob_digit[i];
    }
    bool negative = (v->long_value.lv_tag & _PyLong_SIGN_MASK) == 2;
    *out = negative ? -(Wide)sum : (Wide)sum;
    return true;
}

static PyObject *
make_wide(Wide value)
{
    if (value == (int64_t)value) {
        return PyLong_FromLongLong((int64_t)value);
    }
    PyObject *o = _PyLong_FromByteArray((const unsigned char *)&value, sizeof value, PY_LITTLE_ENDIAN, 1);
    if (o == NULL) {
        PyErr_Clear();
    }
    return o;
}

PyObject *
cpy_int_wide(CpyBinary op, PyObject *l, PyObject *r)
{
    Wide a, b, out;
    if (!read_wide(l, &a) || !read_wide(r, &b)) {
        return NULL;
    }
    if (op == CPY_MUL) {
        return __builtin_mul_overflow(a, b, &out) ? NULL : make_wide(out);
    }
    if ((op != CPY_FLOORDIV && op != CPY_MOD) || b == 0) {
        return NULL;
    }
    Wide rest = a % b;
    bool floors = rest != 0 && (rest < 0) != (b < 0);
    return make_wide(op == CPY_MOD ? (floors ? rest + b : rest) : a / b - floors);
}
