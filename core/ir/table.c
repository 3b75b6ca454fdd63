/*  The tables of ops.def, calls.def and types.def as arrays. */
#include "ir/private.h"

#include <string.h>

enum {
    KIND_VOID = IR_VOID, KIND_OBJ = IR_OBJ, KIND_I64 = IR_I64, KIND_F64 = IR_F64, KIND_BOOL = IR_BOOL, KIND_PTR = IR_PTR,
    KIND_SAME = IR_RESULT_SAME, KIND_FIELD = IR_RESULT_FIELD, KIND_CALL = IR_RESULT_CALL,
};
enum {
    PURE = IRF_PURE, GUARD = IRF_GUARD | IRF_SNAP, READ = IRF_READ, WRITE = IRF_WRITE, ALLOC = IRF_ALLOC, EFFECT = IRF_EFFECT,
    SNAP = IRF_SNAP, RUNS = IRF_RUNS, COMM = IRF_COMM, END = IRF_END, NEW = IRF_NEW, RAISES = IRF_RAISES, STR = IRF_STR,
};

const IrOpInfo ir_op_info[IR_OP__COUNT] = {
#define OP(name, result, operands, imm, flags, doc) [IR_##name] = {#name, operands, KIND_##result, IR_IMM_##imm, flags, doc},
#include "ir/ops.def"
#undef OP
};

const IrCallInfo ir_call_info[IR_CALL__COUNT] = {
#define CALL(name, result, operands, reads, writes, flags, doc) \
    [IR_CALL_##name] = {#name, operands, IR_##result, reads, writes, flags},
#include "ir/calls.def"
#undef CALL
};

static const IrType width_types[] = {
    [IR_W_OBJ] = IR_OBJ, [IR_W_PTR] = IR_PTR, [IR_W_F64] = IR_F64, [IR_W_I64] = IR_I64,
    [IR_W_I32] = IR_I64, [IR_W_U32] = IR_I64, [IR_W_U16] = IR_I64, [IR_W_U8] = IR_I64,
    [IR_W_SLOT] = IR_OBJ,
};

IrType ir_width_type(IrWidth w)
{
    return width_types[w];
}

int ir_width_bytes(IrWidth w)
{
    static const int bytes[] = {[IR_W_OBJ] = 8, [IR_W_PTR] = 8, [IR_W_F64] = 8, [IR_W_I64] = 8,
                                [IR_W_I32] = 4, [IR_W_U32] = 4, [IR_W_U16] = 2, [IR_W_U8] = 1,
                                [IR_W_SLOT] = 8};
    return bytes[w];
}

/* ---- words of the text form -------------------------------------------------------------- */
const char *const ir_type_text[IR_TYPE__COUNT] = {
#define TYPE(name, text, doc) [IR_##name] = text,
#include "ir/types.def"
#undef TYPE
};

const char *const ir_mem_text[MEM__COUNT] = {
#define MEM(name, doc) [MEMID_##name] = #name,
#include "ir/memory.def"
#undef MEM
};

const char *const ir_width_text[IR_WIDTH__COUNT] = {
    [IR_W_OBJ] = "obj", [IR_W_PTR] = "ptr", [IR_W_F64] = "f64", [IR_W_I64] = "i64",
    [IR_W_I32] = "i32", [IR_W_U32] = "u32", [IR_W_U16] = "u16", [IR_W_U8] = "u8",
    [IR_W_SLOT] = "slot",
};

const char *const ir_exit_text[IR_EXIT_KIND__COUNT] = {
    [IR_EXIT_RESUME] = "resume", [IR_EXIT_RAISE] = "raise", [IR_EXIT_RETURN] = "return", [IR_EXIT_NEXT] = "next",
};

const char *const ir_field_flag_text[IR_FIELD_FLAG__COUNT] = {"by_offset", "nonnull"};
_Static_assert(IR_FIELD_NONNULL == 1 << 1, "ir_field_flag_text is in the order of the bits");

const char *const ir_type_flag_text[IR_TYPE_FLAG__COUNT] = {"plain", "fixed", "int",   "float",
                                                            "bool",  "str",   "tuple", "list", "unmade", "late", "generator"};
_Static_assert(IR_TYPE_PLAIN == 1 && IR_TYPE_FIXED == 2 && IR_TYPE_INT == 4 && IR_TYPE_GENERATOR == 1 << 10,
               "ir_type_flag_text is in the order of the bits");

int ir_find_word(const char *const *words, int count, const char *word, size_t n)
{
    for (int i = 0; i < count; i++) {
        if (strlen(words[i]) == n && memcmp(words[i], word, n) == 0) {
            return i;
        }
    }
    return -1;
}

bool ir_known_klass(const char *name, unsigned *flags)
{
    static const struct {
        const char *name;
        unsigned flags;
    } known[] = {
#define KNOWN(klass, facts) {#klass, facts},
#include "ir/known.def"
#undef KNOWN
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (strcmp(known[i].name, name) == 0) {
            *flags = known[i].flags;
            return true;
        }
    }
    return false;
}

/* ---- operands -------------------------------------------------------------------------------- */
static unsigned letter_types(char letter, const IrInsn *insn, int i)
{
    enum { OBJ = 1 << IR_OBJ, I64 = 1 << IR_I64, F64 = 1 << IR_F64, BOOL = 1 << IR_BOOL, PTR = 1 << IR_PTR };
    switch (letter) {
    case 'o': return OBJ;
    case 'i': return I64;
    case 'f': return F64;
    case 'b': return BOOL;
    case 'p': return PTR;
    case 'a': return OBJ | PTR;
    case 'n': return I64 | F64;
    case 'w': return OBJ | PTR | I64;
    case 'v': return 1u << ir_width_type(insn->imm.field->width);
    case 'k':
        return i < insn->imm.klass->nfields ? 1u << ir_width_type(insn->imm.klass->fields[i]->width) : 0;
    default: return OBJ | I64 | F64 | BOOL | PTR;
    }
}

unsigned ir_operand_types(const IrInsn *insn, int i)
{
    const char *s = ir_op_info[insn->op].operands;
    if (insn->op == IR_call) {
        s = ir_call_info[insn->imm.i].operands;
    }
    int n = (int)strlen(s);
    bool repeats = n > 0 && s[n - 1] == '*';
    if (repeats && i >= n - 2) {
        return letter_types(s[n - 2], insn, i - (n - 2));
    }
    return i < n - (repeats ? 2 : 0) ? letter_types(s[i], insn, i) : 0;
}
