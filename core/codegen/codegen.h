/*  From an optimised trace to machine code.

    The only entry is cg_compile. It knows IR and one machine (codegen/x64); the runtime gives it addresses
    of helpers, a piece of executable memory to fill, and for side traces the places where the parent exit
    left its values.

    Machine code runs over a CgRun, a block on the C stack of whoever entered: it holds spilled values, so that
    all traces of a tree share them, and at an exit it receives every register. Registers RBP = the CgRun and
    RBX = the root frame are fixed. */
#ifndef JITNEY_CODEGEN_CODEGEN_H
#define JITNEY_CODEGEN_CODEGEN_H

#include "ir/ir.h"

enum { CG_SPILLS = 512, CG_ARRAY = 64 };

typedef struct CgRun {
    uint64_t gpr[16];
    double xmm[16];
    void *frame;                 /* the root frame; sync, unsync and dealloc may put it elsewhere */
    struct CgExit *exit;         /* set by the exit taken */
    void *runtime;               /* the runtime's own */
    uint64_t version;            /* the eval breaker's bits of version_mask at entry */
    uint64_t saved_sp;           /* machine code's own */
    struct CgExit *later;        /* a sync that was left to the function that is called next: CgConfig.call_function */
    uint64_t array[CG_ARRAY];    /* argument arrays of calls: items begin at array[1] */
    uint64_t spill[CG_SPILLS];
} CgRun;

typedef enum { CG_NOWHERE, CG_GPR, CG_XMM, CG_SPILL, CG_CONST } CgLocKind;
typedef struct {
    uint8_t kind;   /* CgLocKind */
    uint8_t type;   /* IrType */
    uint16_t index; /* register number, spill index, or that of CgTrace.consts */
} CgLoc;

typedef struct CgExit {
    struct CgTrace *trace;
    uint32_t number;  /* within the trace */
    uint32_t snap;    /* index into the trace's snapshots */
    uint32_t insn;    /* IrRef of the operation */
    uint16_t op;      /* IrOp of it */
    int nlocs, ncarried;
    int nframes;      /* of the snapshot */
    bool carries;     /* as IrTrace.carries */
    bool unsettled;   /* code may have run since the last guard_valid: frames that it holds may be linked still */
    CgLoc *locs;      /* parallel to ir_snapshot_leaves; then those of IrTrace.carried, or none */
    uint32_t patch;   /* offset in code where cg_patch_exit writes */
    /* The runtime's own from here on. */
    uint32_t count;
    void *side;
    void *data;
} CgExit;

typedef struct CgLabel { /* IrLabel.code */
    uint8_t *address, *start; /* of the loop's head, of the trace */
    CgLoc *params;       /* where each parameter must be when jumping in */
    uint64_t *rounds;    /* CgConfig.rounds of its trace */
} CgLabel;

typedef struct CgTrace {
    IrTrace *ir;
    uint8_t *code;
    size_t size, bytes; /* of the code; of what is kept beside it */
    int nexits;
    CgExit *exits;    /* malloc'ed, one block with locs; stable addresses, machine code refers to them */
    uint64_t *consts; /* the bits of those that exits and the label mention; malloc'ed */
    int nconsts;
    CgLabel *label;   /* or NULL */
    int nspills;
    void *runtime;    /* the runtime's own */
} CgTrace;

typedef struct {
    void *(*helper)(IrCall which);                 /* address of a helper of calls.def */
    /* Called from machine code; all live registers are in `run`. */
    void (*sync)(CgRun *run, CgExit *exit);        /* IR_sync */
    void (*unsync)(CgRun *run);                    /* IR_unsync */
    /* Called by call_array with the CgRun as fifth argument. A sync right before is not done but noted in CgRun.later, all that its
       snapshot needs being kept: the function does it should anybody look at the frames. NULL: there is none. */
    void *call_function;
    /* An object's count went to 0 under decref, replace* or store_slot. 0: go on; 1: leave through `exit`. */
    int (*dealloc)(CgRun *run, CgExit *exit, void *obj);
    void (*dealloc_plain)(void *obj);
    bool count_refs_by_call;                       /* debug builds: use the next two for every change */
    void (*incref)(void *obj);
    int (*decref)(void *obj);                      /* 1: count is 0 now, not yet deallocated */
    const void *true_object, *false_object;
    void *small_ints;                              /* address of int 0 in the table of small ints, their size, and range */
    int small_int_size, small_int_min, small_int_max;
    /* layout */
    int off_refcnt, off_type, off_float_value, off_long_tag, off_long_digit;
    void *float_type, *int_type;
    int slot_offset; int64_t slot_mask, slot_null, slot_int_tag; /* see cpython.h */
    int slot_flags_offset;                         /* byte of an object whose bit 0 is the tag its slot must carry; 0 or -1: no tags */
    int frame_object_offset;                       /* of the PyFrameObject pointer in a frame */
    void *breaker; uint64_t breaker_mask;
    uint64_t version_mask;       /* bits of that word that change when tools begin or cease to monitor: guard_valid compares them with CgRun.version */
    uint8_t *valid_flag;                           /* of the trace being compiled: byte, 1 while valid */
    CgLoc *exit_args;                              /* side traces: where the parent exit left each value */
    const uint64_t *exit_consts;                   /* the constants among these: CgTrace.consts of the parent */
    int nexit_args;
    uint64_t *rounds;                              /* counts those of the loop that were finished; near the code, or NULL */
    bool spill_all, random_exits;                  /* stress */
} CgConfig;

/* Compile into memory [code, code + room) which is writable now and will be executed at the same address. NULL when it gives up (reason
   in *why): out of registers, room or spill slots. The result is malloc'ed; free with cg_free. Keeps t, for the runtime:
   what it was made of may go, but for the snapshots (opt_keep). */
CgTrace *cg_compile(IrTrace *t, const CgConfig *config, uint8_t *code, size_t room, const char **why);
void cg_free(CgTrace *t);
/* Entry and exit thunks, written once: CgExit *enter(uint8_t *code, CgRun *run). Returns bytes used, 0 when room is too small. */
typedef CgExit *(*CgEnterFn)(uint8_t *code, CgRun *run);
size_t cg_write_thunks(const CgConfig *config, uint8_t *code, size_t room, CgEnterFn *enter);
/* Make an exit jump to a side trace (code is writable now). */
void cg_patch_exit(CgExit *exit, const uint8_t *target);
/* Disassembly-free description for logs: register names. */
const char *cg_loc_name(CgLoc loc);

#endif
