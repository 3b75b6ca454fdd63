/*  Hand-built traces over toy objects: boxes, reference counts, slots, calls, sync, deaths that
    leave. Everything runs plain, with every value spilled, and with reference counts changed by
    calls. */
#include "harness.h"

#include <stdio.h>

static int64_t as_int(uint64_t bits) { return (int64_t)bits; }

static int64_t unboxed(int64_t v, bool *left) {
    Case *c = case_new("unbox");
    IrRef o = load_slot(c, 0);
    IrRef n = op1(c, IR_unbox_i64, o);
    snap(c, n, 1, &o);
    leave(c, 1, &n);
    compile(c);
    c->frame.locals[0] = (uint64_t)new_int(v);
    CgExit *e = run(c);
    *left = e->insn == n;
    int64_t got = as_int(exit_value(c, e, 0));
    case_free(c);
    return got;
}

static void test_unbox_int(void) {
    int64_t all[] = {0, 1, -1, 256, 257, -300, (1 << 30) - 1, 1 << 30, -(1 << 30), (int64_t)1 << 59,
                     ((int64_t)1 << 60) - 1, (int64_t)1 << 60, -((int64_t)1 << 60), INT64_MAX, -INT64_MAX};
    bool left;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        CHECK(unboxed(all[i], &left), all[i]);
        CHECK(left, false);
    }
    unboxed(INT64_MIN, &left);
    CHECK(left, true);
}

static void test_box_int(int64_t v) {
    Case *c = case_new("box");
    IrRef o = load_slot(c, 0);
    IrRef n = op1(c, IR_unbox_i64, o);
    snap(c, n, 0, NULL);
    IrRef box = op1(c, IR_box_i64, n);
    IrRef both[] = {box, n};
    leave(c, 2, both);
    compile(c);
    c->frame.locals[0] = (uint64_t)new_int(v);
    calls_of_box = 0;
    CgExit *e = run(c);
    Obj *got = (Obj *)exit_value(c, e, 0);
    CHECK(int_value(got), v);
    CHECK(as_int(exit_value(c, e, 1)), v);
    CHECK(calls_of_box, v < -5 || v > 256);
    case_free(c);
}

static void test_bool(void) {
    Case *c = case_new("bools");
    IrRef o = load_slot(c, 0);
    IrRef b = op1(c, IR_unbox_bool, o);
    IrRef not = op1(c, IR_not_bool, b);
    IrRef box = op1(c, IR_box_bool, not);
    IrRef all[] = {b, not, box};
    leave(c, 3, all);
    compile(c);
    for (int value = 0; value < 2; value++) {
        c->frame.locals[0] = (uint64_t)(value ? &true_object : &false_object);
        CgExit *e = run(c);
        CHECK(exit_value(c, e, 0), value);
        CHECK(exit_value(c, e, 1), !value);
        CHECK(exit_value(c, e, 2), (uintptr_t)(value ? &false_object : &true_object));
    }
    case_free(c);
}

static void test_guard_type(void) {
    Case *c = case_new("types");
    IrRef o = load_slot(c, 0);
    IrRef g = op_type(c, IR_guard_not_type, o, &list_type);
    snap(c, g, 1, &o);
    IrRef h = op_type(c, IR_guard_type, o, &float_type);
    snap(c, h, 1, &o);
    IrRef is = op_type(c, IR_has_type, o, &int_type);
    IrRef f = op1(c, IR_unbox_f64, o);
    IrRef all[] = {f, is};
    leave(c, 2, all);
    compile(c);
    c->frame.locals[0] = (uint64_t)new_float(2.5);
    CgExit *e = run(c);
    CHECK(ir_at(c->t, e->insn)->op, IR_leave);
    CHECK(exit_f64(c, e, 0) == 2.5, 1);
    CHECK(exit_value(c, e, 1), 0);
    c->frame.locals[0] = (uint64_t)new_int(1000);
    CHECK(run(c)->insn, h);
    c->frame.locals[0] = 0;
    CHECK(run(c)->insn, g);
    Obj list = {.refcnt = 1, .type = &list_type};
    c->frame.locals[0] = (uint64_t)&list;
    CHECK(run(c)->insn, g);
    case_free(c);
}

/* 30 values live over what is tested, so that registers of both kinds and spill slots must be kept.
   */
