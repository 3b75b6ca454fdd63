/*  Setting parameters by name, from Python objects and from the environment.

    All checks are here, so that every way in (API, command line, environment) says the same words. A text in
    an integer's place is taken when it reads as one: the command line and the environment have only text. */
#include "runtime/params.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name;
    const char *env;
    bool is_text;
    int64_t def, min, max;
    size_t offset;
    const char *meaning;
} ParamInfo;

static const ParamInfo param_info[] = {
#define PARAM_INT(name, env, def, min, max, doc) \
    {#name, env, false, def, min, max, offsetof(RtParams, name), doc},
#define PARAM_TEXT(name, env, doc) {#name, env, true, 0, 0, 0, offsetof(RtParams, name), doc},
#include "runtime/params.def"
#undef PARAM_INT
#undef PARAM_TEXT
};
enum { PARAM_COUNT = sizeof param_info / sizeof param_info[0] };

static const char *const channel_names[] = {"compile", "abort", "exit", "invalidate",
                                            "record",  "opt",   "code"};
enum { CHANNEL_COUNT = sizeof channel_names / sizeof channel_names[0] };
_Static_assert((1 << CHANNEL_COUNT) - 1 == RT_LOG_ALL, "a name for each channel");

static int64_t *int_field(RtParams *params, const ParamInfo *info) {
    return (int64_t *)((char *)params + info->offset);
}

static char **text_field(RtParams *params, const ParamInfo *info) {
    return (char **)((char *)params + info->offset);
}

/* The name by which the user knows the parameter: its variable, or its option. */
static const char *shown_name(const ParamInfo *info, bool from_environment) {
    return from_environment ? info->env : info->name;
}

static int set_int(RtParams *params, const ParamInfo *info, PyObject *value, bool from_environment) {
    PyObject *number = NULL;
    int overflow = 0;
    long long result = 0;
    if (PyUnicode_Check(value)) {
        number = PyLong_FromUnicodeObject(value, 10);
    } else if (PyLong_Check(value) && !PyBool_Check(value)) {
        number = Py_NewRef(value);
    }
    if (number != NULL) {
        result = PyLong_AsLongLongAndOverflow(number, &overflow);
        Py_DECREF(number);
    } else {
        PyErr_Clear();
        PyErr_Format(PyExc_ValueError, "%s is %R, which is not a whole number; give one from %lld to %lld",
                     shown_name(info, from_environment), value, (long long)info->min,
                     (long long)info->max);
        return -1;
    }
    if (overflow != 0 || result < info->min || result > info->max) {
        PyErr_Format(PyExc_ValueError, "%s is %S, which is out of range; give a number from %lld to %lld",
                     shown_name(info, from_environment), value, (long long)info->min,
                     (long long)info->max);
        return -1;
    }
    *int_field(params, info) = result;
    return 0;
}

static int set_text(RtParams *params, const ParamInfo *info, PyObject *value, bool from_environment) {
    PyObject *bytes = NULL;
    if (!PyUnicode_FSConverter(value, &bytes)) {
        PyErr_Clear();
        PyErr_Format(PyExc_ValueError, "%s is %R, which is not a text without null characters",
                     shown_name(info, from_environment), value);
        return -1;
    }
    char *copy = PyBytes_GET_SIZE(bytes) > 0 ? strdup(PyBytes_AS_STRING(bytes)) : NULL;
    Py_DECREF(bytes);
    free(*text_field(params, info));
    *text_field(params, info) = copy;
    return 0;
}

static int set_param(RtParams *params, const ParamInfo *info, PyObject *value, bool from_environment) {
    if (info->is_text) {
        return set_text(params, info, value, from_environment);
    }
    return set_int(params, info, value, from_environment);
}

/* 1 when the environment has the parameter, 0 when not, -1 with an exception set. */
static int set_from_environment(RtParams *params, const ParamInfo *info) {
    const char *text = getenv(info->env);
    if (text == NULL || *text == '\0') {
        return 0;
    }
    PyObject *value = PyUnicode_DecodeFSDefault(text);
    if (value == NULL) {
        return -1;
    }
    int result = set_param(params, info, value, true);
    Py_DECREF(value);
    return result < 0 ? -1 : 1;
}

static const ParamInfo *find_param(PyObject *name) {
    for (int i = 0; i < PARAM_COUNT; i++) {
        if (PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, param_info[i].name) == 0) {
            return &param_info[i];
        }
    }
    PyErr_Format(PyExc_TypeError, "jitney has no option %R; python -m jitney --help lists them", name);
    return NULL;
}

