#include "codegen/x64/encode.h"

#include <string.h>

void x64_byte(X64Asm *a, unsigned byte) {
    if (a->at < a->room) {
        a->code[a->at++] = (uint8_t)byte;
    } else {
        a->full = true;
    }
}

void x64_u32(X64Asm *a, uint32_t v) {
    for (int i = 0; i < 4; i++) {
        x64_byte(a, v >> (8 * i) & 0xff);
    }
}

void x64_u64(X64Asm *a, uint64_t v) {
    x64_u32(a, (uint32_t)v);
    x64_u32(a, (uint32_t)(v >> 32));
}

bool x64_is_near(const X64Asm *a, const void *address) {
    int64_t distance = (int64_t)((uintptr_t)address - (uintptr_t)(a->code + a->at));
    return distance > -0x7fff0000 && distance < 0x7fff0000;
}

/* ---- the parts of an instruction ------------------------------------------------------------- */
static bool is_byte_register_op(unsigned opcode) {
    return opcode == X64_STORE8 || opcode == X64_MOVZX8 || (opcode & 0xfff0) == X64_SETCC;
}

/* Without a REX prefix byte registers 4..7 would be AH..BH. */
static bool needs_rex(unsigned opcode, int reg, int rm, bool rm_is_reg) {
    if (!is_byte_register_op(opcode)) {
        return false;
    }
    bool reg_is_byte = opcode == X64_STORE8;
    bool rm_is_byte = rm_is_reg;
    return (reg_is_byte && reg >= 4) || (rm_is_byte && rm >= 4);
}

static void put_opcode(X64Asm *a, unsigned opcode, int w, int reg, int index, int base, bool rex) {
    unsigned bits = (unsigned)((w << 3) | (reg >> 3 << 2) | (index >> 3 << 1) | (base >> 3));
    if (opcode >> 16) {
        x64_byte(a, opcode >> 16);
    }
    if (bits || rex) {
        x64_byte(a, 0x40 | bits);
    }
    if (opcode >> 8 & 0xff) {
        x64_byte(a, opcode >> 8 & 0xff);
    }
    x64_byte(a, opcode & 0xff);
}

static void put_modrm(X64Asm *a, int mod, int reg, int rm) {
    x64_byte(a, (unsigned)(mod << 6 | (reg & 7) << 3 | (rm & 7)));
}

static int log2_of(int scale) { return __builtin_ctz((unsigned)scale); }

static void put_base(X64Asm *a, int reg, X64Mem m) {
    bool no_disp = m.disp == 0 && (m.base & 7) != RBP;
    int mod = no_disp ? 0 : x64_fits8(m.disp) ? 1 : 2;
    if (m.index >= 0 || (m.base & 7) == RSP) {
        int index = m.index >= 0 ? m.index & 7 : RSP;
        int scale = m.index >= 0 ? log2_of(m.scale) : 0;
        put_modrm(a, mod, reg, RSP);
        x64_byte(a, (unsigned)(scale << 6 | index << 3 | (m.base & 7)));
    } else {
        put_modrm(a, mod, reg, m.base);
    }
    if (mod == 1) {
        x64_byte(a, (uint8_t)m.disp);
    } else if (mod == 2) {
        x64_u32(a, (uint32_t)m.disp);
    }
}

static void note_pool_use(X64Asm *a, int entry) {
    if (a->npool_uses == a->pool_uses_room) {
        a->pool_uses_room = a->pool_uses_room ? 2 * a->pool_uses_room : 64;
        a->pool_uses = realloc(a->pool_uses, (size_t)a->pool_uses_room * sizeof *a->pool_uses);
        if (!a->pool_uses) {
            abort();
        }
    }
    a->pool_uses[a->npool_uses++] = (X64PoolUse){(uint32_t)a->at, entry};
}

/* `tail` bytes of immediate follow: rip-relative counts from behind them. */
static void put_mem(X64Asm *a, int reg, X64Mem m, int tail) {
    if (m.kind == MEM_BASE) {
        put_base(a, reg, m);
        return;
    }
    if (m.kind == MEM_ABSOLUTE) {
        put_modrm(a, 0, reg, RSP);
        x64_byte(a, 0x25); /* no base, no index */
        x64_u32(a, (uint32_t)(uintptr_t)m.address);
        return;
    }
    put_modrm(a, 0, reg, RBP);
    if (m.kind == MEM_POOL) {
        JN_ASSERT(tail == 0, "a pool operand with an immediate");
        note_pool_use(a, m.entry);
        x64_u32(a, 0);
    } else {
        intptr_t end = (intptr_t)(a->code + a->at + 4 + tail);
        x64_u32(a, (uint32_t)((intptr_t)m.address - end));
    }
}

