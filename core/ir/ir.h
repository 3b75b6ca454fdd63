/*  A trace: one straight line of operations in SSA form.

    Recording writes a *raw* trace: what happened, with a guard before everything that was assumed. The optimiser
    reads it and writes another trace, which the code generator reads. Nothing here knows Python: objects, types,
    fields and helpers are named things whose facts the host gives.

    Invariants (verify.c checks them):
      - every operand is defined before its use (a phi's second operand may come later);
      - operand and result types are those of ops.def; a guard, or any SNAP operation, has a snapshot;
      - the last operation, and only it, is an END;
      - load_slot, load_slot_int, guard_slot_int and exit_arg stand before anything that writes or calls;
      - phis stand right behind `loop`; there is at most one `loop`;
      - raw_close, raw_link and known_type (what the recorder knows of a call's result) are in raw traces only.

    References. An OBJ value is borrowed or owned only by convention of its defining operation: load* gives
    borrowed ones, box_*, new and NEW calls own. Recording writes incref and decref exactly as the interpreter
    would have to, but for what stays borrowed: a value read from a local needs no reference of its own while
    the local keeps it. A snapshot's entry that is not `owned` gets its reference when the exit is taken.

    Snapshots say what the interpreter must see when the trace is left: for each Python frame, root first,
    function, place and the slots that differ from memory. The root frame is real; in it, slots that are not
    listed hold in memory what they should. In *raw* traces the root frame's entries list every slot that was
    written since entry, and the optimiser leaves out those that are in memory already. Inlined frames list
    every slot that is not NULL. Entries of type I64, F64 or BOOL are boxed by the exit; IR_SNAP_INT entries
    are stored as tagged small integers; entries with IR_VIRTUAL set are objects that the exit builds. */
#ifndef JITNEY_IR_IR_H
#define JITNEY_IR_IR_H

#include "base/arena.h"
#include "base/base.h"
#include "base/map.h"
#include "base/vec.h"

typedef uint32_t IrRef; /* index into IrTrace.insns; 0 is no value */
#define IR_NONE 0u

typedef enum {
#define TYPE(name, text, doc) IR_##name,
#include "ir/types.def"
#undef TYPE
    IR_TYPE__COUNT
} IrType;

enum {
#define MEM(name, doc) MEMID_##name,
#include "ir/memory.def"
#undef MEM
    MEM__COUNT
};
#define MEM(name, doc) enum { MEM_##name = 1 << MEMID_##name };
#include "ir/memory.def"
#undef MEM
#define MEM_ALL ((1u << MEM__COUNT) - 1)

typedef enum {
    IR_no_op, /* index 0, never in a trace */
#define OP(name, result, operands, imm, flags, doc) IR_##name,
#include "ir/ops.def"
#undef OP
    IR_OP__COUNT
} IrOp;

typedef enum {
#define CALL(name, result, operands, reads, writes, flags, doc) IR_CALL_##name,
#include "ir/calls.def"
#undef CALL
    IR_CALL__COUNT
} IrCall;

enum { /* flags of operations and helpers */
    IRF_PURE = 1, IRF_GUARD = 2, IRF_READ = 4, IRF_WRITE = 8, IRF_ALLOC = 16, IRF_EFFECT = 32, IRF_SNAP = 64,
    IRF_RUNS = 128, IRF_COMM = 256, IRF_END = 512, IRF_NEW = 1024, IRF_RAISES = 2048,
    IRF_STR = 4096, /* the result, when not NULL, is an exact str */
};
typedef enum { IR_IMM_NONE, IR_IMM_I64, IR_IMM_F64, IR_IMM_OBJ, IR_IMM_TYPE, IR_IMM_FIELD, IR_IMM_HELPER, IR_IMM_SLOT,
               IR_IMM_LABEL, IR_IMM_KLASS } IrImmKind;
enum { IR_RESULT_SAME = 100, IR_RESULT_FIELD, IR_RESULT_CALL }; /* beside IrType */

typedef struct {
    const char *name, *operands;
    int result; /* IrType or IR_RESULT_* */
    IrImmKind imm;
    unsigned flags;
    const char *doc;
} IrOpInfo;
extern const IrOpInfo ir_op_info[IR_OP__COUNT];

typedef struct {
    const char *name, *operands;
    IrType result;
    unsigned reads, writes, flags;
} IrCallInfo;
extern const IrCallInfo ir_call_info[IR_CALL__COUNT];

/* ---- named things ---------------------------------------------------------------------- */
typedef enum { IR_W_OBJ, IR_W_PTR, IR_W_F64, IR_W_I64, IR_W_I32, IR_W_U32, IR_W_U16, IR_W_U8,
               IR_W_SLOT /* an object in a frame's slot, with tag bits where the version has them */ } IrWidth;
static inline bool ir_holds_ref(IrWidth w) { return w == IR_W_OBJ || w == IR_W_SLOT; }
IrType ir_width_type(IrWidth w); /* narrow ones are I64, sign- or zero-extended */
int ir_width_bytes(IrWidth w);