static int check_names(PyObject *options) {
    PyObject *name, *value;
    Py_ssize_t position = 0;
    while (PyDict_Next(options, &position, &name, &value)) {
        if (find_param(name) == NULL) {
            return -1;
        }
    }
    return 0;
}

static bool is_same_name(const char *name, const char *text, size_t length) {
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

static uint32_t channel_bit(const char *text, size_t length) {
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        if (is_same_name(channel_names[i], text, length)) {
            return 1u << i;
        }
    }
    return is_same_name("all", text, length) ? RT_LOG_ALL : 0;
}

static int load_log_mask(RtParams *params) {
    params->log_mask = RT_LOG_DEFAULT;
    if (params->log_channels == NULL) {
        return 0;
    }
    params->log_mask = 0;
    for (const char *at = params->log_channels;; at++) {
        size_t length = strcspn(at, ",");
        uint32_t bit = channel_bit(at, length);
        if (bit == 0) {
            PyErr_Format(PyExc_ValueError,
                         "there is no log channel '%.*s'; give some of compile, abort, exit, "
                         "invalidate, record, opt, code, all, with commas between",
                         (int)(length < 60 ? length : 60), at);
            return -1;
        }
        params->log_mask |= bit;
        at += length;
        if (*at == '\0') {
            return 0;
        }
    }
}

/* Opens for appending and closes again: whoever writes the log opens it for itself. */
static int check_log_file(const RtParams *params) {
    if (params->log == NULL) {
        return 0;
    }
    FILE *file = fopen(params->log, "ae");
    if (file == NULL) {
        PyErr_Format(PyExc_OSError, "the log file '%s' cannot be written: %s; give another", params->log,
                     strerror(errno));
        return -1;
    }
    fclose(file);
    return 0;
}

int params_load(RtParams *params, PyObject *options, int use_environment) {
    bool has_function_threshold = false;
    bool has_threshold = false;
    memset(params, 0, sizeof *params);
    if (options != NULL && check_names(options) < 0) {
        return -1;
    }
    for (int i = 0; i < PARAM_COUNT; i++) {
        const ParamInfo *info = &param_info[i];
        PyObject *value = options ? PyDict_GetItemString(options, info->name) : NULL;
        int given = 0;
        if (!info->is_text) {
            *int_field(params, info) = info->def;
        }
        if (value != NULL) {
            given = set_param(params, info, value, false) < 0 ? -1 : 1;
        } else if (use_environment) {
            given = set_from_environment(params, info);
        }
        if (given < 0) {
            return -1;
        }
        has_threshold |= given && info->offset == offsetof(RtParams, threshold);
        has_function_threshold |= given && info->offset == offsetof(RtParams, function_threshold);
    }
    if (has_threshold && !has_function_threshold) {
        params->function_threshold = params->threshold;
    }
    return load_log_mask(params) < 0 ? -1 : check_log_file(params);
}

void params_clear(RtParams *params) {
    for (int i = 0; i < PARAM_COUNT; i++) {
        if (param_info[i].is_text) {
            free(*text_field(params, &param_info[i]));
            *text_field(params, &param_info[i]) = NULL;
        }
    }
}

static PyObject *table_row_new(const ParamInfo *info) {
    if (info->is_text) {
        return Py_BuildValue("(ssOOOs)", info->name, info->env, Py_None, Py_None, Py_None, info->meaning);
    }
    return Py_BuildValue("(ssLLLs)", info->name, info->env, (long long)info->def, (long long)info->min,
                         (long long)info->max, info->meaning);
}

PyObject *params_table_new(void) {
    PyObject *table = PyList_New(PARAM_COUNT);
    for (int i = 0; table != NULL && i < PARAM_COUNT; i++) {
        PyObject *row = table_row_new(&param_info[i]);
        if (row == NULL) {
            Py_CLEAR(table);
            break;
        }
        PyList_SET_ITEM(table, i, row);
    }
    return table;
}
