/*  Looking keys up in dicts and sets while being sure that no code of the program runs.

    CPython's own lookup calls __eq__ where two keys have the same hash. Here the table is probed in the same order, but a
    key that is not of a plain built-in type and shares the hash ends the search with "can't tell": the caller
    then leaves it to the interpreter. */
#include "cpython/private.h"

#include "internal/pycore_dict.h"

enum { UNKNOWN = -1, ABSENT = 0, FOUND = 1, TUPLE_DEPTH = 3, TUPLE_MAX = 16 };

static bool
is_scalar(PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    return t == &PyUnicode_Type || t == &PyLong_Type || t == &PyFloat_Type || t == &PyBool_Type || o == Py_None || t == &PyBytes_Type;
}

static bool
compares_as(PyTypeObject *t, PyTypeObject *base)
{
    return t->tp_hash == base->tp_hash && t->tp_richcompare == base->tp_richcompare;
}

/* Scalars, what is equal to itself alone, and tuples of such, of a class of their own too: hashing and comparing them runs no code. */
static bool
is_plain_key(PyObject *o, int depth)
{
    if (is_scalar(o)) {
        return true;
    }
    if (PyLong_Check(o)) {
        return compares_as(Py_TYPE(o), &PyLong_Type);
    }
    if (PyUnicode_Check(o)) {
        return compares_as(Py_TYPE(o), &PyUnicode_Type);
    }
    if (!PyTuple_Check(o)) {
        return compares_as(Py_TYPE(o), &PyBaseObject_Type);
    }
    if (!compares_as(Py_TYPE(o), &PyTuple_Type) || depth == 0 || PyTuple_GET_SIZE(o) > TUPLE_MAX) {
        return false;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(o); i++) {
        if (!is_plain_key(PyTuple_GET_ITEM(o, i), depth - 1)) {
            return false;
        }
    }
    return true;
}

static bool
is_compact(PyObject *o)
{
    return PyLong_CheckExact(o) && PyUnstable_Long_IsCompact((PyLongObject *)o);
}

static int same_items(PyObject *a, PyObject *b, int depth);

static int
is_same(PyObject *a, PyObject *b, int depth)
{
    if (a == b) {
        return 1;
    }
    if (is_compact(a) && is_compact(b)) {
        return PyUnstable_Long_CompactValue((PyLongObject *)a) == PyUnstable_Long_CompactValue((PyLongObject *)b);
    }
    if (PyTuple_CheckExact(a) && PyTuple_CheckExact(b) && depth > 0) {
        return same_items(a, b, depth - 1);
    }
    if (!is_plain_key(a, depth) || !is_plain_key(b, depth)) {
        return UNKNOWN;
    }
    int equal = PyObject_RichCompareBool(a, b, Py_EQ);
    if (equal < 0) {
        PyErr_Clear(); /* Only memory can have run out. */
        return UNKNOWN;
    }
    return equal;
}

/* The first that differ decide. */
static int
same_items(PyObject *a, PyObject *b, int depth)
{
    Py_ssize_t n = PyTuple_GET_SIZE(a);
    int same = n == PyTuple_GET_SIZE(b);
    for (Py_ssize_t i = 0; same == 1 && i < n; i++) {
        same = is_same(PyTuple_GET_ITEM(a, i), PyTuple_GET_ITEM(b, i), depth);
    }
    return same;
}

int
cpy_same_key(PyObject *a, PyObject *b)
{
    return is_same(a, b, TUPLE_DEPTH);
}

int
cpy_sequence_find(PyObject *sequence, PyObject *item)
{
    PyObject **items = PySequence_Fast_ITEMS(sequence);
    for (Py_ssize_t i = 0, n = Py_SIZE(sequence); i < n; i++) {
        int same = items[i] == item ? 1 : is_same(items[i], item, TUPLE_DEPTH);
        if (same != 0) {
            return same;
        }
    }
    return 0;
}

