#include "harness.h"

#include <math.h>
#include <stdio.h>
#include <sys/mman.h>

Obj int_type, float_type, list_type;
Obj true_object = {.refcnt = -1}, false_object = {.refcnt = -1};
int deaths, syncs, unsyncs, leave_on_death, calls_of_box;
uint64_t breaker;
uint8_t valid = 1;
bool stress_spill, stress_by_call;
CgEnterFn enter;
static Obj small_ints[262];
static uint8_t *room, *room_end;
static int failures;

void fail(const char *file, int line, const char *what, long long got, long long wanted) {
    fprintf(stderr, "%s:%d: %s is %lld (%#llx), wanted %lld (%#llx)%s%s\n", file, line, what, got,
            got, wanted, wanted, stress_spill ? ", spill_all" : "", stress_by_call ? ", by call" : "");
    if (++failures > 20) {
        exit(1);
    }
    exit_status = 1;
}
int exit_status;

/* ---- toy objects ----------------------------------------------------------------------------- */
Obj *new_float(double v) {
    Obj *o = calloc(1, sizeof *o);
    o->refcnt = 1;
    o->type = &float_type;
    o->value = v;
    return o;
}

static void set_int(Obj *o, int64_t v) {
    uint64_t size = v < 0 ? -(uint64_t)v : (uint64_t)v;
    int n = 0;
    for (uint64_t left = size; left; left >>= 30) {
        o->digit[n++] = (uint32_t)(left & 0x3fffffff);
    }
    o->type = &int_type;
    o->tag = (uint64_t)(n << 3 | (v < 0 ? 2 : v == 0 ? 1 : 0));
}

Obj *new_int(int64_t v) {
    if (v >= -5 && v <= 256) {
        return &small_ints[v + 5];
    }
    Obj *o = calloc(1, sizeof *o);
    o->refcnt = 1;
    set_int(o, v);
    return o;
}

int64_t int_value(const Obj *o) {
    uint64_t v = 0;
    for (int i = (int)(o->tag >> 3) - 1; i >= 0; i--) {
        v = v << 30 | o->digit[i];
    }
    return (o->tag & 3) == 2 ? -(int64_t)v : (int64_t)v;
}

