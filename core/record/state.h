/*  Private to core/record: the abstract frames of a recording and the small vocabulary its files share.

    Each instruction is handled by one function of the dispatch table in record.c. Its order is always: look at the
    concrete operands; emit guards (they carry the snapshot of the instruction's start); pop; emit the operations;
    push; hand operands that are no longer needed to rec_drop. finish_insn then releases those, with snapshots of
    the state behind the instruction, so that nothing is released twice when the trace is left there. */
#ifndef JITNEY_RECORD_STATE_H
#define JITNEY_RECORD_STATE_H

#include "record/record.h"

typedef struct {
    IrRef ref;      /* IR_NONE: NULL */
    uint8_t owned;  /* the slot has a reference of its own (as opposed to one borrowed from what stays alive) */
    uint8_t is_int; /* 3.15: a tagged small integer, ref is I64 */
} RecVal;

typedef struct {
    CpyFrame *real;       /* NULL until the interpreter has entered it */
    PyCodeObject *code;
    PyFunctionObject *func; /* constant function, or NULL */
    IrRef func_ref;       /* the function when it is not constant; the generator of REC_HOW_GENERATOR */
    bool owns_func;       /* has it a reference to func_ref; false when func is a constant */
    int base, nslots, depth;
    int place;            /* of the instruction being executed; in suspended frames of the call */
    int how;              /* RecHow of this frame's result */
    int pop_on_return;    /* entries of the caller's stack that go when this returns (operands kept for REC_HOW_BINARY) */
    int rounds;           /* back-edges seen */
    RecVal *slots;
    /* Root and generators' frames, which are in memory: not (any more) what memory holds there; entries that memory has. */
    uint8_t *modified;
    int mem_depth;
} RecFrame;

enum { REC_MAX_FRAMES = 16, REC_MAX_DROPS = 64, REC_MAX_SLOTS = 400 };

/* An exception that was raised in the trace and is not known to be gone: exceptions.c. */
typedef struct {
    IrRef ref;            /* REC_KLASS_EXCEPTION or REC_KLASS_RAISED */
    PyTypeObject *type;
    IrRef args, inner;    /* the tuple; of RAISED the exception itself */
    struct { PyObject *name; IrRef node; } attrs[8]; /* REC_KLASS_EXCEPTION_ATTR */
    int nattrs;
    IrRef traceback;      /* its newest entry, or IR_NONE */
    bool raised;          /* once already: it may be another's context */
} RecExc;
typedef struct {
    IrRef ref;            /* REC_KLASS_TRACEBACK, or REC_KLASS_FRAME of which level - 1 is the frame below */
    int exc, level;       /* index of its exception; frame of the trace that it shows, -1: it has a frame of its own */
    bool is_frame;
} RecShown;

typedef struct RecState {
    const RecHost *host;
    PyThreadState *ts;
    RecStart start;
    Arena *arena;
    RecFrame frames[REC_MAX_FRAMES];
    int nframes;
    CpyInsn insn;           /* being handled */
    bool ran;               /* it may have run arbitrary code: guard_valid follows */
    bool ended;             /* the trace has its END */
    bool moved;             /* an instruction was recorded */
    bool branched;          /* and one in the root frame that may go another way */
    IrRef pending_next;     /* result of iter_next whose side is told by where the interpreter goes on */
    bool pending_quiet;     /* and that ran no code */
    CpyInsn pending_for; uint32_t pending_before;
    RecVal drops[REC_MAX_DROPS];
    int ndrops;
    struct { int frame, slot; IrRef value, keep; } stores[16]; /* of slots in memory, written at the instruction's end; keep: reference taken first */
    int nstores;
    RecExc excs[8];
    int nexcs;
    RecShown shown[32];
    int nshown;
    IrRef handled;          /* the one that is handled; IR_NONE: whatever memory says */
    int nchecks;            /* calls of this instruction that may have failed */
    IrRef check;            /* the last one's guard_ok; the state behind the instruction, 0: of no use; what it began with: */
    uint32_t passed;
    RecFrame begun;
    int begun_nframes;
    RecVal begun_slots[REC_MAX_SLOTS];
    uint8_t begun_modified[REC_MAX_SLOTS];
    uint32_t before;        /* snapshot of the instruction's start */
    int goes_to;            /* place the interpreter must go to next in the innermost frame; -1: not checked */
    VEC(const IrKlass *) known; /* by IrRef: exact type known from an earlier guard (FIXED types only) */
    VEC(PyCodeObject *) observed; /* owned */
    IrSnapFrame sframes[REC_MAX_FRAMES];
    IrSnapSlot *sslots;
    int sslots_cap;
    IrRef sdrops[REC_MAX_DROPS];
} RecState;