static void put_rm(X64Asm *a, unsigned opcode, int w, int reg, X64Mem m, int tail) {
    bool based = m.kind == MEM_BASE;
    int index = based && m.index >= 0 ? m.index : 0;
    put_opcode(a, opcode, w, reg, index, based ? m.base : 0, needs_rex(opcode, reg, 0, false));
    put_mem(a, reg, m, tail);
}

/* ---- instructions ---------------------------------------------------------------------------- */
void x64_rr(X64Asm *a, unsigned opcode, int w, int reg, int rm) {
    put_opcode(a, opcode, w, reg, 0, rm, needs_rex(opcode, reg, rm, true));
    put_modrm(a, 3, reg, rm);
}

void x64_rm(X64Asm *a, unsigned opcode, int w, int reg, X64Mem m) {
    put_rm(a, opcode, w, reg, m, 0);
}

static void put_imm(X64Asm *a, int32_t imm, bool small) {
    if (small) {
        x64_byte(a, (uint8_t)imm);
    } else {
        x64_u32(a, (uint32_t)imm);
    }
}

void x64_alu_ri(X64Asm *a, int alu, int w, int rm, int32_t imm) {
    bool small = x64_fits8(imm);
    x64_rr(a, small ? 0x83 : 0x81, w, alu, rm);
    put_imm(a, imm, small);
}

void x64_alu_mi(X64Asm *a, int alu, int w, X64Mem m, int32_t imm) {
    bool small = x64_fits8(imm);
    put_rm(a, small ? 0x83 : 0x81, w, alu, m, small ? 1 : 4);
    put_imm(a, imm, small);
}

void x64_cmp8_mi(X64Asm *a, X64Mem m, int imm) {
    put_rm(a, 0x80, W32, ALU_CMP, m, 1);
    x64_byte(a, (uint8_t)imm);
}

void x64_test_ri(X64Asm *a, int w, int rm, int32_t imm) {
    x64_rr(a, X64_GROUP_F7, w, F7_TEST, rm);
    x64_u32(a, (uint32_t)imm);
}

void x64_test_mi(X64Asm *a, int w, X64Mem m, int32_t imm) {
    put_rm(a, X64_GROUP_F7, w, F7_TEST, m, 4);
    x64_u32(a, (uint32_t)imm);
}

void x64_shift_ri(X64Asm *a, int shift, int w, int rm, int count) {
    x64_rr(a, X64_SHIFT_IMM, w, shift, rm);
    x64_byte(a, (uint8_t)count);
}

void x64_imul_rri(X64Asm *a, int reg, int rm, int32_t imm) {
    bool small = x64_fits8(imm);
    x64_rr(a, small ? 0x6b : 0x69, W64, reg, rm);
    put_imm(a, imm, small);
}

void x64_imul_rmi(X64Asm *a, int reg, X64Mem m, int32_t imm) {
    bool small = x64_fits8(imm);
    put_rm(a, small ? 0x6b : 0x69, W64, reg, m, small ? 1 : 4);
    put_imm(a, imm, small);
}

void x64_mov_ri(X64Asm *a, int reg, uint64_t bits) {
    if (bits <= 0xffffffffu) {
        put_opcode(a, 0xb8 | (unsigned)(reg & 7), W32, 0, 0, reg, false);
        x64_u32(a, (uint32_t)bits);
    } else if (x64_fits32((int64_t)bits)) {
        x64_rr(a, 0xc7, W64, 0, reg);
        x64_u32(a, (uint32_t)bits);
    } else {
        put_opcode(a, 0xb8 | (unsigned)(reg & 7), W64, 0, 0, reg, false);
        x64_u64(a, bits);
    }
}

void x64_mov_mi(X64Asm *a, int w, X64Mem m, int32_t imm) {
    put_rm(a, 0xc7, w, 0, m, 4);
    x64_u32(a, (uint32_t)imm);
}

void x64_store8_mi(X64Asm *a, X64Mem m, int imm) {
    put_rm(a, 0xc6, W32, 0, m, 1);
    x64_byte(a, (uint8_t)imm);
}

void x64_store16_mi(X64Asm *a, X64Mem m, int imm) {
    put_rm(a, 0x6600c7, W32, 0, m, 2);
    x64_byte(a, (unsigned)imm & 0xff);
    x64_byte(a, (unsigned)imm >> 8 & 0xff);
}

