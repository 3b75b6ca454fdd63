/*  Private to core/opt: the state of one run, and what its files offer each other.

    An OptVal is what a raw value became: an emitted value, or a *virtual* (IR_VIRTUAL set: an object that was not
    made). cx->map gives it for each raw reference, resolve() what it is by now: a virtual that was made since, a value
    that turned out to be a constant.

    Ownership. For a real object `held` says how many references the emitted code surely owns, `pending` how many increfs
    the raw code did that were not emitted; the raw code owns the sum. A reference that a virtual's field or a dirty
    slot owns is among these: to the emitted code it is the trace's own. A virtual counts its own references. */
#ifndef JITNEY_OPT_CX_H
#define JITNEY_OPT_CX_H

#include <string.h>

#include "opt/opt.h"

typedef uint32_t OptVal;
#define SLOT_ENTRY 0xffffffffu /* as at the trace's entry, value not looked at or OptSlot.entry */
#define SLOT_JUNK 0xfffffffeu  /* memory only: NULL, or something whose release runs no code */

#define OPT_CHUNKS 1024
#define OPT_CHUNK 256
#define LIST(T) \
    struct { \
        T *data; \
        uint32_t n, room; \
    }
#define LIST_PUSH(cx, list, value) \
    do { \
        if ((list).n == (list).room) { \
            (list).data = opt_grow(cx, (list).data, &(list).room, sizeof *(list).data); \
        } \
        (list).data[(list).n++] = (value); \
    } while (0)

typedef struct {
    const IrKlass *klass;  /* exact type when known */
    unsigned flags;        /* IR_TYPE_* of the exact type when known, also without klass */
    bool nonnull, fresh, truth_known, truth;
    IrRef same;            /* the constant it was found to be */
    IrRef unboxed;         /* the number in it */
    OptVal was;            /* the virtual box it was made for */
    int held, pending;
    IrRef anchor;          /* loaded from a field of this */
    const IrField *anchor_field;
    IrRef origin;          /* raw operation of the first round that it is the value of */
    uint32_t cse_next;
    uint32_t epoch;        /* number of RUNS before it */
    int snap_used;         /* scratch of snapshots.c */
} OptFact;

typedef enum { VIRT_I64, VIRT_F64, VIRT_BOOL, VIRT_NEW } OptVirtKind;
typedef struct {
    OptVirtKind kind;
    const IrKlass *klass; /* NEW */
    IrRef origin;
    OptVal *values;       /* fields, owned; of a box the number */
    int n, refs;
    IrRef forced;
    bool forcing;
    uint32_t snap_mark, snap_index, drop_mark;
} OptVirtual;

typedef struct { /* what memory is known to hold */
    IrRef base, index; /* index: 0 for fields */
    const IrField *field;
    int box;           /* 0: value itself; else VIRT_* + 1: a box of the number `value` */
    bool trusted; /* from before the loop */
    OptVal value;
} OptCached;

typedef struct {
    OptVal cur, mem;
    IrRef entry;  /* load_slot or load_slot_int of it */
    bool entry_int, tagged;
    bool coming;  /* the instruction that is being replayed stores into it next: exits take it from their raw snapshot */
    bool brought; /* an operand that the parent's exit would write: the raw code accounts for its reference, not the slot */
} OptSlot;

typedef struct { /* what an operation about to be emitted may do to references */
    unsigned writes;
    const IrField *field; /* narrows writes */
    bool releases, runs;
    int slot;             /* root slot that is overwritten, or -1 */
} OptEffect;

