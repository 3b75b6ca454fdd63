/*  Frames: what a snapshot becomes, at an exit or for a sync.

    An entry that is owned brings its reference; one that is not gets its own here. Numbers are boxed, virtuals built: each
    mention of a virtual is a reference to it. The new values are all there before any old one is released. */
#include "jn/world.h"

typedef struct {
    World *w;
    const IrTrace *t;
    const IrSnapshot *s;
    const IrWord *leaves;
    int next;              /* leaf to be read */
    bool keep_owned;       /* for a while only: owned references stay the trace's */
    Obj **virtuals;
    VEC(Obj *) old;        /* to be released */
} Build;

/* ---- slots ------------------------------------------------------------------------------------------- */
static uint64_t slot_bits(const Obj *o)
{
    return o ? (uint64_t)(uintptr_t)o : SLOT_NULL;
}

static Obj *slot_object(uint64_t bits)
{
    return (Obj *)(uintptr_t)(bits & ~(uint64_t)SLOT_TAGS);
}

static bool is_int_slot(uint64_t bits)
{
    return (bits & SLOT_TAGS) == SLOT_TAGS;
}

/* What a slot owns. */
static Obj *slot_owned(uint64_t bits)
{
    return bits & SLOT_TAGS ? NULL : slot_object(bits);
}

void world_set_slot(World *w, int slot, Obj *owned)
{
    w->root.slots[slot] = slot_bits(owned);
}

void world_set_slot_int(World *w, int slot, int64_t v)
{
    w->root.slots[slot] = (uint64_t)v << 2 | SLOT_TAGS;
}

/* ---- values of a snapshot ------------------------------------------------------------------------------ */
static Obj *box(World *w, IrType type, IrWord v)
{
    if (type == IR_F64) {
        return world_float(w, v.f);
    }
    return type == IR_BOOL ? &(v.i ? w->true_object : w->false_object)->head : world_int(w, v.i);
}

/* The next value as an object with a reference of its own. */
static Obj *take_object(Build *b, IrRef value, bool owned)
{
    if (value == IR_NONE) {
        return NULL;
    }
    if (value & IR_VIRTUAL) {
        Obj *o = b->virtuals[value & ~IR_VIRTUAL];
        world_take(b->w, o);
        return o;
    }
    IrWord v = b->leaves[b->next++];
    IrType type = (IrType)ir_at(b->t, value)->type;
    if (type != IR_OBJ) {
        return box(b->w, type, v);
    }
    if (v.p && (!owned || b->keep_owned)) {
        world_take(b->w, v.p);
    }
    return v.p;
}

static void build_virtual(Build *b, int n)
{
    const IrVirtual *v = &b->s->virtuals[n];
    IrWord *values = calloc((size_t)v->nvalues + 1, sizeof *values);
    if (values == NULL) {
        abort();
    }
    for (int i = 0; i < v->nvalues; i++) {
        if (v->klass->fields[i]->width == IR_W_OBJ) {
            values[i].p = take_object(b, v->values[i], i < 32 && (v->owned >> i & 1));
        } else if (v->values[i] != IR_NONE) {
            values[i] = b->leaves[b->next++];
        }
    }
    b->virtuals[n] = world_make(b->w, v->klass, values);
    free(values);
}

/* Leaves come in the order slots, virtuals, drops; virtuals are needed first. */
static void build_virtuals(Build *b)
{
    b->virtuals = arena_alloc(b->w->arena, ((size_t)b->s->nvirtuals + 1) * sizeof *b->virtuals);
    for (int i = 0; i < b->s->nslots; i++) {
        IrRef value = b->s->slots[i].value;
        b->next += value != IR_NONE && !(value & IR_VIRTUAL);
    }
    for (int i = 0; i < b->s->nvirtuals; i++) {
        build_virtual(b, i);
    }
}

/* ---- frames --------------------------------------------------------------------------------------------- */
static uint64_t new_bits(Build *b, const IrSnapSlot *slot)
{
    if (slot->flags & IR_SNAP_INT) {
        return (uint64_t)b->leaves[b->next++].i << 2 | SLOT_TAGS;
    }
    return slot_bits(take_object(b, slot->value, slot->flags & IR_SNAP_OWNED));
}

/* In raw traces memory may hold the entry already: then the entry's reference is the slot's own. */
static bool is_there(Build *b, const IrSnapSlot *slot)
{
    bool object = slot->value != IR_NONE && !(slot->value & IR_VIRTUAL) && !(slot->flags & IR_SNAP_INT) &&
                  ir_at(b->t, slot->value)->type == IR_OBJ;
    bool same = object && b->leaves[b->next].p && slot_object(b->w->root.slots[slot->slot]) == b->leaves[b->next].p;
    if (!b->w->raw || !same) {
        return false;
    }
    b->next++;
    return true;
}

static void write_root_slot(Build *b, const IrSnapSlot *slot)
{
    World *w = b->w;
    if (slot->slot >= MAX_SLOTS) {
        world_fault(w, "slot %u is out of the toy world's range", slot->slot);
        return;
    }
    if (is_there(b, slot)) {
        return;
    }
    uint64_t bits = new_bits(b, slot);
    Obj *old = slot_owned(w->root.slots[slot->slot]);
    w->root.slots[slot->slot] = bits;
    if (old) {
        vec_push(&b->old, old);
    }
}

