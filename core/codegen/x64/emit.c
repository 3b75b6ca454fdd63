/*  Walks the allocated trace and writes it: moves, arithmetic, comparisons, guards, loops. */
#include "codegen/x64/x64.h"

#include <stddef.h>

/* ---- places ---------------------------------------------------------------------------------- */
int x64_gpr(CgPlace p) {
    JN_ASSERT(p.kind == AT_REG && p.index < CG_FIRST_XMM, "place %d.%d is no gpr", p.kind, p.index);
    return p.index;
}

int x64_xmm(CgPlace p) {
    JN_ASSERT(p.kind == AT_REG && p.index >= CG_FIRST_XMM, "place %d.%d is no xmm", p.kind,
              p.index);
    return p.index - CG_FIRST_XMM;
}

X64Mem x64_spill(unsigned index) {
    return x64_at(RBP, (int32_t)(offsetof(CgRun, spill) + 8 * index));
}

static X64Mem place_mem(CgPlace p) {
    if (p.kind == AT_ARRAY) {
        return x64_at(RBP, (int32_t)(offsetof(CgRun, array) + 8 * p.index));
    }
    JN_ASSERT(p.kind == AT_SPILL, "place %d.%d is no memory", p.kind, p.index);
    return x64_spill(p.index);
}

int x64_pool_entry(Emit *e, uint64_t low, uint64_t high) {
    for (int i = 0; i < e->npool; i++) {
        if (e->pool[i][0] == low && e->pool[i][1] == high) {
            return i;
        }
    }
    if (e->npool == e->pool_room) {
        e->pool_room = e->pool_room ? 2 * e->pool_room : 32;
        e->pool = realloc(e->pool, (size_t)e->pool_room * sizeof *e->pool);
        if (!e->pool) {
            abort();
        }
    }
    e->pool[e->npool][0] = low;
    e->pool[e->npool][1] = high;
    return e->npool++;
}

X64Mem x64_rm_mem(Emit *e, CgPlace p, IrRef v) {
    uint64_t bits;
    if (p.kind == AT_CONST && cg_constant(e->f, v, &bits)) {
        return x64_pool(x64_pool_entry(e, bits, 0));
    }
    return place_mem(p);
}

bool x64_operand_imm(const Emit *e, const CgInsn *n, int arg, int32_t *imm) {
    uint64_t bits;
    if (n->at[arg].kind != AT_CONST || !cg_constant(e->f, n->args[arg], &bits)) {
        return false;
    }
    JN_ASSERT(x64_fits32((int64_t)bits), "an immediate of 64 bits");
    *imm = (int32_t)bits;
    return true;
}

/* ---- moves ----------------------------------------------------------------------------------- */
static void move_const_to_memory(Emit *e, X64Mem m, uint64_t bits) {
    if (x64_fits32((int64_t)bits)) {
        x64_mov_mi(&e->a, W64, m, (int32_t)bits);
        return;
    }
    x64_mov_mi(&e->a, W32, m, (int32_t)bits);
    m.disp += 4;
    x64_mov_mi(&e->a, W32, m, (int32_t)(bits >> 32));
}

static void move_const(Emit *e, CgPlace dst, IrRef v) {
    uint64_t bits = 0;
    cg_constant(e->f, v, &bits);
    if (dst.kind != AT_REG) {
        move_const_to_memory(e, place_mem(dst), bits);
    } else if (dst.index >= CG_FIRST_XMM) {
        int x = x64_xmm(dst);
        if (bits == 0) {
            x64_rr(&e->a, X64_XORPS, W32, x, x);
        } else {
            x64_rm(&e->a, X64_MOVSD, W32, x, x64_pool(x64_pool_entry(e, bits, 0)));
        }
    } else if (bits == 0) {
        x64_rr(&e->a, X64_XOR, W32, dst.index, dst.index);
    } else {
        x64_mov_ri(&e->a, dst.index, bits);
    }
}

static void move_between_registers(Emit *e, int dst, int src) {
    bool to_xmm = dst >= CG_FIRST_XMM, from_xmm = src >= CG_FIRST_XMM;
    int d = dst & 15, s = src & 15;
    if (to_xmm && from_xmm) {
        x64_rr(&e->a, X64_MOVAPS, W32, d, s);
    } else if (to_xmm) {
        x64_rr(&e->a, X64_MOVQ_FROM_GPR, W64, d, s);
    } else if (from_xmm) {
        x64_rr(&e->a, X64_MOVQ_TO_GPR, W64, s, d);
    } else {
        x64_rr(&e->a, X64_MOV, W64, d, s);
    }
}

static void move_with_memory(Emit *e, CgPlace dst, CgPlace src) {
    bool load = dst.kind == AT_REG;
    CgPlace reg = load ? dst : src;
    X64Mem m = place_mem(load ? src : dst);
    if (reg.index >= CG_FIRST_XMM) {
        x64_rm(&e->a, load ? X64_MOVSD : X64_MOVSD_STORE, W32, x64_xmm(reg), m);
    } else {
        x64_rm(&e->a, load ? X64_MOV : X64_STORE, W64, reg.index, m);
    }
}

void x64_move(Emit *e, const CgMove *m) {
    CgPlace scratch = place(AT_REG, CG_FIRST_XMM + 15);
    if (m->kind == MOVE_SWAP) {
        x64_rr(&e->a, X64_XCHG, W64, x64_gpr(m->dst), x64_gpr(m->src));
    } else if (m->src.kind == AT_CONST) {
        move_const(e, m->dst, m->ref);
    } else if (m->dst.kind == AT_REG && m->src.kind == AT_REG) {
        move_between_registers(e, m->dst.index, m->src.index);
    } else if (m->dst.kind == AT_REG || m->src.kind == AT_REG) {
        move_with_memory(e, m->dst, m->src);
    } else if (m->kind == MOVE_BY_STACK) {
        x64_rm(&e->a, X64_GROUP_FF, W32, FF_PUSH, place_mem(m->src));
        x64_rm(&e->a, X64_POP, W32, 0, place_mem(m->dst));
    } else {
        move_with_memory(e, scratch, m->src);
        move_with_memory(e, m->dst, scratch);
    }
}

