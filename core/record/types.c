/*  Types, fields and what they may be relied on for: from CPython's objects to the IR's named things. */
#include "record/state.h"

#include <string.h>

bool rec_is_c_number(PyTypeObject *t)
{
    return PyType_HasFeature(t, Py_TPFLAGS_IMMUTABLETYPE) && t->tp_weaklistoffset == 0 &&
           (strcmp(t->tp_name, "decimal.Decimal") == 0 || strcmp(t->tp_name, "datetime.timedelta") == 0);
}

static unsigned klass_flags(PyTypeObject *t)
{
    if (t == &PyLong_Type) {
        return IR_TYPE_INT | IR_TYPE_PLAIN | IR_TYPE_FIXED;
    }
    if (t == &PyFloat_Type) {
        return IR_TYPE_FLOAT | IR_TYPE_PLAIN | IR_TYPE_FIXED;
    }
    if (t == &PyBool_Type) {
        return IR_TYPE_BOOL | IR_TYPE_PLAIN | IR_TYPE_FIXED;
    }
    if (t == &PyUnicode_Type) {
        return IR_TYPE_STR | IR_TYPE_PLAIN | IR_TYPE_FIXED;
    }
    if (t == &PyBytes_Type || t == &PyComplex_Type || t == Py_TYPE(Py_None) || t == &PyRange_Type ||
        t == &PyRangeIter_Type || t == &PyCode_Type || t == &PyByteArray_Type || rec_is_c_number(t)) {
        return IR_TYPE_PLAIN | IR_TYPE_FIXED;
    }
    if (t == &PyTuple_Type) {
        return IR_TYPE_TUPLE | IR_TYPE_FIXED;
    }
    if (t == &PyList_Type) {
        return IR_TYPE_LIST | IR_TYPE_FIXED;
    }
    /* A module's __class__ may be set although its type is immutable. */
    bool fixed = PyType_HasFeature(t, Py_TPFLAGS_IMMUTABLETYPE) && !PyType_IsSubtype(t, &PyModule_Type);
    return fixed ? IR_TYPE_FIXED : 0;
}

const IrKlass *rec_klass(Recorder *r, PyTypeObject *t)
{
    rec_const(r, (PyObject *)t);
    return ir_klass(r->raw, t->tp_name, t, klass_flags(t), REC_KLASS_NONE, 0, NULL, NULL);
}

static bool knows(RecState *st, IrRef ref, const IrKlass *k)
{
    return ref < st->known.len && st->known.data[ref] == k;
}

static void know(RecState *st, IrRef ref, const IrKlass *k)
{
    while (st->known.len <= ref) {
        vec_push(&st->known, NULL);
    }
    st->known.data[ref] = k;
}

static bool is_call(const IrInsn *insn)
{
    return insn->op == IR_call || insn->op == IR_call_c || insn->op == IR_call_c_quiet || insn->op == IR_call_array ||
           insn->op == IR_call_array_quiet;
}

void rec_set_known(Recorder *r, IrRef ref, PyTypeObject *t)
{
    const IrKlass *k = rec_klass(r, t);
    know(r->state, ref, k);
    if (is_call(ir_at(r->raw, ref)) && (k->flags & IR_TYPE_FIXED)) {
        ir_append_imm(r->raw, IR_known_type, &ref, 1, (IrInsn){.imm.klass = k});
    }
}

void rec_forget_types(Recorder *r)
{
    RecState *st = r->state;
    for (size_t i = 0; i < st->known.len; i++) {
        const IrKlass *k = st->known.data[i];
        if (k && !(k->flags & IR_TYPE_FIXED)) {
            st->known.data[i] = NULL;
        }
    }
}

bool rec_is_const(Recorder *r, IrRef ref, PyObject **value)
{
    const IrInsn *insn = ir_at(r->raw, ref);
    if (ref == IR_NONE || insn->op != IR_const_obj) {
        return false;
    }
    *value = insn->imm.p;
    return true;
}

void rec_guard_type(Recorder *r, IrRef ref, PyObject *concrete)
{
    PyObject *constant;
    const IrKlass *k = rec_klass(r, Py_TYPE(concrete));
    if (knows(r->state, ref, k) || (rec_is_const(r, ref, &constant) && (k->flags & IR_TYPE_FIXED))) {
        return;
    }
    IrInsn imm = {.imm.klass = k};
    IrRef guard = ir_append_imm(r->raw, IR_guard_type, &ref, 1, imm);
    ir_set_snap(r->raw, guard, rec_snap_before(r));
    know(r->state, ref, k);
}

void rec_guard_is(Recorder *r, IrRef ref, PyObject *concrete)
{
    PyObject *constant;
    if (rec_is_const(r, ref, &constant)) {
        return;
    }
    rec_op2(r, IR_guard_is, ref, rec_const(r, concrete));
}

void rec_depend(Recorder *r, RecDepKind kind, PyObject *subject, PyObject *key)
{
    for (size_t i = 0; i < r->deps.len; i++) {
        RecDep *d = &r->deps.data[i];
        if (d->kind == kind && d->subject == subject && d->key == key) {
            return;
        }
    }
    rec_const(r, subject);
    if (key) {
        rec_const(r, key);
    }
    vec_push(&r->deps, ((RecDep){kind, subject, key}));
}

void rec_depend_type(Recorder *r, PyTypeObject *t)
{
    if (!PyType_HasFeature(t, Py_TPFLAGS_IMMUTABLETYPE)) {
        rec_depend(r, REC_DEP_TYPE, (PyObject *)t, NULL);
    }
}

