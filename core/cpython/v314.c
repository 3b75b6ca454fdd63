/*  CPython 3.14. What is different here:
    - slots are tagged references (tagged.h); the lasti of an exception handler is a tagged integer;
    - FOR_ITER leaves the finished iterator for POP_ITER and skips END_FOR;
    - subscripts are BINARY_OP, with is LOAD_SPECIAL, conditional jumps are followed by NOT_TAKEN;
    - CALL_FUNCTION_EX always has an entry for the keywords, which may be NULL;
    - _PyThreadState_PushFrame is not exported yet. */
#include "cpython/version.h"

#if CPY_RUNNING == CPY_314
#include "cpython/private.h"

const int CPY_ITER_SLOTS = 1;
const char *const CPY_VERSION_NAME = "3.14";

CpyFrame *
ver_push_memory(PyThreadState *ts, int words)
{
    if (!_PyThreadState_HasStackSpace(ts, words)) {
        return grow_data_stack(ts, words);
    }
    CpyFrame *f = (CpyFrame *)ts->datastack_top;
    ts->datastack_top += words;
    return f;
}

void
ver_frame_init(PyThreadState *ts, CpyFrame *f, PyFunctionObject *func, CpyFrame *previous)
{
    _PyStackRef ref = {.bits = word_of_owned(Py_NewRef(func))};
    _PyFrame_Initialize(ts, f, ref, NULL, (PyCodeObject *)func->func_code, 0, previous);
}

uint64_t
ver_lasti_word(int place)
{
    return ((uint64_t)(int64_t)place << 2) | SLOT_INT_TAG;
}

PyObject *
ver_common_constant(int which)
{
    return which < NUM_COMMON_CONSTANTS ? PyInterpreterState_Get()->common_consts[which] : NULL;
}

#endif