typedef void (*RecHandler)(Recorder *r);

/* ---- giving up -------------------------------------------------------------------------- */
void rec_give_up(Recorder *r, RecAbort why); /* sticky; the first reason stays */
static inline bool rec_gave_up(const Recorder *r) { return r->status == REC_ABORTED; }

/* ---- frames.c ---------------------------------------------------------------------------- */
static inline RecFrame *rec_top(Recorder *r) { return &r->state->frames[r->state->nframes - 1]; }
static inline bool rec_is_root(Recorder *r) { return r->state->nframes == 1; }
RecVal *rec_stack(Recorder *r, int from_top);          /* 0 is the top entry */
PyObject *rec_concrete(Recorder *r, int from_top);     /* the real object there, borrowed; NULL */
PyObject *rec_concrete_local(Recorder *r, int slot);
void rec_push(Recorder *r, IrRef ref, bool owned);
void rec_push_null(Recorder *r);
void rec_push_val(Recorder *r, RecVal v);
RecVal rec_pop(Recorder *r);                            /* the entry's reference becomes the caller's */
void rec_take_from_memory(Recorder *r, int from_top);   /* a root entry that is about to move */
void rec_drop(Recorder *r, RecVal v);                   /* release at the end of this instruction, if owned */
void rec_own(Recorder *r, RecVal *v);                   /* takes a reference if borrowed */
void rec_store_local(Recorder *r, int slot, RecVal v);
void rec_keep_borrowers(Recorder *r, IrRef ref);        /* stack entries borrowed from a slot that is about to change */
void rec_write_slot(Recorder *r, int slot, IrRef value, IrRef keep); /* of a frame that is in memory */
bool rec_enter_frame(Recorder *r, PyFunctionObject *func, IrRef func_ref, int how, int pop_on_return);
void rec_leave_frame_exhausted(Recorder *r);
void rec_leave_frame(Recorder *r, RecVal result);       /* return from the innermost inlined frame */
void rec_observe(Recorder *r, PyCodeObject *code);

/* ---- snap.c ------------------------------------------------------------------------------- */
uint32_t rec_snap_before(Recorder *r);                  /* start of this instruction */
uint32_t rec_snap_raise(Recorder *r);                   /* the same, raising */
uint32_t rec_snap_at(Recorder *r, int place, int drop_from, IrExitKind kind); /* state now, going on at place; drops from drop_from on */