bool rec_is_scalar(PyObject *o)
{
    return o != NULL && (PyUnicode_CheckExact(o) || PyLong_CheckExact(o) || PyFloat_CheckExact(o) || PyBool_Check(o) ||
                         o == Py_None || PyBytes_CheckExact(o) || PyComplex_CheckExact(o));
}

/* ---- fields ------------------------------------------------------------------------------- */

static const char *const layout_names[CPY_OFF__COUNT] = {
#define LAYOUT(name) #name,
#include "cpython/layout.def"
#undef LAYOUT
};

const IrField *rec_field(Recorder *r, CpyLayout which, IrWidth width, unsigned memid)
{
    return ir_field(r->raw, layout_names[which], cpy_offset(which), width, memid, 0);
}

const IrField *rec_iter_field(Recorder *r, CpyLayout which, IrWidth width)
{
    return ir_field(r->raw, layout_names[which], cpy_offset(which), width, MEMID_iter, IR_FIELD_BY_OFFSET);
}

const IrField *rec_elem(Recorder *r, const char *name, int offset, IrWidth width, unsigned memid)
{
    return ir_field(r->raw, name, offset, width, memid, 0);
}

const IrField *rec_attr_field(Recorder *r, PyObject *name, int offset)
{
    char text[80];
    const char *utf8 = PyUnicode_AsUTF8(name);
    snprintf(text, sizeof text, "attr.%s", utf8 ? utf8 : "?");
    if (utf8 == NULL) {
        PyErr_Clear();
    }
    return ir_field(r->raw, text, offset, IR_W_OBJ, MEMID_attr, IR_FIELD_BY_OFFSET);
}

const IrKlass *rec_tuple_klass(Recorder *r, int n)
{
    const IrField **fields = arena_alloc(r->state->arena, (size_t)(n + 1) * sizeof *fields);
    for (int i = 0; i < n; i++) {
        fields[i] = rec_tuple_item(r, i);
    }
    return ir_klass(r->raw, "tuple", &PyTuple_Type, klass_flags(&PyTuple_Type), REC_KLASS_TUPLE, n, fields, NULL);
}

const IrKlass *rec_method_klass(Recorder *r)
{
    const IrField **fields = arena_alloc(r->state->arena, 2 * sizeof *fields);
    fields[0] = rec_field(r, CPY_OFF_method_func, IR_W_OBJ, MEMID_none);
    fields[1] = rec_field(r, CPY_OFF_method_self, IR_W_OBJ, MEMID_none);
    return ir_klass(r->raw, "method", &PyMethod_Type, IR_TYPE_FIXED, REC_KLASS_METHOD, 2, fields, NULL);
}

const IrKlass *rec_iter_klass(Recorder *r, int kind)
{
    const IrField **fields = arena_alloc(r->state->arena, 3 * sizeof *fields);
    switch (kind) {
    case REC_KLASS_RANGE_ITER:
        fields[0] = rec_iter_field(r, CPY_OFF_range_iter_start, IR_W_I64);
        fields[1] = rec_iter_field(r, CPY_OFF_range_iter_step, IR_W_I64);
        fields[2] = rec_iter_field(r, CPY_OFF_range_iter_len, IR_W_I64);
        return ir_klass(r->raw, "range_iterator", &PyRangeIter_Type, klass_flags(&PyRangeIter_Type), kind, 3, fields, NULL);
    case REC_KLASS_LIST_ITER:
        fields[0] = rec_iter_field(r, CPY_OFF_list_iter_index, IR_W_I64);
        fields[1] = rec_iter_field(r, CPY_OFF_list_iter_seq, IR_W_OBJ);
        return ir_klass(r->raw, "list_iterator", &PyListIter_Type, IR_TYPE_FIXED, kind, 2, fields, NULL);
    default:
        fields[0] = rec_iter_field(r, CPY_OFF_tuple_iter_index, IR_W_I64);
        fields[1] = rec_iter_field(r, CPY_OFF_tuple_iter_seq, IR_W_OBJ);
        return ir_klass(r->raw, "tuple_iterator", &PyTupleIter_Type, IR_TYPE_FIXED, kind, 2, fields, NULL);
    }
}

/* The attribute names of a plain class's instances in the order of its shared keys; each is a field. The class is watched
   and a key that is added later has no field: such an instance is made real first. */
const IrKlass *rec_instance_klass(Recorder *r, PyTypeObject *t)
{
    enum { MAX_ATTRS = 30 };
    PyObject *names[MAX_ATTRS];
    int offsets[MAX_ATTRS];
    if (!cpy_type_is_plain(t)) {
        return NULL;
    }
    int n = cpy_shared_keys(t, names, offsets, MAX_ATTRS);
    if (n < 0) {
        return NULL;
    }
    const IrField **fields = arena_alloc(r->state->arena, (size_t)(n + 2) * sizeof *fields);
    PyObject **kept = arena_alloc(r->state->arena, (size_t)(n + 2) * sizeof *kept);
    for (int i = 0; i < n; i++) {
        fields[i] = rec_attr_field(r, names[i], offsets[i]);
        rec_const(r, names[i]);
        kept[i] = names[i];
    }
    fields[n] = rec_valid_field(r, t);
    fields[n + 1] = rec_dict_field(r, t);
    if (fields[n] == NULL || fields[n + 1] == NULL) {
        return NULL;
    }
    rec_depend_type(r, t);
    rec_const(r, (PyObject *)t);
    char name[100];
    snprintf(name, sizeof name, "%s.new", t->tp_name);
    return ir_klass(r->raw, name, t, 0, REC_KLASS_INSTANCE, n + 2, fields, kept);
}
