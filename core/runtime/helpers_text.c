/*  Helpers of calls.def: strings. */
#include "runtime/state.h"

#include <string.h>

#define PUT(table, name) (table)[IR_CALL_##name] = (void *)(uintptr_t)(name##_helper)

/* A BOOL result fills the whole register. */
static uint64_t str_eq_helper(PyObject *a, PyObject *b)
{
    if (a == b) {
        return 1;
    }
    Py_ssize_t n = PyUnicode_GET_LENGTH(a);
    int kind = PyUnicode_KIND(a);
    if (n != PyUnicode_GET_LENGTH(b) || kind != (int)PyUnicode_KIND(b)) {
        return 0;
    }
    return memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)(n * kind)) == 0;
}

static int64_t str_cmp_helper(PyObject *a, PyObject *b)
{
    return PyUnicode_Compare(a, b);
}

static PyObject *str_concat_helper(PyObject *l, PyObject *r)
{
    return PyUnicode_Concat(l, r);
}

/* Takes the left one's reference, so that one that nobody else holds grows where it is. */
static PyObject *str_concat_take_helper(PyObject *l, PyObject *r)
{
    PyUnicode_Append(&l, r);
    return l;
}

static PyObject *str_getitem_helper(PyObject *s, int64_t i)
{
    Py_UCS4 c = PyUnicode_READ_CHAR(s, i);
    return PyUnicode_FromOrdinal((int)c);
}

static int64_t str_char_helper(PyObject *s, int64_t i)
{
    return PyUnicode_READ_CHAR(s, i);
}

static PyObject *chr_str_helper(int64_t c)
{
    return PyUnicode_FromOrdinal((int)c);
}

static PyObject *format_any_helper(PyObject *value, PyObject *spec)
{
    return spec == NULL ? cpy_format_simple(value) : PyObject_Format(value, spec);
}

static PyObject *repr_plain_helper(PyObject *value)
{
    return Py_TYPE(value)->tp_repr(value);
}

/* An empty format is str(), which would look for signals. */
static PyObject *format_plain_helper(PyObject *value, PyObject *spec)
{
    if (PyUnicode_GET_LENGTH(spec) != 0) {
        return PyObject_Format(value, spec);
    }
    return PyUnicode_CheckExact(value) ? Py_NewRef(value) : Py_TYPE(value)->tp_repr(value);
}

static PyObject *str_any_helper(PyObject *value, int64_t which)
{
    return which == 1 ? PyObject_Str(value) : which == 2 ? PyObject_Repr(value) : PyObject_ASCII(value);
}

enum { MAX_DIGITS = 32 }; /* with a sign and marks between groups */

/* From the end of the room, with a mark between each three unless that is 0; where they begin. */
static char *put_digits(char *end, uint64_t v, char mark)
{
    char *at = end;
    int n = 0;
    do {
        if (mark != 0 && n > 0 && n % 3 == 0) {
            *--at = mark;
        }
        *--at = (char)('0' + v % 10);
        v /= 10;
        n++;
    } while (v != 0);
    return at;
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

static PyObject *str_of_i64_helper(int64_t v)
{
    char digits[MAX_DIGITS], *end = digits + sizeof digits, *at = put_digits(end, magnitude(v), 0);
    if (v < 0) {
        *--at = '-';
    }
    if (end - at == 1) {
        return PyUnicode_FromOrdinal(*at);
    }
    PyObject *s = PyUnicode_New(end - at, 127);
    if (s != NULL) {
        memcpy(PyUnicode_DATA(s), at, (size_t)(end - at));
    }
    return s;
}

static PyObject *decimal_helper(int64_t v, int64_t packed)
{
    RecDecimal d = rec_unpack_decimal(packed);
    char digits[MAX_DIGITS], *end = digits + sizeof digits, *at = put_digits(end, magnitude(v), d.group);
    char sign = v < 0 ? '-' : d.sign == '-' ? 0 : d.sign;
    Py_ssize_t n = end - at, length = n + (sign != 0), pad = d.width > length ? d.width - length : 0;
    Py_ssize_t before = d.align == '<' ? 0 : d.align == '^' ? pad / 2 : pad;
    if (length + pad == 1) {
        return PyUnicode_FromOrdinal(*at);
    }
    PyObject *s = PyUnicode_New(length + pad, 127);
    if (s == NULL) {
        return NULL;
    }
    char *to = PyUnicode_DATA(s);
    memset(to, d.fill, (size_t)(length + pad));
    if (sign != 0) {
        to[d.align == '=' ? 0 : before] = sign;
    }
    memcpy(to + before + (sign != 0), at, (size_t)n);
    return s;
}

void rt_helpers_text(void **table)
{
    PUT(table, str_eq);
    PUT(table, str_cmp);
    PUT(table, str_concat);
    PUT(table, str_concat_take);
    PUT(table, str_getitem);
    PUT(table, str_char);
    PUT(table, chr_str);
    PUT(table, format_any);
    PUT(table, decimal);
    PUT(table, format_plain);
    PUT(table, repr_plain);
    PUT(table, str_any);
    PUT(table, str_of_i64);
}
