/*  What the code generator must know of the running interpreter, gathered once.

    Two facts are found by looking, as no header tells: where the small ints lie, and where a frame keeps its
    frame object. */
#include "runtime/state.h"

static void *helpers[IR_CALL__COUNT];

void *rt_helper(IrCall which)
{
    return helpers[which];
}

static bool fill_helpers(void)
{
    rt_helpers_number(helpers);
    rt_helpers_text(helpers);
    rt_helpers_container(helpers);
    rt_helpers_object(helpers);
    rt_helpers_lookup(helpers);
    for (int i = 0; i < IR_CALL__COUNT; i++) {
        if (helpers[i] == NULL) {
            PyErr_Format(PyExc_SystemError, "jitney has no helper '%s'", ir_call_info[i].name);
            return false;
        }
    }
    return true;
}

/* ---- small ints ---------------------------------------------------------------------------------- */
static char *address_of_int(long n)
{
    PyObject *a = PyLong_FromLong(n), *b = PyLong_FromLong(n);
    char *address = a == b ? (char *)a : NULL;
    Py_XDECREF(a);
    Py_XDECREF(b);
    return address;
}

static void find_small_ints(CgConfig *config)
{
    char *zero = address_of_int(0), *one = address_of_int(1);
    if (zero == NULL || one == NULL) {
        return;
    }
    config->small_ints = zero;
    config->small_int_size = (int)(one - zero);
    int min = 0, max = 1;
    while (min > -4096 && address_of_int(min - 1) == zero + (long)(min - 1) * config->small_int_size) {
        min--;
    }
    while (max < 4096 && address_of_int(max + 1) == zero + (long)(max + 1) * config->small_int_size) {
        max++;
    }
    config->small_int_min = min;
    config->small_int_max = max;
}

/* ---- frame objects ------------------------------------------------------------------------------- */
static CpyFrame *some_python_frame(PyThreadState *ts)
{
    CpyFrame *f = cpy_current_frame(ts);
    return f == NULL || cpy_is_python_frame(f) ? f : cpy_frame_previous(f);
}

static int find_frame_object(PyThreadState *ts)
{
    CpyFrame *f = some_python_frame(ts);
    PyObject *object = f != NULL ? (PyObject *)PyThreadState_GetFrame(ts) : NULL;
    int found = -1;
    for (int i = 0; object != NULL && i < cpy_slot_offset; i += (int)sizeof(void *)) {
        if (*(PyObject **)((char *)f + i) == object) {
            found = i;
            break;
        }
    }
    Py_XDECREF(object);
    return found;
}

/* ---- references in debug builds -------------------------------------------------------------------- */
static void count_up(void *o)
{
    Py_INCREF((PyObject *)o);
}

/* The last reference is taken back without the death, which is the caller's to arrange. */
static int count_down(void *object)
{
    PyObject *o = object;
    if (Py_REFCNT(o) > 1) {
        Py_DECREF(o);
        return 0;
    }
#ifdef Py_REF_DEBUG
    _Py_DECREF_DecRefTotal();
#endif
    Py_SET_REFCNT(o, 0);
    return 1;
}

static void die_plainly(void *o)
{
    cpy_dealloc(o);
}

static void set_layout(CgConfig *config)
{
    config->off_refcnt = cpy_offset(CPY_OFF_object_refcnt);
    config->off_type = cpy_offset(CPY_OFF_object_type);
    config->off_float_value = cpy_offset(CPY_OFF_float_value);
    config->off_long_tag = cpy_offset(CPY_OFF_long_tag);
    config->off_long_digit = cpy_offset(CPY_OFF_long_digit);
    config->float_type = &PyFloat_Type;
    config->int_type = &PyLong_Type;
    config->true_object = Py_True;
    config->false_object = Py_False;
    config->slot_offset = cpy_slot_offset;
    config->slot_mask = cpy_slot_mask;
    config->slot_null = cpy_slot_null;
    config->slot_int_tag = cpy_slot_int_tag;
    config->slot_flags_offset = cpy_slot_flags_offset;
}

static int write_thunks(const CgConfig *config)
{
    size_t room = 0;
    uint8_t *code = rt_code_take(&room);
    size_t used = code != NULL ? cg_write_thunks(config, code, room, &rt.enter) : 0;
    if (code != NULL) {
        rt_code_keep(code, used);
    }
    if (used == 0) {
        PyErr_SetString(PyExc_RuntimeError, "jitney has no room for its first machine code");
        return -1;
    }
    return 0;
}

int rt_config_start(void)
{
    CgConfig *config = &rt.config;
    *config = (CgConfig){
        .helper = rt_helper, .sync = rt_sync, .unsync = rt_unsync, .dealloc = rt_dealloc,
        .call_function = (void *)(uintptr_t)rt_call_function, .dealloc_plain = die_plainly, .count_refs_by_call = CPY_COUNTS_REFS,
        .incref = count_up, .decref = count_down,
    };
    set_layout(config);
    cpy_eval_breaker(PyThreadState_Get(), &config->breaker_mask);
    config->version_mask = ~config->breaker_mask;
    find_small_ints(config);
    config->frame_object_offset = find_frame_object(PyThreadState_Get());
    if (config->frame_object_offset < 0) {
        PyErr_SetString(PyExc_RuntimeError, "jitney must be enabled by Python code: no Python frame is running");
        return -1;
    }
    if (!fill_helpers()) {
        return -1;
    }
    return rt.enter != NULL ? 0 : write_thunks(config);
}
