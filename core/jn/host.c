/*  The toy world as the interpreter's host. */
#include "jn/world.h"

static bool left(World *w)
{
    bool must = w->must_leave;
    w->must_leave = false;
    return must;
}

static void *load_slot(void *host, int slot)
{
    World *w = host;
    return (void *)(uintptr_t)(w->root.slots[slot] & ~(uint64_t)SLOT_TAGS);
}

static bool load_slot_int(void *host, int slot, int64_t *value)
{
    World *w = host;
    *value = (int64_t)w->root.slots[slot] >> 2;
    return (w->root.slots[slot] & SLOT_TAGS) == SLOT_TAGS;
}

static bool store_slot(void *host, int slot, void *owned)
{
    World *w = host;
    uint64_t old = w->root.slots[slot];
    world_set_slot(w, slot, owned);
    if ((old & SLOT_TAGS) == 0) {
        world_release(w, (Obj *)(uintptr_t)old);
    }
    return left(w);
}

static void store_slot_int(void *host, int slot, int64_t value)
{
    World *w = host;
    w->root.slots[slot] = (uint64_t)value << 2 | SLOT_TAGS;
}

static void forget_slot(void *host, int slot)
{
    world_set_slot(host, slot, NULL);
}

static void *frame(void *host)
{
    return &((World *)host)->root;
}

static void *type_of(void *host, void *obj)
{
    (void)host;
    return ((Obj *)obj)->type;
}

static void take(void *host, void *obj)
{
    world_take(host, obj);
}

static bool release(void *host, void *obj)
{
    world_release(host, obj);
    return left(host);
}

static void *box_i64(void *host, int64_t v)
{
    return world_int(host, v);
}

static void *box_f64(void *host, double v)
{
    return world_float(host, v);
}

static void *box_bool(void *host, bool v)
{
    World *w = host;
    return v ? w->true_object : w->false_object;
}

static bool unbox_i64(void *host, void *obj, int64_t *v)
{
    World *w = host;
    if (((Obj *)obj)->type != w->int_type) {
        world_fault(w, "unbox_i64 of a %s", ((Obj *)obj)->type->name);
    }
    return world_int_value(obj, v);
}

static double unbox_f64(void *host, void *obj)
{
    World *w = host;
    if (((Obj *)obj)->type != w->float_type) {
        world_fault(w, "unbox_f64 of a %s", ((Obj *)obj)->type->name);
    }
    return ((FloatObj *)obj)->value;
}

static bool unbox_bool(void *host, void *obj)
{
    return obj == ((World *)host)->true_object;
}

static bool reuse_box(void *host, void *obj, IrType type, IrWord v)
{
    World *w = host;
    Obj *o = obj;
    if (type != IR_F64 || o->type != w->float_type || o->count != 1) {
        return false; /* ints: whether machine code reuses them cannot be seen */
    }
    ((FloatObj *)o)->value = v.f;
    return true;
}

static void *make(void *host, const IrKlass *klass, const IrWord *values)
{
    return world_make(host, klass, values);
}

static IrType letter_type(char letter)
{
    return letter == 'f' ? IR_F64 : IR_I64;
}

static IrWord call(void *host, IrCall which, const IrWord *args, int nargs)
{
    const IrCallInfo *info = &ir_call_info[which];
    void *function = world_helper(which);
    if (function == NULL) {
        world_fault(host, "the toy world has no helper %s", info->name);
        return (IrWord){0};
    }
    IrType types[8];
    for (int i = 0; i < nargs && i < 8; i++) {
        types[i] = letter_type(info->operands[i]);
    }
    return world_call(function, info->result, types, args, nargs < 8 ? nargs : 8);
}

static void *call_c(void *host, const IrWord *args, int nargs)
{
    static const IrType types[8] = {IR_OBJ, IR_OBJ, IR_OBJ, IR_OBJ, IR_OBJ, IR_OBJ, IR_OBJ, IR_OBJ};
    (void)host;
    return world_call(args[0].p, IR_OBJ, types, args + 1, nargs - 1).p;
}

static void *call_array(void *host, const IrWord *args, int nargs, int64_t imm)
{
    static const IrType types[4] = {IR_OBJ, IR_OBJ, IR_I64, IR_OBJ};
    IrWord items[MAX_SLOTS + 1] = {{0}};
    (void)host;
    for (int i = 3; i < nargs && i < MAX_SLOTS; i++) {
        items[i - 2] = args[i];
    }
    IrWord c_args[4] = {args[1], {.p = items + 1}, {.i = imm}, args[2]};
    return world_call(args[0].p, IR_OBJ, types, c_args, 4).p;
}

static void sync(void *host, const IrTrace *t, const IrSnapshot *s, const IrWord *leaves)
{
    world_sync(host, t, s, leaves);
}

static void unsync(void *host)
{
    world_unsync(host);
}

static bool is_valid(void *host)
{
    return ((World *)host)->valid;
}

static bool breaker_is_set(void *host)
{
    return ((World *)host)->root.breaker != 0;
}

IrHost world_host(World *w)
{
    return (IrHost){
        .host = w, .load_slot = load_slot, .load_slot_int = load_slot_int, .store_slot = store_slot, .store_slot_int = store_slot_int, .forget_slot = forget_slot, .frame = frame,
        .type_of = type_of, .take = take, .release = release, .box_i64 = box_i64, .box_f64 = box_f64,
        .box_bool = box_bool, .unbox_i64 = unbox_i64, .unbox_f64 = unbox_f64, .unbox_bool = unbox_bool,
        .reuse_box = reuse_box, .make = make, .call = call, .call_c = call_c, .call_array = call_array,
        .sync = sync, .unsync = unsync, .is_valid = is_valid, .breaker_is_set = breaker_is_set,
    };
}
