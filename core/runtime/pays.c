/*  Does the machine code of a loop pay, or of a function that calls itself? Its rounds, or calls, are weighed against what as many take
    without it.

    Now and then the tree rests: the interpreter goes some rounds. About as many that machine code goes right after it are the other
    half of a pair. The tree wins or loses the pair; one that lost clearly more pairs than it won is shut, one that won
    clearly more is left alone for longer and longer. Pairs lie apart, as a program does different things at different times.

    What is compared is all the time that goes by from event to event of the loop, for each round: what the interpreter has
    to do behind an exit belongs to the round, and rounds that leave are not those that are short. What lies between two runs
    of the loop comes in on both sides. As that can be anything, there are two measures: of the one, a gap, or a round, counts as at most
    eight usual rounds; it is steady, but not fair to code that goes on behind the loop. The other takes all as it is. Only who loses by both
    is shut. The clock stands while Jitney records and compiles: that is done once. */
#include "runtime/state.h"

#include <time.h>
#include <x86intrin.h>

enum {
    EVENT_CYCLES = 100,      /* a round in the interpreter would do without */
    CLIP = 8,                /* usual rounds */
    REST_ROUNDS = 128, REST_CYCLES = 8 * 1000 * 1000,
    LONG_RUN = 32,           /* rounds */
    SHORT_STAY = 450,        /* cycles */
    GLANCE = 8,              /* entries */
    SHORT_STRETCH = 1000 * 1000, LONG_STRETCH = 8 * 1000 * 1000, SETTLED_STRETCH = 1000 * 1000 * 1000, /* cycles between two pairs */
    DECIDED = 4,             /* pairs won more than lost */
    MANY_SIDES = 32,         /* one more is no hope */
};

static const double CLEAR = 1.5, EVEN = 1.03;

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
    return usual != 0 && took > CLIP * usual ? CLIP * usual : took;
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
    enum { START_NS = 40 * 1000 * 1000, PART = 16, STEP_NS = 1000, RECORDING_NS = 100 * 1000 /* the interpreter looks at all code anew */, AT_ONCE = 200 };
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

/* ---- what is measured ------------------------------------------------------------------------ */
/* What went by since the last event of the loop, entry or exit. */
static int64_t lap(RtScales *s, uint64_t now)
{
    int64_t took = s->clock == 0 ? 0 : (int64_t)(now - s->clock);
    s->clock = now;
    return took > 0 ? took : 0; /* What is set aside for a recording is but a guess. */
}

static void start_sample(RtScales *s, RtSample *sample, RtPhase phase)
{
    *sample = (RtSample){0};
    s->phase = phase;
    s->clock = 0;
    s->turn++;
}

static bool is_enough(const RtSample *sample)
{
    return sample->rounds >= REST_ROUNDS || sample->clipped >= REST_CYCLES;
}

/* ---- the verdict ------------------------------------------------------------------------------ */
void rt_shut(RtTree *tree)
{
    rt_log(RT_LOG_abort, "given_up", tree->code, tree->at, "%s: %s", rec_abort_name[ABORT_nothing_gained],
           rec_abort_sentence[ABORT_nothing_gained]);
    rt.stats.places_given_up++;
    tree->shut = true;
    RtPlace *p = rt_place(tree->code, tree->at, false);
    if (tree->kind == REC_LOOP && p != NULL && !rt_is_jumped_into(tree)) {
        rt_tree_kill(tree);
        p->given_up = true;
    }
}

/* Of an interpreter's round to the machine code's. A long run's later rounds may have more to do than its first, which are those that were
   the interpreter's: it can only win. */
static int verdict(double off, double on, bool long_runs)
{
    if (on <= off) {
        return off > on * CLEAR ? 2 : 1;
    }
    return long_runs || on < off * EVEN ? 0 : on > off * CLEAR ? -2 : -1;
}

/* While traces are still added here it may get better. */
static bool is_growing(RtTree *tree)
{
    RtCode *c = rt_code(tree->code, false);
    int n = c != NULL ? c->ntraces : 0;
    bool grew = n != tree->scales.ntraces_seen && tree->nsides < MANY_SIDES;
    tree->scales.ntraces_seen = n;
    return grew;
}

/* About what event, entry and exit take: who stays for less than that hardly gains. */
static bool stays_short(const RtTree *tree)
{
    return tree->stay < SHORT_STAY;
}

static bool are_long(const RtSample *sample)
{
    return sample->rounds >= LONG_RUN * sample->runs;
}

