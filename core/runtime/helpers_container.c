/*  Helpers of calls.def: lists, dicts, sets, slices, iterators. */
#include "runtime/state.h"

#include <string.h>

#define PUT(table, name) (table)[IR_CALL_##name] = (void *)(uintptr_t)(name##_helper)

/* ---- generators ------------------------------------------------------------------------------------- */
static PyObject *generator_finish_helper(PyObject *gen)
{
    return cpy_generator_finish(PyThreadState_GetUnchecked(), gen, rt_death_is_silent);
}

/* ---- lists ------------------------------------------------------------------------------------------ */
static int64_t list_append_helper(PyObject *list, PyObject *item)
{
    return PyList_Append(list, item);
}

static int64_t list_insert_helper(PyObject *list, int64_t index, PyObject *item)
{
    return PyList_Insert(list, index, item);
}

static PyObject *list_pop_helper(PyObject *list, int64_t index)
{
    Py_ssize_t n = PyList_GET_SIZE(list), at = index < 0 ? index + n : index;
    if (n == 0) {
        PyErr_SetString(PyExc_IndexError, "pop from empty list");
        return NULL;
    }
    if (at < 0 || at >= n) {
        PyErr_SetString(PyExc_IndexError, "pop index out of range");
        return NULL;
    }
    PyObject *item = PyList_GET_ITEM(list, at);
    if (at == n - 1 && at > 0 && at >= ((PyListObject *)list)->allocated / 2) {
        Py_SET_SIZE(list, at); /* As the list itself does while its memory is half full; the item is ours now. */
        return item;
    }
    Py_INCREF(item);
    if (PyList_SetSlice(list, at, at + 1, NULL) < 0) {
        Py_CLEAR(item);
    }
    return item;
}

static int64_t list_extend_helper(PyObject *list, PyObject *items)
{
    return PyList_Extend(list, items);
}

static int64_t list_extend_plain_helper(PyObject *list, PyObject *items)
{
    return PyList_Extend(list, items);
}

static int64_t dict_merge_helper(PyObject *into, PyObject *from)
{
    PyObject *key, *value, *there;
    for (Py_ssize_t at = 0; PyDict_Next(from, &at, &key, &value);) {
        if (!PyUnicode_CheckExact(key) || cpy_dict_find(into, key, &there) != 0) {
            return 1;
        }
    }
    for (Py_ssize_t at = 0; PyDict_Next(from, &at, &key, &value);) {
        if (PyDict_SetItem(into, key, value) < 0) {
            return -1;
        }
    }
    return 0;
}

static PyObject *list_to_tuple_helper(PyObject *list)
{
    return PyList_AsTuple(list);
}

static PyObject *slice_plain_helper(PyObject *o, int64_t start, int64_t stop)
{
    Py_ssize_t from = start, to = stop, n = PyUnicode_CheckExact(o) ? PyUnicode_GET_LENGTH(o) : Py_SIZE(o);
    PySlice_AdjustIndices(n, &from, &to, 1);
    if (PyList_CheckExact(o)) {
        return PyList_GetSlice(o, from, to);
    }
    if (PyTuple_CheckExact(o)) {
        return PyTuple_GetSlice(o, from, to);
    }
    if (PyUnicode_CheckExact(o)) {
        return PyUnicode_Substring(o, from, to < from ? from : to);
    }
    if (from == 0 && to == n) {
        return Py_NewRef(o);
    }
    return PyBytes_FromStringAndSize(PyBytes_AS_STRING(o) + from, to < from ? 0 : to - from);
}

static PyObject *slice_step_helper(PyObject *o, int64_t start, int64_t stop, int64_t step)
{
    Py_ssize_t from = start, to = stop, n = PySlice_AdjustIndices(Py_SIZE(o), &from, &to, step);
    bool is_list = PyList_CheckExact(o);
    if (!is_list && n == Py_SIZE(o) && step == 1) {
        return Py_NewRef(o);
    }
    PyObject *result = is_list ? PyList_New(n) : PyTuple_New(n);
    if (result == NULL) {
        return NULL;
    }
    PyObject **items = PySequence_Fast_ITEMS(o), **copy = PySequence_Fast_ITEMS(result);
    for (Py_ssize_t i = 0; i < n; i++) {
        copy[i] = Py_NewRef(items[from + i * step]);
    }
    return result;
}

PyObject *rt_copy_items(PyObject *list, int64_t start, int64_t stop, int64_t step)
{
    return slice_step_helper(list, start, stop, step);
}

static bool is_bound(PyObject *o)
{
    return o == Py_None || PyLong_CheckExact(o);
}

static PyObject *slice_by_helper(PyObject *o, PyObject *key)
{
    PySliceObject *s = (PySliceObject *)key;
    if (!is_bound(s->start) || !is_bound(s->stop) || !is_bound(s->step)) {
        return NULL;
    }
    PyObject *result = PyObject_GetItem(o, key);
    if (result == NULL) {
        PyErr_Clear();
    }
    return result;
}

