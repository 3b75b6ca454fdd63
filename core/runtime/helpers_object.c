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

static int64_t store_name_helper(PyObject *mapping, PyObject *name, PyObject *value)
{
    return PyDict_CheckExact(mapping) ? PyDict_SetItem(mapping, name, value) : PyObject_SetItem(mapping, name, value);
}

/* ---- calls --------------------------------------------------------------------------------------- */
static PyObject *call_ex_helper(PyObject *callable, PyObject *args, PyObject *kwargs)
{
    return PyObject_Call(callable, args, kwargs);
}

static PyObject *intrinsic_1_helper(PyObject *o, int64_t which)
{
    return cpy_call_intrinsic_1(PyThreadState_GetUnchecked(), (int)which, o);
}

/* ---- objects that were never made ------------------------------------------------------------ */
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
    PUT(table, store_name);
    PUT(table, call_ex);
    PUT(table, intrinsic_1);
    PUT(table, new_object);
}