/* ---- jumps away ------------------------------------------------------------------------------ */
static void note_exit_jump(Emit *e, uint32_t at, const CgInsn *n) {
    if (e->nexit_jumps == e->exit_jumps_room) {
        e->exit_jumps_room = e->exit_jumps_room ? 2 * e->exit_jumps_room : 64;
        e->exit_jumps = realloc(e->exit_jumps, (size_t)e->exit_jumps_room * sizeof *e->exit_jumps);
        if (!e->exit_jumps) {
            abort();
        }
    }
    e->exit_jumps[e->nexit_jumps++] = (ExitJump){at, n};
}

void x64_exit_if(Emit *e, X64Cond cc, const CgInsn *n) { note_exit_jump(e, x64_jcc(&e->a, cc), n); }
void x64_exit_always(Emit *e, const CgInsn *n) { note_exit_jump(e, x64_jmp(&e->a), n); }

Cold *x64_cold(Emit *e, const CgInsn *n, void (*write)(Emit *, const Cold *)) {
    if (e->ncold == e->cold_room) {
        e->cold_room = e->cold_room ? 2 * e->cold_room : 32;
        e->cold = realloc(e->cold, (size_t)e->cold_room * sizeof *e->cold);
        if (!e->cold) {
            abort();
        }
    }
    Cold *c = &e->cold[e->ncold++];
    *c = (Cold){.write = write, .n = n};
    return c;
}

void x64_cold_from(Cold *c, uint32_t jump) {
    JN_ASSERT(c->nfrom < X64_MAX_FROM, "too many ways into a cold part");
    c->from[c->nfrom++] = jump;
}

/* ---- integers -------------------------------------------------------------------------------- */
void x64_load_operand(Emit *e, int reg, const CgInsn *n, int arg) {
    int32_t imm;
    CgPlace p = n->at[arg];
    if (x64_operand_imm(e, n, arg, &imm)) {
        x64_mov_ri(&e->a, reg, (uint64_t)(int64_t)imm);
    } else if (p.kind == AT_REG) {
        if (p.index != reg) {
            x64_rr(&e->a, X64_MOV, W64, reg, p.index);
        }
    } else {
        x64_rm(&e->a, X64_MOV, W64, reg, place_mem(p));
    }
}

void x64_alu(Emit *e, unsigned opcode, int alu, int reg, const CgInsn *n, int arg) {
    int32_t imm;
    CgPlace p = n->at[arg];
    if (x64_operand_imm(e, n, arg, &imm)) {
        x64_alu_ri(&e->a, alu, W64, reg, imm);
    } else if (p.kind == AT_REG) {
        x64_rr(&e->a, opcode, W64, reg, p.index);
    } else {
        x64_rm(&e->a, opcode, W64, reg, place_mem(p));
    }
}

static bool is_in(const CgInsn *n, int arg, int reg) {
    return n->at[arg].kind == AT_REG && n->at[arg].index == reg;
}

/* Brings operand 0 into the result's register; returns the operand that is left to be combined with
   it. */
static int start_two_address(Emit *e, const CgInsn *n, int dst) {
    if (!is_in(n, 0, dst) && is_in(n, 1, dst)) {
        return 0; /* they commute: the allocator gave us operand 1's register */
    }
    x64_load_operand(e, dst, n, 0);
    return 1;
}

static void emit_alu(Emit *e, const CgInsn *n, unsigned opcode, int alu) {
    int dst = x64_gpr(n->result);
    int other = start_two_address(e, n, dst);
    x64_alu(e, opcode, alu, dst, n, other);
}

/* lea adds into a third register, where neither operand dies. */
static void emit_add(Emit *e, const CgInsn *n) {
    int dst = x64_gpr(n->result);
    int32_t imm;
    bool in_place = is_in(n, 0, dst) || is_in(n, 1, dst);
    if (in_place || n->at[0].kind != AT_REG) {
        emit_alu(e, n, X64_ADD, ALU_ADD);
    } else if (x64_operand_imm(e, n, 1, &imm)) {
        x64_rm(&e->a, X64_LEA, W64, dst, x64_at(n->at[0].index, imm));
    } else if (n->at[1].kind == AT_REG) {
        X64Mem m = x64_at(n->at[0].index, 0);
        m.index = n->at[1].index;
        x64_rm(&e->a, X64_LEA, W64, dst, m);
    } else {
        emit_alu(e, n, X64_ADD, ALU_ADD);
    }
}

static void emit_sub(Emit *e, const CgInsn *n) {
    int dst = x64_gpr(n->result);
    int32_t imm;
    if (n->at[0].kind == AT_REG && !is_in(n, 0, dst) && x64_operand_imm(e, n, 1, &imm) &&
        imm != INT32_MIN) {
        x64_rm(&e->a, X64_LEA, W64, dst, x64_at(n->at[0].index, -imm));
    } else {
        emit_alu(e, n, X64_SUB, ALU_SUB);
    }
}

