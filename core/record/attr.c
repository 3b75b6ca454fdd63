/*  Globals, module, class and instance attributes.

    What the type says is a constant while the type is watched; what an instance holds is loaded from its inline values,
    its __slots__ or its dict, after guards on where it keeps them. Everything else is the call the interpreter makes. */
#include "record/state.h"

#include <structmember.h>

/* ---- names in dicts ------------------------------------------------------------------------- */

static bool is_volatile(Recorder *r, PyObject *dict, PyObject *name)
{
    const RecHost *host = r->state->host;
    return host->is_volatile && host->is_volatile(dict, name);
}

static void push_loaded(Recorder *r, IrRef value, bool also_null)
{
    RecVal v = {.ref = value};
    rec_own(r, &v);
    rec_push_val(r, v);
    if (also_null) {
        rec_push_null(r);
    }
}

/* A name in a dict that is watched: a constant. */
static void push_watched(Recorder *r, PyObject *dict, PyObject *name, PyObject *value, bool also_null)
{
    rec_depend(r, REC_DEP_DICT_KEY, dict, name);
    IrRef ref = rec_const(r, value);
    if (rec_klass(r, Py_TYPE(value))->flags & IR_TYPE_FIXED) {
        rec_set_known(r, ref, Py_TYPE(value));
    }
    rec_push(r, ref, false);
    if (also_null) {
        rec_push_null(r);
    }
}

static bool load_from_dict(Recorder *r, PyObject *dict, PyObject *name, bool changes, bool also_null)
{
    PyObject *value = PyDict_CheckExact(dict) ? PyDict_GetItemWithError(dict, name) : NULL;
    if (value == NULL) {
        PyErr_Clear();
        return false;
    }
    if (!changes && !is_volatile(r, dict, name)) {
        push_watched(r, dict, name, value, also_null);
        return true;
    }
    IrRef ref;
    if (!rec_dict_entry(r, rec_const(r, dict), dict, name, &ref)) {
        ref = rec_call2(r, IR_CALL_dict_lookup_str, rec_const(r, dict), rec_const(r, name));
    }
    rec_op1(r, IR_guard_nonnull, ref);
    push_loaded(r, ref, also_null);
    return true;
}

static void load_global(Recorder *r, PyObject *name, bool also_null)
{
    CpyFrame *f = rec_top(r)->real;
    PyObject *globals = cpy_frame_globals(f), *builtins = cpy_frame_builtins(f);
    if (load_from_dict(r, globals, name, false, also_null)) {
        return;
    }
    if (PyDict_CheckExact(globals) && PyDict_CheckExact(builtins)) {
        rec_depend(r, REC_DEP_DICT_KEY, globals, name);
        if (load_from_dict(r, builtins, name, false, also_null)) {
            return;
        }
    }
    rec_give_up(r, ABORT_null_value);
}

void rec_do_load_global(Recorder *r)
{
    load_global(r, r->state->insn.obj, r->state->insn.arg2 != 0);
}

void rec_do_load_name(Recorder *r)
{
    PyObject *locals = cpy_frame_locals(rec_top(r)->real);
    PyObject *name = r->state->insn.obj;
    if (locals == NULL || !PyDict_CheckExact(locals)) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    PyObject *value = PyDict_GetItemWithError(locals, name);
    bool constant = value && (PyFunction_Check(value) || PyType_Check(value) || PyModule_Check(value) || PyCFunction_Check(value));
    if (value && load_from_dict(r, locals, name, !constant, false)) {
        return;
    }
    rec_depend(r, REC_DEP_DICT_KEY, locals, name);
    load_global(r, name, false);
}

/* Storing a name that this trace took for a constant would invalidate it each time round. */
static void store_in(Recorder *r, PyObject *mapping)
{
    PyObject *name = r->state->insn.obj;
    for (size_t i = 0; i < r->deps.len; i++) {
        RecDep *d = &r->deps.data[i];
        if (d->kind == REC_DEP_DICT_KEY && d->subject == mapping && d->key == name) {
            r->state->host->set_volatile(mapping, name);
            rec_give_up(r, ABORT_global_changes);
            return;
        }
    }
    if (r->state->host->set_volatile) {
        r->state->host->set_volatile(mapping, name);
    }
    IrRef value = rec_stack(r, 0)->ref;
    if (!PyDict_CheckExact(mapping) || !rec_dict_put(r, rec_const(r, mapping), mapping, rec_const(r, name), name, value)) {
        rec_call3(r, IR_CALL_store_name, rec_const(r, mapping), rec_const(r, name), value);
    }
    rec_drop(r, rec_pop(r));
}

