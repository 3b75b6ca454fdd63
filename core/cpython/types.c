/*  Types, instances and dicts: where attributes are, versions, look-ups without side effects.

    Since 3.13 an instance of a plain class keeps its attributes inside itself ("inline values"): behind its
    basic size lies a PyDictValues: four bytes (capacity, size, embedded, valid), then the values in the order
    of the type's shared keys, then a byte array with the order in which they were set. They stay valid
    until the instance's __dict__ outgrows or leaves it. */
#include "cpython/private.h"

/* ---- inline values ---------------------------------------------------------------------------- */
static PyDictKeysObject *
shared_keys(PyTypeObject *type)
{
    if (!(type->tp_flags & Py_TPFLAGS_INLINE_VALUES) || !(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
        return NULL;
    }
    return ((PyHeapTypeObject *)type)->ht_cached_keys;
}

static PyDictValues *
inline_values(PyObject *obj)
{
    return (PyDictValues *)((char *)obj + inline_values_offset(Py_TYPE(obj)));
}

static int
value_offset(PyTypeObject *type, int index)
{
    return inline_values_offset(type) + (int)offsetof(PyDictValues, values) +
           index * (int)sizeof(PyObject *);
}

static bool
same_name(PyObject *a, PyObject *b)
{
    return a == b || (PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b) &&
                      PyUnicode_Compare(a, b) == 0);
}

int
cpy_shared_key_index(PyTypeObject *type, PyObject *name)
{
    PyDictKeysObject *keys = shared_keys(type);
    if (keys == NULL) {
        return -1;
    }
    PyDictUnicodeEntry *entries = DK_UNICODE_ENTRIES(keys);
    for (Py_ssize_t i = 0; i < keys->dk_nentries; i++) {
        if (entries[i].me_key != NULL && same_name(entries[i].me_key, name)) {
            return (int)i;
        }
    }
    return -1;
}

int
cpy_shared_keys(PyTypeObject *type, PyObject **names, int *offsets, int max)
{
    PyDictKeysObject *keys = shared_keys(type);
    if (keys == NULL || keys->dk_nentries > max) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < keys->dk_nentries; i++) {
        names[i] = DK_UNICODE_ENTRIES(keys)[i].me_key;
        offsets[i] = value_offset(type, (int)i);
    }
    return (int)keys->dk_nentries;
}

void *
cpy_shared_keys_count(PyTypeObject *type, int *bytes)
{
    PyDictKeysObject *keys = shared_keys(type);
    *bytes = (int)sizeof(keys->dk_nentries);
    return keys == NULL ? NULL : &keys->dk_nentries;
}

int
cpy_inline_attr_offset(PyObject *obj, PyObject *name)
{
    int index = cpy_shared_key_index(Py_TYPE(obj), name);
    if (index < 0) {
        return -1;
    }
    PyDictValues *values = inline_values(obj);
    if (!values->valid || index >= values->capacity) {
        return -1;
    }
    return value_offset(Py_TYPE(obj), index);
}

bool
cpy_inline_valid_offset(PyTypeObject *type, int *offset)
{
    *offset = inline_values_offset(type) + (int)offsetof(PyDictValues, valid);
    return shared_keys(type) != NULL;
}

int
cpy_managed_dict_offset(PyTypeObject *type)
{
    return type->tp_flags & Py_TPFLAGS_MANAGED_DICT ? (int)MANAGED_DICT_OFFSET : 0;
}

/* The order of insertion is kept in bytes behind the values. */
static void
append_insertion(PyDictValues *values, int index)
{
    uint8_t *order = (uint8_t *)&values->values[values->capacity];
    order[values->size++] = (uint8_t)index;
}

int
cpy_inline_attr_set(PyObject *obj, PyObject *name, PyObject *value)
{
    PyTypeObject *type = Py_TYPE(obj);
    int index = cpy_shared_key_index(type, name);
    PyDictValues *values = inline_values(obj);
    /* With a dict over the values there are its length and watchers to serve as well. */
    if (index < 0 || !values->valid || index >= values->capacity ||
        _PyObject_GetManagedDict(obj) != NULL) {
        return PyObject_GenericSetAttr(obj, name, value);
    }
    PyObject *old = values->values[index];
    values->values[index] = Py_NewRef(value);
    if (old == NULL) {
        append_insertion(values, index);
    } else {
        Py_DECREF(old);
    }
    return 0;
}

bool
cpy_inline_attr_init(PyObject *obj, int offset, PyObject *value)
{
    PyDictValues *values = inline_values(obj);
    int index = (offset - value_offset(Py_TYPE(obj), 0)) / (int)sizeof(PyObject *);
    if (!values->valid || index < 0 || index >= values->capacity || values->values[index] != NULL) {
        return false;
    }
    values->values[index] = value;
    append_insertion(values, index);
    return true;
}

PyObject *const *
cpy_inline_attrs(PyObject *obj, int *n)
{
    PyDictValues *values = inline_values(obj);
    if (!values->valid || _PyObject_GetManagedDict(obj) != NULL) {
        return NULL;
    }
    *n = values->capacity;
    return values->values;
}