static bool die_unseen(PyObject *const *items, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!rt_holds_nothing(Py_TYPE(items[i]))) {
            return false;
        }
    }
    return true;
}

/* As many as there were: the list stays as it is but for these items, whose deaths run no code. */
static void put_items(PyObject **items, PyObject **fresh, Py_ssize_t step, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *old = items[i];
        items[i] = Py_NewRef(fresh[i * step]);
        Py_DECREF(old);
    }
}

static PyObject *list_put_slice_helper(PyObject *list, int64_t start, int64_t stop, PyObject *value)
{
    Py_ssize_t from = start, to = stop;
    PySlice_AdjustIndices(PyList_GET_SIZE(list), &from, &to, 1);
    to = to < from ? from : to;
    bool unseen = die_unseen(&PyList_GET_ITEM(list, from), to - from);
    if (unseen && value != list && PySequence_Fast_GET_SIZE(value) == to - from) {
        put_items(&PyList_GET_ITEM(list, from), PySequence_Fast_ITEMS(value), 1, to - from);
        return Py_NewRef(Py_None);
    }
    PyObject *old = unseen ? Py_NewRef(Py_None) : PyList_GetSlice(list, from, to);
    if (old != NULL && PyList_SetSlice(list, from, to, value) < 0) {
        Py_CLEAR(old);
    }
    return old;
}

static void reverse(PyObject **items, Py_ssize_t n)
{
    for (Py_ssize_t i = 0, j = n - 1; i < j; i++, j--) {
        PyObject *other = items[i];
        items[i] = items[j];
        items[j] = other;
    }
}

/* list[start:stop] = from_list[from_start:from_stop:step] without the list in between, where as many items come as go. */
static PyObject *put_copy(PyObject *list, int64_t start, int64_t stop, PyObject *from_list, int64_t from_start, int64_t from_stop, int64_t step)
{
    Py_ssize_t to = start, end = stop, n = PySlice_AdjustIndices(PyList_GET_SIZE(list), &to, &end, 1);
    Py_ssize_t from = from_start, from_end = from_stop;
    bool as_many = PySlice_AdjustIndices(PyList_GET_SIZE(from_list), &from, &from_end, step) == n;
    PyObject **items = PySequence_Fast_ITEMS(list) + to;
    if (as_many && list == from_list && step < 0 && from == to + n - 1) {
        reverse(items, n);
        return Py_NewRef(Py_None);
    }
    if (as_many && list != from_list && die_unseen(items, n)) {
        put_items(items, PySequence_Fast_ITEMS(from_list) + from, step, n);
        return Py_NewRef(Py_None);
    }
    PyObject *copy = slice_step_helper(from_list, from_start, from_stop, step), *old = NULL;
    if (copy != NULL) {
        old = list_put_slice_helper(list, start, stop, copy);
        Py_DECREF(copy); /* What it holds the list holds now. */
    }
    return old;
}

static PyObject *list_put_copy_helper(PyObject *list, int64_t start, int64_t stop, PyObject *from, int64_t from_start, int64_t from_stop)
{
    return put_copy(list, start, stop, from, from_start, from_stop, 1);
}

static PyObject *list_put_reversed_helper(PyObject *list, int64_t start, int64_t stop, PyObject *from, int64_t from_start, int64_t from_stop)
{
    return put_copy(list, start, stop, from, from_start, from_stop, -1);
}

static PyObject *list_concat_helper(PyObject *l, PyObject *r)
{
    return PySequence_Concat(l, r);
}

static PyObject *list_concat_copies_helper(PyObject *l, int64_t l_start, int64_t l_stop, PyObject *r, int64_t r_start, int64_t r_stop)
{
    Py_ssize_t from = l_start, to = l_stop, r_from = r_start, r_to = r_stop;
    Py_ssize_t n = PySlice_AdjustIndices(PyList_GET_SIZE(l), &from, &to, 1), m = PySlice_AdjustIndices(PyList_GET_SIZE(r), &r_from, &r_to, 1);
    PyObject *result = PyList_New(n + m);
    if (result == NULL) {
        return NULL;
    }
    PyObject **items = PySequence_Fast_ITEMS(result);
    for (Py_ssize_t i = 0; i < n; i++) {
        items[i] = Py_NewRef(PyList_GET_ITEM(l, from + i));
    }
    for (Py_ssize_t i = 0; i < m; i++) {
        items[n + i] = Py_NewRef(PyList_GET_ITEM(r, r_from + i));
    }
    return result;
}

/* ---- dicts ------------------------------------------------------------------------------------------- */
static PyObject *dict_get_str_helper(PyObject *dict, PyObject *key)
{
    return cpy_dict_is_str(dict) ? PyDict_GetItemWithError(dict, key) : NULL;
}

static uint64_t dict_is_str_helper(PyObject *dict)
{
    return cpy_dict_is_str(dict);
}