void rec_do_store_global(Recorder *r) { store_in(r, cpy_frame_globals(rec_top(r)->real)); }

void rec_do_store_name(Recorder *r)
{
    PyObject *locals = cpy_frame_locals(rec_top(r)->real);
    if (locals == NULL || !PyDict_CheckExact(locals)) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    store_in(r, locals);
}

/* ---- where an instance keeps its attributes ------------------------------------------------------ */

const IrField *rec_valid_field(Recorder *r, PyTypeObject *t)
{
    int offset;
    return cpy_inline_valid_offset(t, &offset) ? ir_field(r->raw, "inline_valid", offset, IR_W_U8, MEMID_shape, 0) : NULL;
}

/* Of the pointer to its instances' dict; 0: they have none, or not where a trace could find it. */
static int dict_offset(PyTypeObject *t)
{
    bool may_be_unmade = PyType_IsSubtype(t, (PyTypeObject *)PyExc_BaseException); /* Those have other fields in a trace. */
    int managed = cpy_managed_dict_offset(t);
    return managed != 0 ? managed : t->tp_dictoffset > 0 && !may_be_unmade ? (int)t->tp_dictoffset : 0;
}

const IrField *rec_dict_field(Recorder *r, PyTypeObject *t)
{
    int offset = dict_offset(t);
    return offset ? ir_field(r->raw, "managed_dict", offset, IR_W_OBJ, MEMID_shape, 0) : NULL;
}

static bool inline_values_are_valid(PyObject *o)
{
    int offset;
    return cpy_inline_valid_offset(Py_TYPE(o), &offset) && ((const uint8_t *)o)[offset] != 0;
}

static void guard_inline_values(Recorder *r, IrRef ref, PyObject *o)
{
    IrRef valid = rec_load(r, ref, rec_valid_field(r, Py_TYPE(o)));
    rec_guard_bool(r, rec_op2(r, IR_ne_i64, valid, rec_int(r, 0)), true);
}

static PyObject *dict_of(PyObject *o)
{
    int offset = dict_offset(Py_TYPE(o));
    return offset ? *(PyObject **)((char *)o + offset) : NULL;
}

/* The instance's dict as a value, guarded to be there with only str keys. */
static IrRef load_dict(Recorder *r, IrRef ref, PyObject *o)
{
    IrRef dict = rec_load(r, ref, rec_dict_field(r, Py_TYPE(o)));
    rec_op1(r, IR_guard_nonnull, dict);
    rec_guard_bool(r, rec_call1(r, IR_CALL_dict_is_str, dict), true);
    return dict;
}

static void guard_key_not_shared(Recorder *r, PyTypeObject *t)
{
    int bytes;
    void *count = cpy_shared_keys_count(t, &bytes);
    int64_t now = bytes == 8 ? *(int64_t *)count : *(int32_t *)count;
    const IrField *f = ir_field(r->raw, "keys.count", 0, bytes == 8 ? IR_W_I64 : IR_W_I32, MEMID_shape, 0);
    IrRef word = rec_load(r, ir_const_ptr(r->raw, count), f);
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, word, rec_int(r, now)), true);
}

/* Guards that the instance has no attribute of its own of that name. False: it has, or that can't be guarded. */
static bool guard_lacks(Recorder *r, IrRef ref, PyObject *o, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(o);
    if (dict_offset(t) == 0) {
        return t->tp_dictoffset == 0;
    }
    if (inline_values_are_valid(o)) {
        guard_inline_values(r, ref, o);
        int offset = cpy_inline_attr_offset(o, name);
        if (offset < 0) {
            guard_key_not_shared(r, t);
            return true;
        }
        if (*(PyObject **)((char *)o + offset) != NULL) {
            return false;
        }
        rec_op1(r, IR_guard_null, rec_load(r, ref, rec_attr_field(r, name, offset)));
        return true;
    }
    PyObject *dict = dict_of(o);
    if (dict == NULL) {
        rec_op1(r, IR_guard_null, rec_load(r, ref, rec_dict_field(r, t)));
        return true;
    }
    if (!PyDict_CheckExact(dict) || !cpy_dict_is_str(dict) || PyDict_Contains(dict, name)) {
        return false;
    }
    rec_op1(r, IR_guard_null, rec_call2(r, IR_CALL_dict_get_str, load_dict(r, ref, o), rec_const(r, name)));
    return true;
}