static void emit_mul(Emit *e, const CgInsn *n, bool overflow) {
    int dst = x64_gpr(n->result);
    CgPlace a = n->at[0];
    uint64_t bits;
    if (!cg_constant(e->f, n->args[1], &bits) || n->at[1].kind != AT_CONST) {
        int other = start_two_address(e, n, dst);
        int32_t imm;
        if (x64_operand_imm(e, n, other, &imm)) { /* the other constant was too large for it */
            x64_imul_rri(&e->a, dst, dst, imm);
        } else if (n->at[other].kind == AT_REG) {
            x64_rr(&e->a, X64_IMUL, W64, dst, n->at[other].index);
        } else {
            x64_rm(&e->a, X64_IMUL, W64, dst, place_mem(n->at[other]));
        }
        return;
    }
    int64_t by = (int64_t)bits;
    if (!overflow && by > 0 && (by & (by - 1)) == 0) {
        x64_load_operand(e, dst, n, 0);
        x64_shift_ri(&e->a, SHIFT_SHL, W64, dst, __builtin_ctzll(bits));
    } else if (a.kind == AT_REG) {
        x64_imul_rri(&e->a, dst, a.index, (int32_t)by);
    } else {
        x64_imul_rmi(&e->a, dst, place_mem(a), (int32_t)by);
    }
}

static void emit_neg(Emit *e, const CgInsn *n) {
    int dst = x64_gpr(n->result);
    x64_load_operand(e, dst, n, 0);
    x64_rr(&e->a, X64_GROUP_F7, W64, F7_NEG, dst);
}

/* ---- division -------------------------------------------------------------------------------- */
static void divide_by_power(Emit *e, const CgInsn *n, bool modulo, int64_t d) {
    int dst = x64_gpr(n->result);
    x64_load_operand(e, dst, n, 0);
    if (!modulo) {
        if (d > 1) {
            x64_shift_ri(&e->a, SHIFT_SAR, W64, dst, __builtin_ctzll((uint64_t)d));
        }
    } else if (x64_fits32(d - 1)) {
        x64_alu_ri(&e->a, ALU_AND, W64, dst, (int32_t)(d - 1));
    } else {
        x64_mov_ri(&e->a, n->temps[0], (uint64_t)(d - 1));
        x64_rr(&e->a, X64_AND, W64, dst, n->temps[0]);
    }
}

/* Floor division by a constant d >= 3 that is no power of two. With s the sign of n, as 0 or -1, m
   = n ^ s is not negative and below 2^63, and n // d = (m // d) ^ s. For m below 2^63, m // d = m *
   M >> p where p = 63 + ceil(log2 d) and M = ceil(2^p / d), which fits 64 bits. */
static void divide_by_magic(Emit *e, const CgInsn *n, bool modulo, int64_t d) {
    int bits = 64 - __builtin_clzll((uint64_t)d - 1); /* ceil(log2 d) */
    unsigned __int128 power = (unsigned __int128)1 << (63 + bits);
    uint64_t magic = (uint64_t)((power + (uint64_t)d - 1) / (uint64_t)d);
    int value = x64_gpr(n->at[0]), sign = n->temps[0];
    X64Asm *a = &e->a;
    x64_rr(a, X64_MOV, W64, sign, value);
    x64_shift_ri(a, SHIFT_SAR, W64, sign, 63);
    x64_rr(a, X64_MOV, W64, RAX, sign);
    x64_rr(a, X64_XOR, W64, RAX, value);
    x64_mov_ri(a, RDX, magic);
    x64_rr(a, X64_GROUP_F7, W64, F7_MUL, RDX);
    if (bits > 1) {
        x64_shift_ri(a, SHIFT_SHR, W64, RDX, bits - 1);
    }
    x64_rr(a, X64_XOR, W64, RDX, sign);
    if (!modulo) {
        return;
    }
    if (x64_fits32(d)) {
        x64_imul_rri(a, RDX, RDX, (int32_t)d);
    } else {
        x64_mov_ri(a, RAX, (uint64_t)d);
        x64_rr(a, X64_IMUL, W64, RDX, RAX);
    }
    x64_rr(a, X64_MOV, W64, RAX, value);
    x64_rr(a, X64_SUB, W64, RAX, RDX);
}

/* The long way: signs to look at, or more than 32 bits. c->a is the divisor, c->b a temp. */
static void write_long_division(Emit *e, const Cold *c) {
    X64Asm *a = &e->a;
    bool modulo = ir_at(e->f->ir, c->n->ref)->op == IR_mod_i64;
    x64_alu_ri(a, ALU_CMP, W64, c->a, -1);
    uint32_t harmless = x64_jcc8(a, CC_NE);
    x64_rr(a, X64_MOV, W64, c->b, RAX);
    x64_rr(a, X64_GROUP_F7, W64, F7_NEG, c->b);
    x64_exit_if(e, CC_O, c->n);
    x64_bind8(a, harmless);
    x64_cqo(a);
    x64_rr(a, X64_GROUP_F7, W64, F7_IDIV, c->a);
    x64_rr(a, X64_TEST, W64, RDX, RDX);
    uint32_t exact = x64_jcc8(a, CC_E);
    x64_rr(a, X64_MOV, W64, c->b, RDX);
    x64_rr(a, X64_XOR, W64, c->b, c->a);
    uint32_t same_sign = x64_jcc8(a, CC_NS);
    if (modulo) {
        x64_rr(a, X64_ADD, W64, RDX, c->a);
    } else {
        x64_alu_ri(a, ALU_SUB, W64, RAX, 1);
    }
    x64_bind8(a, exact);
    x64_bind8(a, same_sign);
}

