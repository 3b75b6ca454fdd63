/*  What the parts of the code generator share; nobody else includes this.

    A compile goes: lower (codegen.c) -> live.c -> regalloc.c -> check.c (debug) -> the machine's
    emit.

    *Places.* A value is in a register, in a spill slot, or it is a constant, which is in no place
    at all and made anew wherever it is needed. Registers have one numbering for both classes: 0..15
    are the general ones, 16..31 the floating ones. ARRAY places are where calls with argument
    arrays want their operands.

    *Positions.* Lowered instruction n reads its operands at 2n; its snapshot is read, and values
    that must outlive the instruction are still needed, at 2n+1. */
#ifndef JITNEY_CODEGEN_INTERNAL_H
#define JITNEY_CODEGEN_INTERNAL_H

#include "codegen/codegen.h"

#include <string.h>

enum { CG_NREGS = 32, CG_FIRST_XMM = 16, CG_MAX_ARGS = CG_ARRAY + 8, CG_MAX_LEAVES = 4096 };
#define CG_NEVER 0x7fffffff

typedef enum { AT_NOWHERE, AT_REG, AT_SPILL, AT_ARRAY, AT_CONST } CgPlaceKind;
typedef struct {
    uint16_t kind;
    uint16_t index;
} CgPlace;

static inline CgPlace place(CgPlaceKind kind, unsigned index) {
    return (CgPlace){(uint16_t)kind, (uint16_t)index};
}
static inline bool same_place(CgPlace a, CgPlace b) {
    return a.kind == b.kind && a.index == b.index;
}
static inline bool in_reg(CgPlace p) { return p.kind == AT_REG; }

/* One step of a sequence of moves. */
typedef enum { MOVE_COPY, MOVE_SWAP, MOVE_BY_STACK } CgMoveKind;
typedef struct {
    CgPlace dst, src;
    IrRef ref;   /* the value moved; the constant when src is AT_CONST */
    IrRef other; /* MOVE_SWAP: the value that was in dst */
    CgMoveKind kind;
} CgMove;
typedef struct {
    CgMove *data;
    int n, room;
} CgMoves;

typedef struct CgInsn {
    IrRef ref;   /* the operation */
    IrRef cmp;   /* guard_true, guard_false: the comparison tested, whose operands are ours; or 0 */
    int nargs;
    IrRef *args; /* aliases resolved */
    CgPlace *at; /* where each operand is */
    CgPlace result;
    uint8_t temps[4];
    int exit;             /* index into exits, or -1 */
    int nleaves;          /* of its snapshot, and carried */
    int ncarried;
    IrRef *leaves;        /* aliases resolved */
    uint8_t *leaf_types;  /* IrType of what they stand for: a bool may be an alias of the int made of it */
    bool undo;            /* the result took the place of an operand that the exit needs back */
    int first_move, nmoves; /* moves before it */
    uint32_t live;        /* registers whose values are needed behind it, or by its snapshot */
} CgInsn;

/* What an instruction asks of the allocator. */
typedef enum {
    USE_NONE,    /* not read from a place */
    USE_REG,     /* a register; constants are put in one */
    USE_ANY,     /* a register, a spill slot, or a constant that fits the instruction */
    USE_REG_IMM, /* a register, or a constant that fits */
    USE_CONST,   /* is a constant and no place is needed */
    USE_FIXED,   /* in `fixed`, whose content is lost */
} CgUse;
typedef struct {
    CgUse use[CG_MAX_ARGS];
    CgPlace fixed[CG_MAX_ARGS];
    enum { RESULT_NONE, RESULT_REG, RESULT_FIXED } result;
    int result_reg;
    bool tied;       /* best in the register of operand 0 */
    bool commutes;   /* or of operand 1 */
    bool apart;      /* the result is written before operands were read: not in their registers */
    bool late_exit;  /* the exit can be taken when the result was written already */
    bool undo;       /* the exit's stub can bring the tied operand back from the result */
    uint32_t clobbers; /* registers lost */
    int ntemps;      /* general registers for its own use */
    int nfloat_temps;
} CgNeeds;

