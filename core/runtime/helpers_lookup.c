/*  Helpers of calls.def: keys in dicts and sets, where no code of the program may run. */
#include "runtime/state.h"

#define PUT(table, name) table[IR_CALL_##name] = (void *)name##_helper

static PyObject *dict_find_helper(PyObject *dict, PyObject *key)
{
    PyObject *value;
    return cpy_dict_find(dict, key, &value) < 0 ? Py_NotImplemented : value;
}

/* Where a trace may take the value for a constant the interpreter does it, with all that follows. */
static int64_t dict_put_helper(PyObject *dict, PyObject *key, PyObject *value)
{
    CpyWatched watched = cpy_dict_watched(dict);
    if (watched == CPY_WATCHED_BY_OTHERS || (watched == CPY_WATCHED_BY_US && rt_is_assumed(dict, key))) {
        return 1;
    }
    return cpy_dict_put(dict, key, value);
}

static int64_t seq_find_helper(PyObject *sequence, PyObject *item)
{
    return cpy_sequence_find(sequence, item);
}

static int64_t set_find_helper(PyObject *set, PyObject *key)
{
    return cpy_set_find(set, key);
}

static int64_t same_key_helper(PyObject *a, PyObject *b)
{
    return cpy_same_key(a, b);
}

static int64_t set_compare_helper(PyObject *l, PyObject *r, int64_t op)
{
    return cpy_set_compare(l, r, (int)op);
}

static int64_t set_put_helper(PyObject *set, PyObject *key)
{
    return cpy_set_put(set, key);
}

void rt_helpers_lookup(void **table)
{
    PUT(table, dict_find);
    PUT(table, dict_put);
    PUT(table, seq_find);
    PUT(table, set_find);
    PUT(table, set_put);
    PUT(table, set_compare);
    PUT(table, same_key);
}