static void note_pair(RtTree *tree)
{
    RtScales *s = &tree->scales;
    bool long_runs = are_long(&s->off) && are_long(&s->on), grows = is_growing(tree);
    double off = (double)s->off.clipped / (double)s->off.rounds, on = (double)s->on.clipped / (double)s->on.rounds;
    double all_off = (double)s->off.cycles / (double)s->off.rounds, all_on = (double)s->on.cycles / (double)s->on.rounds;
    if (long_runs) {
        off = all_off;
        on = all_on;
    }
    int won = verdict(off, on, long_runs) - stays_short(tree);
    if (won > 0 || !grows) {
        s->balance += won;
        s->all_balance += verdict(all_off, all_on, long_runs) - 2 * stays_short(tree);
    }
    rt_log(RT_LOG_record, "weighed", tree->code, tree->at,
           "interpreter=%.0f machine=%.0f all=%.0f:%.0f stay=%lld rounds=%lld runs=%lld balance=%d:%d", off, on, all_off, all_on,
           (long long)tree->stay, (long long)s->on.rounds, (long long)s->on.runs, s->balance, s->all_balance);
}

static int within(int balance)
{
    return balance > DECIDED ? DECIDED : balance < -DECIDED ? -DECIDED : balance;
}

static void plan_next(RtScales *s)
{
    bool settled = s->balance >= DECIDED;
    int64_t longest = settled ? SETTLED_STRETCH : LONG_STRETCH;
    s->stretch = s->stretch * 2 < longest ? s->stretch * 2 : longest;
    s->left = s->stretch - s->stretch / 4 + (int64_t)(__rdtsc() >> 4) % (s->stretch / 2); /* Not in step with the program. */
    s->balance = within(s->balance);
    s->all_balance = within(s->all_balance);
    s->phase = RT_RUNNING;
}

static void judge(RtTree *tree)
{
    RtScales *s = &tree->scales;
    note_pair(tree);
    if (s->balance <= -DECIDED && s->all_balance < 0) {
        rt_shut(tree);
    }
    plan_next(s);
}

/* ---- the tree rests ----------------------------------------------------------------------------- */
bool rt_rests(RtTree *tree, CpyFrame *f)
{
    RtScales *s = &tree->scales;
    if (s->phase != RT_RESTING) {
        return false;
    }
    uint64_t now = rt_now();
    if (s->clock != 0) {
        int64_t took = (int64_t)(now - s->clock) - EVENT_CYCLES;
        took = took > 1 ? took : 1;
        s->usual = creep(s->usual, took);
        s->off.clipped += clipped(took, s->usual);
        s->off.cycles += took;
        s->off.rounds++;
        s->off.runs += s->frame != f;
    }
    s->clock = now;
    s->frame = f;
    if (is_enough(&s->off)) {
        start_sample(s, &s->on, RT_MEASURED);
    }
    return s->phase == RT_RESTING;
}

/* ---- the tree runs ------------------------------------------------------------------------------- */
static bool is_weighed(const RtTree *tree)
{
    bool can_be = tree->kind == REC_LOOP || (tree->by_events && !tree->inlines_itself);
    return can_be && !tree->shut && !tree->dead && tree->scales.phase != RT_RESTING;
}

/* A function's are its calls. */
static uint64_t rounds_of(const RtTree *tree)
{
    return tree->kind == REC_LOOP ? *tree->rounds : tree->entries;
}

/* While nothing is measured, a glance now and then is enough. */
static bool is_timed(const RtTree *tree)
{
    return tree->scales.phase == RT_MEASURED || tree->entries % GLANCE == 0;
}

/* A gap between two runs, or, in a run, what came before one below it. */
RtEntry rt_weigh_entry(RtTree *tree)
{
    RtScales *s = &tree->scales;
    s->running++;
    if (!is_timed(tree)) {
        return (RtEntry){.timed = false};
    }
    RtEntry entry = {.now = rt_now(), .rounds = rounds_of(tree), .turn = s->turn, .timed = true};
    if (s->phase == RT_MEASURED) {
        int64_t took = lap(s, entry.now);
        s->on.cycles += took;
        s->on.clipped += s->running > 1 ? took : clipped(took, s->usual);
    }
    return entry;
}

static void add_run(RtScales *s, int64_t took, int64_t rounds)
{
    s->on.cycles += took;
    s->on.clipped += clipped(took, s->usual * rounds);
    s->on.rounds += rounds;
    s->on.runs++;
}

/* The event that led to the run is of a round as well. */
void rt_weigh(RtTree *tree, RtEntry entry)
{
    RtScales *s = &tree->scales;
    s->running--;
    if (!entry.timed) {
        return;
    }
    uint64_t now = rt_now();
    int64_t took = (int64_t)(now - entry.now);
    tree->stay = creep(tree->stay, took);
    if (!is_weighed(tree)) {
        return;
    }
    if (s->phase == RT_RUNNING) {
        s->left -= took * GLANCE;
        if (s->left <= 0) {
            start_sample(s, &s->off, RT_RESTING);
        }
    } else if (entry.turn == s->turn) {
        add_run(s, lap(s, now), (int64_t)(rounds_of(tree) - entry.rounds) + 1);
        if (is_enough(&s->on)) {
            judge(tree);
        }
    }
}

void rt_weigh_new(RtTree *tree, int64_t usual)
{
    tree->scales = (RtScales){.usual = usual, .stretch = SHORT_STRETCH, .left = SHORT_STRETCH};
}