typedef struct CgValue {
    CgPlace constant;   /* AT_CONST for constants, a register for a pinned value, else AT_NOWHERE */
    IrRef alias;        /* is the same value as this one, or 0 */
    bool nonnull;
    int def;            /* lowered instruction that defines it, or -1 */
    int first_use, nuses; /* into CgFunc.uses: positions where a place is read, rising */
    int last;           /* last position where it is needed, snapshots included; -1 when never */
    int hint_phi;       /* the phi whose next round it becomes, or 0 */
    int hint_reg;       /* a register it has to be in when it dies, or -1 */
    uint32_t pooled;    /* its index in CgTrace.consts, plus 1; or 0 */
} CgValue;

typedef struct {
    uint32_t pos, regs;
} CgClobber;

struct CgTarget;
typedef struct CgFunc {
    IrTrace *ir;
    const CgConfig *config;
    const struct CgTarget *target;
    const char *why; /* sticky: gave up */
    Arena *arena;    /* memory of this compile */

    CgValue *values;  /* by IrRef */
    CgInsn *insns;    /* lowered */
    int ninsns;
    CgNeeds *needs_scratch;
    uint32_t *uses;
    int nuses;
    CgClobber *clobbers; /* rising positions */
    int nclobbers;

    int loop;        /* the lowered `loop`, or -1; phis follow in phis[] */
    int nphis;
    IrRef *phis, *phi_entry, *phi_back; /* aliases resolved */
    IrRef *invariants; /* values from before the loop needed in it */
    int ninvariants;
    CgPlace *phi_head, *invariant_head; /* where they are at the head on every round */

    CgMoves moves;
    int nspills;
    CgTrace *out;
} CgFunc;

/* One machine. */
typedef struct CgTarget {
    uint32_t allocatable; /* both classes */
    uint32_t preserved;   /* by calls */
    uint32_t scratch;     /* one floating register for moves, never allocated */
    int frame_reg;
    void (*needs)(const CgFunc *f, const CgInsn *n, CgNeeds *needs);
    bool (*fits_imm)(const CgFunc *f, const CgInsn *n, int arg, uint64_t bits);
    void (*emit)(CgFunc *f, uint8_t *code, size_t room);
    size_t (*write_thunks)(const CgConfig *config, uint8_t *code, size_t room, CgEnterFn *enter);
    void (*patch_exit)(CgExit *exit, const uint8_t *target);
    const char *const *reg_names;
} CgTarget;
extern const CgTarget cg_target_x64;

/* codegen.c */
void *cg_alloc(CgFunc *f, size_t size); /* zeroed; lives as long as the compile */
void cg_fail(CgFunc *f, const char *why);
bool cg_constant(const CgFunc *f, IrRef r, uint64_t *bits); /* is it one, and its bits */
static inline bool cg_is_const(const CgFunc *f, IrRef r) {
    return f->values[r].constant.kind == AT_CONST;
}
static inline bool cg_is_float(const CgFunc *f, IrRef r) { return ir_at(f->ir, r)->type == IR_F64; }

CgPlace cg_place_of(CgLoc loc);
bool cg_calls_function(const CgFunc *f, const CgInsn *n); /* a call_array of CgConfig.call_function */
bool cg_syncs_later(const CgFunc *f, const CgInsn *n);    /* a sync that is left to the call behind it */
CgLoc cg_loc(CgFunc *f, CgPlace p, IrRef r);

/* live.c */
void cg_needs(const CgFunc *f, const CgInsn *n, CgNeeds *needs);
void cg_find_live(CgFunc *f);
int cg_next_use(const CgFunc *f, IrRef r, int pos); /* first read at or behind pos, or CG_NEVER */
uint32_t cg_clobbered(const CgFunc *f, int from, int to); /* registers lost at from < p < to */

/* moves.c */
void cg_add_move(CgFunc *f, CgPlace dst, CgPlace src, IrRef ref);
/* Do n moves as if at once. Breaks `moves`. */
void cg_parallel_moves(CgFunc *f, CgMove *moves, int n);

/* regalloc.c */
void cg_allocate(CgFunc *f);

/* check.c: NULL when every use reads what its definition wrote */
const char *cg_check(const CgFunc *f);

#endif
