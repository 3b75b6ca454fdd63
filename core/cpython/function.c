/*  Functions: telling those that the interpreter calls in its own way. */
#include "cpython/private.h"

/* The interpreter's own vectorcall is not exported by every build: a fresh function has it. */
static vectorcallfunc
plain_vectorcall(void)
{
    static vectorcallfunc plain;
    if (plain == NULL) {
        PyObject *globals = PyDict_New();
        PyCodeObject *code = PyCode_NewEmpty("<jitney>", "probe", 1);
        PyObject *f = globals != NULL && code != NULL ? PyFunction_New((PyObject *)code, globals) : NULL;
        if (f != NULL) {
            plain = ((PyFunctionObject *)f)->vectorcall;
        }
        PyErr_Clear();
        Py_XDECREF(f);
        Py_XDECREF(code);
        Py_XDECREF(globals);
    }
    return plain;
}

bool
cpy_function_is_plain(PyFunctionObject *f)
{
    return f->vectorcall == plain_vectorcall();
}