/* ---- emit.c --------------------------------------------------------------------------------- */
IrRef rec_op(Recorder *r, IrOp op, int n, IrRef a, IrRef b, IrRef c);
#define rec_op0(r, op) rec_op(r, op, 0, 0, 0, 0)
#define rec_op1(r, op, a) rec_op(r, op, 1, a, 0, 0)
#define rec_op2(r, op, a, b) rec_op(r, op, 2, a, b, 0)
IrRef rec_slot_op(Recorder *r, IrOp op, int n, IrRef a, int slot);
IrRef rec_load(Recorder *r, IrRef base, const IrField *f);
IrRef rec_load_elem(Recorder *r, IrRef base, IrRef index, const IrField *f);
void rec_store(Recorder *r, IrRef base, IrRef value, const IrField *f);
IrRef rec_const(Recorder *r, PyObject *o);              /* kept alive by the trace */
IrRef rec_int(Recorder *r, int64_t v);
IrRef rec_new(Recorder *r, const IrKlass *k, const IrRef *values);
/* Helper call without arbitrary code. Where it RAISES, guard_ok with the raising snapshot follows. */
IrRef rec_call(Recorder *r, IrCall which, int n, const IrRef *args);
#define rec_call1(r, w, a) rec_call(r, w, 1, (IrRef[]){a})
#define rec_call2(r, w, a, b) rec_call(r, w, 2, (IrRef[]){a, b})
#define rec_call3(r, w, a, b, c) rec_call(r, w, 3, (IrRef[]){a, b, c})
/* call_c and call_array: sync before, unsync and guard_ok after, guard_valid at the instruction's end. */
IrRef rec_call_c(Recorder *r, void *fn, int n, const IrRef *args);
IrRef rec_call_array(Recorder *r, void *fn, IrRef first, IrRef last, int64_t imm, int n, const IrRef *items);
/* The same of a function that neither runs code nor looks at frames nor changes what was there before. */
IrRef rec_call_c_quiet(Recorder *r, void *fn, int n, const IrRef *args);
IrRef rec_call_array_quiet(Recorder *r, void *fn, IrRef first, IrRef last, int64_t imm, int n, const IrRef *items);
void rec_guard_bool(Recorder *r, IrRef b, bool expect);
void rec_guard_bool_else(Recorder *r, IrRef b, bool expect, uint32_t snap);

/* ---- types.c ---------------------------------------------------------------------------------- */
const IrKlass *rec_klass(Recorder *r, PyTypeObject *t);
void rec_guard_type(Recorder *r, IrRef ref, PyObject *concrete);
void rec_guard_is(Recorder *r, IrRef ref, PyObject *concrete);
bool rec_is_const(Recorder *r, IrRef ref, PyObject **value);
void rec_set_known(Recorder *r, IrRef ref, PyTypeObject *t);
void rec_forget_types(Recorder *r);
void rec_depend(Recorder *r, RecDepKind kind, PyObject *subject, PyObject *key);
void rec_depend_type(Recorder *r, PyTypeObject *t);     /* heap types; static ones never change */
const IrField *rec_field(Recorder *r, CpyLayout which, IrWidth width, unsigned memid);
const IrField *rec_elem(Recorder *r, const char *name, int offset, IrWidth width, unsigned memid);
const IrField *rec_attr_field(Recorder *r, PyObject *name, int offset);
const IrField *rec_iter_field(Recorder *r, CpyLayout which, IrWidth width);
const IrField *rec_valid_field(Recorder *r, PyTypeObject *t); /* NULL: no inline values */
const IrField *rec_dict_field(Recorder *r, PyTypeObject *t);  /* NULL: no managed dict */
const IrKlass *rec_tuple_klass(Recorder *r, int n);
const IrKlass *rec_iter_klass(Recorder *r, int kind);
const IrKlass *rec_method_klass(Recorder *r);
const IrKlass *rec_instance_klass(Recorder *r, PyTypeObject *t); /* plain classes; NULL if its attributes can't be told */
bool rec_is_scalar(PyObject *o);                        /* hashing, comparing and formatting it runs no code: an exact int, str... */

/* ---- numbers: arith.c --------------------------------------------------------------------------- */
IrRef rec_unbox_int(Recorder *r, IrRef ref, PyObject *concrete); /* int or bool, guarded; concrete must fit */
IrRef rec_unbox_float(Recorder *r, IrRef ref, PyObject *concrete);
bool rec_fits_i64(PyObject *o, int64_t *v);             /* exact int or bool */
IrRef rec_truth(Recorder *r, IrRef ref, PyObject *concrete, bool *known, bool *value); /* BOOL, or IR_NONE when not this simple */
void rec_push_bool(Recorder *r, IrRef b);
bool rec_has_only_safe_operands(PyObject *l, PyObject *rr);

