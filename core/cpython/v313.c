/*  CPython 3.13. What is different here:
    - slots are plain pointers, the operand stack's depth is an index that reads -1 while a frame runs;
    - one entry a loop on the stack, FOR_ITER pops it when it is done and skips END_FOR and POP_TOP;
    - BEFORE_WITH, RETURN_CONST, BUILD_CONST_KEY_MAP, BINARY_SUBSCR are instructions of their own;
    - the C stack is counted (c_recursion_remaining), later versions look at its address;
    - _PyThreadState_PushFrame is not exported. */
#include "cpython/version.h"

#if CPY_RUNNING == CPY_313
#include "cpython/private.h"

const int CPY_ITER_SLOTS = 1;
const char *const CPY_VERSION_NAME = "3.13";

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
    (void)ts;
    _PyFrame_Initialize(f, (PyFunctionObject *)Py_NewRef(func), NULL,
                        (PyCodeObject *)func->func_code, 0);
    f->previous = previous;
}

uint64_t
ver_lasti_word(int place)
{
    return (uint64_t)(uintptr_t)PyLong_FromLong(place);
}

PyObject *
ver_common_constant(int which)
{
    (void)which;
    return NULL;
}

#endif
