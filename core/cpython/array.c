/*  array.array: the type is an extension's and its struct is private to it. Both are looked at on live objects when the first array
    is met; an array that is not as expected is an object like any other. */
#include "cpython/private.h"

#include <string.h>

typedef struct {
    PyObject_VAR_HEAD
    char *items;
    Py_ssize_t allocated;
    const void *descr; /* one for each type code, for as long as the process lives */
} ArrayObject;

const int cpy_array_items = (int)offsetof(ArrayObject, items), cpy_array_descr = (int)offsetof(ArrayObject, descr);

static const char known_codes[] = "bBhHiIlLqQd";
enum { KNOWN_CODES = sizeof known_codes - 1 };

static PyTypeObject *array_type; /* kept */
static const void *descrs[KNOWN_CODES];
static PyTypeObject *refused;

static bool
is_named_array(PyTypeObject *t)
{
    return PyType_HasFeature(t, Py_TPFLAGS_IMMUTABLETYPE) && strcmp(t->tp_name, "array.array") == 0 &&
           t->tp_basicsize >= (Py_ssize_t)sizeof(ArrayObject) && t->tp_itemsize == 0;
}

static PyObject *
make_probe(PyTypeObject *t, char code, int length)
{
    const char text[2] = {code, 0};
    PyObject *items = PyList_New(0), *three = PyLong_FromLong(3);
    PyObject *array = NULL;
    bool ok = items != NULL && three != NULL;
    for (int i = 0; ok && i < length; i++) {
        ok = PyList_Append(items, three) == 0;
    }
    if (ok) {
        array = PyObject_CallFunction((PyObject *)t, "sO", text, items);
    }
    Py_XDECREF(items);
    Py_XDECREF(three);
    return array;
}

/* Size, items and type code as the buffer interface tells them. */
static bool
is_as_expected(PyObject *o, char code, int length)
{
    ArrayObject *a = (ArrayObject *)o;
    Py_buffer view;
    if (PyObject_GetBuffer(o, &view, PyBUF_FORMAT | PyBUF_ND) < 0) {
        return false;
    }
    bool ok = view.buf == (void *)a->items && view.ndim == 1 && view.shape[0] == length && Py_SIZE(o) == length &&
              a->allocated >= length && view.format != NULL && view.format[0] == code && view.format[1] == 0 &&
              view.len == view.itemsize * length;
    PyBuffer_Release(&view);
    return ok;
}

static const void *
probe_code(PyTypeObject *t, char code)
{
    enum { SHORT = 1, LONG = 100 };
    PyObject *one = make_probe(t, code, SHORT), *other = make_probe(t, code, LONG);
    const void *descr = NULL;
    if (one != NULL && other != NULL && Py_IS_TYPE(one, t) && is_as_expected(one, code, SHORT) && is_as_expected(other, code, LONG) &&
        ((ArrayObject *)one)->descr == ((ArrayObject *)other)->descr) {
        descr = ((ArrayObject *)one)->descr;
    }
    Py_XDECREF(one);
    Py_XDECREF(other);
    PyErr_Clear();
    return descr;
}

static bool
probe_type(PyTypeObject *t)
{
    for (int i = 0; i < KNOWN_CODES; i++) {
        descrs[i] = probe_code(t, known_codes[i]);
        if (descrs[i] == NULL) {
            return false;
        }
        for (int j = 0; j < i; j++) {
            if (descrs[i] == descrs[j]) {
                return false;
            }
        }
    }
    return true;
}

bool
cpy_is_array_type(PyTypeObject *t)
{
    if (t == array_type) {
        return true;
    }
    if (array_type != NULL || t == refused || !is_named_array(t)) {
        return false;
    }
    if (!probe_type(t)) {
        refused = t;
        return false;
    }
    array_type = (PyTypeObject *)Py_NewRef(t);
    return true;
}

char
cpy_array_code(PyObject *o, const void **descr)
{
    *descr = ((ArrayObject *)o)->descr;
    for (int i = 0; i < KNOWN_CODES; i++) {
        if (descrs[i] == *descr) {
            return known_codes[i];
        }
    }
    return 0;
}
