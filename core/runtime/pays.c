/*  Does a loop's machine code pay? It is weighed against what the same rounds take without it.

    That was measured when the loop was counted, perhaps over rounds that did less than those that came later, and before
    what it calls was compiled. So a tree that seems to lose rests first: the interpreter goes some rounds again, which are
    measured anew. Only one that loses against its neighbours is shut. */
#include "runtime/state.h"

#include <x86intrin.h>

enum {
    EVENT_CYCLES = 200, FRAME_CYCLES = 300, /* of an event; of each frame that is run to its end behind the exit */
    STRETCH_ENTRIES = 256, STRETCH_CYCLES = 60 * 1000 * 1000, /* a stretch is as many entries, or as long */
    STRIKES = 2,             /* stretches in a row that lost */
    REST_ROUNDS = 64, REST_CYCLES = 20 * 1000 * 1000,
    MAX_RESTS = 2,
    LONG_RUN = 32,           /* rounds */
};

/* Rounds between which the frame did other things come in between: a long one counts as eight times what is usual. */
static int64_t clipped(int64_t took, int64_t usual)
{
    return usual != 0 && took > 8 * usual ? 8 * usual : took;
}

/* The usual is the median, crept up on by small steps. */
static int64_t creep(int64_t usual, int64_t took)
{
    int64_t step = usual / 16 + 1;
    return usual == 0 ? took : usual + (took > usual ? step : -step);
}

/* Cycles since the last round of the same frame at this place, or -1. */
static int64_t tick(RtPlace *p, CpyFrame *f)
{
    uint64_t now = __rdtsc();
    int64_t took = p->clock_frame == f ? (int64_t)(now - p->clock) : -1;
    p->clock = now;
    p->clock_frame = f;
    return took;
}

void rt_clock_round(RtPlace *p, CpyFrame *f)
{
    int64_t took = tick(p, f);
    if (took >= 0) {
        p->round_cycles = creep(p->round_cycles, took);
    }
}

/* ---- a rest ------------------------------------------------------------------------------------ */
static void start_rest(RtTree *tree)
{
    RtPlace *p = rt_place(tree->code, tree->at, false);
    if (p == NULL) {
        return;
    }
    p->clock_frame = NULL;
    p->round_cycles = 0;
    tree->rests++;
    tree->rest_rounds = tree->rest_cycles = 0;
    tree->resting = true;
}

bool rt_rests(RtPlace *p, CpyFrame *f)
{
    RtTree *tree = p->tree;
    if (!tree->resting) {
        return false;
    }
    int64_t took = tick(p, f);
    if (took >= 0) {
        p->round_cycles = creep(p->round_cycles, took);
        tree->rest_cycles += clipped(took, p->round_cycles);
        tree->rest_rounds++;
        if (tree->rest_rounds >= REST_ROUNDS || tree->rest_cycles >= REST_CYCLES) {
            tree->resting = false;
            tree->round_cycles = tree->rest_cycles / tree->rest_rounds;
        }
    }
    return tree->resting;
}

/* ---- weighing ---------------------------------------------------------------------------------- */
void rt_shut(RtTree *tree)
{
    rt_log(RT_LOG_abort, "given_up", tree->code, tree->at, "%s: %s", rec_abort_name[ABORT_nothing_gained],
           rec_abort_sentence[ABORT_nothing_gained]);
    rt.stats.places_given_up++;
    tree->shut = true;
}

/* While side traces are still added it may get better. */
static void judge(RtTree *tree)
{
    if (tree->entered < STRETCH_ENTRIES && tree->spent < STRETCH_CYCLES) {
        return;
    }
    bool grew = tree->nsides != tree->nsides_seen;
    tree->strikes = tree->gained >= 0 ? 0 : tree->strikes + !grew;
    tree->nsides_seen = tree->nsides;
    tree->gained = tree->spent = tree->entered = 0;
    if (tree->strikes < STRIKES) {
        return;
    }
    tree->strikes = 0;
    if (tree->rests < MAX_RESTS) {
        start_rest(tree);
    }
    else {
        rt_shut(tree);
    }
}

/* The first round is done before the loop's head; one that is left half way counts half. */
static int64_t interpreter_cycles(const RtTree *tree, const CgExit *exit, uint64_t rounds)
{
    bool past_first = rounds > 0 || exit->carries || exit->trace != tree->root->cg;
    int64_t halves = (int64_t)rounds * 2 + (past_first ? 3 : 1);
    return tree->round_cycles * halves / 2;
}

void rt_weigh(RtTree *tree, const CgExit *exit, uint64_t rounds, int64_t cycles)
{
    if (tree->round_cycles == 0 || tree->kind != REC_LOOP || tree->shut || tree->dead || tree->resting) {
        return;
    }
    int nframes = exit->trace->ir->snaps.data[exit->snap].nframes;
    cycles += EVENT_CYCLES + (nframes - 1) * FRAME_CYCLES;
    tree->spent += cycles;
    int64_t gained = interpreter_cycles(tree, exit, rounds) - cycles;
    if (gained < 0 && rounds >= LONG_RUN) {
        gained = 0; /* What its rounds did was more; next to them entering and leaving is nothing. */
    }
    tree->gained += gained;
    tree->entered++;
    judge(tree);
}