enum { /* facts about a field */
    IR_FIELD_BY_OFFSET = 1, /* two such fields of different offset never alias (attr, iter) */
    IR_FIELD_NONNULL = 2,   /* what is loaded is never NULL */
};
typedef struct IrField {   /* interned by (name, offset): compare pointers */
    const char *name;      /* "list.items", "attr.x" */
    int offset;
    IrWidth width;
    unsigned mem;          /* one MEMID_x */
    unsigned flags;
    const void *owner;     /* what all objects with this field belong to, and no others (the code of a generator), or NULL */
} IrField;

enum { /* facts about a type */
    IR_TYPE_PLAIN = 1,      /* its death runs no code and looks at nothing: int, float, str, bytes, bool, None */
    IR_TYPE_FIXED = 2,      /* an instance can never change its type: all but instances of heap types */
    IR_TYPE_INT = 4, IR_TYPE_FLOAT = 8, IR_TYPE_BOOL = 16, IR_TYPE_STR = 32, IR_TYPE_TUPLE = 64, IR_TYPE_LIST = 128,
    IR_TYPE_UNMADE = 256,   /* a `new` of it is made by exits alone */
    IR_TYPE_LATE = 512,     /* of a `new`: a copy of what lists hold now, to be made before a list is written */
    IR_TYPE_GENERATOR = 1024, /* a generator: opt/generator.c */
};
typedef struct IrKlass {   /* a type; interned by (ptr, nfields, name): compare pointers */
    const char *name;
    void *ptr;             /* the PyTypeObject */
    unsigned flags;
    int kind;              /* the runtime's own: how a `new` of it is built */
    int nfields;           /* of a `new` */
    const IrField **fields;
    void *data;            /* the runtime's own: an array of nfields addresses, or NULL */
} IrKlass;

/* ---- snapshots ------------------------------------------------------------------------- */
#define IR_VIRTUAL 0x80000000u /* set in a value: the rest is an index into IrSnapshot.virtuals */
enum { IR_SNAP_OWNED = 1, IR_SNAP_INT = 2, IR_SNAP_FUNC = 4 /* the frame's function itself, when it is no constant; of the root frame: the exception that is handled */ };
typedef struct {
    uint8_t frame;   /* index into frames */
    uint8_t flags;
    uint16_t slot;
    IrRef value;     /* IR_NONE: NULL */
} IrSnapSlot;
typedef struct {
    void *code;      /* the PyCodeObject (kept alive by the trace); in text its name */
    void *func;      /* the PyFunctionObject if constant, else NULL (IR_SNAP_FUNC entry) */
    const char *name; /* the code keeps it */
    int place;       /* where it goes on */
    int from;        /* where it stands until then: the instruction that is done, while what it lost is released */
    int depth;       /* entries on its operand stack, NULL ones included */
    int how;         /* the runtime's own: what to do with its result when it returns into the frame below */
} IrSnapFrame;
typedef struct {
    IrRef origin;      /* the `new` it was, in the raw trace; for messages */
    const IrKlass *klass;
    int nvalues;
    IrRef *values;     /* as IrSnapSlot.value; IR_NONE: unset. References in them are owned */
    uint32_t owned;    /* bit i: values[i] is owned (others get their reference at the exit) */
} IrVirtual;
typedef enum { IR_EXIT_RESUME, IR_EXIT_RAISE, IR_EXIT_RETURN, IR_EXIT_NEXT } IrExitKind;
typedef struct {
    IrExitKind kind; /* RAISE: an exception is set, raise it at the innermost frame's place. RETURN: the place is a return
                        instruction of the root frame with the value on the stack. NEXT: the place is a FOR_ITER whose iterator
                        gave NULL: as RAISE when an exception is set, else go on at its exhausted edge (CpyInsn.target, target_depth_delta) */
    int nframes, nslots, nvirtuals, ndrops;
    IrSnapFrame *frames;
    IrSnapSlot *slots;    /* by frame, then slot, rising */
    IrVirtual *virtuals;  /* a virtual refers only to virtuals of lower index */
    IrRef *drops;         /* owned references that are in no slot: released when the exit is taken */
} IrSnapshot;
/* All refs an exit needs, in the order of slots, then virtuals' values, then drops; virtual values and NONE skipped. */
int ir_snapshot_leaves(const IrSnapshot *snap, IrRef *out, int max);

/* ---- the trace ------------------------------------------------------------------------- */
typedef struct {
    uint16_t op;   /* IrOp */
    uint8_t type;  /* IrType of the result */
    uint8_t nargs;
    uint32_t snap; /* index into IrTrace.snaps + 1, or 0 */
    IrRef *args;   /* in the arena */
    union {
        int64_t i;
        double f;
        void *p;
        const IrField *field;
        const IrKlass *klass; /* IMM_TYPE and IMM_KLASS */
        struct IrLabel *label;
    } imm;         /* HELPER: i is an IrCall. SLOT: i */
} IrInsn;

/* Where other traces may jump in: the head of an optimised loop. Parameters are the phis, then the values
   from before the loop that its body uses. Owned by the trace of the loop; `opt` is the optimiser's own. */