enum { CROWD = 30 };
static void make_crowd(Case *c, IrRef *crowd) {
    for (int i = 0; i < CROWD; i++) {
        IrRef word = load_slot(c, 40 + i % 8);
        IrRef args[] = {word, i64(c, i)};
        IrRef p = ir_append(c->t, IR_add_ptr, args, 2);
        IrRef zero = op0(c, IR_frame);
        (void)zero;
        crowd[i] = p;
        if (i % 3 == 0) {
            IrRef f = op_field(c, IR_load, 1, &(IrRef){op0(c, IR_frame)}, field_at(c, 8 * (40 + i % 8), IR_W_I64));
            crowd[i] = op1(c, IR_i64_to_f64, f);
        }
    }
}

static void fill_crowd(Case *c) {
    for (int i = 0; i < 8; i++) {
        c->frame.locals[40 + i] = (uint64_t)(1000 * (i + 1));
    }
}

static void check_crowd(Case *c, const CgExit *e, int first) {
    for (int i = 0; i < CROWD; i++) {
        int64_t base = 1000 * (i % 8 + 1);
        if (i % 3 == 0) {
            CHECK(exit_f64(c, e, first + i) == (double)base, 1);
        } else {
            CHECK(as_int(exit_value(c, e, first + i)), base + i);
        }
    }
}

static void test_decref(IrOp op, int count, bool leaves) {
    Case *c = case_new("decref");
    IrRef o = load_slot(c, 0), all[CROWD];
    make_crowd(c, all);
    IrRef d = op1(c, op, o);
    if (op != IR_decref_plain) {
        snap(c, d, CROWD, all);
    }
    leave(c, CROWD, all);
    compile(c);
    Obj *x = new_int(5000);
    x->refcnt = count;
    fill_crowd(c);
    c->frame.locals[0] = (uint64_t)x;
    deaths = 0;
    leave_on_death = leaves;
    CgExit *e = run(c);
    bool dies = count == 1;
    CHECK(deaths, dies);
    CHECK(x->refcnt, count < 0 ? count : count - 1);
    CHECK(e->insn == d, dies && leaves && op != IR_decref_plain);
    check_crowd(c, e, 0);
    if (op == IR_xdecref) {
        c->frame.locals[0] = 0;
        check_crowd(c, run(c), 0);
    }
    leave_on_death = 0;
    case_free(c);
}

static void test_incref(void) {
    Case *c = case_new("incref");
    IrRef o = load_slot(c, 0), p = load_slot(c, 1), all[CROWD];
    make_crowd(c, all);
    op1(c, IR_incref, o);
    op1(c, IR_xincref, p);
    leave(c, CROWD, all);
    compile(c);
    Obj *x = new_int(5000);
    fill_crowd(c);
    c->frame.locals[0] = (uint64_t)x;
    check_crowd(c, run(c), 0);
    CHECK(x->refcnt, 2);
    c->frame.locals[0] = (uint64_t)&true_object;
    c->frame.locals[1] = (uint64_t)x;
    check_crowd(c, run(c), 0);
    CHECK(x->refcnt, 3);
    CHECK(true_object.refcnt, -1);
    case_free(c);
}

static void test_forget_slot(int64_t null) {
    Case *c = case_new("forget_slot");
    c->config.slot_null = null;
    IrRef all[CROWD];
    make_crowd(c, all);
    op_imm(c, IR_forget_slot, 0, NULL, 1);
    leave(c, CROWD, all);
    compile(c);
    Obj *nobodys = new_int(6000);
    fill_crowd(c);
    c->frame.locals[1] = (uint64_t)nobodys;
    deaths = 0;
    check_crowd(c, run(c), 0);
    CHECK(c->frame.locals[1], null);
    CHECK(nobodys->refcnt, 1);
    CHECK(deaths, 0);
    case_free(c);
}

