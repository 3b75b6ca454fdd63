/* A runtime that compiles nothing: meson.build takes it until core/runtime/runtime.c is there. */
#include "runtime/runtime.h"

static bool is_on;

int rt_enable(PyObject *module, const RtParams *params) {
    is_on = true;
    return 0;
}

int rt_disable(void) {
    is_on = false;
    return 0;
}

bool rt_is_enabled(void) {
    return is_on;
}

PyObject *rt_stats(void) {
    return Py_BuildValue("{s:i,s:i,s:i}", "traces", 0, "code_bytes", 0, "compile_ns", 0);
}