typedef struct IrLabel {
    const char *name;
    int nparams, nphis;
    IrRef *params;
    void *opt;  /* optimiser: what the head assumes */
    void *code; /* code generator: address and places, see codegen.h */
    void *host; /* runtime: the trace it belongs to */
} IrLabel;

typedef VEC(IrInsn) IrInsns;
typedef VEC(IrSnapshot) IrSnaps;
typedef struct IrTrace {
    Arena *arena;
    const char *name;
    IrInsns insns; /* [0] is unused */
    IrSnaps snaps;
    IrRef *consts;       /* build.c: where constants are; nothing is appended after their numbers changed */
    size_t consts_size, nconsts;
    VEC(const IrField *) fields;
    VEC(const IrKlass *) klasses;
    IrLabel *label;      /* of its own loop, or NULL; filled by the optimiser */
    int nexit_args;      /* side traces */
    bool carries;        /* exits behind operation carried_from have what a jump into the loop's label needs */
    IrRef *carried;      /* values that each of them reports for that beside those of its snapshot */
    int ncarried;
    IrRef carried_from;
    const char *failed;  /* sticky: why building gave up; appends after it are harmless */
    int max_insns;
    const struct IrNames *names; /* what objects are called in text; may be NULL */
} IrTrace;

IrTrace *ir_trace_new(Arena *arena, const char *name);
void ir_fail(IrTrace *t, const char *why); /* the first reason stays */
static inline IrInsn *ir_at(const IrTrace *t, IrRef r) { return &t->insns.data[r]; }

/* Append. Constants are shared. The result's type is worked out from the table; exit_arg and phi take it from `type`. */
IrRef ir_const_i64(IrTrace *t, int64_t v);
IrRef ir_const_f64(IrTrace *t, double v);
IrRef ir_const_bool(IrTrace *t, bool v);
IrRef ir_const_obj(IrTrace *t, void *obj); /* NULL too */
IrRef ir_const_ptr(IrTrace *t, void *p);
IrRef ir_append(IrTrace *t, IrOp op, const IrRef *args, int nargs); /* no immediate */
IrRef ir_append_imm(IrTrace *t, IrOp op, const IrRef *args, int nargs, IrInsn imm); /* imm.imm (and imm.type for SAME) taken from `imm` */
void ir_set_snap(IrTrace *t, IrRef r, uint32_t snap);
void ir_take_back(IrTrace *t, IrRef from); /* what was appended from there on; nothing may mention it */
uint32_t ir_add_snap(IrTrace *t, const IrSnapshot *s); /* copies into the arena; index + 1; equal to the last one: the same */
const IrField *ir_field(IrTrace *t, const char *name, int offset, IrWidth width, unsigned memid, unsigned flags);
const IrField *ir_owned_field(IrTrace *t, const char *name, int offset, IrWidth width, unsigned memid, const void *owner);
const IrKlass *ir_klass(IrTrace *t, const char *name, void *ptr, unsigned flags, int kind, int nfields, const IrField **fields, void *data);
bool ir_is_const(const IrTrace *t, IrRef r);

/* ---- copies into another arena --------------------------------------------------------- */
typedef struct {
    Arena *to;
    Map known; /* what fields and types became: index into copies */
    VEC(void *) copies;
} IrCopy;
IrCopy ir_copy_start(Arena *to);
void ir_copy_end(IrCopy *c);
void *ir_copy_bytes(IrCopy *c, const void *from, size_t bytes); /* NULL for nothing */
const IrField *ir_copy_field(IrCopy *c, const IrField *from);
const IrKlass *ir_copy_klass(IrCopy *c, const IrKlass *from);
IrInsn ir_copy_insn(IrCopy *c, const IrInsn *from, bool with_args);
void ir_copy_insns(IrCopy *c, IrTrace *to, const IrTrace *from, bool with_args);
void ir_copy_snaps(IrCopy *c, IrTrace *to, const IrTrace *from);
/* A trace that was compiled: its snapshots, and nothing else. */
IrTrace *ir_copy_exits(IrCopy *c, const IrTrace *from);

/* ---- text and checks -------------------------------------------------------------------- */
/* What stands for what in text. Each callback may be NULL; without a host objects are numbered as they appear. */
typedef struct IrNames {
    void *host;
    const char *(*object_name)(void *host, const void *object);      /* NULL: it is numbered */
    void *(*object)(void *host, const char *name);                   /* of types and code too; NULL: unknown */
    bool (*field)(void *host, const char *name, IrField *out);       /* fields that need no declaration */
} IrNames;

struct Text;
/* Values are numbered anew, constants stand where they are used, addresses never show. See docs/ir.md. */
void ir_print(const IrTrace *t, struct Text *out);
/* Parse one trace; on error returns NULL and writes a message with line number to `error`. Constants come first in
   the result. Whatever names does not know (it may be NULL) is a new thing of that name. */
IrTrace *ir_parse(Arena *arena, const char *text, const IrNames *names, struct Text *error);
/* NULL when all is well, else what is wrong, naming the instruction (in the arena). */
const char *ir_verify(const IrTrace *t, bool raw);

#endif
