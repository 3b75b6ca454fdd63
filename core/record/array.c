/*  Items of array.array: numbers without objects. Of what type they are its descriptor tells, which is guarded. */
#include "record/state.h"

static bool is_signed(char code) { return code >= 'a'; }

static IrWidth width_of(char code)
{
    switch (code) {
    case 'd': return IR_W_F64;
    case 'b': case 'B': return IR_W_U8;
    case 'h': case 'H': return IR_W_U16;
    case 'i': return IR_W_I32;
    case 'I': return IR_W_U32;
    default: return IR_W_I64; /* l L q Q */
    }
}

static const IrField *item_field(Recorder *r, char code)
{
    char name[] = {'a', 'r', 'r', 'a', 'y', '.', code, 0};
    return rec_elem(r, name, 0, width_of(code), MEMID_array_item);
}

const IrField *rec_array_size_field(Recorder *r)
{
    return rec_elem(r, "array.size", cpy_offset(CPY_OFF_var_size), IR_W_I64, MEMID_array_header);
}

static char guard_code(Recorder *r, IrRef array, PyObject *o)
{
    const void *descr;
    char code = cpy_array_code(o, &descr);
    IrRef now = rec_load(r, array, rec_elem(r, "array.descr", cpy_array_descr, IR_W_PTR, MEMID_none));
    rec_guard_bool(r, rec_op2(r, IR_eq_ptr, now, ir_const_ptr(r->raw, (void *)descr)), true);
    return code;
}

static IrRef items_of(Recorder *r, IrRef array)
{
    return rec_load(r, array, rec_elem(r, "array.items", cpy_array_items, IR_W_PTR, MEMID_array_header));
}

static IrRef extend_sign(Recorder *r, IrRef v, int64_t sign)
{
    return rec_op2(r, IR_sub_i64, rec_op2(r, IR_xor_i64, v, rec_int(r, sign)), rec_int(r, sign));
}

bool rec_array_can_load(PyObject *o, PyObject *key)
{
    const void *descr;
    int64_t v;
    char code = cpy_array_code(o, &descr);
    if (code != 'L' && code != 'Q') {
        return code != 0;
    }
    PyObject *item = PyObject_GetItem(o, key);
    bool fits = item != NULL && rec_fits_i64(item, &v);
    Py_XDECREF(item);
    PyErr_Clear();
    return fits;
}

RecVal rec_array_item(Recorder *r, IrRef array, PyObject *o, IrRef index)
{
    char code = guard_code(r, array, o);
    IrRef v = rec_load_elem(r, items_of(r, array), index, item_field(r, code));
    if (code == 'd') {
        IrRef box = rec_op1(r, IR_box_f64, v);
        rec_set_known(r, box, &PyFloat_Type);
        return (RecVal){.ref = box, .owned = 1};
    }
    if (code == 'b' || code == 'h') {
        v = extend_sign(r, v, code == 'b' ? 0x80 : 0x8000);
    } else if (code == 'L' || code == 'Q') {
        rec_guard_bool(r, rec_op2(r, IR_lt_i64, v, rec_int(r, 0)), false);
    }
    IrRef box = rec_op1(r, IR_box_i64, v);
    rec_set_known(r, box, &PyLong_Type);
    return (RecVal){.ref = box, .owned = 1};
}

/* ---- storing ----------------------------------------------------------------------------------------- */
/* The numbers that fit: from *least on, *count of them; 0: all of an int64. */
static void range_of(char code, int64_t *least, int64_t *count)
{
    int bits = 8 * ir_width_bytes(width_of(code));
    *least = is_signed(code) && bits < 64 ? -((int64_t)1 << (bits - 1)) : 0;
    *count = bits < 64 ? (int64_t)1 << bits : is_signed(code) ? 0 : INT64_MAX;
}

bool rec_array_can_store(PyObject *o, PyObject *value)
{
    const void *descr;
    int64_t v, least, count;
    char code = cpy_array_code(o, &descr);
    if (code == 0 || (code == 'd' && PyFloat_CheckExact(value))) {
        return code != 0;
    }
    if (!PyLong_CheckExact(value) || !rec_fits_i64(value, &v)) {
        return false;
    }
    range_of(code, &least, &count);
    return code == 'd' || count == 0 || (v >= least && v - least < count);
}

void rec_array_store(Recorder *r, IrRef array, PyObject *o, IrRef index, IrRef ref, PyObject *value)
{
    int64_t least, count;
    char code = guard_code(r, array, o);
    IrRef v = code == 'd' ? rec_unbox_float(r, ref, value) : rec_unbox_int(r, ref, value);
    range_of(code, &least, &count);
    if (code != 'd' && count != 0) {
        IrRef from_least = least != 0 ? rec_op2(r, IR_sub_i64, v, rec_int(r, least)) : v;
        rec_guard_bool(r, rec_op2(r, IR_lt_u64, from_least, rec_int(r, count)), true);
    }
    IrInsn imm = {.imm.field = item_field(r, code)};
    IrRef args[3] = {items_of(r, array), index, v};
    ir_append_imm(r->raw, IR_store_elem, args, 3, imm);
}
