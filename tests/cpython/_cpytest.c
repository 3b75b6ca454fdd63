/*  A window on core/cpython for its tests: knows only cpython.h, as the rest of Jitney does. */
#define PY_SSIZE_T_CLEAN
#include "cpython/cpython.h"

#define FN(name) static PyObject *name(PyObject *self, PyObject *args)

static PyThreadState *
ts(void)
{
    return PyThreadState_Get();
}

/* ---- facts and decoding ---- */
FN(probe)
{
    const char *why = cpy_probe_layout();
    return why ? PyUnicode_FromString(why) : Py_NewRef(Py_None);
}

FN(facts)
{
    return Py_BuildValue("{s:i,s:i,s:s,s:L,s:L,s:L}", "iter_slots", CPY_ITER_SLOTS, "counts", (int)CPY_COUNTS_REFS,
                         "name", CPY_VERSION_NAME, "mask", (long long)cpy_slot_mask, "null",
                         (long long)cpy_slot_null, "int_tag", (long long)cpy_slot_int_tag);
}

FN(decode)
{
    PyCodeObject *code;
    int place;
    if (!PyArg_ParseTuple(args, "O!i", &PyCode_Type, &code, &place)) {
        return NULL;
    }
    CpyInsn i = cpy_decode(code, place);
    return Py_BuildValue("(siiiiiiiOs)", cpy_op_name(i.op), i.arg, i.arg2, i.at, i.op_at, i.next, i.target,
                         i.target_depth_delta, i.obj ? i.obj : Py_Ellipsis, i.opcode_name);
}

FN(code_facts)
{
    PyCodeObject *code;
    if (!PyArg_ParseTuple(args, "O!", &PyCode_Type, &code)) {
        return NULL;
    }
    return Py_BuildValue("(iii)", cpy_code_size(code), (int)cpy_code_has_loop(code), cpy_code_stack_base(code));
}

FN(handler)
{
    PyCodeObject *code;
    int place, at, depth;
    bool lasti;
    if (!PyArg_ParseTuple(args, "O!i", &PyCode_Type, &code, &place)) {
        return NULL;
    }
    if (!cpy_exception_handler(code, place, &at, &depth, &lasti)) {
        Py_RETURN_NONE;
    }
    return Py_BuildValue("(iii)", at, depth, (int)lasti);
}

/* ---- frames ---- */
static PyObject *
slots_of(CpyFrame *f)
{
    static const char *const kinds[] = {"null", "owned", "borrowed", "int"};
    int depth = cpy_frame_depth(f);
    int count = cpy_code_stack_base(cpy_frame_code(f)) + (depth < 0 ? 0 : depth);
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < count; i++) {
        CpySlot s = cpy_slot_get(f, i);
        PyObject *item = s.kind == CPY_SLOT_INT ? Py_BuildValue("(sn)", kinds[s.kind], (Py_ssize_t)s.num)
                                                : Py_BuildValue("(sO)", kinds[s.kind], s.obj ? s.obj : Py_None);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
}

FN(here) /* the calling frame: place, depth, generator?, has object?, slots, names of outer code */
{
    CpyFrame *f = cpy_current_frame(ts());
    while (!cpy_is_python_frame(f)) {
        f = cpy_frame_previous(f);
    }
    CpyFrame *outer = cpy_frame_previous(f);
    PyObject *slots = slots_of(f);
    return Py_BuildValue("{s:i,s:i,s:i,s:i,s:N,s:O,s:O,s:O,s:O,s:O}", "place", cpy_frame_place(f), "depth",
                         cpy_frame_depth(f), "generator", (int)cpy_is_generator_frame(f), "object",
                         (int)cpy_frame_has_object(f), "slots", slots, "code", cpy_frame_code(f), "function",
                         cpy_frame_function(f), "globals", cpy_frame_globals(f), "builtins", cpy_frame_builtins(f),
                         "outer", outer ? (PyObject *)cpy_frame_code(outer) : Py_None);
}