static void test_store_slot(int64_t mask, int64_t null) {
    Case *c = case_new("store_slot");
    c->config.slot_mask = mask;
    c->config.slot_null = null;
    IrRef o = load_slot(c, 0), all[CROWD];
    make_crowd(c, all);
    IrRef s = op_imm(c, IR_store_slot, 1, &o, 1);
    snap(c, s, CROWD, all);
    IrRef nothing = ir_const_obj(c->t, NULL);
    s = op_imm(c, IR_store_slot, 1, &nothing, 2);
    snap(c, s, CROWD, all);
    leave(c, CROWD, all);
    compile(c);
    Obj *x = new_int(5000), *old = new_int(6000), *borrowed = new_int(7000);
    fill_crowd(c);
    c->frame.locals[0] = (uint64_t)x;
    c->frame.locals[1] = (uint64_t)old;
    c->frame.locals[2] = (uint64_t)borrowed | (mask == -1 ? 0 : 1);
    deaths = 0;
    check_crowd(c, run(c), 0);
    CHECK(c->frame.locals[1], (uintptr_t)x);
    CHECK(c->frame.locals[2], null);
    CHECK(old->refcnt, 0);
    CHECK(borrowed->refcnt, mask == -1 ? 0 : 1);
    CHECK(deaths, mask == -1 ? 2 : 1);
    c->frame.locals[0] = 0;
    c->frame.locals[1] = (uint64_t)null;
    c->frame.locals[2] = (uint64_t)null;
    run(c);
    CHECK(c->frame.locals[1], null);
    case_free(c);
}

static void test_replace(bool element) {
    Case *c = case_new("replace");
    IrRef o = load_slot(c, 0), v = load_slot(c, 1), all[CROWD];
    make_crowd(c, all);
    const IrField *field = field_at(c, element ? 16 : 24, IR_W_OBJ);
    IrRef args[] = {o, element ? i64(c, 1) : v, v};
    IrRef r = op_field(c, element ? IR_replace_elem : IR_replace, element ? 3 : 2, args, field);
    snap(c, r, CROWD, all);
    leave(c, CROWD, all);
    compile(c);
    Obj *holder = calloc(1, sizeof *holder), *old = new_int(7000), *fresh = new_int(8000);
    holder->fields[1] = old;
    fill_crowd(c);
    c->frame.locals[0] = (uint64_t)holder;
    c->frame.locals[1] = (uint64_t)fresh;
    check_crowd(c, run(c), 0);
    CHECK((uintptr_t)holder->fields[1], (uintptr_t)fresh);
    CHECK(old->refcnt, 0);
    case_free(c);
}

static void check_replaced_box(Case *c, Obj *holder, Obj *old, bool reused, int64_t wanted, bool floating) {
    int old_count = old ? old->refcnt : 0;
    holder->fields[1] = old;
    check_crowd(c, run(c), 0);
    Obj *now = holder->fields[1];
    if (floating) {
        CHECK(now->value == (double)wanted, 1);
        CHECK((uintptr_t)now->type, (uintptr_t)&float_type);
    } else {
        CHECK(int_value(now), wanted);
        CHECK((uintptr_t)now->type, (uintptr_t)&int_type);
    }
    CHECK(now == old, reused);
    if (old && !reused && old_count > 0) {
        CHECK(old->refcnt, old_count - 1);
    }
}

static void test_replace_box(bool floating, bool element, bool known, int64_t value) {
    Case *c = case_new(known ? "update_box" : "replace_box");
    IrRef o = load_slot(c, 0), v = load_slot(c, 1), all[CROWD];
    IrRef n = op1(c, IR_unbox_i64, v);
    snap(c, n, 0, NULL);
    IrRef number = floating ? op1(c, IR_i64_to_f64, n) : n;
    make_crowd(c, all);
    const IrField *field = field_at(c, element ? 16 : 24, IR_W_OBJ);
    IrRef args[4] = {o};
    int nargs = 1;
    if (element) {
        args[nargs++] = i64(c, 1);
    }
    if (known) {
        args[nargs] = op_field(c, element ? IR_load_elem : IR_load, nargs, args, field);
        nargs++;
    }
    args[nargs++] = number;
    IrOp op = known ? (element ? IR_update_elem_box : IR_update_box) : element ? IR_replace_elem_box : IR_replace_box;
    IrRef r = op_field(c, op, nargs, args, field);
    snap(c, r, CROWD, all);
    leave(c, CROWD, all);
    compile(c);
    Obj *holder = calloc(1, sizeof *holder);
    fill_crowd(c);
    c->frame.locals[0] = (uint64_t)holder;
    c->frame.locals[1] = (uint64_t)new_int(value);
    int64_t size = value < 0 ? -value : value;
    bool small = value >= -5 && value <= 256, one_digit = size < 1 << 30;
    Obj *old = floating ? new_float(1.5) : new_int(9000);
    check_replaced_box(c, holder, old, floating || (!small && one_digit), value, floating);
    Obj *shared = floating ? new_float(1.5) : new_int(9000);
    shared->refcnt = 2;
    check_replaced_box(c, holder, shared, false, value, floating);
    if (!known) {
        check_replaced_box(c, holder, floating ? new_int(9000) : new_float(1.5), false, value, floating);
        check_replaced_box(c, holder, NULL, false, value, floating);
        check_replaced_box(c, holder, new_int(5), small && !floating && value == 5, value, floating);
    }
    case_free(c);
}

