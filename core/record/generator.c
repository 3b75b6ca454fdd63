/*  Generators as part of the trace.

    A FOR_ITER over a generator goes on in the generator's frame, a yield comes back. The frame stays where it is, in the generator, and
    is kept up to date: locals are written through at once (the optimiser then knows what memory holds), what lies on the operand
    stack is written at the yield. So nothing is to be restored when the trace is left while the generator is suspended; left (or
    seen) while it executes, its frame is linked into the thread and gets its stack. */
#include "record/call.h"

static const IrField *own_field(Recorder *r, CpyLayout which, IrWidth width, const char *name)
{
    return ir_owned_field(r->raw, name, cpy_offset(which), width, MEMID_slot, NULL);
}

static const IrField *slot_field(Recorder *r, const RecFrame *f, int slot, IrWidth width)
{
    char name[60];
    snprintf(name, sizeof name, "%s.slot", PyUnicode_AsUTF8(f->code->co_name));
    return ir_owned_field(r->raw, name, cpy_offset(CPY_OFF_generator_slots) + 8 * slot, width, MEMID_slot, f->code);
}

/* ---- making ------------------------------------------------------------------------------------- */
enum { STATE, PLACE, TOP, FRAME_OBJECT, GLOBALS, BUILTINS, SLOTS, MAX_FIELDS = 32 };

static const IrKlass *generator_klass(Recorder *r, PyCodeObject *code, int nslots, int nints)
{
    int base = cpy_code_stack_base(code), n = SLOTS + nslots + nints + 1;
    const IrField **fields = arena_alloc(r->state->arena, (size_t)n * sizeof *fields);
    void **data = arena_alloc(r->state->arena, (size_t)n * sizeof *data);
    data[0] = code;
    RecFrame of = {.code = code};
    char name[40];
    snprintf(name, sizeof name, "generator.%u", (unsigned)r->raw->klasses.len);
    fields[STATE] = own_field(r, CPY_OFF_generator_state, IR_W_U8, "gen.state");
    fields[PLACE] = own_field(r, CPY_OFF_generator_place, IR_W_PTR, "gen.place");
    fields[TOP] = own_field(r, CPY_OFF_generator_top, cpy_generator_top_is_pointer ? IR_W_I64 : IR_W_I32, "gen.top");
    fields[FRAME_OBJECT] = own_field(r, CPY_OFF_generator_frame_object, IR_W_PTR, "gen.frame_object");
    fields[GLOBALS] = rec_field(r, CPY_OFF_generator_globals, IR_W_PTR, MEMID_none);
    fields[BUILTINS] = rec_field(r, CPY_OFF_generator_builtins, IR_W_PTR, MEMID_none);
    for (int i = 0; i < nslots; i++) {
        fields[SLOTS + i] = slot_field(r, &of, i, IR_W_SLOT);
    }
    for (int i = 0; i < nints; i++) {
        fields[SLOTS + nslots + i] = slot_field(r, &of, base + i, IR_W_I64);
    }
    fields[n - 1] = rec_elem(r, "gen.function", 0, IR_W_OBJ, MEMID_none);
    return ir_klass(r->raw, name, &PyGen_Type, IR_TYPE_FIXED | IR_TYPE_GENERATOR, REC_KLASS_GENERATOR, n, fields, data);
}

static IrRef closure_cell(Recorder *r, IrRef func, int i)
{
    IrRef cells = rec_load(r, func, rec_field(r, CPY_OFF_function_closure, IR_W_OBJ, MEMID_func));
    return rec_load(r, cells, rec_tuple_item(r, i));
}

static int words_of_stack(const PyCodeObject *code) { return CPY_ITER_SLOTS == 2 ? code->co_stacksize : 0; }

static bool is_own_iterator(PyObject *o) { return Py_TYPE(o)->tp_iter == PyObject_SelfIter; }

bool rec_can_make_generator(const PyFunctionObject *func, int nargs, PyObject *iterated)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    int n = SLOTS + cpy_code_stack_base(code) + code->co_stacksize + words_of_stack(code) + 1;
    bool odd = (code->co_flags & (CO_VARARGS | CO_VARKEYWORDS)) || code->co_kwonlyargcount || code->co_ncellvars || nargs != code->co_argcount;
    return !odd && n <= MAX_FIELDS &&
           (iterated == NULL || rec_steps_by_index(iterated) || PyRange_Check(iterated) || is_own_iterator(iterated));
}

