/*  Sizes and items of lists, tuples, strings, bytes and bytearrays, and of classes derived from these that leave all this as it is. */
#include "record/state.h"

/* ---- classes derived from containers ------------------------------------------------------------ */
/* What is looked up by these names is the base's: the slots may differ, as for a Counter, which has a __delitem__ of its own. */
static bool behaves_as(PyTypeObject *t, PyTypeObject *base)
{
    static const char *const names[] = {"__getitem__", "__setitem__", "__len__", "__iter__", "__contains__", "__bool__"};
    bool same = t->tp_iter == base->tp_iter;
    for (size_t i = 0; same && i < ARRAY_LEN(names); i++) {
        PyObject *name = PyUnicode_InternFromString(names[i]);
        same = name != NULL && cpy_type_lookup(t, name) == cpy_type_lookup(base, name);
        Py_XDECREF(name);
    }
    return same;
}

PyTypeObject *rec_container_base(Recorder *r, PyTypeObject *type)
{
    static PyTypeObject *const bases[] = {&PyList_Type, &PyTuple_Type, &PyDict_Type, &PyUnicode_Type, &PyBytes_Type, &PyByteArray_Type};
    for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
        PyTypeObject *base = bases[i];
        if (type == base) {
            return base;
        }
        if (PyType_IsSubtype(type, base)) {
            bool same = behaves_as(type, base);
            if (same) {
                rec_depend_type(r, type);
            }
            return same ? base : NULL;
        }
    }
    return NULL;
}

PyTypeObject *rec_sequence_base(Recorder *r, PyObject *o)
{
    PyTypeObject *base = o != NULL ? rec_container_base(r, Py_TYPE(o)) : NULL;
    return base == &PyList_Type || base == &PyTuple_Type ? base : NULL;
}

/* ---- sizes and items ----------------------------------------------------------------------------- */
const IrField *rec_size_field(Recorder *r, PyTypeObject *type)
{
    type = rec_container_base(r, type);
    if (type == &PyList_Type) {
        return rec_elem(r, "list.size", cpy_offset(CPY_OFF_var_size), IR_W_I64, MEMID_list_header);
    }
    if (type == &PyByteArray_Type) {
        return rec_elem(r, "bytearray.size", cpy_offset(CPY_OFF_var_size), IR_W_I64, MEMID_bytearray);
    }
    if (type == &PyUnicode_Type) {
        return rec_field(r, CPY_OFF_unicode_length, IR_W_I64, MEMID_none);
    }
    if (type == &PyTuple_Type || type == &PyBytes_Type) {
        return rec_elem(r, "size", cpy_offset(CPY_OFF_var_size), IR_W_I64, MEMID_none);
    }
    return NULL;
}

const IrField *rec_length_field(Recorder *r, PyTypeObject *type)
{
    if (rec_container_base(r, type) == &PyDict_Type) {
        return rec_field(r, CPY_OFF_dict_used, IR_W_I64, MEMID_dict);
    }
    if (type == &PySet_Type || type == &PyFrozenSet_Type) {
        return rec_field(r, CPY_OFF_set_used, IR_W_I64, MEMID_set);
    }
    return cpy_is_array_type(type) ? rec_array_size_field(r) : rec_size_field(r, type);
}

IrRef rec_sequence_size(Recorder *r, PyTypeObject *type, IrRef seq)
{
    return rec_load(r, seq, rec_size_field(r, type));
}

IrRef rec_list_items(Recorder *r, IrRef list)
{
    return rec_load(r, list, rec_field(r, CPY_OFF_list_items, IR_W_PTR, MEMID_list_header));
}

const IrField *rec_list_item(Recorder *r)
{
    return ir_field(r->raw, "list.item", 0, IR_W_OBJ, MEMID_list_item, IR_FIELD_NONNULL);
}

const IrField *rec_tuple_item(Recorder *r, int i)
{
    int offset = cpy_offset(CPY_OFF_tuple_items) + (int)sizeof(PyObject *) * i;
    return ir_field(r->raw, "tuple.item", offset, IR_W_OBJ, MEMID_none, IR_FIELD_NONNULL);
}

static RecVal byte(Recorder *r, IrRef from, IrRef index, const IrField *field)
{
    IrRef box = rec_op1(r, IR_box_i64, rec_load_elem(r, from, index, field));
    rec_set_known(r, box, &PyLong_Type);
    return (RecVal){.ref = box, .owned = 1};
}

RecVal rec_sequence_item(Recorder *r, PyTypeObject *type, IrRef seq, IrRef index)
{
    type = rec_container_base(r, type);
    if (type == &PyList_Type) {
        return (RecVal){.ref = rec_load_elem(r, rec_list_items(r, seq), index, rec_list_item(r))};
    }
    if (type == &PyTuple_Type) {
        return (RecVal){.ref = rec_load_elem(r, seq, index, rec_tuple_item(r, 0))};
    }
    if (type == &PyUnicode_Type) {
        IrRef s = rec_call2(r, IR_CALL_str_getitem, seq, index);
        rec_set_known(r, s, &PyUnicode_Type);
        return (RecVal){.ref = s, .owned = 1};
    }
    if (type == &PyBytes_Type) {
        return byte(r, seq, index, rec_elem(r, "bytes.item", cpy_offset(CPY_OFF_bytes_data), IR_W_U8, MEMID_none));
    }
    IrRef data = rec_load(r, seq, rec_field(r, CPY_OFF_bytearray_start, IR_W_PTR, MEMID_bytearray));
    return byte(r, data, index, rec_elem(r, "bytearray.item", 0, IR_W_U8, MEMID_bytearray));
}
