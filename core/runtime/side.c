/*  Hot exits: when one is worth a recording of its own, and what becomes of that.

    Exits that say something about the moment and not about the path (the eval breaker, a trace made invalid, an exception that nobody
    in the exit's frames catches) are never recorded. One whose recordings fail is tried less and less often, then given up. */
#include "runtime/state.h"

/* The tree that can go on where a trace ended, at the head of its loop. */
RtTree *rt_tree_at(const CgExit *exit)
{
    const IrTrace *ir = exit->trace->ir;
    const IrSnapshot *snap = &ir->snaps.data[exit->snap];
    if (exit->op != IR_leave || snap->kind != IR_EXIT_RESUME || snap->nframes != 1) {
        return NULL;
    }
    RtPlace *p = rt_place(snap->frames[0].code, snap->frames[0].place, false);
    return p != NULL ? p->tree : NULL;
}

/* An exception that was set: is there a handler in the frames that the exit has? */
static bool is_caught(const IrSnapshot *snap)
{
    int handler, depth;
    bool lasti;
    for (int i = snap->nframes - 1; i >= 0; i--) {
        PyCodeObject *code = snap->frames[i].code;
        if (cpy_exception_handler(code, cpy_decode(code, snap->frames[i].place).op_at, &handler, &depth, &lasti)) {
            return true;
        }
    }
    return false;
}

static bool is_recordable(const CgExit *exit)
{
    const IrTrace *ir = exit->trace->ir;
    const IrSnapshot *snap = &ir->snaps.data[exit->snap];
    if (exit->op > IR_guard_breaker && exit->op != IR_leave && rt_has_exceptions(snap)) {
        return false; /* What dies may look at the exception: a side trace has none to show. */
    }
    if (snap->kind == IR_EXIT_RAISE && (exit->op == IR_guard_ok || exit->op == IR_guard_is)) {
        return !rt_has_exceptions(snap) && is_caught(snap);
    }
    switch ((int)exit->op) {
    case IR_guard_breaker:
    case IR_guard_valid:
    case IR_guard_ok:
    case IR_sync:
    case IR_sync_later:
        return false;
    case IR_leave:
        if (rt_tree_at(exit) != NULL) {
            return false; /* That goes on at once. */
        }
        break;
    }
    return snap->kind == IR_EXIT_RESUME || (snap->kind == IR_EXIT_NEXT && !PyErr_Occurred());
}

/* An exit that is not taken often enough to earn what its trace will cost, about as much as its parent's, is left as it is.
   Who asks for all to be compiled at once gets that. */
uint32_t rt_side_threshold(const CgExit *exit)
{
    enum { AT_ONCE = 10, GAIN_NS = 3000 /* each time, by going on in machine code */ };
    const RtTrace *parent = exit->trace->runtime;
    uint64_t least = (uint64_t)rt.params.side_threshold, earned = parent->cost / GAIN_NS;
    return (uint32_t)(least > AT_ONCE && earned > least ? earned : least);
}

/* The more memory the traces' exits take, the hotter one has to be that gets a trace, and exits, of its own. */
static bool is_worth_memory(const RtPlan *plan)
{
    enum { FREE = 4, MIB = 1 << 20, MOST = 20 };
    uint64_t beyond = rt.kept / MIB > FREE ? rt.kept / MIB - FREE : 0;
    return plan->taken >= (uint64_t)rt.params.side_threshold << (beyond < MOST ? beyond : MOST);
}

bool rt_side_is_due(RtTree *tree, CgExit *exit)
{
    RtPlan *plan = exit->data;
    plan->taken++;
    exit->count++;
    if (plan->given_up || tree->dead || exit->side != NULL) {
        return false;
    }
    if (plan->left > 1) {
        plan->left--;
        return false;
    }
    if (!is_recordable(exit) || tree->nsides >= RT_MAX_SIDES) {
        plan->left = 1000;
        plan->given_up = tree->nsides >= RT_MAX_SIDES;
        return false;
    }
    if (rt.recording.rec == NULL && !(rt_may_spend() && is_worth_memory(plan))) {
        plan->left = rt_side_threshold(exit);
        return false;
    }
    return rt.recording.rec == NULL;
}

void rt_side_done(CgExit *exit, RtTrace *side)
{
    rt_code_open(exit->trace->code, exit->trace->size);
    cg_patch_exit(exit, side->cg->code);
    rt_code_close();
    exit->side = side;
}

void rt_side_failed(CgExit *exit, RecAbort why)
{
    RtPlan *plan = rt_plan(exit);
    if (rec_abort_policy[why] == REC_SOON && plan->misses < RT_MAX_MISSES) {
        plan->misses++;
        plan->left = (uint32_t)(rt.params.side_threshold / 2 + plan->misses * 7 % 11);
        return;
    }
    plan->tries++;
    plan->left = rt_side_threshold(exit) << (plan->tries < 10 ? plan->tries : 10);
    plan->given_up = plan->tries >= RT_MAX_ABORTS || rec_abort_policy[why] == REC_NEVER;
}
