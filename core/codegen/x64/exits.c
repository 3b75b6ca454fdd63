/*  Ways in and out.

    The machine code's stack frame, made by the enter thunk: the saved registers, and below them the
    addresses of the exit thunk at [rsp] and of the leave thunk at [rsp + 8], so that no trace needs
    to know where the thunks are.

    A guard that fails jumps to its stub, which loads the exit into RAX (saving that first) and goes
    to the exit thunk; that one saves all registers in the CgRun. What has saved them already goes
    to the leave thunk. A patched stub is a jump to the side trace instead. */
#include "codegen/x64/x64.h"

#include <stddef.h>
#include <string.h>

static const int saved_registers[] = {RBX, R12, R13, R14, R15};
enum { FRAME_BYTES = 24, EXIT_THUNK = 0, LEAVE_THUNK = 8 };
#define PATCH_JUMP 0x80000000u /* in CgExit.patch: the rest is a jump's displacement, not a stub */

static X64Mem run_gpr(int reg) { return x64_at(RBP, (int32_t)offsetof(CgRun, gpr) + 8 * reg); }
static X64Mem run_xmm(int reg) { return x64_at(RBP, (int32_t)offsetof(CgRun, xmm) + 8 * reg); }

/* ---- stubs ----------------------------------------------------------------------------------- */
/* The result was written over an operand that the exit needs: take the other operand away again. */
static void undo(Emit *e, const CgInsn *n) {
    int dst = x64_gpr(n->result);
    int in_place = n->at[0].kind == AT_REG && n->at[0].index == dst ? 0 : 1;
    switch (ir_at(e->f->ir, n->ref)->op) {
    case IR_add_i64_ov:
        x64_alu(e, X64_SUB, ALU_SUB, dst, n, 1 - in_place);
        break;
    case IR_sub_i64_ov:
        x64_alu(e, X64_ADD, ALU_ADD, dst, n, 1);
        break;
    default: /* neg_i64_ov leaves only with the number that is its own negative */
        break;
    }
}

static void write_stub(Emit *e, const CgInsn *n) {
    CgExit *exit = &e->f->out->exits[n->exit];
    if (n->undo) {
        undo(e, n);
    }
    exit->patch = (uint32_t)e->a.at;
    x64_rm(&e->a, X64_STORE, W64, RAX, run_gpr(RAX));
    x64_mov_ri(&e->a, RAX, (uint64_t)(uintptr_t)exit);
    x64_rm(&e->a, X64_GROUP_FF, W32, FF_JMP, x64_at(RSP, EXIT_THUNK));
}

/* An exit that a single jump takes, with nothing to undo, is patched at that jump: the side trace
   is then reached at once. */
static void choose_patch(Emit *e, const ExitJump *jump, bool only) {
    if (only && !jump->n->undo) {
        e->f->out->exits[jump->n->exit].patch = jump->at | PATCH_JUMP;
    }
}

/* Jumps are noted in the order of the code, not of the instructions: cold parts come late. */
void x64_write_stubs(Emit *e) {
    size_t count = (size_t)e->f->out->nexits + 1;
    uint32_t *stubs = cg_alloc(e->f, count * sizeof *stubs);
    uint32_t *jumps = cg_alloc(e->f, count * sizeof *jumps);
    for (int i = 0; i < e->nexit_jumps; i++) {
        const CgInsn *n = e->exit_jumps[i].n;
        jumps[n->exit]++;
        if (!stubs[n->exit]) {
            stubs[n->exit] = (uint32_t)e->a.at;
            write_stub(e, n);
        }
        x64_bind_to(&e->a, e->exit_jumps[i].at, stubs[n->exit]);
    }
    for (int i = 0; i < e->nexit_jumps; i++) {
        choose_patch(e, &e->exit_jumps[i], jumps[e->exit_jumps[i].n->exit] == 1);
    }
}

/* All registers are in the CgRun already. */
void x64_leave_through(Emit *e, const CgExit *exit) {
    x64_mov_ri(&e->a, RAX, (uint64_t)(uintptr_t)exit);
    x64_rm(&e->a, X64_GROUP_FF, W32, FF_JMP, x64_at(RSP, LEAVE_THUNK));
}

/* Where a jump goes now: to its stub, until it was patched. */
static uint32_t target_of(const CgTrace *t, uint32_t jump) {
    int32_t distance;
    memcpy(&distance, t->code + jump, sizeof distance);
    return jump + 4 + (uint32_t)distance;
}