/* A 64-bit division is slow, and most numbers are small and not negative: ask first. */
static void divide_by_any(Emit *e, const CgInsn *n) {
    X64Asm *a = &e->a;
    int divisor = x64_gpr(n->at[1]), temp = n->temps[0];
    x64_rr(a, X64_TEST, W64, divisor, divisor);
    x64_exit_if(e, CC_E, n);
    x64_rr(a, X64_MOV, W64, temp, RAX);
    x64_rr(a, X64_OR, W64, temp, divisor);
    x64_shift_ri(a, SHIFT_SHR, W64, temp, 32);
    uint32_t long_way = x64_jcc(a, CC_NE);
    x64_rr(a, X64_XOR, W32, RDX, RDX);
    x64_rr(a, X64_GROUP_F7, W32, F7_DIV, divisor);
    Cold *c = x64_cold(e, n, write_long_division);
    x64_cold_from(c, long_way);
    c->back = (uint32_t)a->at;
    c->a = divisor;
    c->b = temp;
}

static void emit_divide(Emit *e, const CgInsn *n, bool modulo) {
    int64_t d;
    switch (x64_divisor(e->f, n, &d)) {
    case DIVISOR_POWER:
        divide_by_power(e, n, modulo, d);
        break;
    case DIVISOR_MAGIC:
        divide_by_magic(e, n, modulo, d);
        break;
    case DIVISOR_ANY:
        divide_by_any(e, n);
        break;
    }
}

/* ---- shifts ---------------------------------------------------------------------------------- */
/* Nothing was lost when shifting back gives the operand. */
static void emit_shl(Emit *e, const CgInsn *n) {
    X64Asm *a = &e->a;
    uint64_t count;
    int dst = x64_gpr(n->result), value = x64_gpr(n->at[0]), temp = n->temps[0];
    bool constant = cg_constant(e->f, n->args[1], &count);
    if (constant && count > 63) {
        x64_exit_always(e, n);
        return;
    }
    if (!constant) {
        x64_alu_ri(a, ALU_CMP, W64, RCX, 63);
        x64_exit_if(e, CC_A, n);
    }
    x64_rr(a, X64_MOV, W64, dst, value);
    if (constant && count == 1) {
        x64_rr(a, X64_ADD, W64, dst, dst);
        x64_exit_if(e, CC_O, n);
        return;
    }
    if (constant) {
        x64_shift_ri(a, SHIFT_SHL, W64, dst, (int)count);
        x64_rr(a, X64_MOV, W64, temp, dst);
        x64_shift_ri(a, SHIFT_SAR, W64, temp, (int)count);
    } else {
        x64_rr(a, X64_SHIFT_CL, W64, SHIFT_SHL, dst);
        x64_rr(a, X64_MOV, W64, temp, dst);
        x64_rr(a, X64_SHIFT_CL, W64, SHIFT_SAR, temp);
    }
    x64_rr(a, X64_CMP, W64, temp, value);
    x64_exit_if(e, CC_NE, n);
}

static void clamp_count(Emit *e, const CgInsn *n) {
    X64Asm *a = &e->a;
    x64_rr(a, X64_TEST, W64, RCX, RCX);
    x64_exit_if(e, CC_S, n);
    x64_alu_ri(a, ALU_CMP, W64, RCX, 63);
    uint32_t fits = x64_jcc8(a, CC_BE);
    x64_mov_ri(a, RCX, 63);
    x64_bind8(a, fits);
}

static void emit_shift_right(Emit *e, const CgInsn *n, int shift) {
    X64Asm *a = &e->a;
    uint64_t count;
    int dst = x64_gpr(n->result);
    bool constant = cg_constant(e->f, n->args[1], &count);
    bool guarded = shift == SHIFT_SAR;
    if (constant && guarded && (int64_t)count < 0) {
        x64_exit_always(e, n);
        return;
    }
    if (!constant && guarded) {
        clamp_count(e, n);
    }
    x64_load_operand(e, dst, n, 0);
    if (!constant) {
        x64_rr(a, X64_SHIFT_CL, W64, shift, dst);
    } else if (count > 0) {
        x64_shift_ri(a, shift, W64, dst, count > 63 ? 63 : (int)count);
    }
}

/* ---- doubles --------------------------------------------------------------------------------- */
static void op_f64(Emit *e, unsigned opcode, int dst, const CgInsn *n, int arg) {
    CgPlace p = n->at[arg];
    if (p.kind == AT_REG) {
        x64_rr(&e->a, opcode, W32, dst, x64_xmm(p));
    } else {
        x64_rm(&e->a, opcode, W32, dst, x64_rm_mem(e, p, n->args[arg]));
    }
}

static void load_f64(Emit *e, int dst, const CgInsn *n, int arg) {
    CgPlace p = n->at[arg];
    uint64_t bits;
    if (p.kind == AT_CONST && cg_constant(e->f, n->args[arg], &bits) && bits == 0) {
        x64_rr(&e->a, X64_XORPS, W32, dst, dst);
    } else if (p.kind != AT_REG) {
        x64_rm(&e->a, X64_MOVSD, W32, dst, x64_rm_mem(e, p, n->args[arg]));
    } else if (x64_xmm(p) != dst) {
        x64_rr(&e->a, X64_MOVAPS, W32, dst, x64_xmm(p));
    }
}

static void emit_f64(Emit *e, const CgInsn *n, unsigned opcode) {
    int dst = x64_xmm(n->result), other = 1;
    if (!is_in(n, 0, n->result.index) && is_in(n, 1, n->result.index)) {
        other = 0;
    } else {
        load_f64(e, dst, n, 0);
    }
    op_f64(e, opcode, dst, n, other);
}

static void emit_sign(Emit *e, const CgInsn *n, unsigned opcode, uint64_t mask) {
    int dst = x64_xmm(n->result);
    load_f64(e, dst, n, 0);
    x64_rm(&e->a, opcode, W32, dst, x64_pool(x64_pool_entry(e, mask, mask)));
}

