/*  Random raw traces, as a recorder would write them, run as they are and optimised: both must leave at the same place with the
    same frames, heap, order of effects, and every reference count right.

    The recorder here plays a stack machine over a few locals of fixed types; it counts references as record/frames.c does (locals own,
    the stack borrows). usage: fuzz_replay FIRST_SEED COUNT [-v | -side [-v]]
    With -side each loop gets a side trace at the first exit it leaves by, which links back. */
#include "base/text.h"
#include "ir/interp.h"
#include "opt/opt.h"

#include <stdarg.h>
#include <string.h>

/* ---- a toy world ------------------------------------------------------------------------- */
typedef enum { INT, FLOAT, BOOL, NONE, POINT, FINAL, TUPLE, LIST, ANY, NTYPES } Kind;
static const char *const kind_name[NTYPES] = { "int", "float", "bool", "NoneType", "P", "F", "tuple", "list", "?" };
static char type_object[NTYPES];

typedef struct Obj {
    int64_t refs;
    void *type;
    struct Obj *field[2]; /* 16, 24; a list: size and items */
    int64_t i;
    double f;
    struct Obj *next;
    int mark;
    int64_t expected;
    struct Obj *items[64];
} Obj;

enum { NLOCALS = 8, LIMIT = NLOCALS + 1, NSLOTS = 24, MAXFRAMES = 3 };
typedef struct {
    Obj *all, *slots[NSLOTS], *true_, *false_, *none, *constant[4];
    Obj *frame_slots[MAXFRAMES][NSLOTS]; /* after an exit */
    int frame_place[MAXFRAMES], nframes;
    int calls, breaker, budget;
    bool raw, ended;
    Text log;
} World;

static Kind kind_of(const Obj *o) { return (Kind)((char *)o->type - type_object); }

static Obj *make(World *w, Kind k) {
    Obj *o = calloc(1, sizeof *o);
    o->refs = 1;
    o->type = &type_object[k];
    o->next = w->all;
    w->all = o;
    return o;
}

static Obj *take(Obj *o) {
    if (o) {
        o->refs++;
    }
    return o;
}

static void list_sync(Obj *o, int64_t n) {
    o->field[0] = (Obj *)(intptr_t)n;
    o->field[1] = (Obj *)o->items;
}

static bool release(World *w, Obj *o) {
    if (!o || kind_of(o) == BOOL || kind_of(o) == NONE || --o->refs > 0) { /* those two are immortal */
        return false;
    }
    if (o->refs < 0) {
        printf("RELEASE of a dead %s\n", kind_name[kind_of(o)]);
        abort();
    }
    bool runs = kind_of(o) == FINAL;
    if (runs) {
        text_add(&w->log, "died %lld;", (long long)o->i);
    }
    if (kind_of(o) == LIST) {
        for (int64_t i = 0; i < (int64_t)(intptr_t)o->field[0]; i++) {
            runs |= release(w, o->items[i]);
        }
    } else if (kind_of(o) >= POINT) {
        runs |= release(w, o->field[0]);
        runs |= release(w, o->field[1]);
    }
    Obj **p = &w->all;
    while (*p != o) {
        p = &(*p)->next;
    }
    *p = o->next;
    memset(o, 0xdd, sizeof *o);
    free(o);
    return runs;
}

static Obj *new_int(World *w, int64_t v) {
    Obj *o = make(w, INT);
    o->i = v;
    return o;
}
static Obj *new_float(World *w, double v) {
    Obj *o = make(w, FLOAT);
    o->f = v;
    return o;
}

/* ---- random numbers ----------------------------------------------------------------------- */
static uint64_t seed_now;
static unsigned rnd(unsigned n) {
    seed_now ^= seed_now << 13;
    seed_now ^= seed_now >> 7;
    seed_now ^= seed_now << 17;
    return (unsigned)((seed_now * 0x2545F4914F6CDD1Du >> 33) % n);
}

static const Kind local_kind[LIMIT] = { INT, INT, FLOAT, FLOAT, POINT, POINT, ANY, LIST, TUPLE };

static Obj *random_point(World *w, bool final) {
    Obj *p = make(w, final ? FINAL : POINT);
    p->i = rnd(100);
    p->field[0] = new_float(w, rnd(50) * 0.5);
    p->field[1] = new_int(w, rnd(50));
    return p;
}

static Obj *random_obj(World *w, Kind k) {
    Obj *o;
    switch (k) {
    case INT: return new_int(w, rnd(40));
    case FLOAT: return new_float(w, rnd(40) * 0.25);
    case POINT:
    case FINAL: return random_point(w, k == FINAL);
    case TUPLE:
        o = make(w, TUPLE);
        o->field[0] = random_obj(w, FLOAT);
        o->field[1] = random_obj(w, POINT);
        return o;
    case LIST:
        o = make(w, LIST);
        for (int i = 0; i < 6; i++) {
            o->items[i] = i < 3 ? random_point(w, rnd(3) == 0) : random_obj(w, i == 5 ? INT : FLOAT);
        }
        list_sync(o, 6);
        return o;
    default: return random_obj(w, (Kind[]){ INT, FLOAT, POINT, TUPLE, FINAL }[rnd(5)]);
    }
}

static World *new_world(uint64_t seed, Obj *constants_in) {
    (void)constants_in;
    seed_now = seed * 2654435761u + 88172645463325252u;
    World *w = calloc(1, sizeof *w);
    w->true_ = make(w, BOOL);
    w->true_->i = 1;
    w->false_ = make(w, BOOL);
    w->none = make(w, NONE);
    for (int i = 0; i < LIMIT; i++) {
        w->slots[i] = random_obj(w, local_kind[i]);
    }
    for (int i = 0; i < 4; i++) {
        w->constant[i] = random_obj(w, (Kind[]){ INT, FLOAT, POINT, LIST }[i]);
    }
    w->budget = 4 + (int)rnd(3);
    return w;
}

/* ---- canonical text -------------------------------------------------------------------------- */
static void dump(World *w, Text *t, Obj *o, int *next, int depth) {
    if (!o) {
        text_add(t, "null ");
        return;
    }
    switch (kind_of(o)) {
    case INT: text_add(t, "%lld ", (long long)o->i); return;
    case FLOAT: text_add(t, "%g ", o->f); return;
    case BOOL: text_add(t, o->i ? "True " : "False "); return;
    case NONE: text_add(t, "None "); return;
    default: break;
    }
    if (o->mark || depth > 6) {
        text_add(t, "#%d ", o->mark);
        return;
    }
    o->mark = ++*next;
    text_add(t, "%s#%d(", kind_name[kind_of(o)], o->mark);
    if (kind_of(o) == LIST) {
        for (int64_t i = 0; i < (int64_t)(intptr_t)o->field[0]; i++) {
            dump(w, t, o->items[i], next, depth + 1);
        }
    } else {
        dump(w, t, o->field[0], next, depth + 1);
        dump(w, t, o->field[1], next, depth + 1);
    }
    text_add(t, ") ");
}

static void clear_marks(World *w) {
    for (Obj *o = w->all; o; o = o->next) {
        o->mark = 0;
    }
}

static void log_obj(World *w, Obj *o) {
    int next = 0;
    clear_marks(w);
    dump(w, &w->log, o, &next, 0);
    text_add(&w->log, ";");
}

static void dump_world(World *w, Text *t) {
    int next = 0;
    clear_marks(w);
    for (int i = 0; i < 4; i++) {
        dump(w, t, w->constant[i], &next, 0);
    }
    text_add(t, "\n");
    for (int i = 0; i < LIMIT; i++) {
        dump(w, t, w->slots[i], &next, 0);
    }
    for (int f = 0; f < w->nframes; f++) {
        text_add(t, "\nframe@%d ", w->frame_place[f]);
        for (int i = 0; i < NSLOTS; i++) {
            if (w->frame_slots[f][i]) {
                text_add(t, "%d:", i);
                dump(w, t, w->frame_slots[f][i], &next, 0);
            }
        }
    }
    text_add(t, "\nlog %s\n", w->log.data ? w->log.data : "");
}

static void expect(Obj *o) {
    if (o) {
        o->expected++;
    }
}

