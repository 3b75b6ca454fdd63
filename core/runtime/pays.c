/*  Does a loop's machine code pay? It is weighed against what the same rounds take without it.

    What is compared is all the time that goes by from event to event of the loop, for each round: what the interpreter has
    to do behind an exit belongs to the round, and rounds that leave are not those that are short. What lies between two runs
    of the loop comes in on both sides; of that, and of any gap, at most eight usual rounds count. The clock stands while Jitney records
    and compiles: that is done once.

    What the interpreter takes is measured while the loop is counted, and anew when the tree has been used for a while: it rests, the
    interpreter goes some rounds. So does a tree that seems to lose; only one that loses again and again is shut. */
#include "runtime/state.h"

#include <time.h>
#include <x86intrin.h>

enum {
    EVENT_CYCLES = 200,      /* a round in the interpreter would do without */
    STRETCH_ENTRIES = 256,   /* a stretch is at least as many entries that together are not short, or a long one */
    SHORT_CYCLES = 10 * 1000 * 1000, STRETCH_CYCLES = 60 * 1000 * 1000,
    STRIKES = 2,             /* stretches in a row that lost */
    REST_ROUNDS = 128, REST_CYCLES = 8 * 1000 * 1000,
    MAX_RESTS = 3,
    LONG_RUN = 32,           /* rounds */
    MANY_SIDES = 32,         /* one more is no hope */
};

uint64_t rt_now(void)
{
    return __rdtsc() - rt.aside;
}

uint64_t rt_start_aside(void)
{
    return __rdtsc();
}

void rt_end_aside(uint64_t start, uint64_t beside)
{
    rt.aside += __rdtsc() - start + beside;
}

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

void rt_clock_round(RtPlace *p, CpyFrame *f)
{
    uint64_t now = rt_now();
    if (p->clock_frame == f) {
        p->round_cycles = creep(p->round_cycles, (int64_t)(now - p->clock));
    }
    p->clock = now;
    p->clock_frame = f;
}

/* ---- what may be spent ------------------------------------------------------------------------------ */
/* Large programs have new hot places all the time, few of which stay hot for long. So what recording and compiling take is but a part
   of the program's time, beside what short ones may need. Who asks for all to be compiled at once gets that. */
bool rt_may_spend(void)
{
    enum { START_NS = 100 * 1000 * 1000, PART = 16, STEP_NS = 1000, RECORDING_NS = 100 * 1000 /* the interpreter looks at all code anew */, AT_ONCE = 200 };
    static uint64_t start;
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    uint64_t now = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
    if (start == 0) {
        start = now;
    }
    uint64_t spent = rt.stats.compile_ns + rt.stats.steps * STEP_NS + rt.stats.recordings * RECORDING_NS;
    return rt.params.threshold <= AT_ONCE || spent < START_NS + (now - start) / PART;
}

/* ---- a rest ------------------------------------------------------------------------------------ */
static void start_rest(RtTree *tree)
{
    RtPlace *p = rt_place(tree->code, tree->at, false);
    if (p == NULL) {
        return;
    }
    p->clock = 0;
    p->round_cycles = 0;
    tree->clock = 0;
    tree->rests++;
    tree->rest_rounds = tree->rest_cycles = 0;
    tree->resting = true;
}

bool rt_rests(RtPlace *p)
{
    RtTree *tree = p->tree;
    if (!tree->resting) {
        return false;
    }
    uint64_t now = rt_now();
    if (p->clock != 0) {
        int64_t took = (int64_t)(now - p->clock) - EVENT_CYCLES;
        took = clipped(took > 1 ? took : 1, p->round_cycles != 0 ? p->round_cycles : tree->round_cycles); /* The first may be a gap. */
        p->round_cycles = creep(p->round_cycles, took);
        tree->rest_cycles += clipped(took, p->round_cycles);
        tree->rest_rounds++;
    }
    p->clock = now;
    if (tree->rest_rounds >= REST_ROUNDS || tree->rest_cycles >= REST_CYCLES) {
        tree->resting = false;
        tree->round_cycles = tree->rest_cycles / tree->rest_rounds;
        tree->usual = p->round_cycles;
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
    if (tree->spent < (tree->entered < STRETCH_ENTRIES ? STRETCH_CYCLES : SHORT_CYCLES)) {
        return;
    }
    bool grew = tree->nsides != tree->nsides_seen && tree->nsides < MANY_SIDES;
    rt_log(RT_LOG_record, "weighed", tree->code, tree->at, "entries=%d cycles=%lld gained=%lld round=%lld",
           tree->entered, (long long)tree->spent, (long long)tree->gained, (long long)tree->round_cycles);
    tree->strikes = tree->gained >= 0 ? 0 : tree->strikes + !grew;
    tree->nsides_seen = tree->nsides;
    tree->gained = tree->spent = tree->entered = 0;
    if (tree->rests == 0) {
        start_rest(tree); /* The first measure was of a program that had just begun. */
        return;
    }
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

static bool is_weighed(const RtTree *tree)
{
    return tree->round_cycles != 0 && tree->kind == REC_LOOP && !tree->shut && !tree->dead && !tree->resting;
}

/* What went by since the last entry or exit: a gap between two runs, or, in a run, what came before one below it. */
static int64_t lap(RtTree *tree, uint64_t now)
{
    int64_t took = tree->clock == 0 ? 0 : (int64_t)(now - tree->clock);
    tree->clock = now;
    return took;
}

uint64_t rt_weigh_entry(RtTree *tree)
{
    uint64_t now = rt_now();
    if (is_weighed(tree)) {
        int64_t took = lap(tree, now);
        took = tree->running > 0 ? took : clipped(took, tree->usual != 0 ? tree->usual : tree->round_cycles);
        tree->spent += took;
        tree->gained -= took;
    }
    tree->running++;
    return now;
}

/* The first round is done before the loop's head. The one that is going on when the trace is left is the interpreter's: one more. */
static int64_t rounds_done(const RtTree *tree, const CgExit *exit, uint64_t rounds)
{
    bool past_first = rounds > 0 || exit->carries || exit->trace != tree->root->cg;
    return (int64_t)rounds + past_first + 1;
}

void rt_weigh(RtTree *tree, const CgExit *exit, uint64_t rounds)
{
    uint64_t now = rt_now();
    tree->running--;
    if (!is_weighed(tree)) {
        return;
    }
    int64_t took = lap(tree, now);
    int64_t gained = rounds_done(tree, exit, rounds) * tree->round_cycles - took;
    if (gained < 0 && rounds >= LONG_RUN) {
        gained = 0; /* What its rounds did was more; next to them entering and leaving is nothing. */
    }
    tree->spent += took;
    tree->gained += gained;
    tree->entered++;
    judge(tree);
}
