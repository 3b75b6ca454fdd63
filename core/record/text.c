/*  Values as text: str(), repr(), f-strings and text % values.

    CPython's str(), repr() and format() look for signals, whose handlers may look at frames. Of a few built-in types the text is
    made without that, and so without a sync. */
#include "record/call.h"

#include <string.h>

/* The value's str(), or repr() where it `quotes`, and whether the reference is the trace's own; IR_NONE, with nothing emitted, where that
   may look for signals. */
static IrRef written(Recorder *r, IrRef ref, PyObject *o, bool quotes, bool *own)
{
    int64_t v;
    *own = true;
    if (PyLong_CheckExact(o) && rec_fits_i64(o, &v)) {
        return rec_call1(r, IR_CALL_str_of_i64, rec_unbox_int(r, ref, o));
    }
    bool text = PyUnicode_CheckExact(o);
    if (!text && !PyFloat_CheckExact(o) && !PyBool_Check(o) && o != Py_None) {
        return IR_NONE;
    }
    rec_guard_type(r, ref, o);
    *own = quotes || !text;
    return *own ? rec_call1(r, IR_CALL_repr_plain, ref) : ref;
}

bool rec_written_call(Recorder *r, RecCall *c, bool quotes)
{
    bool own;
    if (c->n != 1 || c->kwnames) {
        return false;
    }
    rec_guard_callable(r, c);
    IrRef text = written(r, c->args[0].ref, c->concrete[0], quotes, &own);
    if (text == IR_NONE) {
        return false;
    }
    rec_return_from_call(r, c, text, own);
    return true;
}

/* ---- f-strings ---------------------------------------------------------------------------------- */
static void write_top(Recorder *r, bool quotes, IrCall otherwise, IrRef how)
{
    bool own;
    IrRef ref = rec_stack(r, 0)->ref, text = written(r, ref, rec_concrete(r, 0), quotes, &own);
    if (text == ref) {
        return;
    }
    if (text == IR_NONE) {
        text = rec_call2(r, otherwise, ref, how);
    }
    rec_drop(r, rec_pop(r));
    rec_push(r, text, true);
}

void rec_do_format_simple(Recorder *r)
{
    write_top(r, false, IR_CALL_format_any, ir_const_obj(r->raw, NULL));
}

void rec_do_convert_value(Recorder *r)
{
    enum { STR = 1, REPR, ASCII };
    int which = r->state->insn.arg;
    if (which == ASCII) {
        IrRef text = rec_call2(r, IR_CALL_str_any, rec_stack(r, 0)->ref, rec_int(r, which));
        rec_drop(r, rec_pop(r));
        rec_push(r, text, true);
        return;
    }
    write_top(r, which == REPR, IR_CALL_str_any, rec_int(r, which));
}

void rec_do_format_with_spec(Recorder *r)
{
    IrRef value = rec_stack(r, 1)->ref, spec = rec_stack(r, 0)->ref;
    PyObject *o = rec_concrete(r, 1);
    int64_t v;
    bool fits = PyLong_CheckExact(o) && rec_fits_i64(o, &v);
    bool plain = (fits || PyFloat_CheckExact(o) || PyUnicode_CheckExact(o)) && PyUnicode_CheckExact(rec_concrete(r, 0));
    if (fits && plain) {
        rec_unbox_int(r, value, o);
    } else if (plain) {
        rec_guard_type(r, value, o);
    }
    if (plain) {
        rec_guard_type(r, spec, rec_concrete(r, 0));
    }
    IrRef text = rec_call2(r, plain ? IR_CALL_format_plain : IR_CALL_format_any, value, spec);
    rec_drop(r, rec_pop(r));
    rec_drop(r, rec_pop(r));
    rec_push(r, text, true);
}

/* ---- text % values ------------------------------------------------------------------------------ */
/* What each value is converted by, in order: 's' or of numbers; their number, or -1 where the text has other conversions (by repr(), of
   a mapping's items, with widths that are values). */
static int conversions(PyObject *text, char *kinds, int room)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    int n = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        if (PyUnicode_READ_CHAR(text, i) != '%') {
            continue;
        }
        Py_UCS4 c = 0;
        for (i++; i < length; i++) {
            c = PyUnicode_READ_CHAR(text, i);
            if (c > 127 || strchr("-+ #0123456789.", (int)c) == NULL) {
                break;
            }
        }
        if (i == length || c > 127 || strchr("sdiufFgGeExXoc%", (int)c) == NULL || n == room) {
            return -1;
        }
        if (c != '%') {
            kinds[n++] = (char)c;
        }
    }
    return n;
}

static bool converts_plainly(char kind, PyObject *o)
{
    int64_t v;
    bool number = PyFloat_CheckExact(o) || PyBool_Check(o) || (PyLong_CheckExact(o) && rec_fits_i64(o, &v));
    return number || PyUnicode_CheckExact(o) || (kind == 's' && o == Py_None);
}

static RecVal to_convert(Recorder *r, char kind, IrRef ref, PyObject *o)
{
    RecVal v = {.ref = ref};
    if (kind == 's') {
        bool own;
        v.ref = written(r, ref, o, false, &own);
        v.owned = own;
    } else if (PyLong_CheckExact(o)) {
        rec_unbox_int(r, ref, o);
    } else {
        rec_guard_type(r, ref, o);
    }
    return v;
}

IrRef rec_format_plainly(Recorder *r, IrRef text, PyObject *concrete_text, IrRef values, PyObject *concrete)
{
    char kinds[CALL_MAX_ARGS];
    PyObject *constant;
    const IrInsn made = *ir_at(r->raw, values);
    bool tuple = PyTuple_CheckExact(concrete);
    int n = rec_is_const(r, text, &constant) && PyUnicode_CheckExact(concrete_text) ? conversions(concrete_text, kinds, CALL_MAX_ARGS) : -1;
    if (n < 1 || n != (tuple ? PyTuple_GET_SIZE(concrete) : 1) || (tuple && (made.op != IR_new || made.imm.klass->kind != REC_KLASS_TUPLE))) {
        return IR_NONE;
    }
    for (int i = 0; i < n; i++) {
        if (!converts_plainly(kinds[i], tuple ? PyTuple_GET_ITEM(concrete, i) : concrete)) {
            return IR_NONE;
        }
    }
    RecVal parts[CALL_MAX_ARGS];
    for (int i = 0; i < n; i++) {
        parts[i] = to_convert(r, kinds[i], tuple ? made.args[i] : values, tuple ? PyTuple_GET_ITEM(concrete, i) : concrete);
    }
    RecVal all = {.ref = rec_tuple_of(r, parts, n), .owned = true};
    for (int i = 0; i < n; i++) {
        rec_drop(r, parts[i]);
    }
    rec_drop(r, all);
    return rec_call3(r, IR_CALL_binary_plain, text, all.ref, rec_int(r, CPY_MOD * 2));
}
