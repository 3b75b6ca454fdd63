/*  From bytecode to CpyInsn. An instruction that is instrumented, specialised, or replaced by the entry of
    an executor of CPython's own JIT is read as the opcode the compiler wrote. */
#include "cpython/private.h"

/* The table of specialised forms comes with the header; under names of our own, as the interpreter may
    export the same ones. */
#define NEED_OPCODE_METADATA
#define _PyOpcode_Caches cpy_table_caches
#define _PyOpcode_Deopt cpy_table_deopt
#define _PyOpcode_OpName cpy_table_names
#define _PyOpcode_PseudoTargets cpy_table_pseudo
#define _PyOpcode_macro_expansion cpy_table_macros
#define _PyOpcode_num_popped cpy_table_popped
#define _PyOpcode_num_pushed cpy_table_pushed
#define _PyOpcode_opcode_metadata cpy_table_metadata
#include "internal/pycore_opcode_metadata.h"
#include "internal/pycore_opcode_utils.h"

/* How an argument is read. */
typedef enum {
    ARG_NONE, ARG_ARG, ARG_PAIR, ARG_CONST, ARG_SMALL, ARG_COMMON, ARG_ASSERTION, ARG_NAME, ARG_GLOBAL,
    ARG_ATTR, ARG_SUPER, ARG_IMPORT, ARG_BINARY, ARG_COMPARE, ARG_INTRINSIC, ARG_KEYWORDS,
    ARG_ALWAYS_KEYWORDS, ARG_RESUME, ARG_GET_ITER, ARG_FORWARD, ARG_BACKWARD, ARG_FOR_ITER,
} ArgForm;

typedef struct {
    bool known;
    uint8_t op, caches, form;
    const char *name;
} OpRow;

static const OpRow op_rows[256] = {
#define CPYOP(opcode, op, caches, form) [opcode] = {true, CPYOP_##op, caches, ARG_##form, #opcode},
#define CPYSAME(other, opcode)
#include "cpython/ops.def"
#undef CPYOP
#undef CPYSAME
};

static const uint8_t same_as[256] = {
#define CPYOP(opcode, op, caches, form)
#define CPYSAME(other, opcode) [other] = opcode,
#include "cpython/ops.def"
#undef CPYOP
#undef CPYSAME
};

const char *
cpy_op_name(CpyOp op)
{
    static const char *const names[] = {
#define NEUTRAL(name, doc) #name,
#include "cpython/neutral.def"
#undef NEUTRAL
    };
    return (unsigned)op < CPYOP__COUNT ? names[op] : "?";
}

/* ---- the base opcode at a place --------------------------------------------------------------- */
/* Another tool has LINE events here. Where their tables keep the opcode differs even between micro releases;
   the code object's own copy of its bytes, which it keeps once made, does not. */
static int
opcode_under_line_event(PyCodeObject *code, int place)
{
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *bytes = PyCode_GetCode(code);
    int opcode = CACHE;
    if (bytes != NULL) {
        opcode = (uint8_t)PyBytes_AS_STRING(bytes)[place * (int)sizeof(_Py_CODEUNIT)];
        Py_DECREF(bytes);
    }
    PyErr_SetRaisedException(exc);
    return opcode;
}

/* The opcode as compiled, and its argument byte. Of a cache entry, which may look like anything, some opcode. */
static int
base_opcode(PyCodeObject *code, int place, int *arg)
{
    _Py_CODEUNIT unit = _PyCode_CODE(code)[place];
    int opcode = unit.op.code;
    *arg = unit.op.arg;
    if (opcode == INSTRUMENTED_LINE) {
        opcode = opcode_under_line_event(code, place);
    }
    if (opcode == INSTRUMENTED_INSTRUCTION) {
        const _PyCoMonitoringData *data = code->_co_monitoring;
        opcode = data != NULL && data->per_instruction_opcodes != NULL ? data->per_instruction_opcodes[place] : CACHE;
    }
    if (opcode == ENTER_EXECUTOR && code->co_executors != NULL && *arg < code->co_executors->size) {
        _PyExecutorObject *executor = code->co_executors->executors[*arg];
        opcode = executor->vm_data.opcode;
        *arg = executor->vm_data.oparg;
    }
    if (same_as[opcode] != 0) {
        opcode = same_as[opcode];
    }
    return cpy_table_deopt[opcode];
}

static int
unit_length(PyCodeObject *code, int place)
{
    int arg;
    return 1 + op_rows[base_opcode(code, place, &arg)].caches;
}

/* A unit that reads as EXTENDED_ARG may also be a cache entry: walk from the start to know. */
static bool
is_instruction(PyCodeObject *code, int place)
{
    int at = 0;
    while (at < place) {
        at += unit_length(code, at);
    }
    return at == place;
}