/* Every count is what can be counted. */
static bool counts_are_right(World *w) {
    bool ok = true;
    for (Obj *o = w->all; o; o = o->next) {
        o->expected = 0;
    }
    for (Obj *o = w->all; o; o = o->next) {
        if (kind_of(o) == LIST) {
            for (int64_t i = 0; i < (int64_t)(intptr_t)o->field[0]; i++) {
                expect(o->items[i]);
            }
        } else if (kind_of(o) >= POINT) {
            expect(o->field[0]);
            expect(o->field[1]);
        }
    }
    for (int i = 0; i < 4; i++) {
        expect(w->constant[i]);
    }
    for (int i = 0; i < LIMIT; i++) {
        expect(w->slots[i]);
    }
    for (int f = 0; f < w->nframes; f++) {
        for (int i = 0; i < NSLOTS; i++) {
            expect(w->frame_slots[f][i]);
        }
    }
    for (Obj *o = w->all; o; o = o->next) {
        bool immortal = o == w->true_ || o == w->false_ || o == w->none;
        if (!immortal && o->expected != o->refs) {
            printf("COUNT in %s of a %s (%lld, %g): %lld references, %lld found\n", w->raw ? "raw" : "opt", kind_name[kind_of(o)], (long long)o->i, o->f,
                   (long long)o->refs, (long long)o->expected);
            ok = false;
        }
    }
    return ok;
}

/* ---- the host of the executor ---------------------------------------------------------------- */
static void *h_load_slot(void *h, int slot) { return ((World *)h)->slots[slot]; }
static bool h_store_slot(void *h, int slot, void *owned) {
    World *w = h;
    Obj *old = w->slots[slot];
    w->slots[slot] = owned;
    return release(w, old);
}
static void h_forget_slot(void *h, int slot) { ((World *)h)->slots[slot] = NULL; }
static void *h_frame(void *h) { return h; }
static void *h_type_of(void *h, void *o) { (void)h; return ((Obj *)o)->type; }
static void h_take(void *h, void *o) { (void)h; take(o); }
static bool h_release(void *h, void *o) { return release(h, o); }
static void *h_box_i64(void *h, int64_t v) { return new_int(h, v); }
static void *h_box_f64(void *h, double v) { return new_float(h, v); }
static void *h_box_bool(void *h, bool v) { World *w = h; return take(v ? w->true_ : w->false_); }
static bool h_unbox_i64(void *h, void *o, int64_t *v) { (void)h; *v = ((Obj *)o)->i; return true; }
static double h_unbox_f64(void *h, void *o) { (void)h; return ((Obj *)o)->f; }
static bool h_unbox_bool(void *h, void *o) { (void)h; return ((Obj *)o)->i != 0; }
static bool h_reuse_box(void *h, void *p, IrType type, IrWord v) {
    (void)h;
    Obj *o = p;
    if (o->refs != 1 || kind_of(o) != (type == IR_F64 ? FLOAT : INT)) {
        return false;
    }
    o->i = type == IR_F64 ? 0 : v.i;
    o->f = type == IR_F64 ? v.f : 0;
    return true;
}
static void *h_make(void *h, const IrKlass *k, const IrWord *values) {
    Obj *o = make(h, (Kind)((char *)k->ptr - type_object));
    for (int i = 0; i < k->nfields; i++) {
        o->field[i] = values[i].p;
    }
    return o;
}

static IrWord h_call(void *h, IrCall which, const IrWord *a, int n) {
    World *w = h;
    (void)n;
    Obj *o = a[0].p, *v = a[1].p;
    if (which == IR_CALL_list_append) {
        int64_t size = (int64_t)(intptr_t)o->field[0];
        if (size >= 64) {
            return (IrWord){ .i = -1 };
        }
        o->items[size] = take(v);
        list_sync(o, size + 1);
        return (IrWord){ .i = 0 };
    }
    if (which == IR_CALL_binary_plain) {
        return (IrWord){ .p = new_float(w, (double)o->i + o->f + (double)v->i + v->f) };
    }
    text_add(&w->log, "call %d ", w->calls++);
    log_obj(w, o);
    log_obj(w, v);
    for (int i = 0; i < 2; i++) {
        Obj *x = i ? v : o;
        if (kind_of(x) == POINT || kind_of(x) == FINAL) {
            Obj *old = x->field[i];
            x->field[i] = i ? new_int(w, w->calls + 1000) : new_float(w, w->calls + 0.125);
            release(w, old);
        }
    }
    if (w->calls % 7 == 6) {
        return (IrWord){ .p = NULL };
    }
    return (IrWord){ .p = w->calls % 3 == 0 ? take(o) : w->calls % 3 == 1 ? new_float(w, w->calls) : new_int(w, w->calls) };
}

/* ---- snapshots in the toy world ---------------------------------------------------------------- */
typedef struct {
    World *w;
    const IrTrace *t;
    const IrSnapshot *s;
    const IrWord *leaves;
    Obj *virtuals[64];
    int next;
} Restore;

static Obj *box_leaf(Restore *r, IrRef ref, IrWord word, bool owned) {
    switch (ir_at(r->t, ref)->type) {
    case IR_I64: return new_int(r->w, word.i);
    case IR_F64: return new_float(r->w, word.f);
    case IR_BOOL: return take(word.i ? r->w->true_ : r->w->false_);
    default: return owned ? word.p : take(word.p);
    }
}

static Obj *virtual_at(Restore *r, IrRef v) { return r->virtuals[v & ~IR_VIRTUAL]; }

/* Leaves come in the order slots, virtuals, drops; virtuals must be there first. */
static void restore_virtuals(Restore *r) {
    int n = 0;
    for (int i = 0; i < r->s->nslots; i++) {
        IrRef v = r->s->slots[i].value;
        n += v != IR_NONE && !(v & IR_VIRTUAL);
    }
    for (int i = 0; i < r->s->nvirtuals; i++) {
        const IrVirtual *v = &r->s->virtuals[i];
        Obj *o = make(r->w, (Kind)((char *)v->klass->ptr - type_object));
        for (int j = 0; j < v->nvalues; j++) {
            IrRef x = v->values[j];
            o->field[j] = x == IR_NONE ? NULL
                : x & IR_VIRTUAL ? take(virtual_at(r, x)) : box_leaf(r, x, r->leaves[n], v->owned >> j & 1);
            n += x != IR_NONE && !(x & IR_VIRTUAL);
        }
        r->virtuals[i] = o;
    }
    r->next = 0;
}

/* A new reference to each listed value. */
static Obj *restore_slot(Restore *r, const IrSnapSlot *s) {
    if (s->value == IR_NONE) {
        return NULL;
    }
    if (s->value & IR_VIRTUAL) {
        return take(virtual_at(r, s->value));
    }
    IrWord word = r->leaves[r->next++];
    return box_leaf(r, s->value, word, s->flags & IR_SNAP_OWNED);
}

static void end_restore(Restore *r) {
    for (int i = 0; i < r->s->nvirtuals; i++) {
        release(r->w, r->virtuals[i]);
    }
}

static void h_sync(void *h, const IrTrace *t, const IrSnapshot *s, const IrWord *leaves) {
    World *w = h;
    Restore r = { .w = w, .t = t, .s = s, .leaves = leaves };
    restore_virtuals(&r);
    Obj *pushed[128], *value[128];
    int npushed = 0;
    for (int i = 0; i < s->nslots; i++) { /* all references are taken before any is released */
        IrSnapSlot e = s->slots[i];
        bool memory = e.frame == 0 && e.slot < LIMIT;
        if (e.frame == 0 && w->raw) { /* there already, or an operand, which nobody looks at */
            r.next++;
            continue;
        }
        if (!memory) {
            e.flags &= ~(unsigned)IR_SNAP_OWNED; /* unsync takes it away again */
        }
        value[i] = restore_slot(&r, &e);
    }
    for (int i = 0; i < s->nslots; i++) {
        const IrSnapSlot *e = &s->slots[i];
        bool memory = e->frame == 0 && e->slot < LIMIT;
        if (e->frame != 0) {
            pushed[npushed++] = value[i];
        } else if (!w->raw && !memory) {
            release(w, value[i]);
        } else if (!w->raw) {
            Obj *old = w->slots[e->slot];
            w->slots[e->slot] = value[i];
            if (release(w, old)) {
                printf("SYNC released something that can be seen\n");
                abort();
            }
        }
    }
    end_restore(&r);
    text_add(&w->log, "sync@%d ", s->frames[s->nframes - 1].place);
    for (int i = 0; i < LIMIT; i++) {
        log_obj(w, w->slots[i]);
    }
    for (int i = 0; i < npushed; i++) {
        log_obj(w, pushed[i]);
        release(w, pushed[i]);
    }
}

static void h_unsync(void *h) { (void)h; }
static bool h_is_valid(void *h) { (void)h; return true; }
static bool h_breaker(void *h) {
    World *w = h;
    return ++w->breaker >= w->budget;
}

