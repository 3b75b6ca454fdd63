/*  Private to core/record: a call taken apart, for those who look for a form of their own for it. */
#ifndef JITNEY_RECORD_CALL_H
#define JITNEY_RECORD_CALL_H

#include "record/state.h"

enum { CALL_MAX_ARGS = 40 };

typedef struct {
    PyObject *callable;            /* concrete, bound methods taken apart */
    RecVal func;                   /* its value */
    int n;                         /* arguments, self included, keyword values last */
    RecVal args[CALL_MAX_ARGS];
    PyObject *concrete[CALL_MAX_ARGS];
    PyObject *kwnames;             /* tuple or NULL */
    int nstack;                    /* entries of the operand stack the call takes away */
} RecCall;

bool rec_written_call(Recorder *r, RecCall *c, bool quotes); /* text.c: str() and repr() of simple values */
void rec_pop_call(Recorder *r, RecCall *c);             /* takes them away, references to rec_drop */
void rec_return_from_call(Recorder *r, RecCall *c, IrRef result, bool owned); /* pops, pushes the result */
void rec_guard_callable(Recorder *r, RecCall *c);
bool rec_call_builtin(Recorder *r, RecCall *c);         /* builtins.c: intrinsics of C functions */
bool rec_construct(Recorder *r, RecCall *c);            /* construct.c: calls of classes */
void rec_call_residual(Recorder *r, RecCall *c);        /* the call itself, by vectorcall */
bool rec_call_is_quiet(Recorder *r, RecCall *c);        /* quiet.c: with these (then guarded) types of arguments; the callable is guarded */
IrRef rec_range_iter(Recorder *r, IrRef range, PyObject *concrete); /* construct.c; IR_NONE when not simple */
const IrKlass *rec_range_klass(Recorder *r);
/* range.c: the length (I64), an item (new), [start:stop] (new) of a range; IR_NONE, nothing emitted, when not simple. */
IrRef rec_range_len(Recorder *r, IrRef ref, PyObject *o);
IrRef rec_range_item(Recorder *r, IrRef ref, PyObject *o, IrRef key, PyObject *k);
IrRef rec_range_slice(Recorder *r, IrRef ref, PyObject *o, const IrRef *bounds, PyObject *const *now_bounds);

bool rec_exception_init(Recorder *r, RecCall *c);       /* exceptions.c: of an exception of the trace; else false, nothing emitted */
bool rec_exception_str(Recorder *r, RecCall *c);

#endif