typedef struct OptContext {
    Arena *arena;
    IrTrace *raw, *out;
    OptOptions *options;
    OptVal *map;
    const IrInsn *now;   /* raw operation being replayed */
    IrRef now_ref;
    int round;           /* 1 preamble, 2 body, 3 another loop's raw trace before a link */
    OptFact *fact_chunks[OPT_CHUNKS]; /* addresses are stable */
    LIST(OptVirtual *) virtuals;
    LIST(OptCached) heap;
    LIST(IrRef) answers; /* calls that asked dicts and sets that have not been written since */
    LIST(OptVal) late;   /* virtual copies of what lists hold now */
    LIST(IrRef) pendings;
    LIST(IrRef) anchored; /* those with an anchor_field; one may be there twice */
    LIST(IrRef) temps;   /* boxes made for one operation */
    LIST(OptVal) dying;  /* being released: owned by the trace still */
    OptSlot *slots;
    int nslots, mem_limit;
    const IrSnapSlot **listed; /* scratch of snapshots.c: entries of listed_of by root slot */
    const IrSnapshot *listed_of;
    uint32_t cse[512];
    uint32_t epoch, snap_stamp;
    IrRef loop_at;
    IrRef *label_args;   /* side traces: the parent label's parameters */
    OptVal *first_map;   /* map of the first round */
    LIST(OptCached) trusted; /* what the body took from memory as it was before the loop */
    const char *why;
    const OptVal *before; /* by operation of the loop that is being linked to: its value here */
} OptContext;

#define NINSNS(t) ((IrRef)(t)->insns.len)
#define NSNAPS(t) ((uint32_t)(t)->snaps.len)

/* The same place in memory; traces have their own fields and types. */
static inline bool same_field(const IrField *a, const IrField *b) {
    return a == b || (a->offset == b->offset && a->width == b->width && a->mem == b->mem && a->owner == b->owner);
}
static inline bool is_virtual(OptVal v) { return v >= IR_VIRTUAL && v < SLOT_JUNK; }
static inline bool pass_on(const OptContext *cx, OptPass p) { return !(cx->options->disabled >> p & 1); }

/* cx.c */
void *opt_alloc(OptContext *cx, size_t bytes); /* zeroed */
void *opt_grow(OptContext *cx, void *data, uint32_t *room, size_t size);
void opt_fail(OptContext *cx, const char *why);
OptContext *opt_context(IrTrace *raw, Arena *arena, OptOptions *options, int nslots);

/* facts.c */
OptFact *fact(OptContext *cx, IrRef r);
OptVal resolve(OptContext *cx, OptVal v);
static inline OptVirtual *virt(OptContext *cx, OptVal v) { return cx->virtuals.data[v & ~IR_VIRTUAL]; }
OptVal operand(OptContext *cx, int i); /* of cx->now */
unsigned type_flags(OptContext *cx, OptVal v);
const IrKlass *klass_of(OptContext *cx, OptVal v);
bool same_type(const IrKlass *a, const IrKlass *b);
bool same_klass(const IrKlass *a, const IrKlass *b); /* of a `new`: the same type with the same fields */
int is_of_type(OptContext *cx, OptVal v, const IrKlass *k); /* 1 yes, 0 no, -1 unknown */
int is_nonnull(OptContext *cx, OptVal v);                   /* the same */
bool is_plain(OptContext *cx, OptVal v);
bool is_real_const(OptContext *cx, OptVal v);
bool const_i64(OptContext *cx, OptVal v, int64_t *out);
bool const_f64(OptContext *cx, OptVal v, double *out);
int known_bool(OptContext *cx, IrRef b); /* 1, 0, -1 unknown */
void learn_type(OptContext *cx, OptVal v, const IrKlass *k);
void learn_same(OptContext *cx, IrRef v, IrRef constant);
void learn_bool(OptContext *cx, IrRef b, bool value);
void forget_loose_types(OptContext *cx);
int as_bool_object(OptContext *cx, OptVal v); /* constants: 1 True, 0 False, -1 neither */

/* emit.c */
IrRef emit(OptContext *cx, IrOp op, const IrRef *args, int n, const IrInsn *imm, uint32_t snap);
IrRef emit1(OptContext *cx, IrOp op, IrRef a);
IrRef emit_pure(OptContext *cx, IrOp op, const IrRef *args, int n, const IrInsn *imm, uint32_t raw_snap);