/* Where the instruction begins whose opcode, or one of whose EXTENDED_ARGs, is at `place`. */
static int
first_unit(PyCodeObject *code, int place)
{
    int arg, at = place;
    while (at > 0 && base_opcode(code, at - 1, &arg) == EXTENDED_ARG) {
        at--;
    }
    while (at < place && !is_instruction(code, at)) {
        at++;
    }
    return at;
}

/* ---- arguments -------------------------------------------------------------------------------- */
static PyObject *
name_at(PyCodeObject *code, int index)
{
    return PyTuple_GET_ITEM(code->co_names, index);
}

static PyObject *
small_int(int value)
{
    PyObject *number = PyLong_FromLong(value); /* a singleton: ours to look at without a reference */
    Py_DECREF(number);
    return number;
}

static void
read_binary(CpyInsn *insn, int arg)
{
#ifdef NB_SUBSCR
    if (arg == NB_SUBSCR) {
        insn->op = CPYOP_subscr;
        return;
    }
#endif
    insn->arg2 = arg >= NB_INPLACE_ADD;
    insn->arg = arg - (insn->arg2 ? NB_INPLACE_ADD : 0);
}

/* The places that arguments of jumps lead to. FOR_ITER skips the END_FOR at its target; 3.13 drops the
   iterator itself and skips the POP_TOP for it too. */
static void
read_for_iter(CpyInsn *insn, int arg)
{
    insn->target = insn->next + arg + (CPY_RUNNING == CPY_313 ? 2 : 1);
    insn->target_depth_delta = CPY_RUNNING == CPY_313 ? -1 : 0;
}

#ifndef GET_ITER_YIELD_FROM
#define GET_ITER_YIELD_FROM 1
#endif

static void
read_arg(PyCodeObject *code, CpyInsn *insn, ArgForm form, int arg)
{
    insn->arg = arg;
    switch (form) {
    case ARG_NONE: break;
    case ARG_ARG: break;
    case ARG_PAIR:
        insn->arg = arg >> 4;
        insn->arg2 = arg & 15;
        break;
    case ARG_CONST: insn->obj = PyTuple_GET_ITEM(code->co_consts, arg); break;
    case ARG_SMALL: insn->obj = small_int(arg); break;
    case ARG_COMMON: insn->obj = ver_common_constant(arg); break;
    case ARG_ASSERTION: insn->obj = PyExc_AssertionError; break;
    case ARG_NAME: insn->obj = name_at(code, arg); break;
    case ARG_GLOBAL:
        insn->obj = name_at(code, arg >> 1);
        insn->arg2 = arg & 1;
        break;
    case ARG_ATTR:
        insn->obj = name_at(code, arg >> 1);
        insn->op = arg & 1 ? CPYOP_load_method : CPYOP_load_attr;
        break;
    case ARG_SUPER:
        insn->obj = name_at(code, arg >> 2);
        insn->arg = arg & 1;
        insn->arg2 = (arg >> 1) & 1;
        break;
    case ARG_IMPORT:
        insn->obj = name_at(code, arg >> 2);
        insn->arg2 = arg & 3;
        break;
    case ARG_BINARY: read_binary(insn, arg); break;
    case ARG_COMPARE:
        insn->arg = arg >> 5;
        insn->arg2 = (arg >> 4) & 1;
        break;
    case ARG_INTRINSIC:
        if (arg == INTRINSIC_UNARY_POSITIVE) {
            insn->op = CPYOP_unary_pos;
        }
        break;
    case ARG_KEYWORDS: insn->arg = arg & 1; break;
    case ARG_ALWAYS_KEYWORDS: insn->arg = 1; break;
    case ARG_RESUME:
        insn->arg = arg & RESUME_OPARG_LOCATION_MASK;
        insn->arg2 = (arg & RESUME_OPARG_DEPTH1_MASK) != 0;
        break;
    case ARG_GET_ITER:
        if (arg >= GET_ITER_YIELD_FROM) {
            insn->op = CPYOP_get_yield_from_iter;
        }
        break;
    case ARG_FORWARD: insn->target = insn->next + arg; break;
    case ARG_BACKWARD: insn->target = insn->next - arg; break;
    case ARG_FOR_ITER: read_for_iter(insn, arg); break;
    }
}

/* ---- for others ------------------------------------------------------------------------------- */
/* The instruction that begins at this place. */
static CpyInsn
decode_at(PyCodeObject *code, int at)
{
    CpyInsn insn = {.op = CPYOP_unknown, .target = -1, .opcode_name = "?"};
    int byte, arg = 0, end = (int)Py_SIZE(code);
    insn.at = at;
    int opcode = base_opcode(code, at, &byte);
    while (opcode == EXTENDED_ARG && at + 1 < end) {
        arg = (arg | byte) << 8;
        opcode = base_opcode(code, ++at, &byte);
    }
    arg |= byte;
    const OpRow *row = &op_rows[opcode];
    insn.op_at = at;
    insn.next = at + 1 + row->caches;
    if (!row->known) {
        insn.arg = arg;
        return insn;
    }
    insn.op = (CpyOp)row->op;
    insn.opcode_name = row->name;
    read_arg(code, &insn, (ArgForm)row->form, arg);
    return insn;
}

