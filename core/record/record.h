/*  Recording: follow the interpreter through one round and write down what it did as a raw trace.

    The runtime starts a recording when the interpreter stands before a loop head, a function's first
    instruction or behind a hot exit, switches INSTRUCTION events on for that code, and calls rec_step for
    each event, before the interpreter executes the instruction. The recorder looks at the operands in the real
    frames, emits guards and operations over an abstract copy of the frames, and turns events on for callees that
    it follows.

        idle --rec_start--> RUNNING --rec_step...--> DONE (raw trace ready) | ABORTED (reason)  --rec_free--> idle

    At most one recording exists at a time. */
#ifndef JITNEY_RECORD_RECORD_H
#define JITNEY_RECORD_RECORD_H

#include <Python.h>
#include <string.h>

#include "cpython/cpython.h"
#include "ir/ir.h"

/* How an int is written in decimals. align: '<', '>', '^', or '=' with the fill behind the sign; sign: '-', '+' or ' '; group: the mark
   between three digits, or 0. */
typedef struct {
    int16_t width;
    char fill, align, sign, group;
} RecDecimal;

static inline int64_t rec_pack_decimal(RecDecimal d)
{
    int64_t packed = 0;
    memcpy(&packed, &d, sizeof d);
    return packed;
}

static inline RecDecimal rec_unpack_decimal(int64_t packed)
{
    RecDecimal d;
    memcpy(&d, &packed, sizeof d);
    return d;
}

bool rec_is_c_number(PyTypeObject *t); /* of the standard library: operators among its instances and ints run no code; they hold nothing */

typedef enum { REC_LOOP, REC_FUNCTION, REC_SIDE } RecKind;
typedef enum { REC_RUNNING, REC_DONE, REC_ABORTED, REC_NOT_MINE /* event of some other frame: ignored */ } RecStatus;

typedef enum {
#define ABORT(name, policy, sentence) ABORT_##name,
#include "record/aborts.def"
#undef ABORT
    ABORT__COUNT
} RecAbort;
typedef enum { REC_RETRY, REC_SOON, REC_NEVER } RecAbortPolicy; /* later again, at another moment, or give the place up */
extern const char *const rec_abort_name[ABORT__COUNT];
extern const char *const rec_abort_sentence[ABORT__COUNT];
extern const RecAbortPolicy rec_abort_policy[ABORT__COUNT];

/* What a frame does with the result of the frame above it, when that returns outside the trace: IrSnapFrame.how of the frame *above*
   (the callee). The caller's frame: its place is that of the calling instruction (it goes on at the next one), its stack is
   without the operands unless said otherwise. */
typedef enum {
    REC_HOW_PUSH,     /* push the result */
    REC_HOW_INIT,     /* an __init__: must be None (else TypeError as CPython's); drop it; the instance is on the caller's stack already */
    REC_HOW_DISCARD,  /* drop it (__setitem__, __setattr__ ...) */
    REC_HOW_BOOL,     /* __bool__: must be a bool (else TypeError as CPython's); push it */
    REC_HOW_LEN,      /* __len__ for len(): must be an index that is not negative; push it as an int */
    REC_HOW_LEN_BOOL, /* __len__ for truth: as above; push True or False */
    REC_HOW_TRUTH,    /* push the truth of the result as a bool (comparison in a condition, __contains__) */
    REC_HOW_NOT_TRUTH,/* push its negation as a bool ('not in') */
    REC_HOW_BINARY,   /* the operands are the top two of the caller's stack: pop both, push the result; NotImplemented: go on with the
                         other operand's method, or TypeError, as CPython does. high byte: CpyBinary * 2 + in-place */
    REC_HOW_COMPARE,  /* the same for a rich comparison; high byte: Py_LT... + 16 when the result is made a bool */
    REC_HOW_NEXT,     /* __next__ under FOR_ITER: push the result; StopIteration: clear it and go on at the exhausted edge */
    REC_HOW_GENERATOR,/* a generator resumed by FOR_ITER: push what it yields; when it returned, go on at the exhausted edge. high byte: entries of
                         its stack that are in memory; IrSnapFrame.func is the generator */
    REC_HOW_ROOT,     /* the root frame: nobody above decides */
    REC_HOW_ITER,     /* __iter__ under GET_ITER: the iterable is on top of the caller's stack: pop it, push the result, which must be an
                         iterator (else TypeError as CPython's); 3.15: and NULL */
} RecHow;
#define REC_HOW(how, high) ((how) | (high) << 8)

