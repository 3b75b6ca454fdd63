/*  CPython 3.15. What is different here:
    - slots are tagged references (tagged.h), and small integers in them are used: the index that lies
      above a list or tuple being iterated over, and the lasti of an exception handler;
    - GET_ITER pushes two entries, POP_ITER pops two, SEND has them too; GET_ITER has an argument that
      tells the forms of yield from apart; generator expressions get their iterable, not its iterator;
    - RESUME, GET_ITER and CALL_FUNCTION_EX have caches;
    - IMPORT_NAME has flags in the low two bits of its argument. */
#include "cpython/version.h"

#if CPY_RUNNING == CPY_315
#include "cpython/private.h"

const int CPY_ITER_SLOTS = 2;
const char *const CPY_VERSION_NAME = "3.15";

CpyFrame *
ver_push_memory(PyThreadState *ts, int words)
{
    return _PyThreadState_PushFrame(ts, (size_t)words);
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