/* The loop's iterator is on the stack already. */
static bool begin_loop(Recorder *r, IrRef *slot, IrRef *word, IrRef ref, PyObject *iterated)
{
    RecVal it = {.ref = ref};
    rec_guard_type(r, ref, iterated);
    if (PyRange_Check(iterated)) {
        it = (RecVal){.ref = rec_range_iter(r, ref, iterated), .owned = 1};
    } else if (!is_own_iterator(iterated)) {
        word[1] = rec_int(r, cpy_slot_int_tag);
    }
    if (it.ref == IR_NONE) {
        return false;
    }
    rec_own(r, &it);
    slot[0] = it.ref;
    return true;
}

IrRef rec_new_generator(Recorder *r, IrRef ref, PyFunctionObject *func, const RecVal *args, PyObject *iterated, int place)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    int base = cpy_code_stack_base(code), nslots = base + code->co_stacksize, nints = words_of_stack(code), nargs = code->co_argcount;
    int top = base + (iterated != NULL ? CPY_ITER_SLOTS : 0);
    const IrKlass *k = generator_klass(r, code, nslots, nints);
    IrRef values[MAX_FIELDS], null = ir_const_obj(r->raw, NULL);
    values[STATE] = rec_int(r, cpy_generator_created);
    values[PLACE] = ir_const_ptr(r->raw, cpy_place_pointer(code, place));
    values[TOP] = rec_int(r, cpy_generator_top_is_pointer ? cpy_offset(CPY_OFF_generator_slots) + 8 * top : top);
    values[FRAME_OBJECT] = ir_const_ptr(r->raw, NULL);
    values[GLOBALS] = ir_const_ptr(r->raw, func->func_globals);
    values[BUILTINS] = ir_const_ptr(r->raw, func->func_builtins);
    rec_const(r, (PyObject *)code);
    for (int i = 0; i < nslots; i++) {
        int cell = i - (base - code->co_nfreevars);
        RecVal v = {.ref = i < nargs ? args[i].ref : cell >= 0 && i < base ? closure_cell(r, ref, cell) : null};
        if (v.ref != null) {
            rec_own(r, &v);
        }
        values[SLOTS + i] = v.ref;
    }
    for (int i = 0; i < nints; i++) {
        values[SLOTS + nslots + i] = rec_int(r, 0);
    }
    if (iterated != NULL && !begin_loop(r, &values[SLOTS + base], &values[SLOTS + nslots], args[0].ref, iterated)) {
        return IR_NONE;
    }
    RecVal function = {.ref = ref};
    rec_own(r, &function);
    values[k->nfields - 1] = function.ref;
    return rec_new(r, k, values);
}

/* ---- resuming ---------------------------------------------------------------------------------- */
static bool can_follow(Recorder *r, PyObject *gen, PyCodeObject *code)
{
    RecState *st = r->state;
    int state = cpy_generator_state(gen);
    for (int i = 0; i < st->nframes; i++) {
        if (st->frames[i].code == code) {
            return false; /* A recursive one: a trace a depth would not pay. */
        }
    }
    return (state == cpy_generator_created || state == cpy_generator_suspended) && st->handled == IR_NONE &&
           !cpy_frame_has_object(cpy_generator_frame(gen)) && st->nframes < REC_MAX_FRAMES &&
           st->nframes <= st->start.max_inline_depth && !st->host->no_inline(code) &&
           cpy_code_stack_base(code) + code->co_stacksize <= REC_MAX_SLOTS && !cpy_others_watch(st->ts, code);
}

static void guard_pointer(Recorder *r, IrRef gen, const IrField *field, const void *now)
{
    IrRef same = rec_op2(r, IR_eq_ptr, rec_load(r, gen, field), ir_const_ptr(r->raw, (void *)now));
    rec_guard_bool(r, same, true);
}

/* Where it stands tells its code as well. */
static void guard_state(Recorder *r, IrRef ref, PyObject *gen)
{
    CpyFrame *f = cpy_generator_frame(gen);
    PyObject *globals = cpy_frame_globals(f), *builtins = cpy_frame_builtins(f);
    rec_guard_type(r, ref, gen);
    IrRef state = rec_load(r, ref, own_field(r, CPY_OFF_generator_state, IR_W_U8, "gen.state"));
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, state, rec_int(r, cpy_generator_state(gen))), true);
    guard_pointer(r, ref, own_field(r, CPY_OFF_generator_place, IR_W_PTR, "gen.place"),
                  cpy_place_pointer(cpy_frame_code(f), cpy_frame_place(f)));
    rec_op1(r, IR_guard_null, rec_load(r, ref, own_field(r, CPY_OFF_generator_frame_object, IR_W_PTR, "gen.frame_object")));
    guard_pointer(r, ref, rec_field(r, CPY_OFF_generator_globals, IR_W_PTR, MEMID_none), globals);
    guard_pointer(r, ref, rec_field(r, CPY_OFF_generator_builtins, IR_W_PTR, MEMID_none), builtins);
    rec_const(r, globals);
    rec_const(r, builtins);
}