static void leave(World *w, const IrTrace *t, const IrLeft *left) {
    const IrSnapshot *s = left->snap;
    Restore r = { .w = w, .t = t, .s = s, .leaves = left->leaves };
    restore_virtuals(&r);
    w->nframes = s->nframes;
    for (int f = 0; f < s->nframes; f++) {
        w->frame_place[f] = s->frames[f].place;
    }
    Obj *value[128];
    for (int i = 0; i < s->nslots; i++) { /* all references are taken before any is released */
        const IrSnapSlot *e = &s->slots[i];
        bool memory = e->frame == 0 && e->slot < LIMIT;
        if (memory && w->raw && s->frames[0].how != e->slot + 1) {
            r.next += e->value != IR_NONE && !(e->value & IR_VIRTUAL);
        } else {
            value[i] = restore_slot(&r, e);
        }
    }
    for (int i = 0; i < s->nslots; i++) {
        const IrSnapSlot *e = &s->slots[i];
        bool memory = e->frame == 0 && e->slot < LIMIT;
        if (!memory) {
            w->frame_slots[e->frame][e->slot] = value[i];
        } else if (!w->raw || s->frames[0].how == e->slot + 1) {
            Obj *old = w->slots[e->slot];
            w->slots[e->slot] = value[i];
            release(w, old);
        }
    }
    int leaf = ir_snapshot_leaves(s, NULL, 0) - s->ndrops;
    end_restore(&r);
    for (int i = 0; i < s->ndrops; i++) {
        release(w, left->leaves[leaf + i].p);
    }
}

static IrHost host_of(World *w) {
    return (IrHost){ .host = w, .load_slot = h_load_slot, .store_slot = h_store_slot, .forget_slot = h_forget_slot,
                     .frame = h_frame, .type_of = h_type_of,
                     .take = h_take, .release = h_release, .box_i64 = h_box_i64, .box_f64 = h_box_f64, .box_bool = h_box_bool,
                     .unbox_i64 = h_unbox_i64, .unbox_f64 = h_unbox_f64, .unbox_bool = h_unbox_bool, .reuse_box = h_reuse_box,
                     .make = h_make, .call = h_call, .sync = h_sync, .unsync = h_unsync, .is_valid = h_is_valid,
                     .breaker_is_set = h_breaker };
}

/* Runs until an exit other than the loop's own close; the world is as that exit leaves it. */
static bool run(World *w, const IrTrace *t, bool raw) {
    IrHost host = host_of(w);
    w->raw = raw;
    for (int round = 0; round < 50; round++) {
        IrLeft left = ir_interp(t, &host, NULL, 100000);
        if (left.fault || !left.snap) {
            printf("FAULT %s\n", left.fault);
            return false;
        }
        bool again = ir_at(t, left.insn)->op == IR_raw_close;
        leave(w, t, &left);
        free(left.leaves);
        if (!again) {
            return true;
        }
        w->nframes = 0;
    }
    printf("FAULT no end\n");
    return false;
}

/* ---- a toy recorder ------------------------------------------------------------------------------ */
typedef struct {
    IrRef ref;
    Kind kind;
    bool owned;
} Val;
typedef struct {
    Val slots[NSLOTS];
    int nlocals, depth, place;
} Frame;
typedef struct {
    IrTrace *t;
    World *w;
    Frame frames[MAXFRAMES];
    int nframes;
    bool modified[NSLOTS];
    Val drops[64];
    int ndrops, place;
    uint32_t before;
    const IrField *attr[2], *item[2], *size, *items, *elem;
    const IrKlass *klass[NTYPES];
} Rec;

static Frame *top(Rec *r) { return &r->frames[r->nframes - 1]; }

static uint32_t snap(Rec *r, int place, int drop_from, IrExitKind exit_kind) {
    static IrSnapSlot slots[256];
    IrSnapFrame frames[MAXFRAMES];
    IrRef drops[64];
    IrSnapshot s = { .kind = exit_kind, .nframes = r->nframes, .frames = frames, .slots = slots, .drops = drops };
    memset(frames, 0, sizeof frames);
    for (int f = 0; f < r->nframes; f++) {
        Frame *fr = &r->frames[f];
        frames[f] = (IrSnapFrame){ .name = "f", .place = f == r->nframes - 1 ? place : fr->place, .depth = fr->depth + (f == 0 ? LIMIT - NLOCALS : 0) };
        for (int i = 0; i < fr->nlocals + fr->depth; i++) {
            Val *v = &fr->slots[i];
            if (f == 0 ? r->modified[i] : v->ref != IR_NONE) {
                slots[s.nslots++] = (IrSnapSlot){ .frame = (uint8_t)f, .slot = (uint16_t)i, .value = v->ref, .flags = v->owned ? IR_SNAP_OWNED : 0 };
            }
        }
    }
    for (int i = drop_from; i < r->ndrops; i++) {
        drops[s.ndrops++] = r->drops[i].ref;
    }
    return ir_add_snap(r->t, &s);
}

static IrRef op(Rec *r, IrOp o, int n, ...) {
    IrRef args[4];
    va_list list;
    va_start(list, n);
    for (int i = 0; i < n; i++) {
        args[i] = va_arg(list, IrRef);
    }
    va_end(list);
    IrRef ref = ir_append(r->t, o, args, n);
    if (ir_op_info[o].flags & (IRF_GUARD | IRF_SNAP)) {
        ir_set_snap(r->t, ref, r->before);
    }
    return ref;
}

static IrRef op_imm(Rec *r, IrOp o, IrInsn imm, int n, ...) {
    IrRef args[4];
    va_list list;
    va_start(list, n);
    for (int i = 0; i < n; i++) {
        args[i] = va_arg(list, IrRef);
    }
    va_end(list);
    IrRef ref = ir_append_imm(r->t, o, args, n, imm);
    if (ir_op_info[o].flags & (IRF_GUARD | IRF_SNAP)) {
        ir_set_snap(r->t, ref, r->before);
    }
    return ref;
}

static void guard_type(Rec *r, IrRef v, Kind k) { op_imm(r, IR_guard_type, (IrInsn){ .imm.klass = r->klass[k] }, 1, v); }
static IrRef load(Rec *r, IrRef base, const IrField *f) { return op_imm(r, IR_load, (IrInsn){ .imm.field = f }, 1, base); }

static void push(Rec *r, IrRef ref, Kind k, bool owned) {
    Frame *f = top(r);
    f->slots[f->nlocals + f->depth++] = (Val){ ref, k, owned };
    if (r->nframes == 1) {
        r->modified[f->nlocals + f->depth - 1] = true;
    }
}

static Val pop(Rec *r) {
    Frame *f = top(r);
    Val *v = &f->slots[f->nlocals + --f->depth], copy = *v;
    *v = (Val){ 0 };
    return copy;
}

static Val *peek(Rec *r, int n) { return &top(r)->slots[top(r)->nlocals + top(r)->depth - 1 - n]; }
static int room(Rec *r) { return NSLOTS - top(r)->nlocals - top(r)->depth; }

static void own(Rec *r, Val *v) {
    if (!v->owned && v->ref) {
        op(r, IR_incref, 1, v->ref);
        v->owned = true;
    }
}

static void drop(Rec *r, Val v) {
    if (v.owned && v.ref) {
        r->drops[r->ndrops++] = v;
    }
}

/* The end of an instruction: what it dropped is released. */
static void settle(Rec *r) {
    for (int i = 0; i < r->ndrops; i++) {
        IrRef d = op(r, IR_decref, 1, r->drops[i].ref);
        ir_set_snap(r->t, d, snap(r, r->place + 1, i + 1, IR_EXIT_RESUME));
    }
    r->ndrops = 0;
    top(r)->place = ++r->place;
    r->before = snap(r, r->place, 0, IR_EXIT_RESUME);
}

static void after(Rec *r, IrRef insn) { ir_set_snap(r->t, insn, snap(r, r->place + 1, 0, IR_EXIT_RESUME)); }

static void keep_borrowers(Rec *r, IrRef ref) {
    for (int f = 0; f < r->nframes; f++) {
        Frame *fr = &r->frames[f];
        for (int i = f ? 0 : fr->nlocals; i < fr->nlocals + fr->depth; i++) {
            if (fr->slots[i].ref == ref) {
                own(r, &fr->slots[i]);
            }
        }
    }
}

static void store_local(Rec *r, int slot, Val v) {
    Frame *f = top(r);
    Val old = f->slots[slot];
    f->slots[slot] = (Val){ 0 }; /* not one of its own borrowers */
    if (old.ref) {
        keep_borrowers(r, old.ref);
    }
    own(r, &v);
    f->slots[slot] = v;
    if (r->nframes == 1) {
        r->modified[slot] = true;
        IrRef s = op_imm(r, IR_store_slot, (IrInsn){ .imm.i = slot }, 1, v.ref);
        ir_set_snap(r->t, s, snap(r, r->place + 1, 0, IR_EXIT_RESUME));
    } else {
        drop(r, old);
    }
}