/* The instance's own attribute as a borrowed value; IR_NONE: it has none, or is not kept in a way compiled here. */
static IrRef load_own(Recorder *r, IrRef ref, PyObject *o, PyObject *name)
{
    if (inline_values_are_valid(o)) {
        int offset = cpy_inline_attr_offset(o, name);
        if (offset < 0 || *(PyObject **)((char *)o + offset) == NULL) {
            return IR_NONE;
        }
        guard_inline_values(r, ref, o);
        IrRef v = rec_load(r, ref, rec_attr_field(r, name, offset));
        rec_op1(r, IR_guard_nonnull, v);
        return v;
    }
    PyObject *dict = dict_of(o);
    if (dict == NULL || !PyDict_CheckExact(dict) || !cpy_dict_is_str(dict) || !PyDict_Contains(dict, name)) {
        return IR_NONE;
    }
    IrRef v = rec_call2(r, IR_CALL_dict_get_str, load_dict(r, ref, o), rec_const(r, name));
    rec_op1(r, IR_guard_nonnull, v);
    return v;
}

/* ---- loads --------------------------------------------------------------------------------------------- */

static void replace_owner(Recorder *r, RecVal value)
{
    rec_own(r, &value);
    RecVal owner = rec_pop(r);
    rec_drop(r, owner);
    rec_push_val(r, value);
}

static bool load_module_attr(Recorder *r, PyObject *o, PyObject *name)
{
    if (!PyModule_CheckExact(o)) {
        return false;
    }
    PyObject *dict = PyModule_GetDict(o);
    PyObject *value = PyDict_GetItemWithError(dict, name);
    if (value == NULL || is_volatile(r, dict, name)) {
        PyErr_Clear();
        return false;
    }
    rec_guard_is(r, rec_stack(r, 0)->ref, o);
    rec_drop(r, rec_pop(r));
    push_watched(r, dict, name, value, false);
    return true;
}

static bool is_data_descriptor(PyObject *d)
{
    return d && Py_TYPE(d)->tp_descr_set != NULL;
}

static PyObject *wrapped_function(PyObject *o, const char *attr)
{
    PyObject *f = PyObject_GetAttrString(o, attr);
    PyErr_Clear();
    return f;
}

/* The class attribute's value as seen through the class itself; a new reference, or NULL where binding is needed. */
static PyObject *class_attr(PyTypeObject *cls, PyObject *name)
{
    PyObject *d = cpy_type_lookup(cls, name);
    if (d == NULL || is_data_descriptor(cpy_type_lookup(Py_TYPE(cls), name))) {
        return NULL;
    }
    if (Py_TYPE(d)->tp_descr_get == NULL || PyFunction_Check(d) || Py_IS_TYPE(d, &PyMethodDescr_Type) ||
        Py_IS_TYPE(d, &PyWrapperDescr_Type)) {
        return Py_NewRef(d);
    }
    return Py_IS_TYPE(d, &PyStaticMethod_Type) ? wrapped_function(d, "__func__") : NULL;
}

static bool load_class_attr(Recorder *r, PyObject *o, PyObject *name)
{
    if (!PyType_Check(o) || Py_TYPE(o)->tp_getattro != PyType_Type.tp_getattro) {
        return false;
    }
    PyObject *value = class_attr((PyTypeObject *)o, name);
    if (value == NULL) {
        return false;
    }
    rec_guard_is(r, rec_stack(r, 0)->ref, o);
    rec_depend_type(r, (PyTypeObject *)o);
    rec_depend_type(r, Py_TYPE(o));
    replace_owner(r, (RecVal){.ref = rec_const(r, value)});
    Py_DECREF(value);
    return true;
}

static bool load_property(Recorder *r, PyObject *o, PyObject *descr)
{
    if (!Py_IS_TYPE(descr, &PyProperty_Type)) {
        return false;
    }
    PyObject *getter = wrapped_function(descr, "fget");
    bool done = false;
    if (getter && PyFunction_Check(getter) && rec_can_inline(r, (PyFunctionObject *)getter, 1, NULL)) {
        RecVal arg = rec_pop(r);
        done = rec_inline_call(r, (PyFunctionObject *)getter, IR_NONE, 1, &arg, &o, NULL, REC_HOW_PUSH, 0);
    }
    Py_XDECREF(getter);
    return done;
}