/* The longest that is written over a stub is a jump to far away, 14 bytes; a stub has 17 at least.
   An exit without a stub is one that no guard takes. */
void x64_patch_exit(CgExit *exit, const uint8_t *target) {
    CgTrace *t = exit->trace;
    uint32_t at = exit->patch & ~PATCH_JUMP;
    X64Asm a = {.code = t->code, .at = at, .room = t->size};
    if (exit->patch == 0) {
        return;
    }
    if (!(exit->patch & PATCH_JUMP)) {
        x64_jmp_address(&a, target);
    } else if (x64_is_near(&a, target)) {
        x64_u32(&a, (uint32_t)((intptr_t)target - (intptr_t)(t->code + at + 4)));
    } else {
        a.at = target_of(t, at);
        x64_jmp_address(&a, target);
    }
}

/* ---- thunks ---------------------------------------------------------------------------------- */
static uint32_t lea_here(X64Asm *a, int reg) {
    x64_rm(a, X64_LEA, W64, reg, (X64Mem){.kind = MEM_ADDRESS, .address = a->code});
    return (uint32_t)a->at - 4;
}

/* CgExit *enter(uint8_t *code, CgRun *run). Keeps the chain of frame pointers up to its caller. */
static void write_enter(X64Asm *a, bool random, uint32_t *to_exit, uint32_t *to_leave) {
    x64_endbr64(a);
    x64_push(a, RBP);
    x64_rr(a, X64_MOV, W64, RBP, RSP);
    for (size_t i = 0; i < ARRAY_LEN(saved_registers); i++) {
        x64_push(a, saved_registers[i]);
    }
    x64_alu_ri(a, ALU_SUB, W64, RSP, FRAME_BYTES);
    *to_exit = lea_here(a, RAX);
    x64_rm(a, X64_STORE, W64, RAX, x64_at(RSP, EXIT_THUNK));
    *to_leave = lea_here(a, RAX);
    x64_rm(a, X64_STORE, W64, RAX, x64_at(RSP, LEAVE_THUNK));
    x64_rr(a, X64_MOV, W64, RBP, RSI);
    x64_rm(a, X64_STORE, W64, RSP, x64_at(RBP, (int32_t)offsetof(CgRun, saved_sp)));
    x64_rm(a, X64_MOV, W64, RBX, x64_at(RBP, (int32_t)offsetof(CgRun, frame)));
    if (random) { /* how many guards hold until one leaves: the clock's low bits */
        x64_byte(a, 0x0f);
        x64_byte(a, 0x31); /* rdtsc */
        x64_alu_ri(a, ALU_AND, W32, RAX, 0xff);
        x64_rm(a, X64_STORE, W64, RAX, run_gpr(RSP));
    }
    x64_rr(a, X64_GROUP_FF, W32, FF_JMP, RDI);
}

/* RAX was saved by the stub, and is the exit now. Falls into the leave thunk. */
static void write_exit(X64Asm *a) {
    x64_endbr64(a);
    for (int r = RCX; r <= R15; r++) {
        if (r != RSP && r != RBP) {
            x64_rm(a, X64_STORE, W64, r, run_gpr(r));
        }
    }
    for (int r = 0; r < 16; r++) {
        x64_rm(a, X64_MOVSD_STORE, W32, r, run_xmm(r));
    }
}

static void write_leave(X64Asm *a) {
    x64_endbr64(a);
    x64_rm(a, X64_STORE, W64, RAX, x64_at(RBP, (int32_t)offsetof(CgRun, exit)));
    x64_alu_ri(a, ALU_ADD, W64, RSP, FRAME_BYTES);
    for (size_t i = ARRAY_LEN(saved_registers); i-- > 0;) {
        x64_pop(a, saved_registers[i]);
    }
    x64_pop(a, RBP);
    x64_ret(a);
}

size_t x64_write_thunks(const CgConfig *config, uint8_t *code, size_t room, CgEnterFn *enter) {
    X64Asm a = {.code = code, .room = room};
    uint32_t to_exit, to_leave;
    write_enter(&a, config->random_exits, &to_exit, &to_leave);
    x64_align(&a, 16);
    x64_bind(&a, to_exit);
    write_exit(&a);
    x64_bind(&a, to_leave);
    write_leave(&a);
    if (a.full) {
        return 0;
    }
    memcpy(enter, &code, sizeof code);
    return a.at;
}