static Py_ssize_t
index_at(const PyDictKeysObject *keys, size_t at)
{
    switch (keys->dk_log2_index_bytes - keys->dk_log2_size) {
    case 0: return ((const int8_t *)keys->dk_indices)[at];
    case 1: return ((const int16_t *)keys->dk_indices)[at];
    case 2: return ((const int32_t *)keys->dk_indices)[at];
    default: return (Py_ssize_t)((const int64_t *)keys->dk_indices)[at];
    }
}

static PyObject *
entry_key(const PyDictKeysObject *keys, Py_ssize_t i, Py_hash_t *hash)
{
    const char *entries = keys->dk_indices + ((size_t)1 << keys->dk_log2_index_bytes);
    if (keys->dk_kind == DICT_KEYS_GENERAL) {
        const PyDictKeyEntry *e = &((const PyDictKeyEntry *)entries)[i];
        *hash = e->me_hash;
        return e->me_key;
    }
    PyObject *key = ((const PyDictUnicodeEntry *)entries)[i].me_key;
    *hash = ((PyASCIIObject *)key)->hash;
    return key;
}

static PyObject *
entry_value(PyDictObject *d, Py_ssize_t i)
{
    const PyDictKeysObject *keys = d->ma_keys;
    const char *entries = keys->dk_indices + ((size_t)1 << keys->dk_log2_index_bytes);
    if (d->ma_values) {
        return d->ma_values->values[i];
    }
    return keys->dk_kind == DICT_KEYS_GENERAL ? ((const PyDictKeyEntry *)entries)[i].me_value
                                              : ((const PyDictUnicodeEntry *)entries)[i].me_value;
}

static int
plain_hash(PyObject *key, Py_hash_t *hash)
{
    if (is_compact(key)) {
        Py_ssize_t v = PyUnstable_Long_CompactValue((PyLongObject *)key);
        *hash = v == -1 ? -2 : v;
        return 0;
    }
    if (PyTuple_Check(key) && Py_TYPE(key)->tp_hash == PyTuple_Type.tp_hash && TUPLE_KNOWN_HASH(key) != -1) {
        *hash = TUPLE_KNOWN_HASH(key);
        return 0;
    }
    if (!is_plain_key(key, TUPLE_DEPTH)) {
        return -1;
    }
    *hash = PyObject_Hash(key);
    if (*hash == -1) {
        PyErr_Clear();
        return -1;
    }
    return 0;
}

int
cpy_dict_find(PyObject *dict, PyObject *key, PyObject **value)
{
    PyDictObject *d = (PyDictObject *)dict;
    const PyDictKeysObject *keys = d->ma_keys;
    Py_hash_t hash;
    *value = NULL;
    if (plain_hash(key, &hash) < 0) {
        return UNKNOWN;
    }
    size_t mask = ((size_t)1 << keys->dk_log2_size) - 1, perturb = (size_t)hash, i = (size_t)hash & mask;
    for (;;) {
        Py_ssize_t ix = index_at(keys, i);
        if (ix == -1) {
            return ABSENT;
        }
        if (ix >= 0) {
            Py_hash_t its_hash;
            PyObject *its_key = entry_key(keys, ix, &its_hash);
            int same = its_key == key ? 1 : its_hash == hash ? cpy_same_key(its_key, key) : 0;
            if (same != 0) {
                *value = same == 1 ? entry_value(d, ix) : NULL;
                return same == 1 ? (*value ? FOUND : ABSENT) : UNKNOWN;
            }
        }
        perturb >>= 5;
        i = (i * 5 + perturb + 1) & mask;
    }
}

static bool
is_made_of_scalars(PyObject *o, int depth)
{
    bool all = is_scalar(o) || (PyTuple_CheckExact(o) && depth > 0 && PyTuple_GET_SIZE(o) <= TUPLE_MAX);
    for (Py_ssize_t i = 0; all && PyTuple_Check(o) && i < PyTuple_GET_SIZE(o); i++) {
        all = is_made_of_scalars(PyTuple_GET_ITEM(o, i), depth - 1);
    }
    return all;
}