/* Helpers spoil every register they may. */
static void spoil(void) {
    __asm__ volatile("mov $0x5555, %%eax\n mov %%rax, %%rcx\n mov %%rax, %%rdx\n mov %%rax, %%rsi\n"
                     "mov %%rax, %%rdi\n mov %%rax, %%r8\n mov %%rax, %%r9\n mov %%rax, %%r10\n"
                     "mov %%rax, %%r11\n"
                     "pcmpeqd %%xmm0, %%xmm0\n pcmpeqd %%xmm1, %%xmm1\n pcmpeqd %%xmm2, %%xmm2\n"
                     "pcmpeqd %%xmm3, %%xmm3\n pcmpeqd %%xmm4, %%xmm4\n pcmpeqd %%xmm5, %%xmm5\n"
                     "pcmpeqd %%xmm6, %%xmm6\n pcmpeqd %%xmm7, %%xmm7\n pcmpeqd %%xmm8, %%xmm8\n"
                     "pcmpeqd %%xmm9, %%xmm9\n pcmpeqd %%xmm10, %%xmm10\n"
                     "pcmpeqd %%xmm11, %%xmm11\n pcmpeqd %%xmm12, %%xmm12\n"
                     "pcmpeqd %%xmm13, %%xmm13\n pcmpeqd %%xmm14, %%xmm14\n"
                     "pcmpeqd %%xmm15, %%xmm15\n" ::
                         : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0",
                           "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                           "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

static void check_stack(void) {
    CHECK((uintptr_t)__builtin_frame_address(0) & 15, 0);
}

static Obj *box_i64_slow(int64_t v) {
    Obj *o = new_int(v);
    calls_of_box++;
    check_stack();
    spoil();
    return o;
}
static Obj *box_f64_slow(double v) {
    Obj *o = new_float(v);
    calls_of_box++;
    check_stack();
    spoil();
    return o;
}
static Obj *new_object(const IrKlass *klass, Obj **values, int64_t n) {
    Obj *o = calloc(1, sizeof *o);
    o->refcnt = 1;
    o->type = klass->ptr;
    memcpy(o->fields, values, (size_t)n * sizeof *values);
    spoil();
    return o;
}
static double pow_f64(double a, double b) {
    double r = pow(a, b);
    spoil();
    return r;
}
static bool str_eq(Obj *a, Obj *b) {
    spoil();
    return a == b;
}
static int64_t list_append(Obj *a, Obj *b) {
    int64_t n = a->words[0]++;
    a->fields[1 + n] = b;
    spoil();
    return n > 5 ? -1 : 0;
}

static void *helper(IrCall which) {
    switch (which) {
    case IR_CALL_box_i64_slow:
        return (void *)box_i64_slow;
    case IR_CALL_box_f64_slow:
        return (void *)box_f64_slow;
    case IR_CALL_new_object:
        return (void *)new_object;
    case IR_CALL_pow_f64:
        return (void *)pow_f64;
    case IR_CALL_str_eq:
        return (void *)str_eq;
    case IR_CALL_list_append:
        return (void *)list_append;
    default:
        return NULL;
    }
}

static void on_sync(CgRun *run, CgExit *exit) {
    uint64_t sum = 0;
    for (int i = 0; i < exit->nlocs; i++) {
        sum += loc_value(run, exit->trace->consts, exit->locs[i]);
    }
    run->runtime = (void *)(uintptr_t)sum;
    syncs++;
    spoil();
}
static void on_unsync(CgRun *run) {
    (void)run;
    unsyncs++;
    spoil();
}
static int on_dealloc(CgRun *run, CgExit *exit, void *obj) {
    (void)run;
    CHECK(((Obj *)obj)->refcnt, 0);
    CHECK(exit != NULL, 1);
    deaths++;
    check_stack();
    spoil();
    return leave_on_death;
}
static void on_dealloc_plain(void *obj) {
    CHECK(((Obj *)obj)->refcnt, 0);
    deaths++;
    spoil();
}
static void on_incref(void *obj) {
    ((Obj *)obj)->refcnt += ((Obj *)obj)->refcnt >= 0;
    spoil();
}
static int on_decref(void *obj) {
    Obj *o = obj;
    bool dead = o->refcnt >= 0 && --o->refcnt == 0;
    spoil();
    return dead;
}

/* ---- cases ----------------------------------------------------------------------------------- */
void *exec_room(size_t size) {
    if (!room) {
        size_t all = 64 << 20;
        room = mmap(NULL, all, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        room_end = room + all;
    }
    uint8_t *p = room;
    room += (size + 31) & ~(size_t)31;
    if (room > room_end) {
        fprintf(stderr, "the tests need more room\n");
        exit(1);
    }
    return p;
}

static void set_up_config(CgConfig *config) {
    *config = (CgConfig){
        .helper = helper, .sync = on_sync, .unsync = on_unsync, .dealloc = on_dealloc,
        .dealloc_plain = on_dealloc_plain, .count_refs_by_call = stress_by_call,
        .incref = on_incref, .decref = on_decref, .true_object = &true_object,
        .false_object = &false_object, .small_ints = &small_ints[5],
        .small_int_size = sizeof(Obj), .small_int_min = -5, .small_int_max = 256,
        .off_refcnt = 0, .off_type = 8, .off_float_value = 16, .off_long_tag = 16,
        .off_long_digit = 24, .float_type = &float_type, .int_type = &int_type,
        .slot_offset = offsetof(Frame, locals), .slot_mask = -1, .slot_null = 0,
        .frame_object_offset = offsetof(Frame, frame_object), .breaker = &breaker,
        .breaker_mask = 0xff, .valid_flag = &valid, .spill_all = stress_spill,
    };
}

Case *case_new(const char *name) {
    Case *c = calloc(1, sizeof *c);
    for (int i = 0; i < 262; i++) {
        set_int(&small_ints[i], i - 5);
        small_ints[i].refcnt = -1;
    }
    c->arena = arena_new();
    c->t = ir_trace_new(c->arena, name);
    set_up_config(&c->config);
    if (!enter) {
        CgConfig config = c->config;
        size_t used = cg_write_thunks(&config, exec_room(1024), 1024, &enter);
        CHECK(used > 0, 1);
    }
    return c;
}

void case_free(Case *c) {
    cg_free(c->code);
    arena_free(c->arena);
    free(c);
}

IrRef op0(Case *c, IrOp op) { return ir_append(c->t, op, NULL, 0); }
IrRef op1(Case *c, IrOp op, IrRef a) { return ir_append(c->t, op, &a, 1); }
IrRef op2(Case *c, IrOp op, IrRef a, IrRef b) {
    IrRef args[] = {a, b};
    return ir_append(c->t, op, args, 2);
}
IrRef op3(Case *c, IrOp op, IrRef a, IrRef b, IrRef d) {
    IrRef args[] = {a, b, d};
    return ir_append(c->t, op, args, 3);
}
IrRef op_imm(Case *c, IrOp op, int n, const IrRef *args, int64_t imm) {
    return ir_append_imm(c->t, op, args, n, (IrInsn){.imm.i = imm});
}
IrRef op_field(Case *c, IrOp op, int n, const IrRef *args, const IrField *field) {
    return ir_append_imm(c->t, op, args, n, (IrInsn){.imm.field = field});
}
IrRef op_type(Case *c, IrOp op, IrRef a, Obj *type) {
    const IrKlass *klass = ir_klass(c->t, "type", type, 0, 0, 0, NULL, NULL);
    return ir_append_imm(c->t, op, &a, 1, (IrInsn){.imm.klass = klass});
}
IrRef load_slot(Case *c, int slot) { return op_imm(c, IR_load_slot, 0, NULL, slot); }
IrRef exit_arg(Case *c, int number, IrType type) {
    return ir_append_imm(c->t, IR_exit_arg, NULL, 0, (IrInsn){.type = (uint8_t)type, .imm.i = number});
}
IrRef phi(Case *c, IrType type, IrRef entry) {
    IrRef args[] = {entry, entry};
    return ir_append_imm(c->t, IR_phi, args, 2, (IrInsn){.type = (uint8_t)type});
}
void phi_next(Case *c, IrRef p, IrRef next) { ir_at(c->t, p)->args[1] = next; }

static void add_snap(Case *c, IrRef insn, int n, const IrRef *values) {
    IrSnapFrame frame = {.name = "f"};
    IrSnapSlot slots[256];
    for (int i = 0; i < n; i++) {
        slots[i] = (IrSnapSlot){.slot = (uint16_t)i, .value = values[i]};
    }
    IrSnapshot s = {.nframes = 1, .frames = &frame, .nslots = n, .slots = slots};
    ir_set_snap(c->t, insn, ir_add_snap(c->t, &s));
}
void snap(Case *c, IrRef insn, int n, const IrRef *values) { add_snap(c, insn, n, values); }
void leave(Case *c, int n, const IrRef *values) { snap(c, op0(c, IR_leave), n, values); }
const IrField *field_at(Case *c, int offset, IrWidth width) {
    char name[40];
    snprintf(name, sizeof name, "f%d_%d", offset, (int)width);
    return ir_field(c->t, arena_strdup(c->arena, name), offset, width, MEMID_other, false);
}
IrRef i64(Case *c, int64_t v) { return ir_const_i64(c->t, v); }
IrRef f64(Case *c, double v) { return ir_const_f64(c->t, v); }

CgTrace *compile(Case *c) {
    size_t size = 1 << 16;
    uint8_t *code = exec_room(size);
    c->code = cg_compile(c->t, &c->config, code, size, &c->why);
    if (!c->code) {
        fprintf(stderr, "%s: gave up: %s\n", c->t->name, c->why);
        exit(1);
    }
    room -= size - ((c->code->size + 31) & ~(size_t)31);
    if (getenv("DUMP")) {
        dump_code(c->code);
    }
    return c->code;
}

/* The registers that calls keep must be kept by traces too. */
static CgExit *enter_checked(uint8_t *code, CgRun *run_block) {
    register uint64_t r12 __asm__("r12") = 0x1212, r13 __asm__("r13") = 0x1313;
    register uint64_t r14 __asm__("r14") = 0x1414, r15 __asm__("r15") = 0x1515;
    __asm__ volatile("" : "+r"(r12), "+r"(r13), "+r"(r14), "+r"(r15));
    CgExit *taken = enter(code, run_block);
    __asm__ volatile("" : "+r"(r12), "+r"(r13), "+r"(r14), "+r"(r15));
    CHECK(r12 == 0x1212 && r13 == 0x1313 && r14 == 0x1414 && r15 == 0x1515, 1);
    CHECK((intptr_t)taken, (intptr_t)run_block->exit);
    return taken;
}

CgExit *run(Case *c) {
    c->run.frame = &c->frame;
    return enter_checked(c->code->code, &c->run);
}

/* Loads every register a value can be in from the block, then jumps to the address at [rbp + 8 *
   4], the place of the stack pointer, which is nobody's. */
static uint8_t *write_loader(void) {
    uint8_t *code = exec_room(512), *p = code;
    memcpy(p, "\xf3\x0f\x1e\xfa", 4);
    p += 4;
    for (int r = 0; r < 16; r++) { /* movsd xmm, [rbp + disp32] */
        int32_t disp = (int32_t)offsetof(CgRun, xmm) + 8 * r;
        uint8_t bytes[] = {0xf2, (uint8_t)(0x40 | (r >> 3 << 2)), 0x0f, 0x10, (uint8_t)(0x85 | (r & 7) << 3)};
        memcpy(p, bytes, 5);
        memcpy(p + 5, &disp, 4);
        p += 9;
    }
    for (int r = 0; r < 16; r++) { /* mov reg, [rbp + disp8] */
        if (r == 3 || r == 4 || r == 5) {
            continue;
        }
        uint8_t bytes[] = {(uint8_t)(0x48 | (r >> 3 << 2)), 0x8b, (uint8_t)(0x45 | (r & 7) << 3), (uint8_t)(8 * r)};
        memcpy(p, bytes, 4);
        p += 4;
    }
    memcpy(p, "\xff\x65\x20", 3); /* jmp [rbp + 32] */
    return code;
}

CgExit *run_with(Case *c, const CgRun *start) {
    static uint8_t *loader;
    if (!loader) {
        loader = write_loader();
    }
    c->run = *start;
    c->run.frame = &c->frame;
    c->run.gpr[4] = (uint64_t)(uintptr_t)c->code->code;
    return enter_checked(loader, &c->run);
}

uint64_t loc_value(const CgRun *block, const uint64_t *consts, CgLoc loc) {
    uint64_t bits = 0;
    switch ((CgLocKind)loc.kind) {
    case CG_GPR:
        return block->gpr[loc.index];
    case CG_XMM:
        memcpy(&bits, &block->xmm[loc.index], 8);
        return bits;
    case CG_SPILL:
        return block->spill[loc.index];
    case CG_CONST:
        return consts[loc.index];
    case CG_NOWHERE:
        break;
    }
    fail(__FILE__, __LINE__, "a place", 0, 1);
    return 0;
}

uint64_t exit_value(const Case *c, const CgExit *exit, int i) {
    CHECK(i < exit->nlocs, 1);
    return loc_value(&c->run, exit->trace->consts, exit->locs[i]);
}

double exit_f64(const Case *c, const CgExit *exit, int i) {
    uint64_t bits = exit_value(c, exit, i);
    double v;
    memcpy(&v, &bits, 8);
    return v;
}

void dump_code(const CgTrace *t) {
    FILE *file = fopen("/tmp/cg_dump.bin", "wb");
    fwrite(t->code, 1, t->size, file);
    fclose(file);
    fprintf(stderr, "== %s\n", t->ir->name);
    if (system("objdump -D -b binary -m i386:x86-64 -M intel --no-show-raw-insn /tmp/cg_dump.bin | tail -n +8 >&2")) {
        fprintf(stderr, "no objdump\n");
    }
}