static void
fill(CpyFrame *f, PyObject *locals, PyObject *stack)
{
    int base = cpy_code_stack_base(cpy_frame_code(f));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(locals); i++) {
        PyObject *o = PyTuple_GET_ITEM(locals, i);
        cpy_slot_take(f, (int)i, o == Py_Ellipsis ? NULL : Py_NewRef(o));
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(stack); i++) {
        PyObject *o = PyTuple_GET_ITEM(stack, i);
        cpy_frame_set_depth(f, (int)i + 1);
        if (PyTuple_Check(o)) { /* (n,): a tagged integer */
            cpy_slot_put_int(f, base + (int)i, PyLong_AsLong(PyTuple_GET_ITEM(o, 0)));
        } else {
            cpy_slot_take(f, base + (int)i, o == Py_Ellipsis ? NULL : Py_NewRef(o));
        }
    }
}

FN(run) /* run(func, place, locals, stack, exception or None) */
{
    PyFunctionObject *func;
    PyObject *locals, *stack, *exc;
    int place;
    if (!PyArg_ParseTuple(args, "O!iO!O!O", &PyFunction_Type, &func, &place, &PyTuple_Type, &locals, &PyTuple_Type,
                          &stack, &exc)) {
        return NULL;
    }
    CpyFrame *f = cpy_frame_push(ts(), func);
    if (f == NULL) {
        return NULL;
    }
    fill(f, locals, stack);
    cpy_frame_set_place(f, place);
    if (exc != Py_None) {
        PyErr_SetRaisedException(Py_NewRef(exc));
    }
    return cpy_frame_run(ts(), f, exc != Py_None);
}

FN(push_pop) /* push_pop(func, count, locals, what): pushes so many, calls what(), pops them; the number pushed */
{
    PyFunctionObject *func;
    PyObject *locals, *what, *empty = PyTuple_New(0);
    int count, done = 0;
    if (!PyArg_ParseTuple(args, "O!iO!O", &PyFunction_Type, &func, &count, &PyTuple_Type, &locals, &what)) {
        return NULL;
    }
    CpyFrame *base = cpy_current_frame(ts());
    for (; done < count; done++) {
        CpyFrame *f = cpy_frame_push(ts(), func);
        if (f == NULL) {
            break;
        }
        fill(f, locals, empty);
        int place = 0;
        while (cpy_decode(cpy_frame_code(f), place).op != CPYOP_resume) {
            place = cpy_decode(cpy_frame_code(f), place).next;
        }
        cpy_frame_set_place(f, cpy_decode(cpy_frame_code(f), place).next);
    }
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *result = what == Py_None ? Py_NewRef(what) : PyObject_CallNoArgs(what);
    while (cpy_current_frame(ts()) != base) {
        cpy_frame_pop(ts(), cpy_current_frame(ts()));
    }
    Py_DECREF(empty);
    if (result == NULL) {
        Py_XDECREF(exc);
        return NULL;
    }
    if (exc == NULL) {
        exc = Py_NewRef(Py_None);
    }
    return Py_BuildValue("(iNN)", done, exc, result);
}

FN(place_pointer)
{
    PyCodeObject *code;
    int place;
    if (!PyArg_ParseTuple(args, "O!i", &PyCode_Type, &code, &place)) {
        return NULL;
    }
    CpyFrame *f = cpy_current_frame(ts());
    void *now = *(void **)((char *)f + cpy_frame_instr_offset);
    return PyBool_FromLong(now == cpy_place_pointer(cpy_frame_code(f), cpy_frame_place(f)) &&
                           cpy_place_pointer(code, place) != NULL);
}

/* ---- watchers ---- */
static PyObject *watch_log;

static void
changed(CpyChange what, PyObject *subject, PyObject *key, PyObject *value)
{
    static const char *const names[] = {"type", "dict", "function", "new function", "no function", "no code", "no dict"};
    if (watch_log == NULL) {
        return;
    }
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *item = Py_BuildValue("(sn)", names[what], (Py_ssize_t)(uintptr_t)subject);
    (void)key, (void)value;
    if (item == NULL || PyList_Append(watch_log, item) < 0) {
        PyErr_Clear();
    }
    Py_XDECREF(item);
    PyErr_SetRaisedException(exc);
}