/* ---- tables: lookup.c -------------------------------------------------------------------------------- */
/* The value of a name as the dict's table has it now, by loads; it may be NULL. False, and nothing emitted: the table has another form. */
bool rec_dict_entry(Recorder *r, IrRef dict, PyObject *d, PyObject *name, IrRef *value);
/* The value of a key in a dict (its type is guarded), borrowed, or NULL guarded to be absent, as it is now: *there says which. False,
   nothing emitted: telling could run code of the program. */
bool rec_dict_find(Recorder *r, IrRef dict, PyObject *d, IrRef key, PyObject *k, IrRef *value, bool *there);
/* Membership in an exact dict, set or frozenset as a BOOL; IR_NONE as above. */
IrRef rec_has_key(Recorder *r, IrRef container, PyObject *c, IrRef key, PyObject *k);
bool rec_dict_put(Recorder *r, IrRef dict, PyObject *d, IrRef key, PyObject *k, IrRef value);
IrRef rec_set_compare(Recorder *r, IrRef left, PyObject *l, IrRef right, PyObject *o, int op); /* BOOL; IR_NONE as above */
bool rec_set_put(Recorder *r, IrRef set, PyObject *s, IrRef key, PyObject *k);

/* ---- calls: call.c -------------------------------------------------------------------------------- */
/* Follow a call of a Python function with these arguments (references handed over); false: not possible, nothing emitted. */
bool rec_inline_call(Recorder *r, PyFunctionObject *func, IrRef func_ref, int n, RecVal *args, PyObject **concrete, PyObject *kwnames, int how, int pop_on_return);
bool rec_can_inline(Recorder *r, PyFunctionObject *func, int n, PyObject *kwnames);
/* Lookup of a Python-level special method: the function if the type's attribute is a plain function (then type is a dependency). */
PyFunctionObject *rec_special(Recorder *r, PyObject *o, const char *name);
bool rec_is_plain_class_attr(PyObject *name, PyObject *descr); /* object's own __class__ */
/* o.name runs no code of the program, whether it is there or not: guarded, and the trace depends on it. False: it might. */
bool rec_lookup_is_quiet(Recorder *r, IrRef ref, PyObject *o, PyObject *name);

/* ---- iterators: iter.c ------------------------------------------------------------------------------ */
void rec_guard_no_error(Recorder *r);                   /* else raised at this instruction */
void rec_exhaust(Recorder *r);                          /* the current FOR_ITER's exhausted edge */
void rec_resolve_next(Recorder *r, int place);          /* which way did the FOR_ITER before this place go */
void rec_finish_insn(Recorder *r);
bool rec_next_of_iterators(Recorder *r, IrRef ref, PyObject *o); /* iter_steps.c: false: not these, nothing emitted */
bool rec_steps_quietly(PyObject *o);
void rec_build_by_call(Recorder *r, void *fn, int n, int64_t imm, PyTypeObject *type, bool quiet); /* build.c */
/* text.c: text % values, pushed by the caller; IR_NONE: not of the simple kind, nothing emitted */
IrRef rec_format_plainly(Recorder *r, IrRef text, PyObject *format, IrRef values, PyObject *concrete);
bool rec_is_builtin_iterable(PyObject *o); /* quiet.c: asking for its iterator, and going over it, runs no code of the program */

/* ---- lists, tuples, strings, bytes, bytearrays: sequence.c ------------------------------------------- */
/* The builtin container of which the type is, or from which it is derived without an own way of length, truth, items and iteration; the
   trace depends on the type. NULL: none. */
PyTypeObject *rec_container_base(Recorder *r, PyTypeObject *type);
PyTypeObject *rec_sequence_base(Recorder *r, PyObject *o); /* list or tuple; NULL */
const IrField *rec_size_field(Recorder *r, PyTypeObject *type); /* NULL: none of them */
const IrField *rec_length_field(Recorder *r, PyTypeObject *type); /* what len() gives: also of dicts and sets; NULL */
IrRef rec_sequence_size(Recorder *r, PyTypeObject *type, IrRef seq);
RecVal rec_sequence_item(Recorder *r, PyTypeObject *type, IrRef seq, IrRef index); /* in range */
IrRef rec_list_items(Recorder *r, IrRef list);
const IrField *rec_list_item(Recorder *r);
const IrField *rec_tuple_item(Recorder *r, int i); /* with offset of item i */

