/*  What the files of this machine share.

    emit.c walks the allocated trace and does arithmetic, comparisons and guards; objects.c all that
    touches objects and memory, and calls; exits.c exit stubs, thunks and patching; needs.c tells
    the allocator what each operation wants. The main line of a trace comes first, then its cold
    parts, the stubs, and the pool of constants. */
#ifndef JITNEY_CODEGEN_X64_X64_H
#define JITNEY_CODEGEN_X64_X64_H

#include "codegen/internal.h"
#include "codegen/x64/encode.h"

enum { X64_MAX_FROM = 6 };

struct Emit;
typedef struct Cold { /* a part of an instruction that is rarely run: out of line */
    void (*write)(struct Emit *e, const struct Cold *c);
    const CgInsn *n;
    uint32_t from[X64_MAX_FROM]; /* jumps that come here */
    int nfrom;
    uint32_t back; /* where it goes on, an offset in the code */
    int a, b, c;   /* what `write` needs to know: registers */
} Cold;

typedef struct ExitJump {
    uint32_t at;
    const CgInsn *n;
} ExitJump;

typedef struct Emit {
    X64Asm a;
    CgFunc *f;
    const CgConfig *config;
    Cold *cold;
    int ncold, cold_room;
    ExitJump *exit_jumps;
    int nexit_jumps, exit_jumps_room;
    uint64_t (*pool)[2];
    int npool, pool_room;
    uint32_t head; /* offset of the loop's head */
    uint32_t random; /* stress: choice of guards that leave */
} Emit;

/* What calls do not keep: a row of regs.def that is ALLOC or SCRATCH. */
enum { X64_LOST_IN_CALLS = (int)0xffff0fc7 };

/* needs.c */
void x64_needs(const CgFunc *f, const CgInsn *n, CgNeeds *needs);
bool x64_fits_imm(const CgFunc *f, const CgInsn *n, int arg, uint64_t bits);
typedef enum { DIVISOR_ANY, DIVISOR_POWER, DIVISOR_MAGIC } X64Divisor;
X64Divisor x64_divisor(const CgFunc *f, const CgInsn *n, int64_t *d);
bool x64_is_far_type(const IrKlass *klass);

/* emit.c */
void x64_emit(CgFunc *f, uint8_t *code, size_t room);
void x64_move(Emit *e, const CgMove *m);
X64Mem x64_spill(unsigned index);
int x64_pool_entry(Emit *e, uint64_t low, uint64_t high);
int x64_gpr(CgPlace p); /* its number; asserts that it is one */
int x64_xmm(CgPlace p);
X64Mem x64_rm_mem(Emit *e, CgPlace p, IrRef v); /* of an operand in memory or the pool */
bool x64_operand_imm(const Emit *e, const CgInsn *n, int arg, int32_t *imm);
void x64_exit_if(Emit *e, X64Cond cc, const CgInsn *n);
void x64_exit_always(Emit *e, const CgInsn *n);
Cold *x64_cold(Emit *e, const CgInsn *n, void (*write)(Emit *, const Cold *));
void x64_cold_from(Cold *c, uint32_t jump);
void x64_alu(Emit *e, unsigned opcode, int alu, int reg, const CgInsn *n, int arg);
void x64_load_operand(Emit *e, int reg, const CgInsn *n, int arg); /* into a general register */

/* objects.c: false when the operation is not one of its */
bool x64_emit_object(Emit *e, const CgInsn *n);
void x64_compare_type(Emit *e, int obj, const IrKlass *klass, int temp);

/* exits.c */
void x64_write_stubs(Emit *e);
void x64_leave_through(Emit *e, const CgExit *exit);
size_t x64_write_thunks(const CgConfig *config, uint8_t *code, size_t room, CgEnterFn *enter);
void x64_patch_exit(CgExit *exit, const uint8_t *target);

#endif
