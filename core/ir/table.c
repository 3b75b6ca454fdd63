/*  The tables of ops.def, calls.def and types.def as arrays. */
#include "ir/ir.h"

enum {
    KIND_VOID = IR_VOID, KIND_OBJ = IR_OBJ, KIND_I64 = IR_I64, KIND_F64 = IR_F64, KIND_BOOL = IR_BOOL, KIND_PTR = IR_PTR,
    KIND_SAME = IR_RESULT_SAME, KIND_FIELD = IR_RESULT_FIELD, KIND_CALL = IR_RESULT_CALL,
};
enum {
    PURE = IRF_PURE, GUARD = IRF_GUARD | IRF_SNAP, READ = IRF_READ, WRITE = IRF_WRITE, ALLOC = IRF_ALLOC, EFFECT = IRF_EFFECT,
    SNAP = IRF_SNAP, RUNS = IRF_RUNS, COMM = IRF_COMM, END = IRF_END, NEW = IRF_NEW, RAISES = IRF_RAISES,
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
};

IrType ir_width_type(IrWidth w)
{
    return width_types[w];
}

int ir_width_bytes(IrWidth w)
{
    static const int bytes[] = {[IR_W_OBJ] = 8, [IR_W_PTR] = 8, [IR_W_F64] = 8, [IR_W_I64] = 8,
                                [IR_W_I32] = 4, [IR_W_U32] = 4, [IR_W_U16] = 2, [IR_W_U8] = 1};
    return bytes[w];
}