static void emit_sqrt(Emit *e, const CgInsn *n) {
    int dst = x64_xmm(n->result);
    if (!is_in(n, 0, n->result.index)) {
        x64_rr(&e->a, X64_XORPS, W32, dst, dst); /* sqrtsd waits for its old upper half */
    }
    op_f64(e, X64_SQRTSD, dst, n, 0);
}

static void emit_i64_to_f64(Emit *e, const CgInsn *n) {
    int dst = x64_xmm(n->result);
    x64_rr(&e->a, X64_XORPS, W32, dst, dst);
    if (n->at[0].kind == AT_REG) {
        x64_rr(&e->a, X64_CVTSI2SD, W64, dst, n->at[0].index);
    } else {
        x64_rm(&e->a, X64_CVTSI2SD, W64, dst, place_mem(n->at[0]));
    }
}

/* The smallest integer is what the processor gives for all that does not fit; only from it 1 cannot
   be taken. */
static void emit_f64_to_i64(Emit *e, const CgInsn *n) {
    int dst = x64_gpr(n->result);
    if (n->at[0].kind == AT_REG) {
        x64_rr(&e->a, X64_CVTTSD2SI, W64, dst, x64_xmm(n->at[0]));
    } else {
        x64_rm(&e->a, X64_CVTTSD2SI, W64, dst, x64_rm_mem(e, n->at[0], n->args[0]));
    }
    x64_alu_ri(&e->a, ALU_CMP, W64, dst, 1);
    x64_exit_if(e, CC_O, n);
}

/* ---- comparisons ----------------------------------------------------------------------------- */
typedef struct {
    X64Cond cc;                    /* the comparison holds */
    enum { ORDERED, AND_NOT_PARITY, OR_PARITY } parity;
} Test;

static X64Cond swapped(X64Cond cc) {
    switch (cc) {
    case CC_L:
        return CC_G;
    case CC_G:
        return CC_L;
    case CC_LE:
        return CC_GE;
    case CC_GE:
        return CC_LE;
    case CC_B:
        return CC_A;
    default:
        return cc;
    }
}

static X64Cond negated(X64Cond cc) { return (X64Cond)(cc ^ 1); }

static X64Cond cond_i64(IrOp op) {
    switch (op) {
    case IR_ne_i64:
        return CC_NE;
    case IR_lt_i64:
        return CC_L;
    case IR_le_i64:
        return CC_LE;
    case IR_gt_i64:
        return CC_G;
    case IR_ge_i64:
        return CC_GE;
    case IR_lt_u64:
        return CC_B;
    default: /* eq_i64, eq_ptr */
        return CC_E;
    }
}

static X64Cond compare_gpr(Emit *e, const CgInsn *n, X64Cond cc) {
    int32_t imm;
    if (n->at[0].kind == AT_REG) {
        int reg = n->at[0].index;
        if (x64_operand_imm(e, n, 1, &imm) && imm == 0 && cc != CC_B) {
            x64_rr(&e->a, X64_TEST, W64, reg, reg);
        } else {
            x64_alu(e, X64_CMP, ALU_CMP, reg, n, 1);
        }
        return cc;
    }
    x64_alu(e, X64_CMP, ALU_CMP, x64_gpr(n->at[1]), n, 0);
    return swapped(cc);
}

static Test compare_f64(Emit *e, const CgInsn *n, IrOp op) {
    bool swap = op == IR_lt_f64 || op == IR_le_f64;
    op_f64(e, X64_UCOMISD, x64_xmm(n->at[swap ? 1 : 0]), n, swap ? 0 : 1);
    switch (op) {
    case IR_eq_f64:
        return (Test){CC_E, AND_NOT_PARITY};
    case IR_ne_f64:
        return (Test){CC_NE, OR_PARITY};
    case IR_lt_f64:
    case IR_gt_f64:
        return (Test){CC_A, ORDERED};
    default:
        return (Test){CC_AE, ORDERED};
    }
}

/* Sets the flags for the comparison `cmp` over n's operands. */
static Test emit_test(Emit *e, const CgInsn *n, IrRef cmp) {
    const IrInsn *insn = ir_at(e->f->ir, cmp);
    IrOp op = (IrOp)insn->op;
    if (op == IR_has_type) {
        x64_compare_type(e, x64_gpr(n->at[0]), insn->imm.klass, n->temps[0]);
        return (Test){CC_E, ORDERED};
    }
    if (op >= IR_eq_f64 && op <= IR_ge_f64) {
        return compare_f64(e, n, op);
    }
    return (Test){compare_gpr(e, n, cond_i64(op)), ORDERED};
}

static void emit_comparison(Emit *e, const CgInsn *n) {
    Test test = emit_test(e, n, n->ref);
    int dst = x64_gpr(n->result);
    x64_setcc(&e->a, test.cc, dst);
    if (test.parity != ORDERED) { /* movzx left the flags alone */
        x64_setcc(&e->a, test.parity == OR_PARITY ? CC_P : CC_NP, n->temps[0]);
        x64_rr(&e->a, test.parity == OR_PARITY ? X64_OR : X64_AND, W32, dst, n->temps[0]);
    }
}

/* Leave when the comparison is not what the guard wants. */
static void emit_fused_guard(Emit *e, const CgInsn *n) {
    bool wanted = ir_at(e->f->ir, n->ref)->op == IR_guard_true;
    Test test = emit_test(e, n, n->cmp);
    if (test.parity == ORDERED) {
        x64_exit_if(e, wanted ? negated(test.cc) : test.cc, n);
        return;
    }
    bool leave_when_equal = wanted == (test.parity == OR_PARITY);
    if (leave_when_equal) { /* and not unordered */
        uint32_t unordered = x64_jcc8(&e->a, CC_P);
        x64_exit_if(e, CC_E, n);
        x64_bind8(&e->a, unordered);
    } else {
        x64_exit_if(e, CC_NE, n);
        x64_exit_if(e, CC_P, n);
    }
}

