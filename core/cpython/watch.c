/*  One watcher each for dicts, types, functions and code objects; all report to one function. */
#include "cpython/private.h"

/* A process has one Jitney, in the main interpreter: these are set by start and stop. */
static CpyChangeFn report;
static int dict_id = -1, type_id = -1, function_id = -1, code_id = -1;

static int
dict_changed(PyDict_WatchEvent event, PyObject *dict, PyObject *key, PyObject *value)
{
    if (report != NULL) {
        bool whole = event == PyDict_EVENT_CLONED || event == PyDict_EVENT_CLEARED;
        CpyChange what = event == PyDict_EVENT_DEALLOCATED ? CPY_DESTROYED_DICT : CPY_CHANGED_DICT;
        report(what, dict, whole ? NULL : key, whole ? NULL : value);
    }
    return 0;
}

static int
type_changed(PyTypeObject *type)
{
    if (report != NULL) {
        report(CPY_CHANGED_TYPE, (PyObject *)type, NULL, NULL);
    }
    return 0;
}

static int
function_changed(PyFunction_WatchEvent event, PyFunctionObject *func, PyObject *value)
{
    if (report == NULL) {
        return 0;
    }
    if (event == PyFunction_EVENT_CREATE) {
        report(CPY_MADE_FUNCTION, (PyObject *)func, NULL, NULL);
    } else if (event == PyFunction_EVENT_DESTROY) {
        report(CPY_DESTROYED_FUNCTION, (PyObject *)func, NULL, NULL);
    } else if (event == PyFunction_EVENT_MODIFY_CODE || event == PyFunction_EVENT_MODIFY_DEFAULTS ||
               event == PyFunction_EVENT_MODIFY_KWDEFAULTS) {
        report(CPY_CHANGED_FUNCTION, (PyObject *)func, NULL, value);
    }
    return 0;
}

static int
code_changed(PyCodeEvent event, PyCodeObject *code)
{
    if (event == PY_CODE_EVENT_DESTROY && report != NULL) {
        report(CPY_DESTROYED_CODE, (PyObject *)code, NULL, NULL);
    }
    return 0;
}

int
cpy_watch_start(CpyChangeFn fn)
{
    if (report != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "jitney: the watchers are already started");
        return -1;
    }
    if ((dict_id = PyDict_AddWatcher(dict_changed)) < 0 ||
        (type_id = PyType_AddWatcher(type_changed)) < 0 ||
        (function_id = PyFunction_AddWatcher(function_changed)) < 0 ||
        (code_id = PyCode_AddWatcher(code_changed)) < 0) {
        PyObject *exc = PyErr_GetRaisedException();
        cpy_watch_stop();
        PyErr_SetRaisedException(exc);
        return -1;
    }
    report = fn;
    return 0;
}

static void
clear_watcher(int *id, int (*clear)(int))
{
    if (*id >= 0 && clear(*id) < 0) {
        PyErr_Clear();
    }
    *id = -1;
}

void
cpy_watch_stop(void)
{
    report = NULL;
    clear_watcher(&dict_id, PyDict_ClearWatcher);
    clear_watcher(&type_id, PyType_ClearWatcher);
    clear_watcher(&function_id, PyFunction_ClearWatcher);
    clear_watcher(&code_id, PyCode_ClearWatcher);
}

CpyWatched
cpy_dict_watched(PyObject *dict)
{
    unsigned bits = DICT_WATCHER_BITS((PyDictObject *)dict) >> CPYTHONS_DICT_WATCHERS << CPYTHONS_DICT_WATCHERS;
    unsigned ours = dict_id >= 0 ? 1u << dict_id : 0;
    return (bits & ~ours) != 0 ? CPY_WATCHED_BY_OTHERS : bits != 0 ? CPY_WATCHED_BY_US : CPY_UNWATCHED;
}

int
cpy_watch_type(PyTypeObject *type)
{
    return PyType_Watch(type_id, (PyObject *)type);
}

int
cpy_watch_dict(PyObject *dict)
{
    return PyDict_Watch(dict_id, dict);
}