/* One instruction that stores twice: the first store's exit has to do the second, which its raw snapshot names by `how`. */
static void store_two_locals(Rec *r, const int *slots, Val *values) {
    Frame *f = top(r);
    Val old[2];
    for (int i = 0; i < 2; i++) {
        old[i] = f->slots[slots[i]];
        f->slots[slots[i]] = (Val){ 0 };
    }
    for (int i = 0; i < 2; i++) {
        if (old[i].ref) {
            keep_borrowers(r, old[i].ref);
        }
        own(r, &values[i]);
    }
    for (int i = 0; i < 2; i++) {
        f->slots[slots[i]] = values[i];
        r->modified[slots[i]] = true;
    }
    for (int i = 0; i < 2; i++) {
        IrRef s = op_imm(r, IR_store_slot, (IrInsn){ .imm.i = slots[i] }, 1, values[i].ref);
        uint32_t at = snap(r, r->place + 1, 0, IR_EXIT_RESUME);
        if (i == 0) {
            r->t->snaps.data[at - 1].frames[0].how = slots[1] + 1;
        }
        ir_set_snap(r->t, s, at);
    }
}

/* ---- the instructions ------------------------------------------------------------------------------- */
static bool is_number(Kind k) { return k == INT || k == FLOAT; }

static void do_load_local(Rec *r) {
    Frame *f = top(r);
    if (room(r) < 3) {
        return;
    }
    int k = (int)rnd((unsigned)f->nlocals);
    if (f->slots[k].ref) {
        push(r, f->slots[k].ref, f->slots[k].kind, false);
    }
}

static void do_const(Rec *r) {
    int k = (int)rnd(4);
    if (room(r) > 2) {
        static const Kind kinds[] = { INT, FLOAT, POINT, LIST };
        push(r, ir_const_obj(r->t, r->w->constant[k]), kinds[k], false);
        if (rnd(4) == 0) {
            guard_type(r, peek(r, 0)->ref, kinds[k]);
        }
    }
}

static void do_none(Rec *r) {
    if (room(r) > 2) {
        push(r, ir_const_obj(r->t, r->w->none), NONE, false);
    }
}

static IrRef unbox(Rec *r, Val v) {
    guard_type(r, v.ref, v.kind);
    return op(r, v.kind == INT ? IR_unbox_i64 : IR_unbox_f64, 1, v.ref);
}

static void do_arith(Rec *r) {
    if (top(r)->depth < 2 || !is_number(peek(r, 0)->kind) || !is_number(peek(r, 1)->kind)) {
        return;
    }
    Val b = *peek(r, 0), a = *peek(r, 1);
    IrRef x = unbox(r, a), y = unbox(r, b), box;
    if (a.kind == INT && b.kind == INT) {
        static const IrOp ops[] = { IR_add_i64_ov, IR_sub_i64_ov, IR_and_i64, IR_xor_i64, IR_add_i64_ov };
        box = op(r, IR_box_i64, 1, op(r, ops[rnd(5)], 2, x, y));
    } else {
        x = a.kind == INT ? op(r, IR_i64_to_f64, 1, x) : x;
        y = b.kind == INT ? op(r, IR_i64_to_f64, 1, y) : y;
        box = op(r, IR_box_f64, 1, op(r, rnd(2) ? IR_add_f64 : IR_sub_f64, 2, x, y));
    }
    drop(r, pop(r));
    drop(r, pop(r));
    push(r, box, a.kind == INT && b.kind == INT ? INT : FLOAT, true);
}

static void do_compare(Rec *r) {
    if (top(r)->depth < 1 || peek(r, 0)->kind != INT) {
        return;
    }
    IrRef x = unbox(r, *peek(r, 0));
    IrRef c = op(r, rnd(2) ? IR_lt_i64 : IR_ge_i64, 2, x, ir_const_i64(r->t, (int64_t)rnd(3000) - 1000));
    if (rnd(2)) {
        op(r, rnd(6) ? IR_guard_true : IR_guard_false, 1, c);
        drop(r, pop(r));
        return;
    }
    IrRef box = op(r, IR_box_bool, 1, c);
    drop(r, pop(r));
    push(r, box, BOOL, true);
}

static void do_truth(Rec *r) {
    if (top(r)->depth < 1 || peek(r, 0)->kind != BOOL) {
        return;
    }
    IrRef t = ir_const_obj(r->t, rnd(2) ? r->w->true_ : r->w->false_);
    guard_type(r, peek(r, 0)->ref, BOOL);
    op(r, rnd(2) ? IR_guard_is : IR_guard_is_not, 2, peek(r, 0)->ref, t);
    drop(r, pop(r));
}

static void do_getattr(Rec *r) {
    if (top(r)->depth < 1 || (peek(r, 0)->kind != POINT && peek(r, 0)->kind != TUPLE)) {
        return;
    }
    Val o = *peek(r, 0);
    int which = (int)rnd(2);
    guard_type(r, o.ref, o.kind);
    Val v = { .kind = o.kind == TUPLE ? (which ? POINT : FLOAT) : which ? INT : FLOAT };
    v.ref = load(r, o.ref, o.kind == TUPLE ? r->item[which] : r->attr[which]);
    if (o.kind == POINT) {
        op(r, IR_guard_nonnull, 1, v.ref);
    }
    if (rnd(3)) {
        guard_type(r, v.ref, v.kind);
    }
    own(r, &v);
    drop(r, pop(r));
    push(r, v.ref, v.kind, true);
}

static void do_setattr(Rec *r) {
    if (top(r)->depth < 2 || peek(r, 0)->kind != POINT) {
        return;
    }
    Val o = *peek(r, 0), v = *peek(r, 1);
    int which = v.kind == FLOAT ? 0 : v.kind == INT ? 1 : rnd(12) ? -1 : (int)rnd(2);
    if (which < 0) {
        return;
    }
    guard_type(r, o.ref, POINT);
    own(r, &v);
    pop(r);
    pop(r);
    drop(r, o);
    IrRef s = op_imm(r, IR_replace, (IrInsn){ .imm.field = r->attr[which] }, 2, o.ref, v.ref);
    after(r, s);
}

static void do_new(Rec *r) {
    int n = top(r)->depth;
    bool tuple = rnd(3) == 0;
    if (n < 2 || (tuple ? peek(r, 1)->kind != FLOAT || peek(r, 0)->kind != POINT
                        : peek(r, 1)->kind != FLOAT || peek(r, 0)->kind != INT)) {
        return;
    }
    Val b = pop(r), a = pop(r);
    own(r, &a);
    own(r, &b);
    Kind k = tuple ? TUPLE : POINT;
    push(r, op_imm(r, IR_new, (IrInsn){ .imm.klass = r->klass[k] }, 2, a.ref, b.ref), k, true);
}

static void do_store_local(Rec *r) {
    Frame *f = top(r);
    if (f->depth < 1) {
        return;
    }
    int first = (int)rnd((unsigned)f->nlocals);
    for (int i = 0; i < f->nlocals; i++) {
        int k = (first + i) % f->nlocals;
        Kind want = r->nframes == 1 ? local_kind[k] : ANY;
        if (k < NLOCALS && (want == ANY || want == peek(r, 0)->kind)) {
            store_local(r, k, pop(r));
            return;
        }
    }
}

static int local_for(Rec *r, Kind k, int first, int not) {
    for (int i = 0; i < NLOCALS; i++) {
        int slot = (first + i) % NLOCALS;
        if (slot != not && (local_kind[slot] == ANY || local_kind[slot] == k)) {
            return slot;
        }
    }
    return -1;
}

static void do_store_two_locals(Rec *r) {
    if (r->nframes > 1 || top(r)->depth < 2) {
        return;
    }
    int slots[2];
    slots[0] = local_for(r, peek(r, 0)->kind, (int)rnd(NLOCALS), -1);
    slots[1] = local_for(r, peek(r, 1)->kind, (int)rnd(NLOCALS), slots[0]);
    if (slots[0] >= 0 && slots[1] >= 0) {
        Val values[2];
        values[0] = pop(r);
        values[1] = pop(r);
        store_two_locals(r, slots, values);
    }
}

static void do_getitem(Rec *r) {
    if (top(r)->depth < 1 || peek(r, 0)->kind != LIST) {
        return;
    }
    Val o = *peek(r, 0);
    int i = (int)rnd(6);
    guard_type(r, o.ref, LIST);
    IrRef size = load(r, o.ref, r->size);
    op(r, IR_guard_true, 1, op(r, IR_lt_u64, 2, ir_const_i64(r->t, i), size));
    IrRef items = load(r, o.ref, r->items);
    Val v = { .kind = i < 3 ? POINT : i < 5 ? FLOAT : INT };
    v.ref = op_imm(r, IR_load_elem, (IrInsn){ .imm.field = r->elem }, 2, items, ir_const_i64(r->t, i));
    if (i >= 3) {
        guard_type(r, v.ref, v.kind);
    }
    own(r, &v);
    drop(r, pop(r));
    push(r, v.ref, i < 3 && rnd(2) ? ANY : v.kind, true);
}

