/*  The second executor: runs a trace operation by operation, slow, simple and obviously right.

    It is the definition of what operations mean: the optimiser is right when a trace gives the same before and after it, the
    code generator when machine code gives the same. It knows as little of objects as the rest of the middle: memory is
    read and written where fields say, everything else is asked of a host. */
#ifndef JITNEY_IR_INTERP_H
#define JITNEY_IR_INTERP_H

#include "ir/ir.h"

typedef union {
    int64_t i; /* BOOL too */
    double f;
    void *p;
} IrWord;

typedef struct IrHost {
    void *host;
    /* The root frame. */
    void *(*load_slot)(void *host, int slot);
    bool (*load_slot_int)(void *host, int slot, int64_t *value); /* false: the slot holds none */
    bool (*store_slot)(void *host, int slot, void *owned);       /* true: leave the trace (as release) */
    void (*store_slot_int)(void *host, int slot, int64_t value); /* tagged, nothing is released */
    void (*forget_slot)(void *host, int slot);                   /* NULL, nothing is released */
    void *(*frame)(void *host);
    /* Objects. */
    void *(*type_of)(void *host, void *obj);
    void (*take)(void *host, void *obj);                         /* one reference more */
    bool (*release)(void *host, void *obj);                      /* one less; true: it died and the trace must be left */
    void *(*box_i64)(void *host, int64_t v);                     /* new references */
    void *(*box_f64)(void *host, double v);
    void *(*box_bool)(void *host, bool v);
    bool (*unbox_i64)(void *host, void *obj, int64_t *v);        /* false: it does not fit */
    double (*unbox_f64)(void *host, void *obj);
    bool (*unbox_bool)(void *host, void *obj);
    bool (*reuse_box)(void *host, void *obj, IrType type, IrWord v); /* write in place if nobody else has it */
    void *(*make)(void *host, const IrKlass *klass, const IrWord *values); /* steals */
    /* Calls. */
    IrWord (*call)(void *host, IrCall which, const IrWord *args, int nargs);
    void *(*call_c)(void *host, const IrWord *args, int nargs);  /* args[0] is the function */
    void *(*call_array)(void *host, const IrWord *args, int nargs, int64_t imm);
    void (*sync)(void *host, const IrTrace *t, const IrSnapshot *s, const IrWord *leaves);
    void (*unsync)(void *host);
    bool (*is_valid)(void *host);
    bool (*breaker_is_set)(void *host);
} IrHost;

typedef struct {
    IrRef insn;           /* where it was left, an END or a guard */
    const IrSnapshot *snap; /* NULL: end_link, or a fault */
    IrWord *leaves;       /* as ir_snapshot_leaves; malloc'ed, the caller frees it */
    const char *fault;    /* NULL, or what the executor could not do */
} IrLeft;

/* Run from the first operation until the trace is left. raw_close leaves by its snapshot: the caller may start over. */
IrLeft ir_interp(const IrTrace *t, const IrHost *host, const IrWord *exit_args, int64_t max_steps);

#endif