static bool load_slot_member(Recorder *r, PyObject *o, PyObject *name, PyObject *descr)
{
    if (!Py_IS_TYPE(descr, &PyMemberDescr_Type)) {
        return false;
    }
    PyMemberDef *m = ((PyMemberDescrObject *)descr)->d_member;
    if (m->type != Py_T_OBJECT_EX || *(PyObject **)((char *)o + m->offset) == NULL) {
        return false;
    }
    IrRef v = rec_load(r, rec_stack(r, 0)->ref, rec_attr_field(r, name, (int)m->offset));
    rec_op1(r, IR_guard_nonnull, v);
    replace_owner(r, (RecVal){.ref = v});
    return true;
}

/* A class attribute that is not on the instance: constant, or bound to it. */
static bool load_through_type(Recorder *r, PyObject *o, PyObject *name, PyObject *descr)
{
    IrRef ref = rec_stack(r, 0)->ref;
    if (Py_IS_TYPE(descr, &PyStaticMethod_Type) || Py_TYPE(descr)->tp_descr_get == NULL) {
        if (!guard_lacks(r, ref, o, name)) {
            return false;
        }
        PyObject *value = Py_IS_TYPE(descr, &PyStaticMethod_Type) ? wrapped_function(descr, "__func__") : Py_NewRef(descr);
        rec_depend_type(r, Py_TYPE(descr));
        replace_owner(r, (RecVal){.ref = rec_const(r, value)});
        Py_XDECREF(value);
        return true;
    }
    if (!PyFunction_Check(descr) || !guard_lacks(r, ref, o, name)) {
        return false;
    }
    RecVal self = rec_pop(r);
    rec_own(r, &self);
    IrRef values[2] = {rec_const(r, descr), self.ref};
    rec_op1(r, IR_incref, values[0]);
    rec_push(r, rec_new(r, rec_method_klass(r), values), true);
    return true;
}

static bool is_ordinary(PyTypeObject *t)
{
    return t->tp_getattro == PyObject_GenericGetAttr;
}

bool rec_is_plain_class_attr(PyObject *name, PyObject *descr)
{
    return descr != NULL && PyUnicode_CompareWithASCIIString(name, "__class__") == 0 && descr == cpy_type_lookup(&PyBaseObject_Type, name);
}

static void load_attr_any(Recorder *r, PyObject *name);

static bool load_instance_attr(Recorder *r, PyObject *o, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(o);
    if (!is_ordinary(t)) {
        return false;
    }
    PyObject *descr = cpy_type_lookup(t, name);
    IrRef ref = rec_stack(r, 0)->ref;
    rec_guard_type(r, ref, o);
    rec_depend_type(r, t);
    if (rec_is_plain_class_attr(name, descr)) {
        replace_owner(r, (RecVal){.ref = rec_const(r, (PyObject *)t)});
        return true;
    }
    if (is_data_descriptor(descr)) {
        return load_property(r, o, descr) || load_slot_member(r, o, name, descr);
    }
    IrRef own = load_own(r, ref, o, name);
    if (own != IR_NONE) {
        replace_owner(r, (RecVal){.ref = own});
        return true;
    }
    if (descr == NULL) { /* It is in the instance's dict, or there is none. */
        load_attr_any(r, name);
        return true;
    }
    return load_through_type(r, o, name, descr);
}

static void load_attr_any(Recorder *r, PyObject *name)
{
    IrRef ref = rec_stack(r, 0)->ref;
    bool quiet = rec_lookup_is_quiet(r, ref, rec_concrete(r, 0), name);
    IrRef v = quiet ? rec_call_c_quiet(r, (void *)PyObject_GetAttr, 2, (IrRef[]){ref, rec_const(r, name)})
                    : rec_call2(r, IR_CALL_getattr_any, ref, rec_const(r, name));
    rec_drop(r, rec_pop(r));
    rec_push(r, v, true);
}