bool
cpy_dies_unseen(PyObject *o)
{
    return Py_REFCNT(o) > 1 || is_made_of_scalars(o, TUPLE_DEPTH);
}

int
cpy_dict_put(PyObject *dict, PyObject *key, PyObject *value)
{
    PyObject *old;
    int found = cpy_dict_find(dict, key, &old);
    if (found == UNKNOWN || (found == FOUND && !cpy_dies_unseen(old))) {
        return 1;
    }
    if (PyDict_SetItem(dict, key, value) < 0) {
        PyErr_Clear(); /* No memory: nothing was done, and who tries again will see. */
        return 1;
    }
    return 0;
}

PyObject *
cpy_iterated_container(PyObject *it)
{
    PyTypeObject *t = Py_TYPE(it);
    bool of_dict = t == &PyDictIterKey_Type || t == &PyDictIterValue_Type || t == &PyDictIterItem_Type;
    if (!of_dict && t != &PySetIter_Type) {
        return NULL;
    }
    return *(PyObject **)((char *)it + cpy_offset(of_dict ? CPY_OFF_dict_iter_dict : CPY_OFF_set_iter_set));
}

/* Where an absent key would go is *free_entry. */
static int
find_in_set(PySetObject *so, PyObject *key, Py_hash_t hash, setentry **free_entry)
{
    enum { LINEAR = 9 };
    size_t mask = (size_t)so->mask, i = (size_t)hash & mask, perturb = (size_t)hash;
    for (;;) {
        setentry *e = &so->table[i];
        size_t n = i + LINEAR <= mask ? LINEAR : 0;
        do {
            if (e->hash == 0 && e->key == NULL) {
                *free_entry = e;
                return ABSENT;
            }
            if (e->hash == hash) {
                int same = cpy_same_key(e->key, key);
                if (same != 0) {
                    return same == 1 ? FOUND : UNKNOWN;
                }
            }
            e++;
        } while (n--);
        perturb >>= 5;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

int
cpy_set_find(PyObject *set, PyObject *key)
{
    Py_hash_t hash;
    setentry *unused;
    return plain_hash(key, &hash) < 0 ? UNKNOWN : find_in_set((PySetObject *)set, key, hash, &unused);
}

int
cpy_set_put(PyObject *set, PyObject *key)
{
    PySetObject *so = (PySetObject *)set;
    Py_hash_t hash;
    setentry *at;
    if (plain_hash(key, &hash) < 0) {
        return 1;
    }
    int found = find_in_set(so, key, hash, &at);
    if (found != ABSENT) {
        return found == UNKNOWN;
    }
    if ((size_t)(so->fill + 1) * 5 >= (size_t)so->mask * 3) {
        if (PySet_Add(set, key) < 0) { /* It grows. */
            PyErr_Clear();
            return 1;
        }
        return 0;
    }
    at->key = Py_NewRef(key);
    at->hash = hash;
    so->fill++;
    so->used++;
    return 0;
}

/* Are all keys of the one in the other? */
static int
is_subset(PySetObject *a, PySetObject *b)
{
    Py_ssize_t left = a->used;
    for (setentry *e = a->table; left > 0; e++) {
        if (e->key == NULL || e->hash == -1) {
            continue; /* free, or the mark of a deleted one */
        }
        setentry *unused;
        int found = find_in_set(b, e->key, e->hash, &unused);
        if (found != FOUND) {
            return found;
        }
        left--;
    }
    return 1;
}

int
cpy_set_compare(PyObject *l, PyObject *r, int op)
{
    PySetObject *a = (PySetObject *)l, *b = (PySetObject *)r;
    if (op == Py_GT || op == Py_GE) {
        return cpy_set_compare(r, l, op == Py_GT ? Py_LT : Py_LE);
    }
    bool apart = op == Py_LE ? a->used > b->used : op == Py_LT ? a->used >= b->used : a->used != b->used;
    int subset = apart ? 0 : is_subset(a, b);
    return op == Py_NE && subset >= 0 ? !subset : subset;
}