/* virtual.c */
OptVal new_virtual(OptContext *cx, OptVirtKind kind, const IrKlass *klass, int n);
OptVal new_box(OptContext *cx, OptVirtKind kind, IrRef number, int refs);
bool is_box(OptContext *cx, OptVal v);        /* a virtual int, float or bool */
IrRef number_in(OptContext *cx, OptVal v);    /* known unboxed value of a box, or 0 */
IrRef as_real(OptContext *cx, OptVal v);      /* makes it; good for this operation and as long as the raw code owns it */
IrRef as_owned(OptContext *cx, OptVal v);     /* makes it and gives one of the trace's references away */
void end_temps(OptContext *cx);
void make_late(OptContext *cx, OptVal but); /* lists are about to be written */
OptVirtual *late_copy(OptContext *cx, OptVal v); /* one that was not made yet, or NULL */
void forget_box(OptContext *cx, IrRef r);     /* the trace has no reference to it any more */
bool has_to_close(OptContext *cx, const OptVirtual *o);   /* a generator: its death runs code */
bool may_have_ended(OptContext *cx, const OptVirtual *o);
void drop_frame_of_generator(OptContext *cx, OptVirtual *o); /* into `dying` */
bool finish_virtual_generator(OptContext *cx);           /* false: the operation is something else */
void virtual_release(OptContext *cx, OptVal v, uint32_t raw_snap);
int virtual_field(OptContext *cx, OptVal v, const IrField *field); /* index or -1 */
bool reaches(OptContext *cx, OptVal from, OptVal to);
bool replay_virtual(OptContext *cx);          /* box_*, new, unbox_* */

/* refcount.c */
void count_up(OptContext *cx, OptVal v);
void count_down(OptContext *cx, OptVal v, uint32_t raw_snap);
void give_away(OptContext *cx, IrRef v);
void set_anchor(OptContext *cx, IrRef v, IrRef base, const IrField *field);
void flush_pending(OptContext *cx, const OptEffect *e);
void set_pending(OptContext *cx, IrRef v, int n);
bool is_kept(OptContext *cx, IrRef v, const OptEffect *e, bool by_others);
bool replay_refcount(OptContext *cx);

/* slots.c */
bool replay_slots(OptContext *cx);
OptVal slot_memory(OptContext *cx, int k); /* as a value, or SLOT_* */
OptVal slot_value(OptContext *cx, int k);
bool slot_dirty(OptContext *cx, int k);
void sync_slot(OptContext *cx, int k, uint32_t raw_snap); /* a dirty slot's value into memory */
void clear_slot_memory(OptContext *cx, int k, uint32_t raw_snap); /* memory is NULL, the value stays */

/* snapshots.c */
uint32_t snapshot(OptContext *cx, uint32_t raw_snap); /* both are index + 1; 0 gives 0 */
const IrSnapSlot *find_listed(OptContext *cx, const IrSnapshot *raw, int k);
OptVal snap_slot(OptContext *cx, const IrSnapshot *raw, int k, uint32_t *flags, bool *listed);

void adopt_listed(OptContext *cx, const IrSnapshot *raw);

/* forward.c */
bool replay_memory(OptContext *cx);
void clobber(OptContext *cx, unsigned writes);
void clobber_pointers(OptContext *cx, const IrRef *args, int n);
OptCached *cached(OptContext *cx, IrRef base, const IrField *field, IrRef index);
void remember(OptContext *cx, IrRef base, const IrField *field, IrRef index, int box, OptVal value);

/* guards.c */
bool replay_guard(OptContext *cx);

/* fold.c: the value, or 0 when there is nothing to fold */
IrRef fold(OptContext *cx, IrOp op, const IrRef *args, int n, const IrInsn *imm);
IrRef fold_int(OptContext *cx, IrOp op, const IrRef *a);
IrRef fold_float(OptContext *cx, IrOp op, const IrRef *a);
IrRef fold_object(OptContext *cx, IrOp op, const IrRef *a, const IrInsn *imm);

/* replay.c */
void replay_op(OptContext *cx, IrRef raw_ref);
void replay_all(OptContext *cx);