/* ---- guards ---------------------------------------------------------------------------------- */
static void test_zero(Emit *e, const CgInsn *n) {
    if (n->at[0].kind == AT_REG) {
        x64_rr(&e->a, X64_TEST, W64, n->at[0].index, n->at[0].index);
    } else {
        x64_alu_mi(&e->a, ALU_CMP, W64, place_mem(n->at[0]), 0);
    }
}

static void note_nonnull(Emit *e, const CgInsn *n) { e->f->values[n->args[0]].nonnull = true; }

static bool is_nonnull(const Emit *e, IrRef v) {
    uint64_t bits;
    return e->f->values[v].nonnull || (cg_constant(e->f, v, &bits) && bits != 0);
}

static void emit_guard_type(Emit *e, const CgInsn *n, X64Cond leave) {
    int obj = x64_gpr(n->at[0]);
    if (!is_nonnull(e, n->args[0])) {
        x64_rr(&e->a, X64_TEST, W64, obj, obj);
        x64_exit_if(e, CC_E, n);
    }
    x64_compare_type(e, obj, ir_at(e->f->ir, n->ref)->imm.klass, n->temps[0]);
    x64_exit_if(e, leave, n);
    note_nonnull(e, n);
}

static X64Mem address(Emit *e, const void *p, int temp) {
    if (x64_is_near(&e->a, p)) {
        return (X64Mem){.kind = MEM_ADDRESS, .address = p};
    }
    if ((uintptr_t)p <= INT32_MAX) {
        return (X64Mem){.kind = MEM_ABSOLUTE, .address = p};
    }
    x64_mov_ri(&e->a, temp, (uint64_t)(uintptr_t)p);
    return x64_at(temp, 0);
}

static void emit_guard_valid(Emit *e, const CgInsn *n) {
    const CgConfig *config = e->config;
    int temp = n->temps[0];
    x64_cmp8_mi(&e->a, address(e, config->valid_flag, temp), 0);
    x64_exit_if(e, CC_E, n);
    x64_rm(&e->a, X64_MOV, W64, temp, x64_at(RBX, config->frame_object_offset));
    x64_rr(&e->a, X64_TEST, W64, temp, temp);
    uint32_t none = x64_jcc8(&e->a, CC_E);
    x64_alu_mi(&e->a, ALU_CMP, W32, x64_at(temp, config->off_refcnt), 1);
    x64_exit_if(e, CC_NE, n);
    x64_bind8(&e->a, none);
    if (config->version_mask != 0) {
        x64_rm(&e->a, X64_MOV, W64, temp, address(e, config->breaker, temp));
        x64_rm(&e->a, X64_XOR, W64, temp, x64_at(RBP, (int32_t)offsetof(CgRun, version)));
        x64_test_ri(&e->a, W64, temp, (int32_t)config->version_mask);
        x64_exit_if(e, CC_NE, n);
    }
}

static void emit_guard_breaker(Emit *e, const CgInsn *n) {
    uint64_t mask = e->config->breaker_mask;
    const char *word = e->config->breaker;
    int temp = n->temps[0];
    if ((uint32_t)mask) {
        x64_test_mi(&e->a, W32, address(e, word, temp), (int32_t)mask);
        x64_exit_if(e, CC_NE, n);
    }
    if (mask >> 32) {
        x64_test_mi(&e->a, W32, address(e, word + 4, temp), (int32_t)(mask >> 32));
        x64_exit_if(e, CC_NE, n);
    }
}

static X64Mem slot_mem(const Emit *e, const CgInsn *n) {
    int64_t slot = ir_at(e->f->ir, n->ref)->imm.i;
    return x64_at(RBX, e->config->slot_offset + 8 * (int32_t)slot);
}

static void emit_guard_slot_int(Emit *e, const CgInsn *n) {
    int temp = n->temps[0];
    x64_rm(&e->a, X64_MOV, W32, temp, slot_mem(e, n));
    x64_alu_ri(&e->a, ALU_AND, W32, temp, 3);
    x64_alu_ri(&e->a, ALU_CMP, W32, temp, (int32_t)e->config->slot_int_tag);
    x64_exit_if(e, CC_NE, n);
}

static void emit_guard_is(Emit *e, const CgInsn *n, bool same) {
    compare_gpr(e, n, CC_E);
    x64_exit_if(e, same ? CC_NE : CC_E, n);
    if (same && is_nonnull(e, n->args[1])) {
        note_nonnull(e, n);
    }
}

static void emit_guard_ok(Emit *e, const CgInsn *n) {
    bool number = ir_at(e->f->ir, n->args[0])->type == IR_I64;
    test_zero(e, n);
    x64_exit_if(e, number ? CC_L : CC_E, n);
    if (!number) {
        note_nonnull(e, n);
    }
}

static void emit_load_slot(Emit *e, const CgInsn *n) {
    int dst = x64_gpr(n->result);
    x64_rm(&e->a, X64_MOV, W64, dst, slot_mem(e, n));
    if (ir_at(e->f->ir, n->ref)->op == IR_load_slot_int) {
        x64_shift_ri(&e->a, SHIFT_SAR, W64, dst, 2);
    } else if (e->config->slot_mask != -1) {
        x64_alu_ri(&e->a, ALU_AND, W64, dst, (int32_t)e->config->slot_mask);
    }
}

static void emit_store_slot_int(Emit *e, const CgInsn *n) {
    int temp = n->temps[0];
    x64_load_operand(e, temp, n, 0);
    x64_shift_ri(&e->a, SHIFT_SHL, W64, temp, 2);
    x64_alu_ri(&e->a, ALU_OR, W64, temp, (int32_t)e->config->slot_int_tag);
    x64_rm(&e->a, X64_STORE, W64, temp, slot_mem(e, n));
}