/* ---- instances of plain classes --------------------------------------------------------------- */
PyObject *
cpy_new_instance(PyTypeObject *type)
{
    return PyType_GenericAlloc(type, 0);
}

/* The dealloc function of classes made by a class statement is not exported: ask such a class for it. */
static destructor
class_dealloc(void)
{
    static destructor known; /* the same in every interpreter of the process */
    if (known == NULL) {
        PyObject *type = PyObject_CallFunction((PyObject *)&PyType_Type, "s(){}", "jitney_probe");
        if (type == NULL) {
            PyErr_Clear();
            return NULL;
        }
        known = ((PyTypeObject *)type)->tp_dealloc;
        Py_DECREF(type);
    }
    return known;
}

bool
cpy_type_is_plain(PyTypeObject *type)
{
    unsigned long flags = type->tp_flags;
    return shared_keys(type) != NULL && !(flags & Py_TPFLAGS_IS_ABSTRACT) &&
           type->tp_new == PyBaseObject_Type.tp_new && type->tp_alloc == PyType_GenericAlloc &&
           type->tp_basicsize == (Py_ssize_t)sizeof(PyObject) && type->tp_itemsize == 0 &&
           type->tp_finalize == NULL && type->tp_del == NULL && type->tp_free == PyObject_GC_Del &&
           type->tp_dealloc == class_dealloc();
}

/* ---- versions --------------------------------------------------------------------------------- */
unsigned int
cpy_type_version(PyTypeObject *type)
{
    return PyUnstable_Type_AssignVersionTag(type) ? type->tp_version_tag : 0;
}

PyObject *
cpy_type_lookup(PyTypeObject *type, PyObject *name)
{
    return _PyType_Lookup(type, name);
}

/* ---- dicts ------------------------------------------------------------------------------------ */
static PyDictKeysObject *
unicode_keys(PyObject *dict)
{
    PyDictObject *mp = (PyDictObject *)dict;
    bool fits = PyDict_Check(dict) && mp->ma_values == NULL && mp->ma_keys->dk_kind == DICT_KEYS_UNICODE;
    return fits ? mp->ma_keys : NULL;
}

bool
cpy_dict_is_str(PyObject *dict)
{
    return PyDict_CheckExact(dict) && ((PyDictObject *)dict)->ma_keys->dk_kind != DICT_KEYS_GENERAL;
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

/* Open addressing as the interpreter probes; -1 ends a chain, -2 is where an entry was. */
int
cpy_dict_entry_index(PyObject *dict, PyObject *key)
{
    PyDictKeysObject *keys = unicode_keys(dict);
    if (keys == NULL || !PyUnicode_CheckExact(key)) {
        return -1;
    }
    Py_hash_t hash = PyObject_Hash(key);
    size_t mask = ((size_t)1 << keys->dk_log2_size) - 1;
    size_t perturb = (size_t)hash, at = (size_t)hash & mask;
    for (;;) {
        Py_ssize_t index = index_at(keys, at);
        if (index == -1) {
            return -1;
        }
        if (index >= 0) {
            PyObject *there = DK_UNICODE_ENTRIES(keys)[index].me_key;
            if (there != NULL && (there == key || (PyObject_Hash(there) == hash && same_name(there, key)))) {
                return (int)index;
            }
        }
        perturb >>= 5;
        at = (at * 5 + perturb + 1) & mask;
    }
}

bool
cpy_dict_entry_layout(PyObject *dict, int *keys_offset, int *entries)
{
    PyDictKeysObject *keys = unicode_keys(dict);
    if (keys == NULL) {
        return false;
    }
    *keys_offset = (int)offsetof(PyDictObject, ma_keys);
    *entries = (int)((char *)DK_UNICODE_ENTRIES(keys) - (char *)keys);
    return true;
}

bool
cpy_dict_keys_shape(PyObject *dict, int *offset, uint32_t *mask, uint32_t *shape)
{
    _Static_assert(offsetof(PyDictKeysObject, dk_log2_index_bytes) ==
                   offsetof(PyDictKeysObject, dk_log2_size) + 1, "one word holds the shape");
    _Static_assert(offsetof(PyDictKeysObject, dk_kind) ==
                   offsetof(PyDictKeysObject, dk_log2_size) + 2, "one word holds the shape");
    PyDictKeysObject *keys = unicode_keys(dict);
    if (keys == NULL) {
        return false;
    }
    *offset = (int)offsetof(PyDictKeysObject, dk_log2_size);
    *mask = 0xffffff;
    *shape = (uint32_t)keys->dk_log2_size | (uint32_t)keys->dk_log2_index_bytes << 8 |
             (uint32_t)keys->dk_kind << 16;
    return true;
}

void
cpy_raise_no_iterator(PyObject *iterable, PyObject *result)
{
#if CPY_RUNNING >= CPY_315
    PyErr_Format(PyExc_TypeError, "%T.__iter__() must return an iterator, not %T", iterable, result);
#else
    (void)iterable;
    PyErr_Format(PyExc_TypeError, "iter() returned non-iterator of type '%.100s'", Py_TYPE(result)->tp_name);
#endif
}
