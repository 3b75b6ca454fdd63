/*  Writes every form of instruction that the code generator uses, over all registers, as lines of
    "bytes <tab> what objdump should say". test_codegen.py compares. */
#include "codegen/x64/encode.h"

#include <stdio.h>

static uint8_t bytes[64];
static X64Asm a = {.code = bytes, .room = sizeof bytes};
static const char *const r64[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                  "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"};
static const char *const r32[] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi",
                                  "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"};
static const char *const r16[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di",
                                  "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w"};
static const char *const r8[] = {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil",
                                 "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b"};
static const char *const xmm[] = {"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                                  "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"};
static const char *const conds[] = {"o", "no", "b", "ae", "e", "ne", "be", "a",
                                    "s", "ns", "p", "np", "l", "ge", "le", "g"};

/* Prints what was encoded since the last time. */
#define SAY(...)                             \
    do {                                     \
        for (size_t i_ = 0; i_ < a.at; i_++) { \
            printf("%02x", bytes[i_]);       \
        }                                    \
        printf("\t");                        \
        printf(__VA_ARGS__);                 \
        printf("\n");                        \
        a.at = 0;                            \
    } while (0)

typedef struct {
    const char *name;
    unsigned opcode;
    int w;
    const char *const *reg, *const *rm; /* names of the register operands */
    const char *size;                    /* of a memory operand; NULL: none */
    bool rm_first;
} Form;

static const Form forms[] = {
    {"add", X64_ADD, 1, r64, r64, "QWORD", false},   {"or", X64_OR, 1, r64, r64, "QWORD", false},
    {"and", X64_AND, 1, r64, r64, "QWORD", false},   {"sub", X64_SUB, 1, r64, r64, "QWORD", false},
    {"xor", X64_XOR, 1, r64, r64, "QWORD", false},   {"xor", X64_XOR, 0, r32, r32, "DWORD", false},
    {"cmp", X64_CMP, 1, r64, r64, "QWORD", false},   {"cmp", X64_CMP, 0, r32, r32, "DWORD", false},
    {"mov", X64_MOV, 1, r64, r64, "QWORD", false},   {"mov", X64_MOV, 0, r32, r32, "DWORD", false},
    {"movsxd", X64_MOVSXD, 1, r64, r32, "DWORD", false}, {"imul", X64_IMUL, 1, r64, r64, "QWORD", false},
    {"movzx", X64_MOVZX8, 0, r32, r8, "BYTE", false}, {"movzx", X64_MOVZX16, 0, r32, r16, "WORD", false},
    {"cmovne", X64_CMOV + CC_NE, 1, r64, r64, "QWORD", false},
    {"cmovs", X64_CMOV + CC_S, 1, r64, r64, "QWORD", false},
    {"mov", X64_STORE, 1, r64, r64, "QWORD", true},  {"mov", X64_STORE, 0, r32, r32, "DWORD", true},
    {"mov", X64_STORE8, 0, r8, r8, "BYTE", true},    {"mov", X64_STORE16, 0, r16, r16, "WORD", true},
    {"test", X64_TEST, 1, r64, r64, "QWORD", true},  {"test", X64_TEST, 0, r32, r32, "DWORD", true},
    {"xchg", X64_XCHG, 1, r64, r64, "QWORD", true},
    {"movsd", X64_MOVSD, 0, xmm, xmm, "QWORD", false}, {"movaps", X64_MOVAPS, 0, xmm, xmm, NULL, false},
    {"addsd", X64_ADDSD, 0, xmm, xmm, "QWORD", false}, {"mulsd", X64_MULSD, 0, xmm, xmm, "QWORD", false},
    {"subsd", X64_SUBSD, 0, xmm, xmm, "QWORD", false}, {"divsd", X64_DIVSD, 0, xmm, xmm, "QWORD", false},
    {"sqrtsd", X64_SQRTSD, 0, xmm, xmm, "QWORD", false},
    {"ucomisd", X64_UCOMISD, 0, xmm, xmm, "QWORD", false},
    {"xorps", X64_XORPS, 0, xmm, xmm, "XMMWORD", false}, {"andps", X64_ANDPS, 0, xmm, xmm, "XMMWORD", false},
    {"cvtsi2sd", X64_CVTSI2SD, 1, xmm, r64, "QWORD", false},
    {"cvttsd2si", X64_CVTTSD2SI, 1, r64, xmm, "QWORD", false},
    {"movq", X64_MOVQ_FROM_GPR, 1, xmm, r64, NULL, false}, {"movq", X64_MOVQ_TO_GPR, 1, xmm, r64, NULL, true},
    {"movsd", X64_MOVSD_STORE, 0, xmm, xmm, "QWORD", true},
};

static void registers(const Form *f) {
    for (int reg = 0; reg < 16; reg++) {
        for (int rm = 0; rm < 16; rm++) {
            x64_rr(&a, f->opcode, f->w, reg, rm);
            if (f->rm_first) {
                SAY("%s %s,%s", f->name, f->rm[rm], f->reg[reg]);
            } else {
                SAY("%s %s,%s", f->name, f->reg[reg], f->rm[rm]);
            }
        }
    }
}

static void memory_text(char *out, size_t size, const char *width, X64Mem m) {
    char index[32] = "", disp[32] = "";
    if (m.index >= 0) {
        snprintf(index, sizeof index, "+%s*%d", r64[m.index], m.scale);
    }
    bool none = m.disp == 0 && (m.base & 7) != RBP;
    if (!none) {
        snprintf(disp, sizeof disp, "%c%#x", m.disp < 0 ? '-' : '+', m.disp < 0 ? -(unsigned)m.disp : (unsigned)m.disp);
        if (m.disp == 0) {
            snprintf(disp, sizeof disp, "+0x0");
        }
    }
    snprintf(out, size, "%s%s[%s%s%s]", width ? width : "", width ? " PTR " : "", r64[m.base], index, disp);
}

static const int32_t disps[] = {0, 8, -8, 127, -128, 128, 0x12345};

static X64Mem some_memory(int base, int i) {
    X64Mem m = x64_at(base, disps[(size_t)i % ARRAY_LEN(disps)]);
    int index = i * 5 % 17 - 1;
    if (index != RSP) {
        m.index = index;
        m.scale = 1 << i % 4;
    }
    return m;
}

static void memory(const Form *f) {
    if (!f->size) {
        return;
    }
    for (int base = 0; base < 16; base++) {
        for (int i = 0; i < 40; i++) {
            char text[80];
            X64Mem m = some_memory(base, i);
            int reg = (base + 3 * i) % 16;
            x64_rm(&a, f->opcode, f->w, reg, m);
            memory_text(text, sizeof text, f->size, m);
            if (f->rm_first) {
                SAY("%s %s,%s", f->name, text, f->reg[reg]);
            } else {
                SAY("%s %s,%s", f->name, f->reg[reg], text);
            }
        }
    }
}

static const char *hex(int64_t v, int bits) {
    static char text[4][32];
    static int turn;
    char *out = text[turn++ % 4];
    uint64_t mask = bits == 64 ? ~(uint64_t)0 : ((uint64_t)1 << bits) - 1;
    snprintf(out, 32, "0x%llx", (unsigned long long)((uint64_t)v & mask));
    return out;
}

static void immediates(void) {
    static const struct {
        int alu;
        const char *name;
    } alus[] = {{ALU_ADD, "add"}, {ALU_OR, "or"}, {ALU_AND, "and"}, {ALU_SUB, "sub"}, {ALU_XOR, "xor"}, {ALU_CMP, "cmp"}};
    static const int32_t imms[] = {1, -1, 127, 128, -128, 0x12345678, INT32_MIN};
    for (int r = 0; r < 16; r++) {
        for (size_t k = 0; k < ARRAY_LEN(imms); k++) {
            int32_t imm = imms[k];
            char m[80];
            X64Mem mem = some_memory(r, (int)k);
            memory_text(m, sizeof m, "QWORD", mem);
            for (size_t i = 0; i < ARRAY_LEN(alus); i++) {
                x64_alu_ri(&a, alus[i].alu, W64, r, imm);
                SAY("%s %s,%s", alus[i].name, r64[r], hex(imm, 64));
                x64_alu_ri(&a, alus[i].alu, W32, r, imm);
                SAY("%s %s,%s", alus[i].name, r32[r], hex(imm, 32));
                x64_alu_mi(&a, alus[i].alu, W64, mem, imm);
                SAY("%s %s,%s", alus[i].name, m, hex(imm, 64));
            }
            x64_imul_rri(&a, r, 15 - r, imm);
            SAY("imul %s,%s,%s", r64[r], r64[15 - r], hex(imm, 64));
            x64_imul_rmi(&a, 15 - r, mem, imm);
            SAY("imul %s,%s,%s", r64[15 - r], m, hex(imm, 64));
            x64_mov_mi(&a, W64, mem, imm);
            SAY("mov %s,%s", m, hex(imm, 64));
            x64_test_ri(&a, W32, r, imm);
            SAY("test %s,%s", r32[r], hex(imm, 32));
            memory_text(m, sizeof m, "DWORD", mem);
            x64_mov_mi(&a, W32, mem, imm);
            SAY("mov %s,%s", m, hex(imm, 32));
            x64_test_mi(&a, W32, mem, imm);
            SAY("test %s,%s", m, hex(imm, 32));
            memory_text(m, sizeof m, "BYTE", mem);
            x64_cmp8_mi(&a, mem, imm);
            SAY("cmp %s,%s", m, hex(imm, 8));
            x64_store8_mi(&a, mem, imm);
            SAY("mov %s,%s", m, hex(imm, 8));
            memory_text(m, sizeof m, "WORD", mem);
            x64_store16_mi(&a, mem, imm);
            SAY("mov %s,%s", m, hex(imm, 16));
        }
        x64_mov_ri(&a, r, 0xfedcba98);
        SAY("mov %s,0xfedcba98", r32[r]);
        x64_mov_ri(&a, r, (uint64_t)-5);
        SAY("mov %s,0xfffffffffffffffb", r64[r]);
        x64_mov_ri(&a, r, 0x123456789abcdef0);
        SAY("movabs %s,0x123456789abcdef0", r64[r]);
    }
}

static void groups(void) {
    static const char *const f7[] = {[F7_NOT] = "not", "neg", "mul", "imul", "div", "idiv"};
    for (int r = 0; r < 16; r++) {
        for (int i = F7_NOT; i <= F7_IDIV; i++) {
            x64_rr(&a, X64_GROUP_F7, W64, i, r);
            SAY("%s %s", f7[i], r64[r]);
        }
        x64_rr(&a, X64_GROUP_F7, W32, F7_DIV, r);
        SAY("div %s", r32[r]);
        for (int count = 2; count < 64; count += 30) {
            x64_shift_ri(&a, SHIFT_SHL, W64, r, count);
            SAY("shl %s,%s", r64[r], hex(count, 8));
            x64_shift_ri(&a, SHIFT_SHR, W64, r, count);
            SAY("shr %s,%s", r64[r], hex(count, 8));
            x64_shift_ri(&a, SHIFT_SAR, W64, r, count);
            SAY("sar %s,%s", r64[r], hex(count, 8));
        }
        x64_rr(&a, X64_SHIFT_CL, W64, SHIFT_SHL, r);
        SAY("shl %s,cl", r64[r]);
        x64_rr(&a, X64_SHIFT_CL, W64, SHIFT_SAR, r);
        SAY("sar %s,cl", r64[r]);
        x64_rr(&a, X64_GROUP_FF, W32, FF_CALL, r);
        SAY("call %s", r64[r]);
        x64_rr(&a, X64_GROUP_FF, W32, FF_JMP, r);
        SAY("jmp %s", r64[r]);
        x64_push(&a, r);
        SAY("push %s", r64[r]);
        x64_pop(&a, r);
        SAY("pop %s", r64[r]);
        char m[80];
        X64Mem mem = some_memory(r, r + 1);
        memory_text(m, sizeof m, "QWORD", mem);
        x64_rm(&a, X64_GROUP_FF, W32, FF_PUSH, mem);
        SAY("push %s", m);
        x64_rm(&a, X64_POP, W32, 0, mem);
        SAY("pop %s", m);
        memory_text(m, sizeof m, "DWORD", mem);
        x64_rm(&a, X64_GROUP_FF, W32, FF_INC, mem);
        SAY("inc %s", m);
        x64_rm(&a, X64_GROUP_FF, W32, FF_DEC, mem);
        SAY("dec %s", m);
        memory_text(m, sizeof m, NULL, mem);
        x64_rm(&a, X64_LEA, W64, 15 - r, mem);
        SAY("lea %s,%s", r64[15 - r], m);
        for (int cc = 0; cc < 16; cc++) {
            x64_rr(&a, X64_SETCC + (unsigned)cc, W32, 0, r);
            SAY("set%s %s", conds[cc], r8[r]);
        }
    }
    x64_cqo(&a);
    SAY("cqo");
    x64_ret(&a);
    SAY("ret");
    x64_endbr64(&a);
    SAY("endbr64");
}

int main(void) {
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        registers(&forms[i]);
        memory(&forms[i]);
    }
    immediates();
    groups();
    return 0;
}