static void do_setitem(Rec *r) {
    if (top(r)->depth < 2 || peek(r, 0)->kind != LIST || (peek(r, 1)->kind != POINT && !is_number(peek(r, 1)->kind))) {
        return;
    }
    Val o = *peek(r, 0), v = *peek(r, 1);
    int i = v.kind == POINT ? (int)rnd(3) : v.kind == FLOAT ? 3 + (int)rnd(2) : 5;
    guard_type(r, o.ref, LIST);
    IrRef items = load(r, o.ref, r->items);
    own(r, &v);
    pop(r);
    pop(r);
    drop(r, o);
    IrRef s = op_imm(r, IR_replace_elem, (IrInsn){ .imm.field = r->elem }, 3, items, ir_const_i64(r->t, i), v.ref);
    after(r, s);
}

static void do_append(Rec *r) {
    if (top(r)->depth < 2 || peek(r, 0)->kind != LIST) {
        return;
    }
    Val o = *peek(r, 0), v = *peek(r, 1);
    guard_type(r, o.ref, LIST);
    IrRef c = op_imm(r, IR_call, (IrInsn){ .imm.i = IR_CALL_list_append }, 2, o.ref, v.ref);
    op(r, IR_guard_ok, 1, c);
    drop(r, pop(r));
    drop(r, pop(r));
}

static void do_plain_call(Rec *r) {
    if (top(r)->depth < 2 || !is_number(peek(r, 0)->kind) || !is_number(peek(r, 1)->kind)) {
        return;
    }
    Val a = *peek(r, 0), b = *peek(r, 1);
    guard_type(r, a.ref, a.kind);
    guard_type(r, b.ref, b.kind);
    IrRef c = op_imm(r, IR_call, (IrInsn){ .imm.i = IR_CALL_binary_plain }, 3, a.ref, b.ref, ir_const_i64(r->t, 0));
    op(r, IR_guard_ok, 1, c);
    drop(r, pop(r));
    drop(r, pop(r));
    push(r, c, FLOAT, true);
}

static void do_any_call(Rec *r) {
    if (top(r)->depth < 2 || rnd(5)) {
        return;
    }
    Val b = *peek(r, 0), a = *peek(r, 1);
    op(r, IR_sync, 0);
    IrRef c = op_imm(r, IR_call, (IrInsn){ .imm.i = IR_CALL_getattr_any }, 2, a.ref, b.ref);
    op(r, IR_unsync, 0);
    IrSnapshot s = r->t->snaps.data[r->before - 1];
    s.kind = IR_EXIT_RAISE;
    ir_set_snap(r->t, op(r, IR_guard_ok, 1, c), ir_add_snap(r->t, &s));
    drop(r, pop(r));
    drop(r, pop(r));
    push(r, c, ANY, true);
    IrRef g = op(r, IR_guard_valid, 0);
    ir_set_snap(r->t, g, snap(r, r->place + 1, 0, IR_EXIT_RESUME));
}

static void do_refine(Rec *r) {
    if (top(r)->depth > 0 && peek(r, 0)->kind == ANY) {
        Kind k = (Kind[]){ INT, FLOAT, POINT, POINT }[rnd(4)];
        guard_type(r, peek(r, 0)->ref, k);
        peek(r, 0)->kind = k;
    }
}

/* Something that is one way in some rounds and the other way in others. */
static void do_branch(Rec *r) {
    IrRef n = r->frames[0].slots[0].ref;
    guard_type(r, n, INT);
    IrRef bits = op(r, IR_and_i64, 2, op(r, IR_unbox_i64, 1, n), ir_const_i64(r->t, 1 + rnd(3)));
    op(r, rnd(2) ? IR_guard_true : IR_guard_false, 1, op(r, IR_ne_i64, 2, bits, ir_const_i64(r->t, 0)));
}

static void do_count(Rec *r) {
    if (r->nframes > 1) {
        return;
    }
    Val v = { r->frames[0].slots[0].ref, INT, false };
    IrRef x = unbox(r, v);
    Val next = { op(r, IR_box_i64, 1, op(r, IR_add_i64_ov, 2, x, ir_const_i64(r->t, 1))), INT, true };
    store_local(r, 0, next);
}

static void do_pop(Rec *r) {
    if (top(r)->depth > 0) {
        drop(r, pop(r));
    }
}

static void do_call_inline(Rec *r) {
    if (r->nframes == MAXFRAMES || top(r)->depth < 2) {
        return;
    }
    Val b = pop(r), a = pop(r);
    Frame *f = &r->frames[r->nframes++];
    *f = (Frame){ .nlocals = 4, .place = r->place + 1 };
    f->slots[0] = a;
    f->slots[1] = b;
}

static void do_return(Rec *r) {
    Frame *f = top(r);
    if (r->nframes == 1 || f->depth < 1) {
        return;
    }
    Val v = pop(r);
    own(r, &v);
    for (int i = 0; i < f->nlocals + f->depth; i++) {
        drop(r, f->slots[i]);
    }
    r->nframes--;
    push(r, v.ref, v.kind, true);
}

static void (*const instructions[])(Rec *) = {
    do_load_local, do_load_local, do_load_local, do_load_local, do_const, do_arith, do_arith, do_arith, do_compare, do_truth,
    do_getattr, do_getattr, do_getattr, do_setattr, do_setattr, do_new, do_new, do_new, do_store_local, do_store_local, do_store_local, do_store_two_locals, do_store_two_locals,
    do_getitem, do_setitem, do_append, do_plain_call, do_any_call, do_refine, do_pop, do_call_inline, do_return, do_return, do_none,
};

static void declare(Rec *r) {
    IrTrace *t = r->t;
    r->attr[0] = ir_field(t, "attr.x", 16, IR_W_OBJ, MEMID_attr, true);
    r->attr[1] = ir_field(t, "attr.y", 24, IR_W_OBJ, MEMID_attr, true);
    r->item[0] = ir_field(t, "item0", 16, IR_W_OBJ, MEMID_none, false);
    r->item[1] = ir_field(t, "item1", 24, IR_W_OBJ, MEMID_none, false);
    r->size = ir_field(t, "list.size", 16, IR_W_I64, MEMID_list_header, false);
    r->items = ir_field(t, "list.items", 24, IR_W_PTR, MEMID_list_header, false);
    r->elem = ir_field(t, "list.item", 0, IR_W_OBJ, MEMID_list_item, false);
    static const unsigned flags[NTYPES] = {
        IR_TYPE_INT | IR_TYPE_PLAIN | IR_TYPE_FIXED, IR_TYPE_FLOAT | IR_TYPE_PLAIN | IR_TYPE_FIXED,
        IR_TYPE_BOOL | IR_TYPE_PLAIN | IR_TYPE_FIXED, IR_TYPE_PLAIN | IR_TYPE_FIXED, 0, 0, IR_TYPE_TUPLE | IR_TYPE_FIXED,
        IR_TYPE_LIST | IR_TYPE_FIXED, 0 };
    for (int k = 0; k < NTYPES; k++) {
        const IrField **fields = k == POINT ? r->attr : r->item;
        const IrField **own_fields = arena_alloc(t->arena, 2 * sizeof *own_fields);
        memcpy(own_fields, fields, 2 * sizeof *own_fields);
        bool made = k == POINT || k == TUPLE;
        r->klass[k] = ir_klass(t, kind_name[k], &type_object[k], flags[k], made, made ? 2 : 0, made ? own_fields : NULL, NULL);
    }
}

static IrTrace *record(Arena *arena, World *w, bool branchy) {
    static Rec rec;
    Rec *r = &rec;
    *r = (Rec){ .t = ir_trace_new(arena, "fuzz"), .w = w, .nframes = 1 };
    declare(r);
    r->frames[0].nlocals = LIMIT;
    r->before = snap(r, 0, 0, IR_EXIT_RESUME);
    for (int k = 0; k < LIMIT; k++) {
        r->frames[0].slots[k] = (Val){ op_imm(r, IR_load_slot, (IrInsn){ .imm.i = k }, 0), local_kind[k], true };
    }
    int n = 5 + (int)rnd(60);
    for (int i = 0; i < n; i++) {
        if (branchy && (i == 0 || rnd(8) == 0)) {
            (i ? do_branch : do_count)(r);
        } else {
            instructions[rnd(ARRAY_LEN(instructions))](r);
        }
        settle(r);
    }
    while (r->nframes > 1 || top(r)->depth) {
        if (r->nframes > 1 && top(r)->depth) {
            do_return(r);
        } else if (top(r)->depth) {
            do_pop(r);
        } else {
            do_none(r);
        }
        settle(r);
    }
    op(r, IR_guard_breaker, 0);
    ir_set_snap(r->t, op(r, IR_raw_close, 0), snap(r, 0, 0, IR_EXIT_RESUME));
    return r->t;
}