static void write_frame_slot(Build *b, const IrSnapSlot *slot)
{
    ToyFrame *f = &b->w->frames[slot->frame];
    if (slot->flags & IR_SNAP_FUNC) {
        f->func = take_object(b, slot->value, slot->flags & IR_SNAP_OWNED);
        return;
    }
    if (slot->slot >= MAX_SLOTS) {
        world_fault(b->w, "slot %u is out of the toy world's range", slot->slot);
        return;
    }
    f->slots[slot->slot] = new_bits(b, slot);
    f->nslots = slot->slot >= f->nslots ? slot->slot + 1 : f->nslots;
}

static void start_frames(World *w, const IrSnapshot *s)
{
    w->nframes = s->nframes < MAX_FRAMES ? s->nframes : MAX_FRAMES;
    for (int i = 0; i < w->nframes; i++) {
        w->frames[i] = (ToyFrame){.info = s->frames[i]};
        for (int j = 0; j < MAX_SLOTS; j++) {
            w->frames[i].slots[j] = SLOT_NULL;
        }
    }
}

/* With `for_now`, what lies above the root frame's locals is written for the length of a call only. */
static void write_frames(Build *b, bool for_now)
{
    start_frames(b->w, b->s);
    b->next = 0;
    for (int i = 0; i < b->s->nslots; i++) {
        const IrSnapSlot *slot = &b->s->slots[i];
        bool root = slot->frame == 0;
        b->keep_owned = for_now && !(root && slot->slot < b->w->mem_limit);
        if (root && for_now && b->w->raw && slot->slot >= b->w->stack_base) {
            b->next += slot->value != IR_NONE && !(slot->value & IR_VIRTUAL);
        } else if (root) {
            write_root_slot(b, slot);
        } else if (slot->frame < b->w->nframes) {
            write_frame_slot(b, slot);
        }
    }
}

static void release_old(Build *b)
{
    for (int i = 0; i < b->s->nvirtuals; i++) {
        world_release(b->w, b->virtuals[i]); /* the builder's own reference */
    }
    for (size_t i = 0; i < b->old.len; i++) {
        world_release(b->w, b->old.data[i]);
    }
    vec_free(&b->old);
}

static void release_drops(Build *b)
{
    int first = ir_snapshot_leaves(b->s, NULL, 0) - b->s->ndrops;
    for (int i = 0; i < b->s->ndrops; i++) {
        world_release(b->w, b->leaves[first + i].p);
    }
}

void world_leave(World *w, const IrTrace *t, const IrSnapshot *s, const IrWord *leaves)
{
    Build b = {.w = w, .t = t, .s = s, .leaves = leaves};
    build_virtuals(&b);
    write_frames(&b, false);
    w->left_by = s->kind;
    release_old(&b);
    release_drops(&b);
}

/* ---- sync ------------------------------------------------------------------------------------------------ */
void world_sync(World *w, const IrTrace *t, const IrSnapshot *s, const IrWord *leaves)
{
    Build b = {.w = w, .t = t, .s = s, .leaves = leaves};
    build_virtuals(&b);
    write_frames(&b, true);
    release_old(&b);
}

static void release_frame(World *w, ToyFrame *f)
{
    for (int i = 0; i < f->nslots; i++) {
        world_release(w, slot_owned(f->slots[i]));
        f->slots[i] = SLOT_NULL;
    }
    world_release(w, f->func);
    f->func = NULL;
}

static void release_root_slot(World *w, int slot)
{
    Obj *old = slot_owned(w->root.slots[slot]);
    w->root.slots[slot] = SLOT_NULL;
    world_release(w, old);
}

void world_unsync(World *w)
{
    for (int i = 1; i < w->nframes; i++) {
        release_frame(w, &w->frames[i]);
    }
    for (int i = w->mem_limit; i < MAX_SLOTS; i++) {
        release_root_slot(w, i);
    }
    w->nframes = 0;
}

/* ---- the report -------------------------------------------------------------------------------------------- */
static void show_slots(World *w, const uint64_t *slots, int n, Text *out)
{
    for (int i = 0; i < n; i++) {
        text_add(out, i ? ", " : "");
        if (is_int_slot(slots[i])) {
            text_add(out, "tagged %lld", (long long)((int64_t)slots[i] >> 2));
        } else {
            world_show(w, slot_object(slots[i]), out);
        }
    }
}

static void show_frames(World *w, Text *out)
{
    static const char *const kinds[] = {"", "raise ", "return ", "next "};
    text_add(out, "%s", kinds[w->left_by]);
    for (int i = 0; i < w->nframes; i++) {
        ToyFrame *f = &w->frames[i];
        text_add(out, "%s%s@%d [", i ? " / " : "", f->info.name, f->info.place);
        show_slots(w, i ? f->slots : w->root.slots, i ? f->nslots : w->nslots, out);
        text_add(out, "]");
    }
}

static void give_back(World *w)
{
    for (int i = 0; i < w->nframes; i++) {
        release_frame(w, &w->frames[i]);
    }
    for (int i = 0; i < MAX_SLOTS; i++) {
        release_root_slot(w, i);
    }
    for (size_t i = 0; i < w->objects.len; i++) {
        /* The names' references: a named object was made with one. */
        for (size_t j = 0; j < w->names.len; j++) {
            if (w->names.data[j].thing == w->objects.data[i]) {
                world_release(w, w->objects.data[i]);
            }
        }
    }
}

void world_report(World *w, Text *out)
{
    if (w->fault.len == 0) {
        text_add(out, "%s", w->events.data ? w->events.data : "");
        show_frames(w, out);
        give_back(w);
        world_check_counts(w);
    }
    if (w->fault.len) {
        out->len = 0;
        text_add(out, "FAULT: %s", w->fault.data);
    }
}