static int64_t six(int64_t a, int64_t b, int64_t d, int64_t e, int64_t f) {
    return a + 10 * b + 100 * d + 1000 * e + 10000 * f;
}
static int64_t sum_array(Obj *first, Obj **items, int64_t n, Obj *last) {
    int64_t sum = (int64_t)(uintptr_t)first + (int64_t)(uintptr_t)last * 1000;
    for (int64_t i = 0; i < n; i++) {
        sum += (int64_t)(uintptr_t)items[i];
    }
    items[-1] = NULL;
    return sum;
}

static void test_calls(void) {
    Case *c = case_new("calls");
    IrRef o = load_slot(c, 0), p = load_slot(c, 1), all[CROWD + 8];
    make_crowd(c, all);
    IrRef fn = ir_const_ptr(c->t, (void *)(uintptr_t)six), loaded = load_slot(c, 2);
    IrRef args[] = {fn, p, o, p, o, p};
    IrRef a = ir_append(c->t, IR_call_c, args, 6);
    IrRef by_value[] = {op2(c, IR_add_ptr, loaded, i64(c, 0)), p, o, p, o, p};
    IrRef a2 = ir_append(c->t, IR_call_c, by_value, 6);
    IrRef items[] = {ir_const_ptr(c->t, (void *)(uintptr_t)sum_array), o, p, o, p, p, ir_const_obj(c->t, (void *)7)};
    IrRef b = op_imm(c, IR_call_array, 7, items, 4);
    IrRef ok = op1(c, IR_guard_ok, b);
    snap(c, ok, CROWD, all);
    IrRef two[] = {o, p};
    IrRef eq = ir_append_imm(c->t, IR_call, two, 2, (IrInsn){.imm.i = IR_CALL_str_eq});
    IrRef same[] = {o, o};
    IrRef eq2 = ir_append_imm(c->t, IR_call, same, 2, (IrInsn){.imm.i = IR_CALL_str_eq});
    IrRef s = op0(c, IR_sync);
    snap(c, s, CROWD, all);
    op0(c, IR_unsync);
    IrRef more[] = {a, a2, b, eq, eq2};
    for (int i = 0; i < 5; i++) {
        all[CROWD + i] = more[i];
    }
    leave(c, CROWD + 5, all);
    compile(c);
    fill_crowd(c);
    c->frame.locals[0] = 3;
    c->frame.locals[1] = 4;
    c->frame.locals[2] = (uint64_t)(uintptr_t)six;
    syncs = unsyncs = 0;
    CgExit *e = run(c);
    check_crowd(c, e, 0);
    CHECK(exit_value(c, e, CROWD), 43434);
    CHECK(exit_value(c, e, CROWD + 1), 43434);
    CHECK(exit_value(c, e, CROWD + 2), 3 + 4000 + 3 + 4 + 4 + 7);
    CHECK(exit_value(c, e, CROWD + 3), 0);
    CHECK(exit_value(c, e, CROWD + 4), 1);
    CHECK(syncs, 1);
    CHECK(unsyncs, 1);
    uint64_t sum = 0;
    for (int i = 0; i < CROWD; i++) {
        sum += exit_value(c, e, i);
    }
    CHECK((uintptr_t)c->run.runtime, sum);
    case_free(c);
}

static void test_new(void) {
    Case *c = case_new("new");
    IrRef o = load_slot(c, 0), p = load_slot(c, 1);
    const IrKlass *klass = ir_klass(c->t, "pair", &list_type, 0, 0, 2, NULL, NULL);
    IrRef args[] = {o, p};
    IrRef n = ir_append_imm(c->t, IR_new, args, 2, (IrInsn){.imm.klass = klass});
    leave(c, 1, &n);
    compile(c);
    c->frame.locals[0] = 11;
    c->frame.locals[1] = 22;
    Obj *made = (Obj *)exit_value(c, run(c), 0);
    CHECK((uintptr_t)made->type, (uintptr_t)&list_type);
    CHECK((uintptr_t)made->fields[0], 11);
    CHECK((uintptr_t)made->fields[1], 22);
    case_free(c);
}

