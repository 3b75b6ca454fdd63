/*  Hand-built traces, run as machine code over toy objects.

    Toy objects are laid out as CPython's: a 32-bit reference count at 0, the type at 8, then a
    float's value at 16, or an int's tag at 16 and its digits at 24. The root frame is an array of
    slots. */
#ifndef JITNEY_TESTS_CODEGEN_HARNESS_H
#define JITNEY_TESTS_CODEGEN_HARNESS_H

#include "codegen/codegen.h"

#include "base/text.h"

#include <string.h>

typedef struct Obj {
    int32_t refcnt;
    int32_t unused;
    struct Obj *type;
    union {
        double value;
        struct {
            uint64_t tag;
            uint32_t digit[4];
        };
        struct Obj *fields[8];
        int64_t words[8];
    };
} Obj;

typedef struct {
    uint64_t locals[64];
    Obj *frame_object;
} Frame;

extern Obj int_type, float_type, list_type, true_object, false_object;
extern int deaths, syncs, unsyncs, leave_on_death, calls_of_box;
extern uint64_t breaker;
extern uint8_t valid;

typedef struct {
    Arena *arena;
    IrTrace *t;
    CgConfig config;
    CgTrace *code;
    const char *why;
    Frame frame;
    CgRun run;
} Case;

Case *case_new(const char *name);
void case_free(Case *c);
void fail(const char *file, int line, const char *what, long long got, long long wanted);
#define CHECK(got, wanted)                                                               \
    do {                                                                                 \
        long long got_ = (long long)(got), wanted_ = (long long)(wanted);                \
        if (got_ != wanted_) {                                                           \
            fail(__FILE__, __LINE__, #got, got_, wanted_);                               \
        }                                                                                \
    } while (0)

/* Building. */
IrRef op0(Case *c, IrOp op);
IrRef op1(Case *c, IrOp op, IrRef a);
IrRef op2(Case *c, IrOp op, IrRef a, IrRef b);
IrRef op3(Case *c, IrOp op, IrRef a, IrRef b, IrRef d);
IrRef op_imm(Case *c, IrOp op, int n, const IrRef *args, int64_t imm);
IrRef op_field(Case *c, IrOp op, int n, const IrRef *args, const IrField *field);
IrRef op_type(Case *c, IrOp op, IrRef a, Obj *type);
IrRef load_slot(Case *c, int slot);
IrRef exit_arg(Case *c, int number, IrType type);
IrRef phi(Case *c, IrType type, IrRef entry); /* its second operand is set by phi_next */
void phi_next(Case *c, IrRef phi, IrRef next);
void snap(Case *c, IrRef insn, int n, const IrRef *values); /* one frame, slots 0..n-1 */
void leave(Case *c, int n, const IrRef *values);
const IrField *field_at(Case *c, int offset, IrWidth width);
IrRef i64(Case *c, int64_t v);
IrRef f64(Case *c, double v);

/* Compile and run; the answer is the exit taken. */
CgTrace *compile(Case *c);
CgExit *run(Case *c);
CgExit *run_with(Case *c, const CgRun *start); /* with all registers as there */
uint64_t loc_value(const CgRun *run, const uint64_t *consts, CgLoc loc);
uint64_t exit_value(const Case *c, const CgExit *exit, int i);
double exit_f64(const Case *c, const CgExit *exit, int i);

Obj *new_float(double v);
Obj *new_int(int64_t v);
int64_t int_value(const Obj *o);

/* Stress settings under which every test is run. */
extern int exit_status; /* 1 when a check failed */
extern bool stress_spill, stress_by_call;
void dump_code(const CgTrace *t);
void *exec_room(size_t size);
extern CgEnterFn enter;

#endif
