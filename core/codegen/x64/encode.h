/*  Encoding of the x86-64 instructions that we use. Knows bytes, nothing of traces.

    An opcode is written 0xPPMMOO: mandatory prefix, 0F where the two-byte map is meant, opcode. An
    operand is a register or memory: base + index * scale + disp, an absolute address near enough
    for rip-relative, or an entry of the constant pool, whose place is filled in at the end. */
#ifndef JITNEY_CODEGEN_X64_ENCODE_H
#define JITNEY_CODEGEN_X64_ENCODE_H

#include "base/base.h"

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };
typedef enum { CC_O, CC_NO, CC_B, CC_AE, CC_E, CC_NE, CC_BE, CC_A, CC_S, CC_NS, CC_P, CC_NP, CC_L,
               CC_GE, CC_LE, CC_G } X64Cond;

enum { /* reg, rm */
    X64_ADD = 0x03, X64_OR = 0x0b, X64_AND = 0x23, X64_SUB = 0x2b, X64_XOR = 0x33, X64_CMP = 0x3b,
    X64_MOV = 0x8b, X64_MOVSXD = 0x63, X64_LEA = 0x8d, X64_IMUL = 0x0faf,
    X64_MOVZX8 = 0x0fb6, X64_MOVZX16 = 0x0fb7, X64_CMOV = 0x0f40 /* + condition */,
    /* rm, reg */
    X64_STORE = 0x89, X64_STORE8 = 0x88, X64_STORE16 = 0x660089, X64_TEST = 0x85, X64_XCHG = 0x87,
    /* xmm, rm */
    X64_MOVSD = 0xf20f10, X64_MOVAPS = 0x0f28, X64_ADDSD = 0xf20f58, X64_MULSD = 0xf20f59,
    X64_SUBSD = 0xf20f5c, X64_DIVSD = 0xf20f5e, X64_SQRTSD = 0xf20f51, X64_UCOMISD = 0x660f2e,
    X64_XORPS = 0x0f57, X64_ANDPS = 0x0f54, X64_CVTSI2SD = 0xf20f2a, X64_MOVQ_FROM_GPR = 0x660f6e,
    /* rm, xmm (MOVSD_STORE, MOVQ_TO_GPR); gpr, xmm (CVTTSD2SI) */
    X64_MOVSD_STORE = 0xf20f11, X64_MOVQ_TO_GPR = 0x660f7e, X64_CVTTSD2SI = 0xf20f2c,
};
enum { /* with an opcode extension in place of reg */
    X64_GROUP_F7 = 0xf7, X64_GROUP_FF = 0xff, X64_SHIFT_IMM = 0xc1, X64_SHIFT_CL = 0xd3,
    X64_POP = 0x8f, X64_SETCC = 0x0f90 /* + condition */,
};
enum { ALU_ADD, ALU_OR, ALU_AND = 4, ALU_SUB, ALU_XOR, ALU_CMP };          /* immediates */
enum { F7_TEST, F7_NOT = 2, F7_NEG, F7_MUL, F7_IMUL, F7_DIV, F7_IDIV };
enum { FF_INC, FF_DEC, FF_CALL, FF_JMP = 4, FF_PUSH = 6 };
enum { SHIFT_SHL = 4, SHIFT_SHR, SHIFT_SAR = 7 };
enum { W32 = 0, W64 = 1 };

typedef struct {
    enum { MEM_BASE, MEM_ADDRESS /* rip-relative */, MEM_ABSOLUTE /* in the low 2 GiB */, MEM_POOL } kind;
    int base, index; /* index -1: none */
    int scale;       /* 1 2 4 8 */
    int32_t disp;
    const void *address;
    int entry;
} X64Mem;

static inline X64Mem x64_at(int base, int32_t disp) {
    return (X64Mem){.kind = MEM_BASE, .base = base, .index = -1, .scale = 1, .disp = disp};
}
static inline X64Mem x64_pool(int entry) { return (X64Mem){.kind = MEM_POOL, .entry = entry}; }

typedef struct {
    uint32_t at;
    int entry;
} X64PoolUse;
typedef struct {
    uint8_t *code;
    size_t at, room;
    bool full; /* sticky: ran out of room, what was written is no use */
    X64PoolUse *pool_uses;
    int npool_uses, pool_uses_room;
} X64Asm;

static inline bool x64_fits8(int64_t v) { return v == (int8_t)v; }
static inline bool x64_fits32(int64_t v) { return v == (int32_t)v; }
bool x64_is_near(const X64Asm *a, const void *address);

void x64_byte(X64Asm *a, unsigned byte);
void x64_u32(X64Asm *a, uint32_t v);
void x64_u64(X64Asm *a, uint64_t v);

/* reg and rm are 0..15 in the class that the opcode means. */
void x64_rr(X64Asm *a, unsigned opcode, int w, int reg, int rm);
void x64_rm(X64Asm *a, unsigned opcode, int w, int reg, X64Mem m);
void x64_alu_ri(X64Asm *a, int alu, int w, int rm, int32_t imm);
void x64_alu_mi(X64Asm *a, int alu, int w, X64Mem m, int32_t imm);
void x64_cmp8_mi(X64Asm *a, X64Mem m, int imm);
void x64_test_ri(X64Asm *a, int w, int rm, int32_t imm);
void x64_test_mi(X64Asm *a, int w, X64Mem m, int32_t imm);
void x64_shift_ri(X64Asm *a, int shift, int w, int rm, int count);
void x64_imul_rri(X64Asm *a, int reg, int rm, int32_t imm);
void x64_imul_rmi(X64Asm *a, int reg, X64Mem m, int32_t imm);
void x64_mov_ri(X64Asm *a, int reg, uint64_t bits); /* leaves flags alone */
void x64_mov_mi(X64Asm *a, int w, X64Mem m, int32_t imm);
void x64_store8_mi(X64Asm *a, X64Mem m, int imm);
void x64_store16_mi(X64Asm *a, X64Mem m, int imm);
void x64_setcc(X64Asm *a, X64Cond cc, int reg); /* and zero-extend */
void x64_push(X64Asm *a, int reg);
void x64_pop(X64Asm *a, int reg);
void x64_ret(X64Asm *a);
void x64_cqo(X64Asm *a);
void x64_endbr64(X64Asm *a);
void x64_align(X64Asm *a, unsigned to);

/* Jumps give the offset of their displacement, to be bound later. */
uint32_t x64_jcc(X64Asm *a, X64Cond cc);
uint32_t x64_jmp(X64Asm *a);
uint32_t x64_jcc8(X64Asm *a, X64Cond cc);
uint32_t x64_jmp8(X64Asm *a);
void x64_bind(X64Asm *a, uint32_t jump);  /* to here */
void x64_bind8(X64Asm *a, uint32_t jump);
void x64_bind_to(X64Asm *a, uint32_t jump, uint32_t target);
void x64_jmp_address(X64Asm *a, const void *target); /* within 2 GB, or by an indirect jump */
void x64_call_address(X64Asm *a, const void *target); /* breaks RAX when it is far */
/* Write the pool's entries (16 bytes each) here and bind their uses. */
void x64_write_pool(X64Asm *a, const uint64_t (*entries)[2], int n);

#endif
