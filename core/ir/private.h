/*  Private to core/ir: the words of the text form, shared by printer, parser and verifier. */
#ifndef JITNEY_IR_PRIVATE_H
#define JITNEY_IR_PRIVATE_H

#include "ir/ir.h"

#include "base/text.h"

enum { IR_WIDTH__COUNT = IR_W_SLOT + 1, IR_EXIT_KIND__COUNT = IR_EXIT_NEXT + 1, IR_TYPE_FLAG__COUNT = 11, IR_FIELD_FLAG__COUNT = 2 };
extern const char *const ir_type_text[IR_TYPE__COUNT];
extern const char *const ir_width_text[IR_WIDTH__COUNT];
extern const char *const ir_mem_text[MEM__COUNT];
extern const char *const ir_exit_text[IR_EXIT_KIND__COUNT];
extern const char *const ir_field_flag_text[IR_FIELD_FLAG__COUNT]; /* bit i of IrField.flags */
extern const char *const ir_type_flag_text[IR_TYPE_FLAG__COUNT]; /* bit i of IrKlass.flags */

/* Index of a word of n bytes in a list of words, or -1. */
int ir_find_word(const char *const *words, int count, const char *word, size_t n);
/* Facts of a type that needs no declaration; false when it does. */
bool ir_known_klass(const char *name, unsigned *flags);

/* Which immediates stand before the operands. */
static inline bool ir_imm_leads(IrImmKind kind)
{
    return kind == IR_IMM_HELPER || kind == IR_IMM_KLASS || kind == IR_IMM_LABEL || kind == IR_IMM_SLOT;
}
/* Must the text say the result's type because nothing else does? */
static inline bool ir_says_type(const IrOpInfo *info)
{
    return info->result == IR_RESULT_SAME && info->operands[0] == '\0';
}
/* The types that operand i may have, a bit per IrType; 0 when there is no such operand. */
unsigned ir_operand_types(const IrInsn *insn, int i);

/* One instruction as ir_print has it, without line end; `names` for messages about traces that are not well formed. */
void ir_print_insn(const IrTrace *t, IrRef r, Text *out);

#endif