FN(watch_start)
{
    PyObject *log;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &log) || cpy_watch_start(changed) < 0) {
        return NULL;
    }
    watch_log = Py_NewRef(log);
    Py_RETURN_NONE;
}

FN(watch_stop)
{
    cpy_watch_stop();
    Py_CLEAR(watch_log);
    Py_RETURN_NONE;
}

FN(watch)
{
    PyObject *o;
    if (!PyArg_ParseTuple(args, "O", &o)) {
        return NULL;
    }
    if ((PyType_Check(o) ? cpy_watch_type((PyTypeObject *)o) : cpy_watch_dict(o)) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* ---- monitoring: a Python handler(event, code, place, dest) sees and moves the frame of the event. It returns
   None, "disable", an exception to raise where the frame then is, or a place to go to; before, it may use
   ev_slots, ev_set, ev_push. ---- */
static PyObject *event_handler;
static __thread CpyFrame *event_frame;
static __thread bool inside;

static int
on_event(CpyEvent what, PyCodeObject *code, int place, int dest)
{
    static const char *const names[] = {"jump", "start", "instruction"};
    if (inside || event_handler == NULL) {
        return 0;
    }
    inside = true;
    event_frame = cpy_current_frame(ts());
    PyObject *r = PyObject_CallFunction(event_handler, "sOii", names[what], code, place, dest);
    inside = false;
    if (r == NULL) {
        return -1;
    }
    int result = 0;
    if (PyExceptionInstance_Check(r)) {
        PyErr_SetRaisedException(Py_NewRef(r));
        result = cpy_raise_at(ts(), event_frame);
    } else if (PyLong_Check(r)) {
        cpy_frame_set_place(event_frame, (int)PyLong_AsLong(r));
    } else if (PyUnicode_Check(r)) {
        result = 1;
    }
    Py_DECREF(r);
    return result;
}

FN(monitor_start)
{
    PyObject *fn;
    if (!PyArg_ParseTuple(args, "O", &fn)) {
        return NULL;
    }
    inside = true;
    int r = cpy_monitor_start(on_event);
    inside = false;
    if (r < 0) {
        return NULL;
    }
    Py_XSETREF(event_handler, Py_NewRef(fn));
    Py_RETURN_NONE;
}

FN(monitor_stop)
{
    Py_CLEAR(event_handler);
    cpy_monitor_stop();
    Py_RETURN_NONE;
}

FN(monitor_is_ours)
{
    return PyBool_FromLong(cpy_monitor_is_ours());
}

FN(observe)
{
    PyCodeObject *code;
    int on;
    if (!PyArg_ParseTuple(args, "O!p", &PyCode_Type, &code, &on) || cpy_observe(code, on) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FN(tell_starts)
{
    PyCodeObject *code;
    int on;
    if (!PyArg_ParseTuple(args, "O!p", &PyCode_Type, &code, &on)) {
        return NULL;
    }
    cpy_tell_starts(code, on);
    Py_RETURN_NONE;
}

static PyObject *all_functions;

static void
add_function(PyFunctionObject *func)
{
    if (PyList_Append(all_functions, (PyObject *)func) < 0) {
        PyErr_Clear();
    }
}

FN(functions)
{
    all_functions = PyList_New(0);
    if (all_functions != NULL) {
        cpy_each_function(add_function);
    }
    return all_functions;
}

FN(others_watch)
{
    PyObject *code;
    if (!PyArg_ParseTuple(args, "O", &code)) {
        return NULL;
    }
    return PyBool_FromLong(cpy_others_watch(ts(), code == Py_None ? NULL : (PyCodeObject *)code));
}

FN(ev_slots)
{
    return slots_of(event_frame);
}

FN(static_depth)
{
    PyCodeObject *code;
    int place;
    if (!PyArg_ParseTuple(args, "O!i", &PyCode_Type, &code, &place)) {
        return NULL;
    }
    return PyLong_FromLong(cpy_static_depth(code, place));
}

FN(ev_depth)
{
    return PyLong_FromLong(cpy_frame_depth(event_frame));
}

FN(ev_place)
{
    return PyLong_FromLong(cpy_frame_place(event_frame));
}

FN(ev_set)
{
    int slot;
    PyObject *o;
    if (!PyArg_ParseTuple(args, "iO", &slot, &o)) {
        return NULL;
    }
    cpy_slot_release(event_frame, slot);
    cpy_slot_take(event_frame, slot, o == Py_Ellipsis ? NULL : Py_NewRef(o));
    Py_RETURN_NONE;
}

FN(ev_go) /* sets the place at once: for exceptions raised there */
{
    int place;
    if (!PyArg_ParseTuple(args, "i", &place)) {
        return NULL;
    }
    cpy_frame_set_place(event_frame, place);
    Py_RETURN_NONE;
}

FN(ev_push)
{
    PyObject *o;
    if (!PyArg_ParseTuple(args, "O", &o)) {
        return NULL;
    }
    int depth = cpy_frame_depth(event_frame);
    cpy_slot_take(event_frame, cpy_code_stack_base(cpy_frame_code(event_frame)) + depth, Py_NewRef(o));
    cpy_frame_set_depth(event_frame, depth + 1);
    Py_RETURN_NONE;
}

static int
count_only(CpyEvent what, PyCodeObject *code, int place, int dest)
{
    return 0;
}

FN(monitor_bare) /* for timing: a C function that does nothing */
{
    if (cpy_monitor_start(count_only) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* ---- types ---- */
FN(inline_offset)
{
    PyObject *o, *name;
    int valid;
    if (!PyArg_ParseTuple(args, "OO", &o, &name)) {
        return NULL;
    }
    int offset = cpy_inline_attr_offset(o, name);
    PyObject *value = offset < 0 ? NULL : *(PyObject **)((char *)o + offset);
    bool has = cpy_inline_valid_offset(Py_TYPE(o), &valid);
    return Py_BuildValue("(iOii)", offset, value ? value : Py_Ellipsis, has ? ((char *)o)[valid] : -1,
                         cpy_shared_key_index(Py_TYPE(o), name));
}

FN(inline_set)
{
    PyObject *o, *name, *value;
    if (!PyArg_ParseTuple(args, "OOO", &o, &name, &value) || cpy_inline_attr_set(o, name, value) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

FN(shared_keys)
{
    PyObject *type, *names[30];
    int offsets[30], bytes;
    if (!PyArg_ParseTuple(args, "O", &type)) {
        return NULL;
    }
    int n = cpy_shared_keys((PyTypeObject *)type, names, offsets, 30);
    if (n < 0) {
        Py_RETURN_NONE;
    }
    PyObject *list = PyList_New(n);
    for (int i = 0; i < n; i++) {
        PyList_SET_ITEM(list, i, Py_BuildValue("(Oi)", names[i], offsets[i]));
    }
    int64_t *count = cpy_shared_keys_count((PyTypeObject *)type, &bytes);
    return Py_BuildValue("(NLi)", list, (long long)*count, bytes);
}

FN(new_instance)
{
    PyObject *type;
    return PyArg_ParseTuple(args, "O", &type) ? cpy_new_instance((PyTypeObject *)type) : NULL;
}

FN(type_facts)
{
    PyObject *type;
    if (!PyArg_ParseTuple(args, "O", &type)) {
        return NULL;
    }
    return Py_BuildValue("(iIi)", (int)cpy_type_is_plain((PyTypeObject *)type), cpy_type_version((PyTypeObject *)type),
                         cpy_managed_dict_offset((PyTypeObject *)type));
}

FN(type_lookup)
{
    PyObject *type, *name;
    if (!PyArg_ParseTuple(args, "OO", &type, &name)) {
        return NULL;
    }
    PyObject *found = cpy_type_lookup((PyTypeObject *)type, name);
    return Py_NewRef(found ? found : Py_Ellipsis);
}

FN(dict_entry)
{
    PyObject *dict, *key, *value = Py_Ellipsis;
    int keys, entries = 0, offset = 0;
    uint32_t mask = 0, shape = 0;
    if (!PyArg_ParseTuple(args, "OO", &dict, &key)) {
        return NULL;
    }
    int index = cpy_dict_entry_index(dict, key);
    if (index >= 0 && cpy_dict_entry_layout(dict, &keys, &entries) && cpy_dict_keys_shape(dict, &offset, &mask, &shape)) {
        char *table = *(char **)((char *)dict + keys);
        if ((*(uint32_t *)(table + offset) & mask) != shape ||
            *(PyObject **)(table + entries + 16 * index) == NULL) {
            PyErr_SetString(PyExc_AssertionError, "shape");
            return NULL;
        }
        value = *(PyObject **)(table + entries + 16 * index + 8);
    }
    return Py_BuildValue("(iOi)", index, value, (int)cpy_dict_is_str(dict));
}

FN(builtin_type)
{
    const char *name;
    if (!PyArg_ParseTuple(args, "s", &name)) {
        return NULL;
    }
    PyObject *type = (PyObject *)cpy_builtin_type(name);
    return Py_NewRef(type ? type : Py_None);
}

/* ---- duties and exact functions ---- */
FN(binary)
{
    int op, inplace;
    PyObject *l, *r;
    return PyArg_ParseTuple(args, "ipOO", &op, &inplace, &l, &r) ? cpy_binary((CpyBinary)op, inplace, l, r) : NULL;
}

FN(intrinsic)
{
    int which;
    PyObject *v;
    return PyArg_ParseTuple(args, "iO", &which, &v) ? cpy_call_intrinsic_1(ts(), which, v) : NULL;
}

FN(format)
{
    PyObject *v;
    return PyArg_ParseTuple(args, "O", &v) ? cpy_format_simple(v) : NULL;
}

FN(int_value)
{
    PyObject *v;
    bool fits;
    if (!PyArg_ParseTuple(args, "O", &v)) {
        return NULL;
    }
    int64_t n = cpy_int_value(v, &fits);
    return fits ? PyLong_FromLongLong(n) : Py_NewRef(Py_None);
}

FN(recursive) /* enters until it fails, leaves as often: the depth reached */
{
    int n = 0;
    while (cpy_enter_recursive_py(ts()) == 0) {
        n++;
    }
    PyObject *exc = PyErr_GetRaisedException();
    for (int i = 0; i < n; i++) {
        cpy_leave_recursive_py(ts());
    }
    return Py_BuildValue("(iN)", n, exc);
}

static int
nothing(void *unused)
{
    return 0;
}

FN(breaker) /* set after a pending call is added? */
{
    uint64_t mask;
    uintptr_t *word = cpy_eval_breaker(ts(), &mask);
    int before = cpy_eval_breaker_is_set(ts());
    Py_AddPendingCall(nothing, NULL);
    return Py_BuildValue("(iii)", before, cpy_eval_breaker_is_set(ts()), (*word & mask) != 0);
}

static PyMethodDef methods[] = {
#define M(name) {#name, name, METH_VARARGS, NULL},
    M(probe) M(facts) M(decode) M(code_facts) M(handler) M(here) M(run) M(push_pop) M(place_pointer) M(watch_start)
    M(watch_stop) M(watch) M(monitor_start) M(monitor_stop) M(monitor_is_ours) M(observe) M(tell_starts) M(functions)
    M(others_watch)
    M(ev_slots) M(ev_depth) M(static_depth) M(ev_place) M(ev_set) M(ev_go) M(ev_push) M(monitor_bare) M(inline_offset) M(inline_set)
    M(shared_keys) M(new_instance) M(type_facts) M(type_lookup) M(dict_entry) M(builtin_type) M(binary)
    M(intrinsic) M(format) M(int_value) M(recursive) M(breaker)
    {NULL, NULL, 0, NULL},
#undef M
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_cpytest", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC
PyInit__cpytest(void)
{
    return PyModule_Create(&module);
}