/* ---- array.array: array.c ------------------------------------------------------------------------------ */
const IrField *rec_array_size_field(Recorder *r);
/* Of an array: are its items of a kind that is compiled? */
bool rec_array_can_load(PyObject *o, PyObject *key);
bool rec_array_can_store(PyObject *o, PyObject *value);
/* Its type is guarded, the index is in range. */
RecVal rec_array_item(Recorder *r, IrRef array, PyObject *o, IrRef index);
void rec_array_store(Recorder *r, IrRef array, PyObject *o, IrRef index, IrRef ref, PyObject *value);

/* ---- generators: generator.c ------------------------------------------------------------------------ */
static inline bool rec_is_generator(const RecFrame *f) { return (f->how & 0xff) == REC_HOW_GENERATOR; }
/* One that is not begun, of a function that is a constant or made in the trace; `place` is where it begins, `iterated` what its stack
   has an iterator of then (its first argument), or NULL. */
bool rec_can_make_generator(const PyFunctionObject *func, int nargs, PyObject *iterated);
IrRef rec_new_generator(Recorder *r, IrRef ref, PyFunctionObject *func, const RecVal *args, PyObject *iterated, int place);
bool rec_steps_by_index(PyObject *o); /* iter.c: 3.15: stays itself on the stack of a loop, with a tagged index above it */
bool rec_resume_generator(Recorder *r, IrRef ref, PyObject *gen); /* false: not possible, nothing emitted */
void rec_load_generator_slots(Recorder *r, RecFrame *f); /* those that memory has */
void rec_write_generator_slots(Recorder *r, int place); /* the pending stores to generators' frames */
void rec_return_from_generator(Recorder *r);
void rec_leave_root_by_yield(Recorder *r); /* record.c */

/* ---- exceptions: exceptions.c --------------------------------------------------------------------- */
/* The instruction raises a new exception of that type (args: a tuple, its reference handed over). */
void rec_raise_new(Recorder *r, PyTypeObject *type, IrRef args);
/* The same as was just raised by what the instruction does: its message must follow from what was guarded. */
void rec_raise_same(Recorder *r);
void rec_begin_insn(Recorder *r);              /* remembers the state, should the instruction turn out to have failed */
void rec_note_passed(Recorder *r, int place);
void rec_notice_failure(Recorder *r, CpyFrame *now, int place); /* of the last one, as the interpreter is in a handler by now */
void rec_begin_raising(Recorder *r, int place); /* a side trace: the instruction there has failed */
bool rec_is_simple_exception(PyTypeObject *t); /* its instances hold nothing but what every exception has */
IrRef rec_new_exception(Recorder *r, PyTypeObject *type, IrRef args);
bool rec_is_plain_exception(PyTypeObject *t);  /* so too, but for what a Python __init__ does */
IrRef rec_tuple_of(Recorder *r, const RecVal *values, int n);
bool rec_exception_parts(Recorder *r, IrRef e, RecVal *type, RecVal *traceback); /* borrowed; false: not one of the trace */
/* LOAD_ATTR and STORE_ATTR of an exception of the trace; false: not of such, nothing emitted. */
bool rec_exception_attr(Recorder *r, PyObject *o, PyObject *name);
bool rec_exception_store_attr(Recorder *r, PyObject *name);
void rec_note_virtual(Recorder *r, IrRef ref, const IrKlass *k, const IrRef *values); /* of a parent's exit */
bool rec_forget_exceptions(Recorder *r, IrRef result); /* before the innermost frame is left: false, given up, when one may still show it */

/* ---- one handler per neutral operation that is compiled -------------------------------------------- */
#define HANDLER(name) void rec_do_##name(Recorder *r);
#include "record/handlers.def"
#undef HANDLER

#endif