/* 3.15: the tagged integer above a sequence that is iterated over. */
static IrRef load_int(Recorder *r, const RecFrame *f, int slot)
{
    IrRef word = rec_load(r, f->func_ref, slot_field(r, f, slot, IR_W_I64));
    IrRef tag = rec_op2(r, IR_and_i64, word, rec_int(r, 3));
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, tag, rec_int(r, cpy_slot_int_tag)), true);
    return rec_op2(r, IR_sar_i64, word, rec_int(r, 2));
}

void rec_load_generator_slots(Recorder *r, RecFrame *f)
{
    int below = f->depth < f->mem_depth ? f->depth : f->mem_depth;
    for (int s = 0; s < f->base + below; s++) {
        if (f->modified[s]) {
            continue;
        }
        CpySlotKind now = cpy_slot_get(f->real, s).kind;
        if (now == CPY_SLOT_INT) {
            f->slots[s] = (RecVal){.ref = load_int(r, f, s), .owned = 1, .is_int = 1};
            continue;
        }
        f->slots[s] = (RecVal){.ref = rec_load(r, f->func_ref, slot_field(r, f, s, IR_W_SLOT)), .owned = 1};
        if (s >= f->base && now == CPY_SLOT_NULL) {
            rec_op1(r, IR_guard_null, f->slots[s].ref);
            f->slots[s] = (RecVal){0};
        }
    }
}

bool rec_resume_generator(Recorder *r, IrRef ref, PyObject *gen)
{
    RecState *st = r->state;
    CpyFrame *real = cpy_generator_frame(gen);
    int state = cpy_generator_state(gen);
    if (state != cpy_generator_created && state != cpy_generator_suspended) {
        return false; /* Its frame may be gone. */
    }
    PyCodeObject *code = cpy_frame_code(real);
    if (!can_follow(r, gen, code)) {
        return false;
    }
    rec_const(r, (PyObject *)code);
    guard_state(r, ref, gen);
    rec_top(r)->place = st->insn.at;
    RecFrame *f = &st->frames[st->nframes++];
    int depth = cpy_frame_depth(real);
    *f = (RecFrame){.real = real, .code = code, .func_ref = ref, .how = REC_HOW(REC_HOW_GENERATOR, depth),
                    .base = cpy_code_stack_base(code), .depth = depth, .mem_depth = depth};
    f->nslots = f->base + code->co_stacksize;
    f->slots = arena_alloc(st->arena, (size_t)f->nslots * sizeof(RecVal));
    f->modified = arena_alloc(st->arena, (size_t)f->nslots);
    rec_load_generator_slots(r, f);
    rec_observe(r, code);
    st->goes_to = cpy_frame_place(real);
    if (state == cpy_generator_created) {
        st->goes_to = cpy_decode(code, st->goes_to).next; /* POP_TOP of what was sent; brings no event */
    } else {
        rec_push(r, rec_const(r, Py_None), false); /* what FOR_ITER sends */
    }
    return true;
}

/* ---- writing -------------------------------------------------------------------------------------- */
static void forget_store(RecState *st, int i)
{
    st->nstores--;
    for (; i < st->nstores; i++) {
        st->stores[i] = st->stores[i + 1];
    }
}

static void replace_slot(Recorder *r, RecFrame *f, int slot, IrRef value, int place)
{
    IrRef args[2] = {f->func_ref, value};
    IrInsn imm = {.imm.field = slot_field(r, f, slot, IR_W_SLOT)};
    IrRef replace = ir_append_imm(r->raw, IR_replace, args, 2, imm);
    ir_set_snap(r->raw, replace, rec_snap_at(r, place, 0, IR_EXIT_RESUME));
}

/* What the trace took from the stack first, by a reference of its own, as the entry may be lent (3.14 on: by a constant, by a local);
   then locals, whose old values are released. */
