/*  Context managers. Their methods are looked up in the type, which is watched, and called as any other function. */
#include "record/state.h"

/* What the type has of that name, to be called with the instance before the arguments; NULL: something else. */
static PyObject *find_method(PyObject *o, const char *name)
{
    PyObject *s = PyUnicode_InternFromString(name);
    PyObject *found = s != NULL ? cpy_type_lookup(Py_TYPE(o), s) : NULL;
    Py_XDECREF(s);
    return found != NULL && PyType_HasFeature(Py_TYPE(found), Py_TPFLAGS_METHOD_DESCRIPTOR) ? found : NULL;
}

void rec_do_load_special(Recorder *r)
{
    static const char *const names[] = {"__enter__", "__exit__"};
    int which = r->state->insn.arg;
    PyObject *o = rec_concrete(r, 0);
    PyObject *found = o != NULL && which < (int)ARRAY_LEN(names) ? find_method(o, names[which]) : NULL;
    if (found == NULL) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    rec_guard_type(r, rec_stack(r, 0)->ref, o);
    rec_depend_type(r, Py_TYPE(o));
    RecVal self = rec_pop(r);
    rec_push(r, rec_const(r, found), false);
    rec_push_val(r, self);
}

/* 3.13: the bound __exit__ stays, __enter__ is called. */
void rec_do_before_with(Recorder *r)
{
    PyObject *o = rec_concrete(r, 0);
    PyObject *enter = o != NULL ? find_method(o, "__enter__") : NULL, *exit = o != NULL ? find_method(o, "__exit__") : NULL;
    bool follows = enter != NULL && PyFunction_Check(enter) && exit != NULL && PyFunction_Check(exit) &&
                   rec_can_inline(r, (PyFunctionObject *)enter, 1, NULL);
    if (!follows) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    rec_guard_type(r, rec_stack(r, 0)->ref, o);
    rec_depend_type(r, Py_TYPE(o));
    RecVal self = rec_pop(r);
    rec_own(r, &self);
    IrRef values[2] = {rec_const(r, exit), self.ref};
    rec_op1(r, IR_incref, values[0]);
    rec_op1(r, IR_incref, values[1]);
    rec_push(r, rec_new(r, rec_method_klass(r), values), true);
    rec_inline_call(r, (PyFunctionObject *)enter, IR_NONE, 1, &self, &o, NULL, REC_HOW_PUSH, 0);
}

/* The function of what is called when an exception leaves the block, and its instance. */
static bool take_exit(Recorder *r, RecVal *self, PyObject **function, PyObject **concrete_self)
{
    int self_at = 3, function_at = 4;
    PyObject *constant;
    if (CPY_WITH_KEEPS_SELF) {
        *function = rec_concrete(r, function_at);
        *self = *rec_stack(r, self_at);
        *concrete_self = rec_concrete(r, self_at);
        return *concrete_self != NULL && self->ref != IR_NONE && rec_is_const(r, rec_stack(r, function_at)->ref, &constant) &&
               constant == *function;
    }
    PyObject *method = rec_concrete(r, self_at);
    const IrInsn *made = ir_at(r->raw, rec_stack(r, self_at)->ref);
    if (method == NULL || !Py_IS_TYPE(method, &PyMethod_Type) || made->op != IR_new ||
        !rec_is_const(r, made->args[0], &constant) || constant != PyMethod_GET_FUNCTION(method)) {
        return false;
    }
    *function = constant;
    *concrete_self = PyMethod_GET_SELF(method);
    *self = (RecVal){.ref = made->args[1]};
    return true;
}

void rec_do_with_except_start(Recorder *r)
{
    RecVal args[4];
    PyObject *function, *concrete[4];
    IrRef e = rec_stack(r, 0)->ref;
    if (rec_concrete(r, 0) == NULL || !take_exit(r, &args[0], &function, &concrete[0]) || !PyFunction_Check(function) ||
        !rec_can_inline(r, (PyFunctionObject *)function, 4, NULL) || !rec_exception_parts(r, e, &args[1], &args[3])) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    concrete[1] = (PyObject *)Py_TYPE(rec_concrete(r, 0));
    concrete[2] = rec_concrete(r, 0);
    concrete[3] = ((PyBaseExceptionObject *)concrete[2])->traceback;
    args[0].owned = 0;
    args[2] = (RecVal){.ref = e};
    for (int i = 0; i < 4; i++) {
        rec_own(r, &args[i]);
    }
    rec_inline_call(r, (PyFunctionObject *)function, IR_NONE, 4, args, concrete, NULL, REC_HOW_PUSH, 0);
}
