/*  The extension module jitney._jitney: argument parsing, and nothing else, over runtime/runtime.h.

    Besides turning the engine on and off it has what `python -m jitney` needs to run a program as the
    interpreter itself would: call_detached and run_file run with the frames of runpy and of our own
    command line hidden, so that tracebacks, sys._getframe and the recursion limit are those of
    `python script.py`. */
#include <Python.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runtime/params.h"
#include "runtime/runtime.h"

/* ---- on and off ------------------------------------------------------------------------------- */

static int check_interpreter(void) {
    if (PyInterpreterState_Get() == PyInterpreterState_Main()) {
        return 0;
    }
    PyErr_SetString(PyExc_RuntimeError,
                    "jitney works in the main interpreter only; this is a subinterpreter");
    return -1;
}

PyDoc_STRVAR(enable_doc, "enable(options, /)\n--\n\n"
                         "Start compiling; options by name, the environment where they are silent.");

static PyObject *module_enable(PyObject *module, PyObject *options) {
    RtParams params = {0};
    int result = -1;
    if (!PyDict_Check(options)) {
        PyErr_SetString(PyExc_TypeError, "enable() takes a dict of options");
        return NULL;
    }
    if (check_interpreter() < 0) {
        return NULL;
    }
    if (params_load(&params, options, 1) < 0) {
        goto done;
    }
    if (rt_is_enabled()) {
        if (PyDict_GET_SIZE(options) == 0) {
            result = 0;
            goto done;
        }
        if (rt_disable() < 0) {
            goto done;
        }
    }
    result = rt_enable(module, &params);
done:
    params_clear(&params);
    if (result < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(check_doc, "check(options, /)\n--\n\n"
                        "Raise what enable(options) would raise about these options alone.");

static PyObject *module_check(PyObject *module, PyObject *options) {
    RtParams params = {0};
    if (!PyDict_Check(options)) {
        PyErr_SetString(PyExc_TypeError, "check() takes a dict of options");
        return NULL;
    }
    int result = params_load(&params, options, 0);
    params_clear(&params);
    if (result < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(disable_doc, "disable()\n--\n\nStop compiling and running machine code.");

static PyObject *module_disable(PyObject *module, PyObject *Py_UNUSED(ignored)) {
    if (check_interpreter() < 0 || rt_disable() < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(is_enabled_doc, "is_enabled()\n--\n\nWhether Jitney is on.");

static PyObject *module_is_enabled(PyObject *module, PyObject *Py_UNUSED(ignored)) {
    return PyBool_FromLong(PyInterpreterState_Get() == PyInterpreterState_Main() && rt_is_enabled());
}

PyDoc_STRVAR(is_main_interpreter_doc, "is_main_interpreter()\n--\n\n"
                                      "Whether this interpreter is the one that Jitney works in.");

static PyObject *module_is_main_interpreter(PyObject *module, PyObject *Py_UNUSED(ignored)) {
    return PyBool_FromLong(PyInterpreterState_Get() == PyInterpreterState_Main());
}

PyDoc_STRVAR(stats_doc, "stats()\n--\n\nA dict of counters, by name.");

static PyObject *module_stats(PyObject *module, PyObject *Py_UNUSED(ignored)) {
    return rt_stats();
}

PyDoc_STRVAR(params_doc, "params()\n--\n\n"
                         "A list of (name, environment variable, default, min, max, meaning).");

static PyObject *module_params(PyObject *module, PyObject *Py_UNUSED(ignored)) {
    return params_table_new();
}

/* ---- running a program as the interpreter would ------------------------------------------------ */

typedef struct {
    PyThreadState *ts;
    struct _PyInterpreterFrame *frame;
    int depth;
} Detached;

static int count_frames(void) {
    PyFrameObject *frame = PyEval_GetFrame();
    int count = 0;
    Py_XINCREF(frame);
    while (frame != NULL) {
        PyFrameObject *back = PyFrame_GetBack(frame);
        Py_DECREF(frame);
        frame = back;
        count++;
    }
    return count;
}

/* Hides the Python frames that are running, and gives back the recursion depth that they took. */
static Detached detach_frames(void) {
    PyThreadState *ts = PyThreadState_Get();
    Detached detached = {ts, ts->current_frame, count_frames()};
#ifdef JN_HAVE_BASE_FRAME
    ts->current_frame = ts->base_frame;
#else
    ts->current_frame = NULL;
#endif
    ts->py_recursion_remaining += detached.depth;
    return detached;
}

/* Frames that nobody saw were left out when tools came and went meanwhile: their code is brought up to date. */
static void update_instrumentation(void) {
    PyObject *error = PyErr_GetRaisedException();
    PyObject *monitoring = PySys_GetObject("monitoring");
    PyObject *done = monitoring ? PyObject_CallMethod(monitoring, "restart_events", NULL) : NULL;
    Py_XDECREF(done);
    PyErr_SetRaisedException(error); /* drops what the call may have raised */
}

static void attach_frames(Detached detached) {
    detached.ts->py_recursion_remaining -= detached.depth;
    detached.ts->current_frame = detached.frame;
    update_instrumentation();
}

/* An interpreter that a KeyboardInterrupt ends dies of the signal; it knows by a flag that is set when
   source text is run, so let one be raised there. The exception that is set stays set. */
static void mark_interrupted(void) {
    PyObject *error = PyErr_GetRaisedException();
    PyObject *globals = PyDict_New();
    PyObject *result =
        globals ? PyRun_String("raise KeyboardInterrupt", Py_file_input, globals, globals) : NULL;
    Py_XDECREF(result);
    Py_XDECREF(globals);
    PyErr_SetRaisedException(error);
}

/* What becomes of a program's result: NULL for SystemExit, which is left set so that our caller's frames go
   before the interpreter does; otherwise the exit code, an exception printed. Steals result. */
static PyObject *finish_program(PyObject *result) {
    if (result != NULL) {
        Py_DECREF(result);
        return PyLong_FromLong(0);
    }
    if (PyErr_ExceptionMatches(PyExc_SystemExit)) {
        return NULL;
    }
    if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        mark_interrupted();
    }
    PyErr_Print();
    return PyLong_FromLong(1);
}

PyDoc_STRVAR(call_detached_doc,
             "call_detached(function, /, *args)\n--\n\n"
             "Call as the interpreter calls a program: no Python frame is outside, an exception is printed.\n"
             "Returns the exit code, 0 or 1, or raises SystemExit.");

static PyObject *module_call_detached(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    if (count < 1) {
        PyErr_SetString(PyExc_TypeError, "call_detached() takes a function");
        return NULL;
    }
    Detached detached = detach_frames();
    PyObject *code = finish_program(PyObject_Vectorcall(args[0], args + 1, (size_t)count - 1, NULL));
    attach_frames(detached);
    return code;
}

PyDoc_STRVAR(run_file_doc, "run_file(path, globals, /)\n--\n\n"
                           "Run the source file as a program, or standard input for None, as call_detached does.\n"
                           "OSError when it cannot be opened.");

static PyObject *module_run_file(PyObject *module, PyObject *args) {
    PyObject *path, *globals, *name = NULL;
    FILE *file = stdin;
    PyCompilerFlags flags = _PyCompilerFlags_INIT;
    if (!PyArg_ParseTuple(args, "OO!:run_file", &path, &PyDict_Type, &globals)) {
        return NULL;
    }
    if (path != Py_None) {
        if (!PyUnicode_FSConverter(path, &name)) {
            return NULL;
        }
        file = fopen(PyBytes_AS_STRING(name), "rbe");
        if (file == NULL) {
            PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
            Py_DECREF(name);
            return NULL;
        }
    }
    Detached detached = detach_frames();
    PyObject *code = finish_program(PyRun_FileExFlags(file, name ? PyBytes_AS_STRING(name) : "<stdin>",
                                                      Py_file_input, globals, globals, name != NULL, &flags));
    attach_frames(detached);
    Py_XDECREF(name);
    return code;
}

/* ---- the module -------------------------------------------------------------------------------- */

static PyMethodDef methods[] = {
    {"enable", module_enable, METH_O, enable_doc},
    {"check", module_check, METH_O, check_doc},
    {"disable", module_disable, METH_NOARGS, disable_doc},
    {"is_enabled", module_is_enabled, METH_NOARGS, is_enabled_doc},
    {"is_main_interpreter", module_is_main_interpreter, METH_NOARGS, is_main_interpreter_doc},
    {"stats", module_stats, METH_NOARGS, stats_doc},
    {"params", module_params, METH_NOARGS, params_doc},
    {"call_detached", (PyCFunction)(void (*)(void))module_call_detached, METH_FASTCALL,
     call_detached_doc},
    {"run_file", module_run_file, METH_VARARGS, run_file_doc},
    {NULL, NULL, 0, NULL},
};

static int exec_module(PyObject *module) {
    return PyModule_AddStringConstant(module, "version", JN_VERSION);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, exec_module},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {Py_mod_gil, Py_MOD_GIL_USED},
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "jitney._jitney",
    .m_doc = "Jitney's native part; private, use the package jitney.",
    .m_size = 0,
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__jitney(void); /* the only name that the library shows */

__attribute__((visibility("default"))) PyMODINIT_FUNC PyInit__jitney(void) {
    return PyModuleDef_Init(&definition);
}
