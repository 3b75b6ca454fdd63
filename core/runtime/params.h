/*  What can be set, as one struct, filled from the rows of params.def.

    The order of precedence is: an option given by the caller, the environment, the default. A value is
    checked as it is set, so an RtParams that params_load has filled is always in range. */
#ifndef JITNEY_RUNTIME_PARAMS_H
#define JITNEY_RUNTIME_PARAMS_H

#include <Python.h>

#include <stdint.h>

/* What goes to the log; a bit each, in the order of their names in the table of params.c. */
enum {
    RT_LOG_compile = 1,
    RT_LOG_abort = 2,
    RT_LOG_exit = 4,
    RT_LOG_invalidate = 8,
    RT_LOG_record = 16,
    RT_LOG_opt = 32,
    RT_LOG_code = 64,
    RT_LOG_DEFAULT = 15,
    RT_LOG_ALL = 127,
};

typedef struct RtParams {
#define PARAM_INT(name, env, def, min, max, doc) int64_t name;
#define PARAM_TEXT(name, env, doc) char *name; /* owned by this struct, NULL when not set */
#include "runtime/params.def"
#undef PARAM_INT
#undef PARAM_TEXT
    uint32_t log_mask; /* of log_channels: RT_LOG_... */
} RtParams;

/* Fills params from options (a dict by name, or NULL) and, where that is silent, from the environment
   when use_environment holds. 0, or -1 with TypeError (no such option), ValueError (not a value of it) or
   OSError (log file cannot be written) set, in one line. In every case params_clear is due afterwards. */
int params_load(RtParams *params, PyObject *options, int use_environment);

/* Frees what params owns. Safe on a zeroed struct. */
void params_clear(RtParams *params);

/* New list of (name, environment variable, default, min, max, meaning); for text the three are None. */
PyObject *params_table_new(void);

#endif
