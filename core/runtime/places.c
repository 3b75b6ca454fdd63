/*  The places where a trace may begin, found by code object and index, and what is kept for each code object.

    The callback of each back-edge asks, so the common way is one hash, one compare. Entries of a code
    object that is destroyed are taken out at once, as its address may come back as another's. */
#include "runtime/state.h"

#define REMOVED ((void *)1)

static size_t hash_place(const PyCodeObject *code, int at)
{
    uint64_t h = (uint64_t)(uintptr_t)code >> 4;
    h = (h ^ (uint64_t)(uint32_t)at * 0x9E3779B1u) * 0x9E3779B97F4A7C15u;
    return (size_t)(h >> 32);
}

static RtPlace *find_place(const PyCodeObject *code, int at)
{
    if (rt.places == NULL) {
        return NULL;
    }
    for (size_t i = hash_place(code, at);; i++) {
        RtPlace *p = rt.places[i & rt.places_mask];
        if (p == NULL) {
            return NULL;
        }
        if (p != REMOVED && p->code == code && p->at == at) {
            return p;
        }
    }
}

static void put_place(RtPlace **table, size_t mask, RtPlace *p)
{
    size_t i = hash_place(p->code, p->at);
    while (table[i & mask] != NULL && table[i & mask] != REMOVED) {
        i++;
    }
    table[i & mask] = p;
}

static bool grow_places(void)
{
    size_t live = 0;
    for (size_t i = 0; rt.places != NULL && i <= rt.places_mask; i++) {
        live += rt.places[i] != NULL && rt.places[i] != REMOVED;
    }
    size_t size = 256;
    while (size < live * 4) {
        size *= 2;
    }
    RtPlace **table = calloc(size, sizeof *table);
    if (table == NULL) {
        return false;
    }
    for (size_t i = 0; rt.places != NULL && i <= rt.places_mask; i++) {
        if (rt.places[i] != NULL && rt.places[i] != REMOVED) {
            put_place(table, size - 1, rt.places[i]);
        }
    }
    free(rt.places);
    rt.places = table;
    rt.places_mask = size - 1;
    rt.nplaces = live;
    return true;
}

static RtPlace *make_place(PyCodeObject *code, int at)
{
    RtCode *c = rt_code(code, true);
    /* nplaces counts what was removed too, until the table is made anew. */
    if (c == NULL || ((rt.places == NULL || rt.nplaces * 2 > rt.places_mask) && !grow_places())) {
        return NULL;
    }
    RtPlace *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return NULL;
    }
    *p = (RtPlace){.code = code, .at = at, .next = c->places};
    p->left = (int32_t)(at == RT_AT_START ? rt.params.function_threshold : rt.params.threshold);
    c->places = p;
    put_place(rt.places, rt.places_mask, p);
    rt.nplaces++;
    return p;
}

RtPlace *rt_place(PyCodeObject *code, int at, bool make)
{
    RtPlace *p = find_place(code, at);
    return p == NULL && make ? make_place(code, at) : p;
}

/* ---- code objects ------------------------------------------------------------------------------ */
static RtCode **code_slot(const PyCodeObject *code)
{
    size_t i = hash_place(code, 0);
    RtCode **reuse = NULL;
    for (;; i++) {
        RtCode **slot = &rt.codes[i & rt.codes_mask];
        if (*slot == NULL) {
            return reuse != NULL ? reuse : slot;
        }
        if (*slot == REMOVED) {
            reuse = reuse != NULL ? reuse : slot;
        } else if ((*slot)->code == code) {
            return slot;
        }
    }
}

static bool grow_codes(void)
{
    RtCode **old = rt.codes;
    size_t old_size = old != NULL ? rt.codes_mask + 1 : 0, live = 0;
    for (size_t i = 0; i < old_size; i++) {
        live += old[i] != NULL && old[i] != REMOVED;
    }
    size_t size = 128;
    while (size < live * 4) {
        size *= 2;
    }
    RtCode **table = calloc(size, sizeof *table);
    if (table == NULL) {
        return false;
    }
    rt.codes = table;
    rt.codes_mask = size - 1;
    rt.ncodes = live;
    for (size_t i = 0; i < old_size; i++) {
        if (old[i] != NULL && old[i] != REMOVED) {
            *code_slot(old[i]->code) = old[i];
        }
    }
    free(old);
    return true;
}

RtCode *rt_code(PyCodeObject *code, bool make)
{
    if (rt.codes == NULL && (!make || !grow_codes())) {
        return NULL;
    }
    RtCode **slot = code_slot(code);
    if ((*slot != NULL && *slot != REMOVED) || !make) {
        return *slot != REMOVED ? *slot : NULL;
    }
    if (rt.ncodes * 2 > rt.codes_mask) {
        if (!grow_codes()) {
            return NULL;
        }
        slot = code_slot(code);
    }
    RtCode *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->code = code;
        *slot = c;
        rt.ncodes++;
    }
    return c;
}

static void remove_place(RtPlace *p)
{
    for (size_t i = hash_place(p->code, p->at);; i++) {
        if (rt.places[i & rt.places_mask] == p) {
            rt.places[i & rt.places_mask] = REMOVED;
            return;
        }
    }
}

static void free_code(RtCode *c)
{
    while (c->places != NULL) {
        RtPlace *next = c->places->next;
        free(c->places);
        c->places = next;
    }
    rt_free_sites(c);
    free(c);
}

void rt_forget_code(PyCodeObject *code)
{
    RtCode *c = rt_code(code, false);
    if (c == NULL) {
        return;
    }
    rt_forget_light_calls();
    for (RtPlace *p = c->places; p != NULL; p = p->next) {
        remove_place(p);
    }
    *code_slot(code) = REMOVED;
    free_code(c);
}

void rt_free_places(void)
{
    rt_forget_light_calls();
    for (size_t i = 0; rt.codes != NULL && i <= rt.codes_mask; i++) {
        if (rt.codes[i] != NULL && rt.codes[i] != REMOVED) {
            free_code(rt.codes[i]);
        }
    }
    free(rt.codes);
    free(rt.places);
    rt.codes = NULL;
    rt.places = NULL;
    rt.ncodes = rt.nplaces = rt.codes_mask = rt.places_mask = 0;
}
