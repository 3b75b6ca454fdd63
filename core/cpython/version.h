/*  Which CPython this is: the only file that looks at PY_VERSION_HEX. A file of this folder includes
    it (mostly through private.h) before anything else, as the private headers want Py_BUILD_CORE from
    the start. A new minor version is one number and one include here, and a v31x.[ch] and ops_31x.def. */
#ifndef JITNEY_CPYTHON_VERSION_H
#define JITNEY_CPYTHON_VERSION_H

#define PY_SSIZE_T_CLEAN
#ifndef Py_BUILD_CORE
#define Py_BUILD_CORE 1
#endif
#include <Python.h>
#include <opcode.h>

#define CPY_313 0x030d
#define CPY_314 0x030e
#define CPY_315 0x030f
#define CPY_RUNNING (PY_VERSION_HEX >> 16)

#endif
