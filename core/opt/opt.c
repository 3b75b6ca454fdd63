/*  The runner: a replay of the raw trace, then dead code. Where that fails, up to MAX_TRIES more that want less: a loop's with a weaker
    head, a link's in a plainer way (link.c), in the end one that leaves. */
#include "opt/cx.h"

enum { MAX_TRIES = 10 };

static int count_slots(const IrTrace *raw, int least) {
    int n = least;
    for (IrRef r = 1; r < NINSNS(raw); r++) {
        const IrInsn *in = ir_at(raw, r);
        if (ir_op_info[in->op].imm == IR_IMM_SLOT && in->imm.i >= n) {
            n = (int)in->imm.i + 1;
        }
    }
    for (uint32_t i = 0; i < NSNAPS(raw); i++) {
        const IrSnapshot *s = &raw->snaps.data[i];
        for (int j = 0; j < s->nslots && s->slots[j].frame == 0; j++) {
            bool apart = s->slots[j].flags & IR_SNAP_FUNC;
            n = !apart && s->slots[j].slot >= n ? s->slots[j].slot + 1 : n;
        }
    }
    return n;
}

static int slots_needed(const IrTrace *raw, const OptOptions *options) {
    int n = count_slots(raw, options->first_stack_slot + options->entry_depth);
    const IrInsn *end = ir_at(raw, NINSNS(raw) - 1);
    if (end->op == IR_raw_link && end->imm.label && end->imm.label->opt) {
        const OptHead *head = end->imm.label->opt;
        int theirs = count_slots(head->raw, head->first_stack_slot + head->entry_depth);
        n = theirs > n ? theirs : n;
    }
    return n;
}

static OptContext *start(IrTrace *raw, Arena *arena, OptOptions *options) {
    OptContext *cx = opt_context(raw, arena, options, slots_needed(raw, options));
    cx->map = opt_alloc(cx, NINSNS(raw) * sizeof *cx->map);
    return cx;
}

/* One try. NULL: again or cx->why. */
static OptHead *run_once(OptContext *cx, OptPlan *plan, bool loops) {
    IrOp end = (IrOp)ir_at(cx->raw, NINSNS(cx->raw) - 1)->op;
    cx->options->label_holds = false;
    if (!plan->no_args) {
        link_before(cx);
    }
    replay_all(cx);
    if (cx->why) {
        return NULL;
    }
    if (cx->label_args) {
        cx->options->label_holds = keeps_label(cx, cx->options->parent_label);
    }
    if (end == IR_raw_close && loops) {
        return peel(cx, plan);
    }
    if (end == IR_raw_link && !plan->no_link) {
        link_end(cx);
    } else if (end == IR_raw_link && !plan->no_start) {
        link_to_start(cx);
    } else {
        emit(cx, IR_leave, NULL, 0, NULL, snapshot(cx, cx->now->snap));
    }
    return NULL;
}

/* A side trace that breaks nothing of what its parent's loop assumes has exits from where one can jump into that as well. */
static void carry_label(OptContext *cx) {
    const IrLabel *label = cx->options->parent_label;
    if (cx->options->label_holds) {
        cx->out->carries = true;
        cx->out->carried = cx->label_args + label->nphis;
        cx->out->ncarried = label->nparams - label->nphis;
    }
}

static IrTrace *finish(OptContext *cx, OptHead *head, const char **why) {
    if (!cx->why && cx->out->failed) {
        opt_fail(cx, cx->out->failed);
    }
    if (cx->why) {
        *why = cx->why;
        return NULL;
    }
    IrRef count = NINSNS(cx->out);
    carry_label(cx);
    IrRef *renamed = dce(cx);
    if (head) {
        make_label(cx, head, renamed, count);
    }
#ifdef JN_DEBUG_CHECKS
    *why = ir_verify(cx->out, false);
    if (*why) {
        return NULL;
    }
#endif
    return cx->out;
}

static void weaken(OptPlan *plan) {
    plan->no_args = plan->no_start;
    plan->no_start = plan->no_link;
    plan->no_link = true;
}

IrTrace *opt_run(IrTrace *raw, Arena *arena, OptOptions *options, const char **why) {
    *why = NULL;
    options->note = NULL;
    if (NINSNS(raw) < 2 || raw->failed) {
        *why = raw->failed ? raw->failed : "an empty trace";
        return NULL;
    }
    OptContext *cx = start(raw, arena, options);
    options->label_holds = false;
    OptPlan plan = { .wishes = opt_alloc(cx, (size_t)cx->nslots), .no_link = !pass_on(cx, PASS_link), .no_start = !pass_on(cx, PASS_link), .no_args = !pass_on(cx, PASS_link) };
    bool loops = options->peel;
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        if (tries) {
            cx = start(raw, arena, options);
        }
        plan.again = false;
        OptHead *head = run_once(cx, &plan, loops);
        if (cx->why && !plan.no_args && (options->parent_label || ir_at(raw, NINSNS(raw) - 1)->op == IR_raw_link)) {
            options->note = options->note ? options->note : cx->why;
            weaken(&plan);
            continue;
        }
        bool looped = loops && ir_at(raw, NINSNS(raw) - 1)->op == IR_raw_close;
        if (looped && (cx->why || (plan.again && tries >= MAX_TRIES - 2))) {
            options->note = cx->why ? cx->why : "the loop's state is different every time round";
            loops = false;
        } else if (!plan.again) {
            return finish(cx, head, why);
        }
    }
    *why = "no stable state at the loop's head";
    return NULL;
}