/* ---- side traces ------------------------------------------------------------------------------------- */
static Rec side_rec;

static void start_side(Rec *r, Arena *arena, World *w) {
    *r = (Rec){ .t = ir_trace_new(arena, "side"), .w = w, .nframes = 1, .place = 1000 };
    declare(r);
    r->frames[0].nlocals = LIMIT;
    r->frames[0].place = 1000;
}

static void set_slot(Rec *r, int slot, IrRef ref, Kind kind, bool owned, bool listed) {
    r->frames[0].slots[slot] = (Val){ ref, kind, owned };
    r->modified[slot] = listed;
}

/* The rest of the round, the same for both recordings of one seed. */
static IrTrace *finish_side(Rec *r, uint64_t seed, IrLabel *label) {
    r->before = snap(r, 1000, 0, IR_EXIT_RESUME);
    seed_now = seed * 31 + 987654321u;
    int n = (int)rnd(30);
    for (int i = 0; i < n; i++) {
        instructions[rnd(ARRAY_LEN(instructions))](r);
        settle(r);
    }
    while (r->nframes > 1 || top(r)->depth) {
        if (r->nframes > 1 && top(r)->depth) {
            do_return(r);
        } else if (top(r)->depth) {
            do_pop(r);
        } else {
            do_none(r);
        }
        settle(r);
    }
    op(r, IR_guard_breaker, 0);
    IrRef end = label ? op_imm(r, IR_raw_link, (IrInsn){ .imm.label = label }, 0) : op(r, IR_leave, 0);
    ir_set_snap(r->t, end, snap(r, 0, 0, IR_EXIT_RESUME));
    return r->t;
}

static Kind shown_kind(int slot, Kind k) { return slot < LIMIT ? local_kind[slot] : k; }

/* As it would be recorded from an exit of machine code: numbers and parts of virtuals are exit arguments. */
static IrTrace *record_side(Arena *arena, World *w, const IrTrace *t, const IrLeft *left, uint64_t seed, IrLabel *label) {
    Rec *r = &side_rec;
    start_side(r, arena, w);
    const IrSnapshot *s = left->snap;
    int n = ir_snapshot_leaves(s, NULL, 0);
    IrRef leaves[256], refs[256], virtuals[64];
    ir_snapshot_leaves(s, leaves, 256);
    for (int i = 0; i < n; i++) {
        refs[i] = op_imm(r, IR_exit_arg, (IrInsn){ .type = ir_at(t, leaves[i])->type, .imm.i = i }, 0);
    }
    r->t->nexit_args = n;
    for (int k = 0; k < LIMIT; k++) {
        bool listed = false;
        for (int i = 0; i < s->nslots; i++) {
            listed |= s->slots[i].slot == k;
        }
        if (!listed) {
            set_slot(r, k, op_imm(r, IR_load_slot, (IrInsn){ .imm.i = k }, 0), local_kind[k], true, false);
        }
    }
    int leaf = 0;
    for (int i = 0; i < s->nslots; i++) {
        leaf += s->slots[i].value != IR_NONE && !(s->slots[i].value & IR_VIRTUAL);
    }
    bool used[64] = { false };
    for (int v = 0; v < s->nvirtuals; v++) {
        IrRef parts[2];
        for (int i = 0; i < 2; i++) {
            IrRef x = s->virtuals[v].values[i];
            if (x == IR_NONE || (x & IR_VIRTUAL)) {
                parts[i] = x == IR_NONE ? ir_const_obj(r->t, NULL) : virtuals[x & ~IR_VIRTUAL];
                if (x & IR_VIRTUAL) { /* the first mention takes the reference it is born with */
                    if (used[x & ~IR_VIRTUAL]) {
                        op(r, IR_incref, 1, parts[i]);
                    }
                    used[x & ~IR_VIRTUAL] = true;
                }
                continue;
            }
            IrRef ref = refs[leaf++];
            IrType type = (IrType)ir_at(r->t, ref)->type;
            parts[i] = type == IR_I64 ? op(r, IR_box_i64, 1, ref) : type == IR_F64 ? op(r, IR_box_f64, 1, ref)
                : type == IR_BOOL ? op(r, IR_box_bool, 1, ref) : ref;
            if (type == IR_OBJ && !(s->virtuals[v].owned >> i & 1)) {
                op(r, IR_incref, 1, ref);
            }
        }
        virtuals[v] = op_imm(r, IR_new, (IrInsn){ .imm.klass = r->klass[kind_of(&(Obj){ .type = s->virtuals[v].klass->ptr })] },
                             2, parts[0], parts[1]);
    }
    leaf = 0;
    for (int i = 0; i < s->nslots; i++) {
        const IrSnapSlot *e = &s->slots[i];
        if (e->value == IR_NONE) {
            set_slot(r, e->slot, IR_NONE, NONE, false, true);
        } else if (e->value & IR_VIRTUAL) {
            uint32_t v = e->value & ~IR_VIRTUAL;
            if (used[v]) {
                op(r, IR_incref, 1, virtuals[v]);
            }
            used[v] = true;
            set_slot(r, e->slot, virtuals[v], shown_kind(e->slot, (Kind)((char *)s->virtuals[v].klass->ptr - type_object)), true, true);
        } else {
            IrRef ref = refs[leaf];
            IrWord word = left->leaves[leaf++];
            IrType type = (IrType)ir_at(r->t, ref)->type;
            Kind kind = type == IR_I64 ? INT : type == IR_F64 ? FLOAT : type == IR_BOOL ? BOOL : kind_of(word.p);
            IrRef box = type == IR_I64 ? op(r, IR_box_i64, 1, ref) : type == IR_F64 ? op(r, IR_box_f64, 1, ref)
                : type == IR_BOOL ? op(r, IR_box_bool, 1, ref) : ref;
            bool owned = type != IR_OBJ || (e->flags & IR_SNAP_OWNED);
            if (!owned && (e->slot >= LIMIT || seed % 3)) { /* what kept it is not known here; a local may do without */
                op(r, IR_incref, 1, box);
                owned = true;
            }
            set_slot(r, e->slot, box, shown_kind(e->slot, kind), owned, true);
        }
    }
    r->frames[0].depth = s->frames[0].depth - (LIMIT - NLOCALS);
    for (int i = 0; i < s->ndrops; i++) {
        r->drops[r->ndrops++] = (Val){ refs[n - s->ndrops + i], ANY, true };
    }
    return finish_side(r, seed, label);
}

/* The same path from frames in which everything is an object: locals in memory, the stack as owned arguments. */
static IrTrace *record_reference(Arena *arena, World *w, uint64_t seed, IrLabel *label) {
    Rec *r = &side_rec;
    start_side(r, arena, w);
    int n = 0;
    for (int k = LIMIT; k < NSLOTS; k++) {
        Obj *o = w->frame_slots[0][k];
        if (o) {
            IrRef ref = op_imm(r, IR_exit_arg, (IrInsn){ .type = IR_OBJ, .imm.i = n++ }, 0);
            set_slot(r, k, ref, kind_of(o), true, true);
            r->frames[0].depth = k - LIMIT + 1;
        }
    }
    r->t->nexit_args = n;
    for (int k = 0; k < LIMIT; k++) {
        set_slot(r, k, op_imm(r, IR_load_slot, (IrInsn){ .imm.i = k }, 0), local_kind[k], true, false);
        if (!w->slots[k]) {
            r->frames[0].slots[k].ref = IR_NONE;
        }
    }
    return finish_side(r, seed, label);
}

/* ---- joining traces for the executor ----------------------------------------------------------------- */
static IrRef renamed(const IrRef *names, IrRef r) { return r == IR_NONE || (r & IR_VIRTUAL) ? r : names[r]; }