void rec_write_generator_slots(Recorder *r, int place)
{
    RecState *st = r->state;
    for (int i = 0; i < st->nstores;) {
        RecFrame *f = &st->frames[st->stores[i].frame];
        int slot = st->stores[i].slot;
        if (st->stores[i].frame == 0 || slot < f->base) {
            i++;
            continue;
        }
        if (st->stores[i].keep != IR_NONE) {
            rec_op1(r, IR_incref, st->stores[i].keep);
        }
        forget_store(st, i);
        replace_slot(r, f, slot, ir_const_obj(r->raw, NULL), place);
    }
    for (int i = 0; i < st->nstores;) {
        RecFrame *f = &st->frames[st->stores[i].frame];
        int slot = st->stores[i].slot;
        if (st->stores[i].frame == 0) {
            i++;
            continue;
        }
        IrRef value = st->stores[i].value;
        forget_store(st, i);
        f->modified[slot] = 0;
        replace_slot(r, f, slot, value, place);
    }
}

static void store_entry(Recorder *r, RecFrame *f, int slot)
{
    RecVal *v = &f->slots[slot];
    if (v->is_int) {
        IrRef word = rec_op2(r, IR_add_i64, rec_op2(r, IR_mul_i64, v->ref, rec_int(r, 4)), rec_int(r, cpy_slot_int_tag));
        rec_store(r, f->func_ref, word, slot_field(r, f, slot, IR_W_I64));
        return;
    }
    if (CPY_ITER_SLOTS == 2) {
        rec_store(r, f->func_ref, rec_int(r, 0), slot_field(r, f, slot, IR_W_I64)); /* no tagged integer any more */
    }
    rec_own(r, v);
    rec_store(r, f->func_ref, v->ref == IR_NONE ? ir_const_obj(r->raw, NULL) : v->ref, slot_field(r, f, slot, IR_W_SLOT));
}

static void store_top(Recorder *r, RecFrame *f)
{
    int top = f->base + f->depth;
    if (cpy_generator_top_is_pointer) {
        IrInsn imm = {.imm.field = own_field(r, CPY_OFF_generator_top, IR_W_I64, "gen.top")};
        IrRef args[2] = {f->func_ref, rec_int(r, cpy_offset(CPY_OFF_generator_slots) + 8 * top)};
        ir_append_imm(r->raw, IR_store_address, args, 2, imm);
    } else {
        rec_store(r, f->func_ref, rec_int(r, top), own_field(r, CPY_OFF_generator_top, IR_W_I32, "gen.top"));
    }
}

/* ---- yielding and returning ------------------------------------------------------------------------- */
static void leave(Recorder *r)
{
    RecState *st = r->state;
    RecFrame *f = rec_top(r);
    rec_drop(r, (RecVal){.ref = f->func_ref, .owned = f->owns_func});
    st->nframes--;
    st->insn = cpy_decode(rec_top(r)->code, rec_top(r)->place);
}

void rec_do_yield_value(Recorder *r)
{
    RecState *st = r->state;
    RecFrame *f = rec_top(r);
    if (rec_is_root(r)) {
        rec_leave_root_by_yield(r);
        return;
    }
    if (!rec_is_generator(f) || st->insn.arg != 0) {
        rec_give_up(r, ABORT_yields);
        return;
    }
    RecVal v = rec_pop(r);
    rec_own(r, &v);
    rec_write_generator_slots(r, st->insn.next);
    for (int s = f->base; s < f->base + f->depth; s++) {
        if (f->modified[s] || s >= f->base + f->mem_depth) {
            store_entry(r, f, s);
        }
    }
    store_top(r, f);
    IrRef place = ir_const_ptr(r->raw, cpy_place_pointer(f->code, st->insn.next));
    rec_store(r, f->func_ref, place, own_field(r, CPY_OFF_generator_place, IR_W_PTR, "gen.place"));
    rec_store(r, f->func_ref, rec_int(r, cpy_generator_suspended), own_field(r, CPY_OFF_generator_state, IR_W_U8, "gen.state"));
    leave(r);
    rec_push_val(r, v);
    st->goes_to = st->insn.next;
}

/* Its frame is cleared by the interpreter's own means while the loop's instruction is the current one. */
void rec_return_from_generator(Recorder *r)
{
    RecState *st = r->state;
    RecFrame *f = rec_top(r);
    IrRef gen = f->func_ref;
    rec_write_generator_slots(r, st->insn.next);
    leave(r);
    IrRef loud = rec_call1(r, IR_CALL_generator_finish, gen);
    rec_drop(r, (RecVal){.ref = loud, .owned = 1});
    rec_exhaust(r);
}
