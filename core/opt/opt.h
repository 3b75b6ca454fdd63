/*  From a raw trace, as recorded, to an optimised one.

    opt_run replays the raw trace operation by operation into a new one through a chain of small optimisations
    (fold, guards, forward, virtual, refcount), each in a file of its own; a loop is replayed a second time with what the
    first round found out as its start (peel), so that what does not change falls out of the loop. Then dead
    code goes. See passes.def.

    What it expects of a raw trace beyond ir.h:
      - `new` and box_* own; load* borrow; store*, replace*, store_slot and the operands of `new` steal;
      - every reference the trace owns is an owned slot entry or a drop of each snapshot;
      - a side trace's first snapshot (snaps[0]) is the state at entry, with exit_args, box_*, `new` and load_slot* for values;
      - root stack slots at or above the entry depth hold NULL in memory while machine code runs. */
#ifndef JITNEY_OPT_OPT_H
#define JITNEY_OPT_OPT_H

#include "ir/ir.h"

typedef enum {
#define PASS(name, optional, doc) PASS_##name,
#include "opt/passes.def"
#undef PASS
    PASS__COUNT
} OptPass;
extern const char *const opt_pass_name[PASS__COUNT];

typedef struct {
    unsigned disabled;    /* bit per pass of passes.def, for tests */
    bool peel;            /* make loops out of raw_close (else: leave at the end) */
    int first_stack_slot; /* root frame: slots from here on are operand stack */
    int entry_depth;      /* root frame: operand stack entries in memory at entry */
    const void *true_object, *false_object;
    bool clears_backwards; /* generators' slots, when they end */
    int generator_suspended, generator_cleared; /* states: field 0 of a klass of generators */
    bool (*closes_quietly)(const IrKlass *klass, const void *place); /* field 1: no code runs when such a one is closed there */
    /* Side traces whose parent exit lies in the loop of a label: the exit also carries the label's parameters from number `nphis` on,
       parameter i as exit_arg number first_param_arg + i. Else NULL. */
    IrLabel *parent_label;
    int first_param_arg;
    bool label_holds;     /* out: nothing in this trace breaks what parent_label assumes: its own exits carry the label on */
    const char *note;     /* out: what was not possible though the trace is right ("link: ..."), or NULL */
} OptOptions;

/* Returns the optimised trace, or NULL with the reason in *why. It lives in `arena` with all else that is needed on the way, and shares
   fields and klasses with the raw trace; a label's `opt` refers to that too. A trace that links to a label mentions its objects. */
IrTrace *opt_run(IrTrace *raw, Arena *arena, OptOptions *options, const char **why);
/* What has to be kept of the result when its machine code is made, copied into an arena of its own: the snapshots, and the
   label with all that traces which jump there ask for. Called before code is generated: types that the code mentions are the
   kept ones from then on. */
IrTrace *opt_keep(IrTrace *t, Arena *arena);

#endif