void rec_do_load_attr(Recorder *r)
{
    PyObject *o = rec_concrete(r, 0), *name = r->state->insn.obj;
    if (o == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    if (!rec_exception_attr(r, o, name) && !load_module_attr(r, o, name) && !load_class_attr(r, o, name) && !load_instance_attr(r, o, name) &&
        !rec_gave_up(r)) {
        load_attr_any(r, name);
    }
}

/* Pushes callable and self without making a bound method. False: the plain attribute and NULL instead. */
static bool load_unbound(Recorder *r, PyObject *o, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(o);
    if (!is_ordinary(t)) {
        return false;
    }
    PyObject *descr = cpy_type_lookup(t, name);
    if (descr == NULL || !PyType_HasFeature(Py_TYPE(descr), Py_TPFLAGS_METHOD_DESCRIPTOR)) {
        return false;
    }
    IrRef ref = rec_stack(r, 0)->ref;
    rec_guard_type(r, ref, o);
    rec_depend_type(r, t);
    if (!guard_lacks(r, ref, o, name)) {
        return false;
    }
    RecVal self = rec_pop(r);
    rec_push(r, rec_const(r, descr), false);
    rec_push_val(r, self);
    return true;
}

static bool load_class_method(Recorder *r, PyObject *o, PyObject *name)
{
    bool through_class = PyType_Check(o);
    PyTypeObject *cls = through_class ? (PyTypeObject *)o : Py_TYPE(o);
    if (through_class ? Py_TYPE(o)->tp_getattro != PyType_Type.tp_getattro : !is_ordinary(cls)) {
        return false;
    }
    PyObject *descr = cpy_type_lookup(cls, name);
    if (descr == NULL || !Py_IS_TYPE(descr, &PyClassMethod_Type) ||
        (through_class && cpy_type_lookup(Py_TYPE(o), name) != NULL)) {
        return false;
    }
    IrRef ref = rec_stack(r, 0)->ref;
    if (through_class) {
        rec_guard_is(r, ref, o);
        rec_depend_type(r, Py_TYPE(o));
    } else {
        rec_guard_type(r, ref, o);
        if (!guard_lacks(r, ref, o, name)) {
            return false;
        }
    }
    rec_depend_type(r, cls);
    PyObject *func = wrapped_function(descr, "__func__");
    rec_drop(r, rec_pop(r));
    rec_push(r, rec_const(r, func), false);
    rec_push(r, rec_const(r, (PyObject *)cls), false);
    Py_XDECREF(func);
    return true;
}

void rec_do_load_method(Recorder *r)
{
    PyObject *o = rec_concrete(r, 0), *name = r->state->insn.obj;
    if (o == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    if (load_unbound(r, o, name) || rec_gave_up(r)) {
        return;
    }
    /* The interpreter pushes a bound method and NULL; function and class mean the same to the call that follows. */
    if (load_class_method(r, o, name) || rec_gave_up(r)) {
        return;
    }
    bool inlined = false;
    if (!load_module_attr(r, o, name) && !load_class_attr(r, o, name)) {
        int before = r->state->nframes;
        if (!load_instance_attr(r, o, name)) {
            load_attr_any(r, name);
        }
        inlined = r->state->nframes != before;
    }
    if (inlined) {
        rec_give_up(r, ABORT_unsupported); /* a property's getter, then a NULL above its result */
        return;
    }
    rec_push_null(r);
}

/* super().name: what the MRO holds behind the class, for the type of self. */
static PyObject *super_lookup(PyTypeObject *cls, PyTypeObject *type, PyObject *name)
{
    PyObject *mro = type->tp_mro;
    Py_ssize_t i = 0, n = PyTuple_GET_SIZE(mro);
    while (i < n && PyTuple_GET_ITEM(mro, i) != (PyObject *)cls) {
        i++;
    }
    for (i++; i < n; i++) {
        PyObject *dict = PyType_GetDict((PyTypeObject *)PyTuple_GET_ITEM(mro, i));
        PyObject *found = dict ? PyDict_GetItemWithError(dict, name) : NULL;
        Py_XDECREF(dict);
        if (found) {
            return found;
        }
    }
    return NULL;
}

void rec_do_load_super_attr(Recorder *r)
{
    CpyInsn *in = &r->state->insn;
    PyObject *super = rec_concrete(r, 2), *cls = rec_concrete(r, 1), *self = rec_concrete(r, 0);
    if (super != (PyObject *)&PySuper_Type || cls == NULL || !PyType_Check(cls) || self == NULL ||
        PyType_Check(self) || !PyType_IsSubtype(Py_TYPE(self), (PyTypeObject *)cls)) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    PyObject *found = super_lookup((PyTypeObject *)cls, Py_TYPE(self), in->obj);
    bool method = in->arg && found && PyType_HasFeature(Py_TYPE(found), Py_TPFLAGS_METHOD_DESCRIPTOR);
    if (!method) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    rec_guard_is(r, rec_stack(r, 2)->ref, super);
    rec_guard_is(r, rec_stack(r, 1)->ref, cls);
    rec_guard_type(r, rec_stack(r, 0)->ref, self);
    rec_depend_type(r, Py_TYPE(self));
    RecVal v = rec_pop(r);
    rec_drop(r, rec_pop(r));
    rec_drop(r, rec_pop(r));
    rec_push(r, rec_const(r, found), false);
    rec_push_val(r, v);
}

/* ---- stores ---------------------------------------------------------------------------------------------- */

static void replace_field(Recorder *r, IrRef owner, RecVal value, const IrField *f)
{
    IrInsn imm = {.imm.field = f};
    IrRef args[2] = {owner, value.ref};
    IrRef insn = ir_append_imm(r->raw, IR_replace, args, 2, imm);
    ir_set_snap(r->raw, insn, rec_snap_at(r, r->state->insn.next, 0, IR_EXIT_RESUME));
}

static bool store_inline(Recorder *r, PyObject *o, PyObject *name)
{
    int offset = inline_values_are_valid(o) ? cpy_inline_attr_offset(o, name) : -1;
    if (offset < 0) {
        return false;
    }
    IrRef ref = rec_stack(r, 0)->ref;
    guard_inline_values(r, ref, o);
    const IrField *f = rec_attr_field(r, name, offset);
    IrRef old = rec_load(r, ref, f);
    if (*(PyObject **)((char *)o + offset) == NULL) {
        rec_op1(r, IR_guard_null, old);
        rec_call3(r, IR_CALL_attr_add, ref, rec_const(r, name), rec_stack(r, 1)->ref);
        rec_drop(r, rec_pop(r));
        rec_drop(r, rec_pop(r));
        return true;
    }
    rec_op1(r, IR_guard_nonnull, old);
    RecVal owner = rec_pop(r), value = rec_pop(r);
    rec_own(r, &value);
    rec_drop(r, owner);
    replace_field(r, ref, value, f);
    return true;
}

static bool store_slot_member(Recorder *r, PyObject *name, PyObject *descr)
{
    if (!Py_IS_TYPE(descr, &PyMemberDescr_Type)) {
        return false;
    }
    PyMemberDef *m = ((PyMemberDescrObject *)descr)->d_member;
    if (m->type != Py_T_OBJECT_EX) {
        return false;
    }
    RecVal owner = rec_pop(r), value = rec_pop(r);
    rec_own(r, &value);
    rec_drop(r, owner);
    replace_field(r, owner.ref, value, rec_attr_field(r, name, (int)m->offset));
    return true;
}

static bool store_property(Recorder *r, PyObject *o, PyObject *descr)
{
    if (!Py_IS_TYPE(descr, &PyProperty_Type)) {
        return false;
    }
    PyObject *setter = wrapped_function(descr, "fset");
    bool done = false;
    if (setter && PyFunction_Check(setter) && rec_can_inline(r, (PyFunctionObject *)setter, 2, NULL)) {
        PyObject *concrete[2] = {o, rec_concrete(r, 1)};
        RecVal args[2];
        args[0] = rec_pop(r);
        args[1] = rec_pop(r);
        done = rec_inline_call(r, (PyFunctionObject *)setter, IR_NONE, 2, args, concrete, NULL, REC_HOW_DISCARD, 0);
    }
    Py_XDECREF(setter);
    return done;
}

static bool store_instance_attr(Recorder *r, PyObject *o, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(o);
    if (t->tp_setattro != PyObject_GenericSetAttr) {
        return false;
    }
    PyObject *descr = cpy_type_lookup(t, name);
    rec_guard_type(r, rec_stack(r, 0)->ref, o);
    rec_depend_type(r, t);
    if (is_data_descriptor(descr)) {
        return store_slot_member(r, name, descr) || store_property(r, o, descr);
    }
    return store_inline(r, o, name);
}

void rec_do_store_attr(Recorder *r)
{
    PyObject *o = rec_concrete(r, 0), *name = r->state->insn.obj;
    if (o == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    if (rec_exception_store_attr(r, name) || store_instance_attr(r, o, name) || rec_gave_up(r)) {
        return;
    }
    rec_call3(r, IR_CALL_setattr_any, rec_stack(r, 0)->ref, rec_const(r, name), rec_stack(r, 1)->ref);
    rec_drop(r, rec_pop(r));
    rec_drop(r, rec_pop(r));
}

void rec_do_delete_attr(Recorder *r)
{
    rec_call3(r, IR_CALL_setattr_any, rec_stack(r, 0)->ref, rec_const(r, r->state->insn.obj), ir_const_obj(r->raw, NULL));
    rec_drop(r, rec_pop(r));
}
