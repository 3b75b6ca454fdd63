/*  Functions as roots: calls from C and recursion. Not made yet, so the event is not asked for (runtime.c); should somebody
    re-arm it, each function gives it back. */
#include "runtime/state.h"

int rt_on_start(PyThreadState *ts, PyCodeObject *code, int place)
{
    (void)ts;
    (void)code;
    (void)place;
    return 1;
}
