/*  The engine as the module sees it: on, off, and what it did.

    One engine a process, in the main interpreter, with the GIL held in every call. */
#ifndef JITNEY_RUNTIME_RUNTIME_H
#define JITNEY_RUNTIME_RUNTIME_H

#include <Python.h>

#include <stdbool.h>

#include "runtime/params.h"

/* Starts compiling; params is borrowed for the call only. 0, or -1 with RuntimeError set, in one line. */
int rt_enable(PyObject *module, const RtParams *params);
/* Stops; machine code already running is left at its next exit. Nothing happens when it is off. */
int rt_disable(void);
bool rt_is_enabled(void);
/* New dict of counters, by name. */
PyObject *rt_stats(void);

#endif