static void test_widths(void) {
    Case *c = case_new("widths");
    IrWidth widths[] = {IR_W_I64, IR_W_I32, IR_W_U32, IR_W_U16, IR_W_U8};
    IrRef from = load_slot(c, 0), to = load_slot(c, 1), all[10];
    IrRef n = op1(c, IR_unbox_i64, load_slot(c, 2));
    snap(c, n, 0, NULL);
    for (int i = 0; i < 5; i++) {
        IrRef args[] = {from, n}, stores[] = {to, i % 2 ? i64(c, 2 * i) : n, 0};
        all[i] = op_field(c, IR_load, 1, &from, field_at(c, 8, widths[i]));
        all[5 + i] = op_field(c, IR_load_elem, 2, args, field_at(c, 8, widths[i]));
        stores[2] = all[i];
        op_field(c, IR_store_elem, 3, stores, field_at(c, 64 * i, widths[i]));
        IrRef constant[] = {to, i64(c, -2)};
        op_field(c, IR_store, 2, constant, field_at(c, 64 * i + 32, widths[i]));
    }
    leave(c, 10, all);
    compile(c);
    uint64_t data[] = {0, 0xf1f2f3f4f5f6f7f8, 0xe1e2e3e4e5e6e7e8, 0xd1d2d3d4d5d6d7d8};
    static uint8_t out[400], wanted[400];
    memset(out, 0xaa, sizeof out);
    memset(wanted, 0xaa, sizeof wanted);
    c->frame.locals[0] = (uint64_t)data;
    c->frame.locals[1] = (uint64_t)out;
    c->frame.locals[2] = (uint64_t)new_int(1);
    CgExit *e = run(c);
    int64_t loads[] = {(int64_t)0xf1f2f3f4f5f6f7f8, (int32_t)0xf5f6f7f8, 0xf5f6f7f8, 0xf7f8, 0xf8};
    int64_t elements[] = {(int64_t)0xe1e2e3e4e5e6e7e8, (int32_t)0xf1f2f3f4, 0xf1f2f3f4, 0xf5f6, 0xf7};
    int64_t minus_two = -2;
    for (int i = 0; i < 5; i++) {
        CHECK(exit_value(c, e, i), loads[i]);
        CHECK(exit_value(c, e, 5 + i), elements[i]);
        int bytes = ir_width_bytes(widths[i]);
        memcpy(wanted + 64 * i + (i % 2 ? 2 * i : 1) * bytes, &loads[i], (size_t)bytes);
        memcpy(wanted + 64 * i + 32, &minus_two, (size_t)bytes);
    }
    CHECK(memcmp(out, wanted, sizeof out), 0);
    case_free(c);
}

static void test_guards_of_the_world(void) {
    Case *c = case_new("world");
    IrRef v = op0(c, IR_guard_valid);
    snap(c, v, 0, NULL);
    IrRef b = op0(c, IR_guard_breaker);
    snap(c, b, 0, NULL);
    leave(c, 0, NULL);
    IrRef end = (IrRef)c->t->insns.len - 1;
    compile(c);
    Obj frame_object = {.refcnt = 1};
    CHECK(run(c)->insn, end);
    breaker = 0xff00;
    CHECK(run(c)->insn, end);
    breaker = 0x10;
    CHECK(run(c)->insn, b);
    breaker = 0;
    c->frame.frame_object = &frame_object;
    CHECK(run(c)->insn, end);
    frame_object.refcnt = 2;
    CHECK(run(c)->insn, v);
    c->frame.frame_object = NULL;
    valid = 0;
    CHECK(run(c)->insn, v);
    valid = 1;
    case_free(c);
}