/* head.c: the state at a loop's head */
typedef enum { REP_NULL, REP_CONST, REP_I64, REP_F64, REP_BOOL, REP_TAGGED, REP_OBJ, REP_VIRT, REP_RAW } OptRepKind;
typedef struct OptRep {
    OptRepKind kind;
    IrRef phi;            /* or the constant */
    const IrKlass *klass; /* assumed: OBJ; VIRT: what it is */
    unsigned flags;
    bool nonnull;
    IrInsn constant;      /* CONST: what it is, for other traces */
    int n;
    struct OptRep *parts; /* VIRT */
} OptRep;
typedef struct {
    int slot;
    OptRep rep;
} OptHeadSlot;
typedef struct {
    IrRef base, index, phi;
    int64_t at;               /* the index, which is a constant */
    IrType type;
    const IrField *field;
    int box;
} OptHeadField;
typedef struct {
    const IrKlass *klass;
    unsigned flags;
    bool nonnull;
} OptKnown;
typedef struct OptHead {
    IrTrace *raw;
    int first_stack_slot, entry_depth;
    int nslots, nfields, ntrusted;
    OptHeadSlot *slots;
    OptHeadField *fields;     /* carried in phis */
    OptCached *trusted;       /* memory the body relies on not to have changed */
    OptKnown *known;          /* of each value from before the loop; after make_label of each parameter */
    bool trusts_types;        /* so too for types of instances */
    IrRef *origin;            /* of each parameter, in raw; 0: not known */
    IrTrace *out;
} OptHead;
enum { WISH_AUTO, WISH_VARIES, WISH_I64, WISH_F64, WISH_ANY }; /* what a retry asks of a slot */
OptHeadSlot *head_plan(OptContext *cx, const IrSnapshot *close, const uint8_t *wishes, int *n);
typedef void (*OptPutFn)(OptContext *cx, const OptRep *rep, IrRef value, void *data);
/* Turns the state before the jump (by a raw snapshot) into what the head assumes; `put` gets the value of each phi, in the order of
   head_enter. False when it cannot be: with a wish for a retry, or cx->why. */
bool head_prepare(OptContext *cx, OptHeadSlot *slots, int n, uint32_t raw_snap, uint8_t *wishes); /* its guards alone */
bool head_match(OptContext *cx, OptHeadSlot *slots, int n, uint32_t raw_snap, uint8_t *wishes, OptPutFn put, void *data);
void head_enter(OptContext *cx, OptHeadSlot *slots, int n, const IrRef *entries);

/* writes.c: what a stretch of a trace may change */
typedef struct {
    bool runs;
    unsigned classes;
    LIST(const IrField *) fields;
} OptWrites;
void find_writes(OptContext *cx, const IrTrace *t, IrRef from, OptWrites *w); /* from there to the trace's end */
bool covers_writes(const OptWrites *all, const OptWrites *some);
bool may_write(const OptWrites *w, const IrField *field);
bool may_overlap(const IrField *a, const IrField *b, bool same_layout);

/* peel.c: the whole of a loop; `again` when it is to be built anew with the plan as it is by then */
typedef struct {
    uint8_t *wishes;                  /* per slot */
    LIST(const IrField *) uncarried;  /* fields that do not stay in registers */
    bool raw_writes; /* objects that the first round did not make are made in the second: what that writes is what was recorded */
    bool again, no_link, no_start, no_args; /* no_*: ways of jumping to other loops that did not work */
} OptPlan;
OptHead *peel(OptContext *cx, OptPlan *plan);

/* link.c: the jump to another loop, or `leave` with options->note */
void link_before(OptContext *cx);
void link_end(OptContext *cx);
void link_to_start(OptContext *cx);
/* before.c: values by operation of the label's trace, 0: not at hand; NULL, and nothing emitted, when a parameter is not */
OptVal *before_loop(OptContext *cx, const IrLabel *label, uint32_t raw_snap);

bool keeps_label(OptContext *cx, const IrLabel *label);

/* dce.c, label.c */
IrRef *dce(OptContext *cx); /* the new number of each value; 0: gone */
void make_label(OptContext *cx, OptHead *head, const IrRef *renamed, IrRef old_count);

#endif
