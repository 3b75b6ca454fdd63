/*  Items, slices and lengths of ranges: arithmetic on what the range holds; a slice is another range, which need not be made. */
#include "record/call.h"

typedef struct {
    int64_t start, step, length;
} RangeNow;

static bool part(PyObject *range, CpyLayout which, int64_t *v)
{
    return rec_fits_i64(*(PyObject **)((char *)range + cpy_offset(which)), v);
}

static bool look_at(PyObject *o, RangeNow *now)
{
    return PyRange_Check(o) && part(o, CPY_OFF_range_start, &now->start) && part(o, CPY_OFF_range_step, &now->step) &&
           part(o, CPY_OFF_range_length, &now->length);
}

static IrRef box(Recorder *r, IrRef i)
{
    IrRef made = rec_op1(r, IR_box_i64, i);
    rec_set_known(r, made, &PyLong_Type);
    return made;
}

/* start + step * index, or the trace is left. */
static IrRef item_at(Recorder *r, const IrRef *v, IrRef index)
{
    return rec_op2(r, IR_add_i64_ov, v[0], rec_op2(r, IR_mul_i64_ov, v[1], index));
}

static bool fits(const RangeNow *now, int64_t index)
{
    int64_t offset, item;
    return !__builtin_mul_overflow(now->step, index, &offset) && !__builtin_add_overflow(now->start, offset, &item);
}

static IrRef load_parts(Recorder *r, IrRef ref, PyObject *o, IrRef *v)
{
    IrRef it = rec_range_iter(r, ref, o);
    for (int i = 0; it != IR_NONE && i < 3; i++) {
        v[i] = ir_at(r->raw, it)->args[i];
    }
    return it;
}

IrRef rec_range_len(Recorder *r, IrRef ref, PyObject *o)
{
    RangeNow now;
    IrRef v[3];
    return look_at(o, &now) && load_parts(r, ref, o, v) != IR_NONE ? v[2] : IR_NONE;
}

IrRef rec_range_item(Recorder *r, IrRef ref, PyObject *o, IrRef key, PyObject *k)
{
    RangeNow now;
    int64_t i;
    IrRef v[3];
    if (!look_at(o, &now) || !PyLong_CheckExact(k) || !rec_fits_i64(k, &i) || i >= now.length || i < -now.length ||
        !fits(&now, i < 0 ? i + now.length : i) || load_parts(r, ref, o, v) == IR_NONE) {
        return IR_NONE;
    }
    IrRef index = rec_unbox_int(r, key, k);
    if (i < 0) {
        rec_guard_bool(r, rec_op2(r, IR_lt_i64, index, rec_int(r, 0)), true);
        index = rec_op2(r, IR_add_i64, index, v[2]);
    }
    rec_guard_bool(r, rec_op2(r, IR_lt_u64, index, v[2]), true);
    return box(r, item_at(r, v, index));
}

/* A bound of a slice as an index from 0 to the length; which of its cases it is now is guarded. */
static IrRef clamped(Recorder *r, IrRef ref, PyObject *o, IrRef length, int64_t n, IrRef otherwise, int64_t *now)
{
    int64_t i;
    if (o == Py_None) {
        rec_guard_is(r, ref, o);
        return otherwise;
    }
    rec_fits_i64(o, &i);
    IrRef index = rec_unbox_int(r, ref, o), zero = rec_int(r, 0);
    rec_guard_bool(r, rec_op2(r, IR_lt_i64, index, zero), i < 0);
    if (i < 0) {
        index = rec_op2(r, IR_add_i64, index, length);
        i += n;
        rec_guard_bool(r, rec_op2(r, IR_lt_i64, index, zero), i < 0);
        *now = i < 0 ? 0 : i;
        return i < 0 ? zero : index;
    }
    rec_guard_bool(r, rec_op2(r, IR_lt_i64, length, index), i > n);
    *now = i > n ? n : i;
    return i > n ? length : index;
}

static bool is_bound(PyObject *o)
{
    int64_t i;
    return o == Py_None || (o != NULL && PyLong_CheckExact(o) && rec_fits_i64(o, &i));
}

IrRef rec_range_slice(Recorder *r, IrRef ref, PyObject *o, const IrRef *bounds, PyObject *const *now_bounds)
{
    RangeNow now;
    IrRef v[3], values[4];
    int64_t from = 0, to;
    if (!look_at(o, &now) || !is_bound(now_bounds[0]) || !is_bound(now_bounds[1]) || !fits(&now, 0) || !fits(&now, now.length) ||
        load_parts(r, ref, o, v) == IR_NONE) {
        return IR_NONE;
    }
    to = now.length;
    IrRef first = clamped(r, bounds[0], now_bounds[0], v[2], now.length, rec_int(r, 0), &from);
    IrRef end = clamped(r, bounds[1], now_bounds[1], v[2], now.length, v[2], &to);
    bool some = from < to;
    rec_guard_bool(r, rec_op2(r, IR_lt_i64, first, end), some);
    values[0] = box(r, item_at(r, v, first));
    values[1] = box(r, item_at(r, v, end));
    values[2] = box(r, v[1]);
    values[3] = box(r, some ? rec_op2(r, IR_sub_i64, end, first) : rec_int(r, 0));
    return rec_new(r, rec_range_klass(r), values);
}