static uint32_t copy_snap(IrTrace *to, const IrSnapshot *s, const IrRef *names, const IrRef *extra, int nextra) {
    IrSnapshot c = *s;
    c.slots = arena_alloc(to->arena, (size_t)(s->nslots + 1) * sizeof *c.slots);
    c.virtuals = arena_alloc(to->arena, (size_t)(s->nvirtuals + 1) * sizeof *c.virtuals);
    c.drops = arena_alloc(to->arena, (size_t)(s->ndrops + nextra + 1) * sizeof *c.drops);
    for (int i = 0; i < s->nslots; i++) {
        c.slots[i] = s->slots[i];
        c.slots[i].value = renamed(names, s->slots[i].value);
    }
    for (int v = 0; v < s->nvirtuals; v++) {
        c.virtuals[v] = s->virtuals[v];
        c.virtuals[v].values = arena_alloc(to->arena, 16 * sizeof(IrRef));
        for (int i = 0; i < s->virtuals[v].nvalues; i++) {
            c.virtuals[v].values[i] = renamed(names, s->virtuals[v].values[i]);
        }
    }
    for (int i = 0; i < s->ndrops + nextra; i++) {
        c.drops[i] = i < s->ndrops ? renamed(names, s->drops[i]) : renamed(names, extra[i - s->ndrops]);
    }
    c.ndrops += nextra;
    return ir_add_snap(to, &c);
}

/* The loop alone, its parameters as exit arguments; every exit also shows the parameters, as its last `drops`. */
static IrTrace *loop_alone(Arena *arena, const IrTrace *t) {
    IrTrace *to = ir_trace_new(arena, "loop");
    IrRef *names = arena_alloc(arena, (t->insns.len + 1) * sizeof *names);
    const IrLabel *l = t->label;
    for (IrRef r = 1; r < t->insns.len; r++) {
        if (ir_is_const(t, r)) {
            names[r] = ir_append_imm(to, (IrOp)ir_at(t, r)->op, NULL, 0, *ir_at(t, r));
        }
    }
    IrRef entry[256];
    for (int i = 0; i < l->nparams; i++) {
        entry[i] = ir_append_imm(to, IR_exit_arg, NULL, 0, (IrInsn){ .type = ir_at(t, l->params[i])->type, .imm.i = i });
        if (i >= l->nphis) {
            names[l->params[i]] = entry[i];
        }
    }
    to->nexit_args = l->nparams;
    IrRef loop = 1;
    while (ir_at(t, loop)->op != IR_loop) {
        loop++;
    }
    for (IrRef r = loop; r < t->insns.len; r++) {
        const IrInsn *in = ir_at(t, r);
        if (ir_is_const(t, r)) {
            continue;
        }
        IrRef args[64];
        for (int i = 0; i < in->nargs; i++) {
            args[i] = in->op == IR_phi ? entry[r - loop - 1] : names[in->args[i]];
        }
        names[r] = ir_append_imm(to, (IrOp)in->op, args, in->nargs, *in);
        if (in->op == IR_phi) {
            ir_at(to, names[r])->type = in->type;
        }
        if (in->snap) {
            ir_set_snap(to, names[r], copy_snap(to, &t->snaps.data[in->snap - 1], names, l->params, l->nparams));
        }
    }
    for (int i = 0; i < l->nphis; i++) {
        IrRef phi = l->params[i];
        ir_at(to, names[phi])->args[1] = names[ir_at(t, phi)->args[1]];
    }
    return to;
}

/* end_link becomes a leave that shows the values it brings, end_start one that shows nothing: all is in the frame. */
static bool show_link(IrTrace *t) {
    IrInsn *end = ir_at(t, (IrRef)t->insns.len - 1);
    bool starts = end->op == IR_end_start;
    if (end->op == IR_end_link || starts) {
        IrSnapshot s = { .drops = end->args, .ndrops = end->nargs };
        end->op = IR_leave;
        end->nargs = 0;
        end->snap = ir_add_snap(t, &s);
    }
    return starts;
}

typedef struct {
    World *w;
    IrTrace *raw, *opt, *loop, *side, *reference;
    IrRef exit_insn;     /* of `loop`, from which the side trace starts */
    int exit_place, exit_depth, nparams, links, starts;
    bool side_starts;    /* the side trace goes to the start of `opt`, not to its head */
    bool ok;
} Tree;

static bool at_exit(const Tree *t) {
    return t->w->nframes == 1 && t->w->frame_place[0] == t->exit_place && t->reference;
}

static void clear_frames(World *w) {
    w->nframes = 0;
    memset(w->frame_slots, 0, sizeof w->frame_slots);
}

/* One run of a trace; true when it left for good by that exit, the world being as it says. */
static IrLeft step(Tree *t, const IrTrace *trace, bool raw, const IrWord *args) {
    IrHost host = host_of(t->w);
    t->w->raw = raw;
    IrLeft left = ir_interp(trace, &host, args, 100000);
    if (left.fault || !left.snap) {
        printf("FAULT %s\n", left.fault ? left.fault : "?");
        t->ok = false;
    }
    return left;
}

/* Raw traces only, until neither the loop nor the side trace goes on. */
static void run_reference(Tree *t) {
    for (int i = 0; i < 60 && t->ok; i++) {
        if (t->w->nframes == 0) {
            t->ok = run(t->w, t->raw, true);
        }
        if (!t->ok || !at_exit(t)) {
            return;
        }
        IrWord args[NSLOTS];
        int n = 0;
        for (int k = LIMIT; k < NSLOTS; k++) {
            if (t->w->frame_slots[0][k]) {
                args[n++].p = t->w->frame_slots[0][k];
            }
        }
        clear_frames(t->w);
        IrLeft left = step(t, t->reference, true, args);
        if (t->ok) {
            bool linked = left.insn == t->reference->insns.len - 1;
            leave(t->w, t->reference, &left);
            if (linked) {
                clear_frames(t->w);
            }
        }
        free(left.leaves);
    }
}

static void leave_loop(Tree *t, IrLeft *left) {
    IrSnapshot s = *left->snap;
    s.ndrops -= t->nparams;
    left->snap = &s;
    leave(t->w, t->loop, left);
}

/* The optimised loop from its label on, the side trace at its exit, round and round. */
static void run_linked(Tree *t, IrWord *params) {
    for (int i = 0; i < 200 && t->ok; i++) {
        IrLeft left = step(t, t->loop, false, params);
        if (!t->ok) {
            return;
        }
        int total = ir_snapshot_leaves(left.snap, NULL, 0);
        if (left.insn != t->exit_insn || !t->side) {
            leave_loop(t, &left);
            free(left.leaves);
            return;
        }
        IrLeft end = step(t, t->side, false, left.leaves);
        free(left.leaves);
        (void)total;
        if (!t->ok) {
            return;
        }
        bool linked = end.insn == t->side->insns.len - 1 && end.snap->nframes == 0;
        if (!linked) {
            bool at_head = end.insn == t->side->insns.len - 1;
            leave(t->w, t->side, &end);
            free(end.leaves);
            if (at_head) {
                clear_frames(t->w);
            }
            return;
        }
        if (t->side_starts) {
            t->starts++;
            free(end.leaves);
            return;
        }
        t->links++;
        memcpy(params, end.leaves, (size_t)t->nparams * sizeof *params);
        free(end.leaves);
    }
}

/* ---- the test ---------------------------------------------------------------------------------------- */
static void show(const char *title, const IrTrace *t) {
    Text out = { 0 };
    ir_print(t, &out);
    printf("---- %s\n%s", title, out.data);
    text_free(&out);
}

/* Constants are addresses: the two runs use one world after the other, rebuilt in place by address. */
static void rebind(IrTrace *t, World *from, World *to) {
    for (IrRef i = 1; i < t->insns.len; i++) {
        IrInsn *in = ir_at(t, i);
        for (int k = 0; in->op == IR_const_obj && k < 4; k++) {
            in->imm.p = in->imm.p == from->constant[k] ? to->constant[k] : in->imm.p;
        }
        if (in->op == IR_const_obj) {
            in->imm.p = in->imm.p == from->true_ ? to->true_ : in->imm.p == from->false_ ? to->false_
                : in->imm.p == from->none ? to->none : in->imm.p;
        }
    }
}

static void free_world(World *w) {
    while (w->all) {
        Obj *next = w->all->next;
        free(w->all);
        w->all = next;
    }
    text_free(&w->log);
    free(w);
}