static void emit_exit_arg(Emit *e, const CgInsn *n) {
    if (n->result.kind != AT_REG) {
        return;
    }
    uint64_t bits = e->config->exit_consts[e->config->exit_args[ir_at(e->f->ir, n->ref)->imm.i].index];
    if (n->result.index < CG_FIRST_XMM) {
        x64_mov_ri(&e->a, n->result.index, bits);
    } else {
        x64_rm(&e->a, X64_MOVSD, W32, x64_xmm(n->result), x64_pool(x64_pool_entry(e, bits, 0)));
    }
}

/* ---- the walk -------------------------------------------------------------------------------- */
/* Stress: a guard that holds leaves as well, every so many of them. The count is where the stack
   pointer, which is no value's place, would be kept. */
static void leave_at_random(Emit *e, const CgInsn *n) {
    const IrInsn *insn = ir_at(e->f->ir, n->ref);
    bool guard = (ir_op_info[insn->op].flags & IRF_GUARD) && n->exit >= 0;
    if (!e->config->random_exits || !guard || n->undo ||
        e->f->ir->snaps.data[insn->snap - 1].kind != IR_EXIT_RESUME) {
        return;
    }
    x64_alu_mi(&e->a, ALU_SUB, W64, x64_at(RBP, (int32_t)offsetof(CgRun, gpr[RSP])), 1);
    x64_exit_if(e, CC_S, n);
}

static void count_round(Emit *e, const uint64_t *rounds) {
    if (rounds != NULL && x64_is_near(&e->a, rounds)) {
        x64_alu_mi(&e->a, ALU_ADD, W64, (X64Mem){.kind = MEM_ADDRESS, .address = rounds}, 1);
    }
}

static void emit_control(Emit *e, const CgInsn *n) {
    switch (ir_at(e->f->ir, n->ref)->op) {
    case IR_loop:
        x64_align(&e->a, 32);
        e->head = (uint32_t)e->a.at;
        count_round(e, e->config->rounds); /* Whoever comes here has finished one, the first, which is before the head, as well. */
        break;
    case IR_end_loop:
        x64_bind_to(&e->a, x64_jmp(&e->a), e->head);
        break;
    case IR_end_link: {
        const CgLabel *label = ir_at(e->f->ir, n->ref)->imm.label->code;
        if (label) {
            x64_jmp_address(&e->a, label->address);
        } else {
            cg_fail(e->f, "a link to a label that has no code");
        }
        break;
    }
    case IR_end_start: {
        const CgLabel *label = ir_at(e->f->ir, n->ref)->imm.label->code;
        if (label) {
            count_round(e, label->rounds);
            x64_jmp_address(&e->a, label->start);
        } else {
            cg_fail(e->f, "a link to a label that has no code");
        }
        break;
    }
    default:
        break;
    }
}

