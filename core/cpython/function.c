/*  Functions: telling those that the interpreter calls in its own way, and finding all of them. */
#include "cpython/private.h"

#include <stdlib.h>

typedef struct {
    PyFunctionObject **all; /* owned */
    size_t n, room;
} Found;

/* The collector must not be disturbed: nothing but a look. */
static int
note_function(PyObject *o, void *arg)
{
    Found *found = arg;
    if (!PyFunction_Check(o)) {
        return 1;
    }
    if (found->n == found->room) {
        size_t room = found->room != 0 ? found->room * 2 : 1024;
        void *more = realloc(found->all, room * sizeof *found->all);
        if (more == NULL) {
            return 0;
        }
        found->all = more;
        found->room = room;
    }
    found->all[found->n++] = (PyFunctionObject *)Py_NewRef(o);
    return 1;
}

void
cpy_each_function(void (*fn)(PyFunctionObject *))
{
    Found found = {.n = 0};
    PyUnstable_GC_VisitObjects(note_function, &found);
    for (size_t i = 0; i < found.n; i++) {
        fn(found.all[i]);
        Py_DECREF(found.all[i]);
    }
    free(found.all);
}

vectorcallfunc cpy_plain_vectorcall;

/* It is not exported by every build: a fresh function has it. */
int
find_plain_vectorcall(void)
{
    PyObject *globals = PyDict_New();
    PyCodeObject *code = PyCode_NewEmpty("<jitney>", "probe", 1);
    PyObject *f = globals != NULL && code != NULL ? PyFunction_New((PyObject *)code, globals) : NULL;
    if (f != NULL) {
        cpy_plain_vectorcall = ((PyFunctionObject *)f)->vectorcall;
    }
    Py_XDECREF(f);
    Py_XDECREF(code);
    Py_XDECREF(globals);
    return f != NULL ? 0 : -1;
}

bool
cpy_function_is_plain(PyFunctionObject *f)
{
    return f->vectorcall == cpy_plain_vectorcall;
}