static void test_slot_ints(void) {
    Case *c = case_new("slot ints");
    c->config.slot_int_tag = 3;
    c->config.slot_mask = ~(int64_t)3;
    IrRef g = op_imm(c, IR_guard_slot_int, 0, NULL, 2);
    snap(c, g, 0, NULL);
    IrRef n = op_imm(c, IR_load_slot_int, 0, NULL, 2), o = load_slot(c, 3);
    IrRef all[] = {n, o};
    leave(c, 2, all);
    compile(c);
    c->frame.locals[2] = (uint64_t)(-77 * 4 + 3);
    c->frame.locals[3] = 0x1001;
    CgExit *e = run(c);
    CHECK(as_int(exit_value(c, e, 0)), -77);
    CHECK(exit_value(c, e, 1), 0x1000);
    c->frame.locals[2] = 0x1000;
    CHECK(run(c)->insn, g);
    case_free(c);
}

static void test_store_slot_int(int64_t tag, int64_t value, bool constant) {
    Case *c = case_new("store_slot_int");
    c->config.slot_int_tag = tag;
    c->config.slot_mask = ~(int64_t)3;
    IrRef n = op_imm(c, IR_load_slot_int, 0, NULL, 0), all[CROWD];
    make_crowd(c, all);
    IrRef stored = constant ? i64(c, value) : op2(c, IR_add_i64, n, i64(c, 1));
    op_imm(c, IR_store_slot_int, 1, &stored, 1);
    leave(c, CROWD, all);
    compile(c);
    Obj *nobodys = new_int(6000);
    fill_crowd(c);
    c->frame.locals[0] = (uint64_t)(value - 1) << 2 | (uint64_t)tag;
    c->frame.locals[1] = (uint64_t)nobodys;
    deaths = 0;
    check_crowd(c, run(c), 0);
    CHECK(c->frame.locals[0], (uint64_t)(value - 1) << 2 | (uint64_t)tag);
    CHECK(c->frame.locals[1], (uint64_t)value << 2 | (uint64_t)tag);
    CHECK(nobodys->refcnt, 1);
    CHECK(deaths, 0);
    case_free(c);
}

/* A trace that counts in a slot and goes to the start of another, which reads the slot, not what its own head would have. */
static void test_end_start(void) {
    Case *c = case_new("end_start, to"), *side = case_new("end_start, from");
    c->config.slot_int_tag = side->config.slot_int_tag = 3;
    c->config.slot_mask = side->config.slot_mask = ~(int64_t)3;
    IrRef n = op_imm(c, IR_load_slot_int, 0, NULL, 2), start = op2(c, IR_add_i64, n, i64(c, 1000));
    op0(c, IR_loop);
    IrRef i = phi(c, IR_I64, start);
    IrRef again = op1(c, IR_guard_true, op2(c, IR_lt_i64, i, i64(c, 1015)));
    IrRef all[] = {i, n};
    snap(c, again, 2, all);
    phi_next(c, i, op2(c, IR_add_i64, i, i64(c, 4)));
    op0(c, IR_end_loop);
    IrLabel *label = arena_alloc(c->arena, sizeof *label);
    label->name = "head";
    label->params = arena_alloc(c->arena, 2 * sizeof(IrRef));
    label->params[0] = i;
    label->params[1] = n;
    label->nphis = 1;
    label->nparams = 2;
    c->t->label = label;
    compile(c);

    IrRef m = op_imm(side, IR_load_slot_int, 0, NULL, 2), next = op2(side, IR_mul_i64, m, i64(side, 2));
    op_imm(side, IR_store_slot_int, 1, &next, 2);
    ir_append_imm(side->t, IR_end_start, NULL, 0, (IrInsn){.imm.label = label});
    compile(side);

    c->frame.locals[2] = 5 << 2 | 3;
    CgExit *e = run(c);
    CHECK(e->insn, again);
    CHECK(as_int(exit_value(c, e, 0)), 1017);
    side->frame.locals[2] = 5 << 2 | 3;
    e = run(side);
    CHECK(e->insn, again);
    CHECK(as_int(exit_value(side, e, 0)), 1018);
    CHECK(as_int(exit_value(side, e, 1)), 10);
    CHECK(side->frame.locals[2], 10 << 2 | 3);
    case_free(side);
    case_free(c);
}