static PyObject *dict_get_helper(PyObject *dict, PyObject *key)
{
    return PyObject_GetItem(dict, key);
}

static PyObject *dict_get_default_helper(PyObject *dict, PyObject *key, PyObject *otherwise)
{
    PyObject *value;
    int found = PyDict_GetItemRef(dict, key, &value);
    return found == 0 ? Py_NewRef(otherwise) : value;
}

static int64_t dict_set_helper(PyObject *dict, PyObject *key, PyObject *value)
{
    return PyDict_SetItem(dict, key, value);
}

static int64_t set_add_helper(PyObject *set, PyObject *item)
{
    return PySet_Add(set, item);
}

static int64_t contains_helper(PyObject *container, PyObject *item)
{
    return PySequence_Contains(container, item);
}

static int64_t length_helper(PyObject *o)
{
    return PyObject_Length(o);
}

/* ---- subscripts ----------------------------------------------------------------------------------------- */
static PyObject *subscr_any_helper(PyObject *o, PyObject *key)
{
    return PyObject_GetItem(o, key);
}

static int64_t store_subscr_any_helper(PyObject *o, PyObject *key, PyObject *value)
{
    return PyObject_SetItem(o, key, value);
}

static int64_t delete_subscr_any_helper(PyObject *o, PyObject *key)
{
    return PyObject_DelItem(o, key);
}

static PyObject *new_slice_helper(PyObject *start, PyObject *stop, PyObject *step)
{
    return PySlice_New(start, stop, step);
}

static PyObject *subscr_take_key_helper(PyObject *o, PyObject *key)
{
    PyObject *result = PyObject_GetItem(o, key);
    Py_DECREF(key);
    return result;
}

static int64_t store_subscr_take_key_helper(PyObject *o, PyObject *key, PyObject *value)
{
    int result = PyObject_SetItem(o, key, value);
    Py_DECREF(key);
    return result;
}

/* ---- iterators ----------------------------------------------------------------------------------------- */
static PyObject *get_iter_helper(PyObject *o)
{
    return PyObject_GetIter(o);
}

static PyObject *object_at(PyObject *o, CpyLayout where)
{
    return *(PyObject **)((char *)o + cpy_offset(where));
}

/* items() and enumerate() would use their tuples again, and what those held could die. */
static PyObject *iter_next_plain_helper(PyObject *it)
{
    bool counts = Py_IS_TYPE(it, &PyEnum_Type);
    PyObject *below = counts ? object_at(it, CPY_OFF_enumerate_iter) : it;
    PyObject *container = cpy_iterated_container(below), *pair = NULL, *counted = NULL;
    if (container != NULL && Py_REFCNT(container) == 1) {
        return Py_NewRef(Py_NotImplemented);
    }
    if (Py_IS_TYPE(below, &PyDictIterItem_Type)) {
        pair = Py_XNewRef(object_at(below, CPY_OFF_dict_iter_result));
    }
    if (counts) {
        counted = Py_XNewRef(object_at(it, CPY_OFF_enumerate_result));
    }
    PyObject *item = Py_TYPE(it)->tp_iternext(it);
    Py_XDECREF(counted);
    Py_XDECREF(pair);
    return item;
}

static PyObject *iter_next_helper(PyObject *it)
{
    PyObject *item = Py_TYPE(it)->tp_iternext(it);
    if (item == NULL && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_StopIteration)) {
        PyErr_Clear();
    }
    return item;
}

static int64_t no_error_helper(void)
{
    return PyErr_Occurred() != NULL ? -1 : 0;
}

void rt_helpers_container(void **table)
{
    PUT(table, generator_finish);
    PUT(table, list_to_tuple);
    PUT(table, slice_plain);
    PUT(table, slice_by);
    PUT(table, list_put_slice);
    PUT(table, list_put_copy);
    PUT(table, list_put_reversed);
    PUT(table, slice_step);
    PUT(table, list_append);
    PUT(table, list_insert);
    PUT(table, list_pop);
    PUT(table, list_extend);
    PUT(table, list_extend_plain);
    PUT(table, dict_merge);
    PUT(table, list_concat);
    PUT(table, list_concat_copies);
    PUT(table, dict_get_str);
    table[IR_CALL_dict_lookup_str] = table[IR_CALL_dict_get_str];
    PUT(table, dict_is_str);
    PUT(table, dict_get);
    PUT(table, dict_get_default);
    PUT(table, dict_set);
    PUT(table, set_add);
    PUT(table, contains);
    table[IR_CALL_contains_plain] = table[IR_CALL_contains];
    PUT(table, length);
    PUT(table, subscr_any);
    PUT(table, store_subscr_any);
    PUT(table, delete_subscr_any);
    PUT(table, new_slice);
    PUT(table, subscr_take_key);
    PUT(table, store_subscr_take_key);
    PUT(table, get_iter);
    PUT(table, iter_next);
    PUT(table, iter_next_plain);
    PUT(table, no_error);
}