CpyInsn
cpy_decode(PyCodeObject *code, int place)
{
    return decode_at(code, first_unit(code, place));
}

bool
cpy_code_has_loop(PyCodeObject *code)
{
    int arg, end = (int)Py_SIZE(code);
    for (int at = 0; at < end; at += unit_length(code, at)) {
        if (op_rows[base_opcode(code, at, &arg)].op == CPYOP_jump_back) {
            return true;
        }
    }
    return false;
}

/* ---- the stack's depth ------------------------------------------------------------------------ */
/* The depth at each place follows from the code alone. It is worked out once a code object, and kept with it
   as its "extra": an array of code-size entries, -1 where nothing reaches. */
static bool
note_depth(int16_t *depths, int place, int depth)
{
    if (depths[place] == depth) {
        return false;
    }
    depths[place] = (int16_t)depth;
    return true;
}

static bool
falls_through(CpyOp op)
{
    return op != CPYOP_jump && op != CPYOP_jump_back && op != CPYOP_return_value &&
           op != CPYOP_return_const && op != CPYOP_raise && op != CPYOP_reraise &&
           op != CPYOP_interpreter_exit;
}

/* What the depth before one instruction says about the places after it; true when that is news. */
static bool
spread_depth(PyCodeObject *code, int16_t *depths, const CpyInsn *insn, int opcode, int arg)
{
    int before = depths[insn->at], handler, level;
    int after = before + cpy_table_pushed(opcode, arg) - cpy_table_popped(opcode, arg);
    bool lasti, news = false;
    for (int i = insn->at + 1; i < insn->next; i++) {
        depths[i] = (int16_t)before;
    }
    if (falls_through(insn->op) && insn->next < (int)Py_SIZE(code)) {
        news |= note_depth(depths, insn->next, after);
    }
    if (insn->target >= 0) {
        int delta = insn->op == CPYOP_for_iter ? insn->target_depth_delta : after - before;
        news |= note_depth(depths, insn->target, before + delta);
    }
    if (cpy_exception_handler(code, insn->op_at, &handler, &level, &lasti)) {
        news |= note_depth(depths, handler, level + (lasti ? 2 : 1));
    }
    return news;
}

static void
find_depths(PyCodeObject *code, int16_t *depths)
{
    int end = (int)Py_SIZE(code);
    for (int i = 0; i < end; i++) {
        depths[i] = -1;
    }
    depths[0] = 0;
    for (bool news = true; news;) {
        news = false;
        for (int at = 0; at < end;) {
            int byte, arg = 0, start = at;
            int opcode = base_opcode(code, at, &byte);
            while (opcode == EXTENDED_ARG) {
                arg = (arg | byte) << 8;
                opcode = base_opcode(code, ++at, &byte);
            }
            CpyInsn insn = decode_at(code, start);
            if (depths[start] >= 0 && op_rows[opcode].known) {
                news |= spread_depth(code, depths, &insn, opcode, arg | byte);
            }
            at = insn.next;
        }
    }
}

static int
extra_index(void)
{
    static Py_ssize_t index = -2; /* of the main interpreter, where alone we work */
    if (index == -2) {
        index = PyUnstable_Eval_RequestCodeExtraIndex(PyMem_RawFree);
    }
    return (int)index;
}

int
cpy_static_depth(PyCodeObject *code, int place)
{
    void *kept = NULL;
    int index = extra_index();
    if (index < 0 || PyUnstable_Code_GetExtra((PyObject *)code, index, &kept) < 0) {
        return -1;
    }
    if (kept == NULL) {
        kept = PyMem_RawMalloc(sizeof(int16_t) * (size_t)Py_SIZE(code));
        if (kept == NULL) {
            return -1;
        }
        find_depths(code, kept);
        if (PyUnstable_Code_SetExtra((PyObject *)code, index, kept) < 0) {
            PyErr_Clear();
            int depth = ((int16_t *)kept)[place];
            PyMem_RawFree(kept);
            return depth;
        }
    }
    return ((int16_t *)kept)[place];
}

int
cpy_code_size(PyCodeObject *code)
{
    return (int)Py_SIZE(code);
}

int
cpy_code_stack_base(PyCodeObject *code)
{
    return code->co_nlocalsplus;
}

const char *
probe_opcodes(void)
{
    for (int opcode = 0; opcode < 256; opcode++) {
        if (op_rows[opcode].known && op_rows[opcode].caches != cpy_table_caches[opcode]) {
            return "an opcode has another number of caches than Jitney's table says";
        }
    }
    return NULL;
}