static bool one(uint64_t seed, bool verbose, int *loops) {
    World *a = new_world(seed, NULL), *b = new_world(seed, NULL);
    Arena *arena = arena_new();
    seed_now = seed * 77 + 12345678901u;
    rnd(2);
    IrTrace *raw = record(arena, a, seed % 2);
    OptOptions options = { .peel = true, .first_stack_slot = NLOCALS, .entry_depth = 1, .true_object = a->true_,
                           .false_object = a->false_ };
    if (rnd(8) == 0) {
        options.disabled = 1u << rnd(PASS__COUNT);
    }
    const char *why = ir_verify(raw, true);
    bool ok = why == NULL;
    if (verbose) {
        show("raw", raw);
    }
    IrTrace *opt = ok ? opt_run(raw, arena, &options, &why) : NULL;
    if (!opt) {
        printf("seed %llu: %s\n", (unsigned long long)seed, why);
    } else {
        *loops += opt->label != NULL;
        if (verbose) {
            show("optimised", opt);
            printf("note %s\n", options.note ? options.note : "-");
        }
        why = ir_verify(opt, false);
        ok = run(a, raw, true) && counts_are_right(a) && !why;
        rebind(opt, a, b);
        ok = run(b, opt, false) && ok && counts_are_right(b);
        if (ok && b->frame_place[0] == 0 && b->nframes == 1 && a->frame_place[0] != 0) {
            rebind(raw, a, b);
            b->nframes = 0;
            ok = run(b, raw, true) && counts_are_right(b);
        }
        Text ta = { 0 }, tb = { 0 };
        dump_world(a, &ta);
        dump_world(b, &tb);
        if (!ok || strcmp(ta.data, tb.data)) {
            printf("seed %llu: %s\nraw: %s\nopt: %s\n", (unsigned long long)seed, why ? why : "different", ta.data, tb.data);
            ok = false;
        }
        text_free(&ta);
        text_free(&tb);
    }
    free_world(a);
    free_world(b);
    arena_free(arena);
    return ok && opt;
}

/* The preamble's end as a leave that shows the parameters: the way into the loop alone. */
static IrTrace *preamble_alone(Arena *arena, const IrTrace *t) {
    IrTrace *to = ir_trace_new(arena, "preamble");
    IrRef *names = arena_alloc(arena, (t->insns.len + 1) * sizeof *names);
    for (IrRef r = 1; r < t->insns.len && ir_at(t, r)->op != IR_loop; r++) {
        const IrInsn *in = ir_at(t, r);
        IrRef args[64];
        for (int i = 0; i < in->nargs; i++) {
            args[i] = names[in->args[i]];
        }
        names[r] = ir_append_imm(to, (IrOp)in->op, args, in->nargs, *in);
        if (in->snap) {
            ir_set_snap(to, names[r], copy_snap(to, &t->snaps.data[in->snap - 1], names, NULL, 0));
        }
    }
    IrRef values[256];
    for (int i = 0; i < t->label->nparams; i++) {
        IrRef p = t->label->params[i];
        values[i] = i < t->label->nphis ? names[ir_at(t, p)->args[0]] : names[p];
        for (IrRef c = 1; !values[i] && c < t->insns.len; c++) {
            if (i < t->label->nphis && c == ir_at(t, p)->args[0]) {
                values[i] = names[c] = ir_append_imm(to, (IrOp)ir_at(t, c)->op, NULL, 0, *ir_at(t, c));
            }
        }
    }
    IrSnapshot s = { .drops = values, .ndrops = t->label->nparams };
    IrRef end = ir_append(to, IR_leave, NULL, 0);
    ir_set_snap(to, end, ir_add_snap(to, &s));
    return to;
}

static int side_traces, links, direct, starts;

/* A loop and one side trace. */
static bool two(uint64_t seed, bool verbose) {
    World *a = new_world(seed, NULL), *b = new_world(seed, NULL);
    a->budget = b->budget = 8;
    Arena *arena = arena_new();
    seed_now = seed * 77 + 12345678901u;
    rnd(2);
    IrTrace *raw = record(arena, a, true);
    OptOptions options = { .peel = true, .first_stack_slot = NLOCALS, .entry_depth = 1, .true_object = a->true_,
                           .false_object = a->false_ };
    const char *why = NULL;
    IrTrace *opt = opt_run(raw, arena, &options, &why);
    bool ok = opt != NULL;
    Tree t = { .w = b, .raw = raw, .opt = opt, .ok = true };
    if (ok && opt->label) {
        rebind(raw, a, b);
        rebind(opt, a, b);
        t.loop = loop_alone(arena, opt);
        t.nparams = opt->label->nparams;
        IrTrace *preamble = preamble_alone(arena, opt);
        IrLeft left = step(&t, preamble, false, NULL);
        bool entered = t.ok && left.snap->nframes == 0;
        if (entered) {
            IrWord params[256];
            memcpy(params, left.leaves, (size_t)t.nparams * sizeof *params);
            IrLeft out = step(&t, t.loop, false, params);
            IrOp op = t.ok ? (IrOp)ir_at(t.loop, out.insn)->op : IR_leave;
            bool guard = ir_op_info[op].flags & IRF_GUARD;
            IrSnapshot s = t.ok ? *out.snap : (IrSnapshot){ 0 };
            s.ndrops -= t.nparams;
            if (t.ok && guard && s.nframes == 1 && s.kind == IR_EXIT_RESUME && s.ndrops == 0 && op != IR_guard_breaker
                && s.frames[0].place != 0) {
                IrLeft shown = out;
                shown.snap = &s;
                int leaves = ir_snapshot_leaves(&s, NULL, 0);
                IrTrace *raw_side = record_side(arena, b, t.loop, &shown, seed, opt->label);
                OptOptions side_options = options;
                side_options.true_object = b->true_;
                side_options.false_object = b->false_;
                side_options.parent_label = seed % 4 ? opt->label : NULL;
                side_options.first_param_arg = leaves;
                why = ir_verify(raw_side, true);
                if (verbose) {
                    show("raw", raw);
                    show("optimised", opt);
                    show("raw side", raw_side);
                }
                t.side = why ? NULL : opt_run(raw_side, arena, &side_options, &why);
                if (!t.side || why || (why = ir_verify(t.side, false))) {
                    printf("seed %llu side: %s\n", (unsigned long long)seed, why);
                    t.ok = false;
                } else {
                    side_traces++;
                    direct += side_options.label_holds && ir_at(t.side, (IrRef)t.side->insns.len - 1)->op == IR_end_link;
                    if (verbose) {
                        show("side", t.side);
                        printf("note %s holds %d\n", side_options.note ? side_options.note : "-", side_options.label_holds);
                    }
                    t.side_starts = show_link(t.side);
                    t.exit_insn = out.insn;
                    t.exit_place = s.frames[0].place;
                    leave_loop(&t, &out);
                    t.reference = record_reference(arena, b, seed, opt->label);
                }
            } else if (t.ok) {
                leave_loop(&t, &out);
            }
            free(out.leaves);
        } else if (t.ok) {
            leave(b, preamble, &left);
        }
        free(left.leaves);
    }
    /* Now both ways in fresh worlds. */
    if (t.ok && t.reference) {
        World *c = new_world(seed, NULL), *d = new_world(seed, NULL);
        c->budget = d->budget = 8;
        rebind(raw, b, c);
        rebind(t.reference, b, c);
        Tree reference = t;
        reference.w = c;
        run_reference(&reference);
        ok = reference.ok && counts_are_right(c);
        rebind(raw, c, d);
        rebind(t.reference, c, d);
        rebind(opt, b, d);
        rebind(t.loop, b, d);
        rebind(t.side, b, d);
        t.w = d;
        IrTrace *preamble = preamble_alone(arena, opt);
        for (int i = 0; i < 60 && t.ok; i++) {
            IrLeft left = step(&t, preamble, false, NULL);
            if (t.ok && left.snap->nframes == 0) {
                IrWord params[256];
                memcpy(params, left.leaves, (size_t)t.nparams * sizeof *params);
                run_linked(&t, params);
            } else if (t.ok) {
                leave(d, preamble, &left);
            }
            free(left.leaves);
            if (d->nframes == 1 && (d->frame_place[0] == 0 || at_exit(&t))) {
                if (d->frame_place[0] == 0) {
                    clear_frames(d);
                }
                run_reference(&t);
                break;
            }
            if (d->nframes) {
                break;
            }
        }
        links += t.links;
        starts += t.starts;
        ok = ok && t.ok && counts_are_right(d);
        Text tc = { 0 }, td = { 0 };
        dump_world(c, &tc);
        dump_world(d, &td);
        if (!ok || strcmp(tc.data, td.data)) {
            printf("seed %llu with side trace: different\nraw: %s\nopt: %s\n", (unsigned long long)seed, tc.data, td.data);
            ok = false;
        }
        text_free(&tc);
        text_free(&td);
        free_world(c);
        free_world(d);
    }
    ok = ok && t.ok;
    free_world(a);
    free_world(b);
    arena_free(arena);
    return ok;
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000;
    int bad = 0, loops = 0;
    bool sides = argc > 3 && strcmp(argv[3], "-side") == 0;
    for (uint64_t s = first; s < first + count && bad < 5; s++) {
        fprintf(stderr, "%llu\r", (unsigned long long)s);
        bad += !(sides ? two(s, argc > 4) : one(s, argc > 3, &loops));
    }
    printf("%llu traces, %d loops, %d side traces, %d direct, %d links taken, %d to the start, %d wrong\n", (unsigned long long)count,
           loops, side_traces, direct, links, starts, bad);
    return bad != 0;
}