static void emit_insn(Emit *e, const CgInsn *n) {
    if (n->cmp) {
        emit_fused_guard(e, n);
        return;
    }
    switch ((IrOp)ir_at(e->f->ir, n->ref)->op) {
    case IR_exit_arg:
        emit_exit_arg(e, n);
        break;
    case IR_load_slot:
    case IR_load_slot_int:
        emit_load_slot(e, n);
        break;
    case IR_store_slot_int:
        emit_store_slot_int(e, n);
        break;
    case IR_guard_slot_int:
        emit_guard_slot_int(e, n);
        break;
    case IR_guard_true:
        test_zero(e, n);
        x64_exit_if(e, CC_E, n);
        break;
    case IR_guard_false:
        test_zero(e, n);
        x64_exit_if(e, CC_NE, n);
        break;
    case IR_guard_type:
        emit_guard_type(e, n, CC_NE);
        break;
    case IR_guard_not_type:
        emit_guard_type(e, n, CC_E);
        break;
    case IR_guard_is:
        emit_guard_is(e, n, true);
        break;
    case IR_guard_is_not:
        emit_guard_is(e, n, false);
        break;
    case IR_guard_nonnull:
        test_zero(e, n);
        x64_exit_if(e, CC_E, n);
        note_nonnull(e, n);
        break;
    case IR_guard_null:
        test_zero(e, n);
        x64_exit_if(e, CC_NE, n);
        break;
    case IR_guard_ok:
        emit_guard_ok(e, n);
        break;
    case IR_guard_valid:
        emit_guard_valid(e, n);
        break;
    case IR_guard_breaker:
        emit_guard_breaker(e, n);
        break;
    case IR_add_i64:
    case IR_add_ptr:
        emit_add(e, n);
        break;
    case IR_sub_i64:
        emit_sub(e, n);
        break;
    case IR_add_i64_ov:
        emit_alu(e, n, X64_ADD, ALU_ADD);
        x64_exit_if(e, CC_O, n);
        break;
    case IR_sub_i64_ov:
        emit_alu(e, n, X64_SUB, ALU_SUB);
        x64_exit_if(e, CC_O, n);
        break;
    case IR_and_i64:
        emit_alu(e, n, X64_AND, ALU_AND);
        break;
    case IR_or_i64:
        emit_alu(e, n, X64_OR, ALU_OR);
        break;
    case IR_xor_i64:
        emit_alu(e, n, X64_XOR, ALU_XOR);
        break;
    case IR_mul_i64:
        emit_mul(e, n, false);
        break;
    case IR_mul_i64_ov:
        emit_mul(e, n, true);
        x64_exit_if(e, CC_O, n);
        break;
    case IR_neg_i64_ov:
        emit_neg(e, n);
        x64_exit_if(e, CC_O, n);
        break;
    case IR_floordiv_i64:
        emit_divide(e, n, false);
        break;
    case IR_mod_i64:
        emit_divide(e, n, true);
        break;
    case IR_not_i64:
        x64_load_operand(e, x64_gpr(n->result), n, 0);
        x64_rr(&e->a, X64_GROUP_F7, W64, F7_NOT, x64_gpr(n->result));
        break;
    case IR_shl_i64_ov:
        emit_shl(e, n);
        break;
    case IR_sar_i64:
        emit_shift_right(e, n, SHIFT_SAR);
        break;
    case IR_shr_u64:
        emit_shift_right(e, n, SHIFT_SHR);
        break;
    case IR_eq_i64:
    case IR_ne_i64:
    case IR_lt_i64:
    case IR_le_i64:
    case IR_gt_i64:
    case IR_ge_i64:
    case IR_lt_u64:
    case IR_eq_f64:
    case IR_ne_f64:
    case IR_lt_f64:
    case IR_le_f64:
    case IR_gt_f64:
    case IR_ge_f64:
    case IR_eq_ptr:
    case IR_has_type:
        emit_comparison(e, n);
        break;
    case IR_add_f64:
        emit_f64(e, n, X64_ADDSD);
        break;
    case IR_sub_f64:
        emit_f64(e, n, X64_SUBSD);
        break;
    case IR_mul_f64:
        emit_f64(e, n, X64_MULSD);
        break;
    case IR_div_f64:
        emit_f64(e, n, X64_DIVSD);
        break;
    case IR_neg_f64:
        emit_sign(e, n, X64_XORPS, (uint64_t)1 << 63);
        break;
    case IR_abs_f64:
        emit_sign(e, n, X64_ANDPS, ~((uint64_t)1 << 63));
        break;
    case IR_sqrt_f64:
        emit_sqrt(e, n);
        break;
    case IR_i64_to_f64:
        emit_i64_to_f64(e, n);
        break;
    case IR_f64_to_i64:
        emit_f64_to_i64(e, n);
        break;
    case IR_bool_to_i64: /* mostly an alias, without code */
        x64_load_operand(e, x64_gpr(n->result), n, 0);
        break;
    case IR_not_bool:
        x64_load_operand(e, x64_gpr(n->result), n, 0);
        x64_alu_ri(&e->a, ALU_XOR, W32, x64_gpr(n->result), 1);
        break;
    case IR_loop:
    case IR_end_loop:
    case IR_end_link:
    case IR_end_start:
        emit_control(e, n);
        break;
    default:
        if (!x64_emit_object(e, n)) {
            cg_fail(e->f, "an operation that has no machine code");
        }
        break;
    }
}

static void emit_moves(Emit *e, const CgInsn *n) {
    for (int i = 0; i < n->nmoves; i++) {
        x64_move(e, &e->f->moves.data[n->first_move + i]);
    }
}

static void emit_main_line(Emit *e) {
    CgFunc *f = e->f;
    x64_endbr64(&e->a);
    for (int i = 0; i < f->ninsns && !f->why; i++) {
        const CgInsn *n = &f->insns[i];
        emit_moves(e, n);
        leave_at_random(e, n);
        emit_insn(e, n);
    }
}

static void emit_cold_parts(Emit *e) {
    for (int i = 0; i < e->ncold; i++) {
        Cold c = e->cold[i]; /* writing one may add others */
        for (int j = 0; j < c.nfrom; j++) {
            x64_bind(&e->a, c.from[j]);
        }
        c.write(e, &c);
        x64_bind_to(&e->a, x64_jmp(&e->a), c.back);
    }
}

static void finish(Emit *e) {
    CgTrace *out = e->f->out;
    if (e->a.full) {
        cg_fail(e->f, "out of room for code");
        return;
    }
    out->size = e->a.at;
    if (out->label) {
        out->label->start = out->code;
        out->label->address = out->code + e->head;
    }
}

void x64_emit(CgFunc *f, uint8_t *code, size_t room) {
    Emit e = {.f = f, .config = f->config, .a = {.code = code, .room = room}};
    emit_main_line(&e);
    emit_cold_parts(&e);
    x64_write_stubs(&e);
    x64_write_pool(&e.a, (const uint64_t (*)[2])e.pool, e.npool);
    finish(&e);
    free(e.cold);
    free(e.exit_jumps);
    free(e.pool);
    free(e.a.pool_uses);
}

/* ---- the machine, as the rest of the code generator sees it ---------------------------------- */
#define REG_BIT(number, wanted) ((wanted) ? 1u << (number) : 0u)
enum { ALLOC = 1, SAVED = 2, FIXED = 4, SCRATCH = 8 };

static const char *const names[CG_NREGS] = {
#define REG(number, name, role) [number] = name,
#include "codegen/x64/regs.def"
#undef REG
};

const CgTarget cg_target_x64 = {
    .allocatable = 0
#define REG(number, name, role) | REG_BIT(number, (role) & (ALLOC | SAVED))
#include "codegen/x64/regs.def"
#undef REG
    ,
    .preserved = 0
#define REG(number, name, role) | REG_BIT(number, (role) & (SAVED | FIXED))
#include "codegen/x64/regs.def"
#undef REG
    ,
    .scratch = 0
#define REG(number, name, role) | REG_BIT(number, (role) == SCRATCH)
#include "codegen/x64/regs.def"
#undef REG
    ,
    .frame_reg = RBX,
    .needs = x64_needs,
    .fits_imm = x64_fits_imm,
    .emit = x64_emit,
    .write_thunks = x64_write_thunks,
    .patch_exit = x64_patch_exit,
    .reg_names = names,
};