/* How a `new` of a klass is built at an exit or by new_object: IrKlass.kind. Values in the order of the klass's fields. */
typedef enum {
    REC_KLASS_NONE,      /* only a type, never made by `new` */
    REC_KLASS_TUPLE,     /* nfields items */
    REC_KLASS_INSTANCE,  /* a plain instance: field i is the inline attribute with name data[i] (PyObject **, interned str, kept by the trace),
                            but the last two fields, inline_valid and managed_dict, are only there for loads: ignore their values */
    REC_KLASS_METHOD,    /* func, self */
    REC_KLASS_CELL,      /* content or NULL */
    REC_KLASS_FUNCTION,  /* code, globals, closure or NULL */
    REC_KLASS_GENERATOR, /* I64 state, place, top (bytes or number as generator_top), unused: frame object, globals, builtins; slots; 3.15: I64
                            words of its stack's slots, tagged integers where the slot has nothing; the function. data[0]: code */
    REC_KLASS_SLICE,     /* start, stop, step */
    REC_KLASS_LIST_COPY, /* list, I64 start, stop, step: list[start:stop:step], taken from the list when it is made */
    REC_KLASS_RANGE_ITER,/* I64 start, step, len */
    REC_KLASS_LIST_ITER, /* I64 index, list */
    REC_KLASS_TUPLE_ITER,/* I64 index, tuple */
    REC_KLASS_RANGE,     /* start, stop, step as int objects */
    /* Made by exits alone: exceptions.c says what they hold. */
    REC_KLASS_EXCEPTION_ATTR, /* next, value; data: name */
    REC_KLASS_EXCEPTION, /* attributes (NULL: no dict), args, traceback, cause, context, I64 suppress_context */
    REC_KLASS_RAISED,    /* an exception that C code made, traceback: what to put before its own */
    REC_KLASS_TRACEBACK, /* next, frame (NULL: of the snapshot); data: number of the frame from the root, place */
    REC_KLASS_FRAME,     /* that an exception has left: locals, the frame below (NULL: of the snapshot), function; data as above */
} RecKlassKind;

/* Facts the trace relies on that watchers guard. */
typedef enum { REC_DEP_TYPE, REC_DEP_DICT_KEY, REC_DEP_FUNCTION } RecDepKind;
typedef struct {
    RecDepKind kind;
    PyObject *subject;  /* type, dict or function; borrowed, kept alive by `objects` */
    PyObject *key;      /* for a dict: the key, or NULL for any */
} RecDep;

typedef struct RecHost { /* what the runtime answers */
    /* Label of the compiled loop whose head is at `place` of `code` and that a trace with this root code may jump to, or NULL. */
    struct IrLabel *(*label_at)(PyCodeObject *code, int place);
    /* How many side traces the compiled loop there has; -1: there is none. */
    int (*sides_at)(PyCodeObject *code, int place);
    /* Was this code found not worth inlining (it has a hot loop of its own, ...)? */
    bool (*no_inline)(PyCodeObject *code);
    void (*set_no_inline)(PyCodeObject *code);
    /* INSTRUCTION events of a code object on or off, for the recorder: -1 with an exception. */
    int (*observe)(PyCodeObject *code, bool on);
    /* The function that is called in the place of this consumer of a generator at this place (see runtime/consumers.c), or NULL. */
    PyObject *(*consumer)(PyCodeObject *code, int place, PyObject *callable);
    /* Names in dicts whose values were seen to change: not taken for constants. */
    bool (*is_volatile)(PyObject *dict, PyObject *key);
    void (*set_volatile)(PyObject *dict, PyObject *key);
    /* How Python functions that are not followed are called. */
    vectorcallfunc call_function;
} RecHost;

typedef struct {
    RecKind kind;
    CpyFrame *frame;       /* root frame (LOOP, FUNCTION); SIDE: innermost frame is taken from the thread state */
    int place;             /* of the head, LOOP and FUNCTION: where recording starts */
    /* SIDE: the exit: its snapshot, and for each leaf (ir_snapshot_leaves) its type; the interpreter's frames are already rebuilt,
       frames[0..nframes) are the real ones, root first. The recording starts before the innermost frame's instruction. */
    const IrSnapshot *exit;
    const uint8_t *leaf_types;
    CpyFrame **frames;
    PyObject *raised;      /* of an exit that raises: the exception; borrowed */
    bool unsettled;        /* of an exit: code may have run since the last guard_valid */
    const struct IrLabel *parent_label; int first_param_arg; /* label the parent carries, as in opt.h; or NULL */
    int root_entry_depth;  /* of the root trace: stack entries that are in memory */
    int max_insns, max_inline_depth;
} RecStart;

typedef struct Recorder {
    RecStatus status;
    RecAbort abort;            /* when ABORTED */
    const char *abort_opcode;  /* spelling of the opcode at fault, or NULL */
    PyCodeObject *abort_code;  int abort_place;  /* where; borrowed */
    IrTrace *raw;              /* when DONE */
    int first_stack_slot, entry_depth;
    VEC(RecDep) deps;
    VEC(PyObject *) objects;   /* owned references: everything the trace mentions */
    bool returns;              /* FUNCTION: ends by returning */
    struct RecState *state;
} Recorder;

/* NULL with *why when it can't start. */
Recorder *rec_start(const RecStart *start, const RecHost *host, PyThreadState *ts, RecAbort *why);
RecStatus rec_step(Recorder *r, PyThreadState *ts, PyCodeObject *code, int place);
bool rec_observes(const Recorder *r, PyCodeObject *code);
void rec_stop_events(Recorder *r); /* INSTRUCTION events off in every code it followed; called by the runtime at DONE or ABORTED */
void rec_free(Recorder *r);        /* releases deps and objects that were not taken (vec emptied by the taker) */

#endif
