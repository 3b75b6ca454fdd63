/*  Helpers of calls.def: attributes, names, calls, and objects built from arrays. */
#include "runtime/state.h"

#define PUT(table, name) (table)[IR_CALL_##name] = (void *)(uintptr_t)(name##_helper)

static PyObject *getattr_any_helper(PyObject *o, PyObject *name)
{
    return PyObject_GetAttr(o, name);
}

static int64_t setattr_any_helper(PyObject *o, PyObject *name, PyObject *value)
{
    return value != NULL ? PyObject_SetAttr(o, name, value) : PyObject_DelAttr(o, name);
}

static int64_t attr_add_helper(PyObject *o, PyObject *name, PyObject *value)
{
    return cpy_inline_attr_set(o, name, value);
}

/* ---- names --------------------------------------------------------------------------------------- */
static int64_t is_handling_helper(void)
{
    PyObject *handled = PyErr_GetHandledException();
    Py_XDECREF(handled);
    return handled != NULL;
}

static PyObject *raised_type_helper(void)
{
    return PyErr_Occurred();
}

static PyObject *take_raised_helper(void)
{
    return PyErr_GetRaisedException();
}

static PyObject *load_global_any_helper(PyObject *globals, PyObject *builtins, PyObject *name)
{
    return cpy_load_global(globals, builtins, name);
}

static PyObject *load_name_any_helper(PyObject *scopes, PyObject *name, PyObject *unused)
{
    (void)unused;
    PyObject *value = NULL;
    if (PyMapping_GetOptionalItem(PyTuple_GET_ITEM(scopes, 0), name, &value) != 0) {
        return value;
    }
    return cpy_load_global(PyTuple_GET_ITEM(scopes, 1), PyTuple_GET_ITEM(scopes, 2), name);
}

static int64_t store_name_helper(PyObject *mapping, PyObject *name, PyObject *value)
{
    return PyDict_CheckExact(mapping) ? PyDict_SetItem(mapping, name, value) : PyObject_SetItem(mapping, name, value);
}

/* ---- calls --------------------------------------------------------------------------------------- */
static PyObject *call_ex_helper(PyObject *callable, PyObject *args, PyObject *kwargs)
{
    return PyObject_Call(callable, args, kwargs);
}

static int64_t isinstance_helper(PyObject *o, PyObject *cls)
{
    return PyObject_IsInstance(o, cls);
}

static PyObject *intrinsic_1_helper(PyObject *o, int64_t which)
{
    return cpy_call_intrinsic_1(PyThreadState_GetUnchecked(), (int)which, o);
}

/* ---- building ------------------------------------------------------------------------------------- */
enum { BUILD_SET, BUILD_MAP, BUILD_CONST_KEY_MAP, BUILD_STRING, BUILD_LIST, BUILD_TUPLE };

static PyObject *build_set(PyObject *const *items, int64_t n)
{
    PyObject *set = PySet_New(NULL);
    for (int64_t i = 0; set != NULL && i < n; i++) {
        if (PySet_Add(set, items[i]) < 0) {
            Py_CLEAR(set);
        }
    }
    return set;
}

static PyObject *build_map(PyObject *const *pairs, int64_t n)
{
    PyObject *dict = PyDict_New();
    for (int64_t i = 0; dict != NULL && i < n; i++) {
        if (PyDict_SetItem(dict, pairs[2 * i], pairs[2 * i + 1]) < 0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

static PyObject *build_const_key_map(PyObject *const *items, int64_t n)
{
    PyObject *keys = items[n], *dict = PyDict_New();
    for (int64_t i = 0; dict != NULL && i < n; i++) {
        if (PyDict_SetItem(dict, PyTuple_GET_ITEM(keys, i), items[i]) < 0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

static PyObject *build_sequence(PyObject *const *items, int64_t n, bool is_list)
{
    PyObject *o = is_list ? PyList_New(n) : PyTuple_New(n);
    for (int64_t i = 0; o != NULL && i < n; i++) {
        PyObject *item = Py_NewRef(items[i]);
        if (is_list) {
            PyList_SET_ITEM(o, i, item);
        } else {
            PyTuple_SET_ITEM(o, i, item);
        }
    }
    return o;
}

static PyObject *build_helper(int64_t kind, PyObject *const *items, int64_t n)
{
    switch (kind) {
    case BUILD_SET:
        return build_set(items, n);
    case BUILD_MAP:
        return build_map(items, n);
    case BUILD_CONST_KEY_MAP:
        return build_const_key_map(items, n);
    case BUILD_STRING: {
        PyObject *(*join)(PyObject *const *, int64_t);
        *(void **)&join = rt_helper(IR_CALL_str_join_array);
        return join(items, n);
    }
    }
    return build_sequence(items, n, kind == BUILD_LIST);
}

static PyObject *new_object_helper(const IrKlass *klass, const uint64_t *words, int64_t n)
{
    return rt_build_object(klass, words, (int)n);
}

void rt_helpers_object(void **table)
{
    PUT(table, getattr_any);
    PUT(table, is_handling);
    PUT(table, raised_type);
    PUT(table, take_raised);
    PUT(table, setattr_any);
    PUT(table, attr_add);
    PUT(table, load_global_any);
    PUT(table, load_name_any);
    PUT(table, store_name);
    PUT(table, call_ex);
    PUT(table, isinstance);
    PUT(table, intrinsic_1);
    PUT(table, build);
    PUT(table, new_object);
}