void x64_setcc(X64Asm *a, X64Cond cc, int reg) {
    x64_rr(a, X64_SETCC + cc, W32, 0, reg);
    x64_rr(a, X64_MOVZX8, W32, reg, reg);
}

void x64_push(X64Asm *a, int reg) {
    put_opcode(a, 0x50 | (unsigned)(reg & 7), W32, 0, 0, reg, false);
}

void x64_pop(X64Asm *a, int reg) {
    put_opcode(a, 0x58 | (unsigned)(reg & 7), W32, 0, 0, reg, false);
}

void x64_ret(X64Asm *a) { x64_byte(a, 0xc3); }

void x64_cqo(X64Asm *a) {
    x64_byte(a, 0x48);
    x64_byte(a, 0x99);
}

void x64_endbr64(X64Asm *a) { x64_u32(a, 0xfa1e0ff3); }

/* No-ops of up to nine bytes, as the processors' manuals recommend them. */
void x64_align(X64Asm *a, unsigned to) {
    static const uint8_t nops[9][9] = {
        {0x90},
        {0x66, 0x90},
        {0x0f, 0x1f, 0x00},
        {0x0f, 0x1f, 0x40, 0x00},
        {0x0f, 0x1f, 0x44, 0x00, 0x00},
        {0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
        {0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
        {0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
        {0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
    };
    unsigned gap = (unsigned)(-(uintptr_t)(a->code + a->at) & (to - 1));
    while (gap > 0) {
        unsigned n = gap > 9 ? 9 : gap;
        for (unsigned i = 0; i < n; i++) {
            x64_byte(a, nops[n - 1][i]);
        }
        gap -= n;
    }
}

/* ---- jumps ----------------------------------------------------------------------------------- */
uint32_t x64_jcc(X64Asm *a, X64Cond cc) {
    x64_byte(a, 0x0f);
    x64_byte(a, 0x80 + cc);
    x64_u32(a, 0);
    return (uint32_t)a->at - 4;
}

uint32_t x64_jmp(X64Asm *a) {
    x64_byte(a, 0xe9);
    x64_u32(a, 0);
    return (uint32_t)a->at - 4;
}

uint32_t x64_jcc8(X64Asm *a, X64Cond cc) {
    x64_byte(a, 0x70 + cc);
    x64_byte(a, 0);
    return (uint32_t)a->at - 1;
}

uint32_t x64_jmp8(X64Asm *a) {
    x64_byte(a, 0xeb);
    x64_byte(a, 0);
    return (uint32_t)a->at - 1;
}

void x64_bind_to(X64Asm *a, uint32_t jump, uint32_t target) {
    if (!a->full) {
        uint32_t distance = target - (jump + 4);
        memcpy(a->code + jump, &distance, 4);
    }
}

void x64_bind(X64Asm *a, uint32_t jump) { x64_bind_to(a, jump, (uint32_t)a->at); }

void x64_bind8(X64Asm *a, uint32_t jump) {
    if (!a->full) {
        uint32_t distance = (uint32_t)a->at - (jump + 1);
        JN_ASSERT(distance < 128, "a short jump of %u bytes", distance);
        a->code[jump] = (uint8_t)distance;
    }
}

void x64_jmp_address(X64Asm *a, const void *target) {
    if (x64_is_near(a, target)) {
        x64_byte(a, 0xe9);
        x64_u32(a, (uint32_t)((intptr_t)target - (intptr_t)(a->code + a->at + 4)));
        return;
    }
    x64_byte(a, 0xff); /* jmp [rip + 0] */
    x64_byte(a, 0x25);
    x64_u32(a, 0);
    x64_u64(a, (uint64_t)(uintptr_t)target);
}

void x64_call_address(X64Asm *a, const void *target) {
    if (x64_is_near(a, target)) {
        x64_byte(a, 0xe8);
        x64_u32(a, (uint32_t)((intptr_t)target - (intptr_t)(a->code + a->at + 4)));
        return;
    }
    x64_mov_ri(a, RAX, (uint64_t)(uintptr_t)target);
    x64_rr(a, X64_GROUP_FF, W32, FF_CALL, RAX);
}

void x64_write_pool(X64Asm *a, const uint64_t (*entries)[2], int n) {
    if (n == 0) {
        return;
    }
    x64_align(a, 16);
    uint32_t start = (uint32_t)a->at;
    for (int i = 0; i < n; i++) {
        x64_u64(a, entries[i][0]);
        x64_u64(a, entries[i][1]);
    }
    for (int i = 0; i < a->npool_uses; i++) {
        x64_bind_to(a, a->pool_uses[i].at, start + 16 * (uint32_t)a->pool_uses[i].entry);
    }
}