/* a, b, i = b, a, i + 1: two phis change places on each round. */
static void test_swap(IrType type) {
    Case *c = case_new("swap");
    IrRef a0 = type == IR_F64 ? f64(c, 1.5) : i64(c, 15), b0 = type == IR_F64 ? f64(c, 2.5) : i64(c, 25);
    op0(c, IR_loop);
    IrRef i = phi(c, IR_I64, i64(c, 0)), a = phi(c, type, a0), b = phi(c, type, b0);
    IrRef again = op1(c, IR_guard_true, op2(c, IR_lt_i64, i, i64(c, 7)));
    IrRef all[] = {a, b, i};
    snap(c, again, 3, all);
    phi_next(c, i, op2(c, IR_add_i64, i, i64(c, 1)));
    phi_next(c, a, b);
    phi_next(c, b, a);
    op0(c, IR_end_loop);
    compile(c);
    CgExit *e = run(c);
    uint64_t wanted_a = ir_at(c->t, b0)->imm.i, wanted_b = ir_at(c->t, a0)->imm.i;
    CHECK(exit_value(c, e, 0), wanted_a);
    CHECK(exit_value(c, e, 1), wanted_b);
    CHECK(exit_value(c, e, 2), 7);
    case_free(c);
}

/* Stress: guards that hold leave too, and what they leave with is as it was before their operation. */
static void test_random_exits(void) {
    Case *c = case_new("random exits");
    CgEnterFn plain = enter;
    c->config.random_exits = true;
    cg_write_thunks(&c->config, exec_room(1024), 1024, &enter);
    op0(c, IR_loop);
    IrRef i = phi(c, IR_I64, i64(c, 0)), sum = phi(c, IR_I64, i64(c, 0));
    IrRef state[] = {i, sum, sum};
    IrRef again = op1(c, IR_guard_true, op2(c, IR_lt_i64, i, i64(c, 1000)));
    snap(c, again, 3, state);
    IrRef square = op2(c, IR_mul_i64_ov, i, i);
    snap(c, square, 3, state);
    IrRef next = op2(c, IR_add_i64_ov, sum, square);
    snap(c, next, 3, state);
    phi_next(c, sum, next);
    phi_next(c, i, op2(c, IR_add_i64, i, i64(c, 1)));
    op0(c, IR_end_loop);
    compile(c);
    int early = 0;
    for (int round = 0; round < 200; round++) {
        CgExit *e = run(c);
        int64_t n = as_int(exit_value(c, e, 0));
        CHECK(as_int(exit_value(c, e, 1)), (n - 1) * n * (2 * n - 1) / 6);
        early += n < 1000;
    }
    CHECK(early > 0, 1);
    enter = plain;
    case_free(c);
}

static void test_gives_up(void) {
    Case *c = case_new("no room");
    IrRef o = load_slot(c, 0);
    leave(c, 1, &o);
    const char *why = NULL;
    uint8_t *code = exec_room(64);
    CHECK((uintptr_t)cg_compile(c->t, &c->config, code, 12, &why), 0);
    CHECK(why != NULL, 1);
    case_free(c);
}

static void test_all(void) {
    int64_t values[] = {0, 5, -5, 256, 257, -6, 1 << 29, (1 << 30) - 1, 1 << 30, -(1 << 30), -12345, (int64_t)1 << 40};
    test_unbox_int();
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        test_box_int(values[i]);
        for (int known = 0; known < 2; known++) {
            test_replace_box(false, i % 2, known, values[i]);
            test_replace_box(true, i % 2, known, values[i]);
        }
    }
    test_bool();
    test_guard_type();
    int counts[] = {1, 2, -1, INT32_MIN};
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        for (int leaves = 0; leaves < 2; leaves++) {
            test_decref(IR_decref, counts[i], leaves);
            test_decref(IR_xdecref, counts[i], leaves);
            test_decref(IR_decref_plain, counts[i], leaves);
        }
    }
    test_incref();
    test_forget_slot(0);
    test_forget_slot(1);
    test_store_slot(-1, 0);
    test_store_slot(~(int64_t)1, 1);
    test_store_slot(~(int64_t)3, 1);
    test_replace(false);
    test_replace(true);
    test_calls();
    test_new();
    test_widths();
    test_guards_of_the_world();
    test_slot_ints();
    test_store_slot_int(3, -77, false);
    test_store_slot_int(1, 123456789, true);
    test_end_start();
    test_swap(IR_I64);
    test_swap(IR_F64);
    test_random_exits();
    test_gives_up();
}

int main(void) {
    for (int stress = 0; stress < 4; stress++) {
        stress_spill = stress & 1;
        stress_by_call = stress & 2;
        test_all();
    }
    printf("objects: %s\n", exit_status ? "differ" : "fine");
    return exit_status;
}
