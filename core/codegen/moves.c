/*  Parallel moves: several values change places at once.

    A move is done as soon as nobody else still reads its destination. What is left when none can be
    done are cycles. Two general registers are swapped; any other cycle is opened by saving one
    destination in the scratch register. Memory goes to memory through that scratch register too, or
    by the stack while it is taken. */
#include "codegen/internal.h"

#include <stdlib.h>

static CgMove *push_move(CgFunc *f) {
    CgMoves *moves = &f->moves;
    if (moves->n == moves->room) {
        int room = moves->room ? 2 * moves->room : 256;
        CgMove *data = realloc(moves->data, (size_t)room * sizeof *data);
        if (!data) {
            abort();
        }
        moves->data = data;
        moves->room = room;
    }
    return &moves->data[moves->n++];
}

void cg_add_move(CgFunc *f, CgPlace dst, CgPlace src, IrRef ref) {
    *push_move(f) = (CgMove){.dst = dst, .src = src, .ref = ref, .kind = MOVE_COPY};
}

static int count_readers(const CgMove *moves, int n, CgPlace p) {
    int readers = 0;
    for (int i = 0; i < n; i++) {
        readers += same_place(moves[i].src, p);
    }
    return readers;
}

static int drop_done(CgMove *moves, int n) {
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (!same_place(moves[i].dst, moves[i].src) && moves[i].dst.kind != AT_NOWHERE) {
            moves[kept++] = moves[i];
        }
    }
    return kept;
}

static bool is_general(CgPlace p) { return p.kind == AT_REG && p.index < CG_FIRST_XMM; }

static CgPlace scratch_place(const CgFunc *f) {
    return place(AT_REG, (unsigned)__builtin_ctz(f->target->scratch));
}

static void emit_copy(CgFunc *f, CgMove move, bool scratch_taken) {
    bool memory = move.dst.kind != AT_REG && move.src.kind != AT_REG && move.src.kind != AT_CONST;
    move.kind = memory && scratch_taken ? MOVE_BY_STACK : MOVE_COPY;
    *push_move(f) = move;
}

/* All moves are in cycles: open the one that moves[0] is in. Returns how many are left. */
static int break_cycle(CgFunc *f, CgMove *moves, int n) {
    CgPlace a = moves[0].dst, b = moves[0].src, scratch = scratch_place(f);
    bool swap = is_general(a) && is_general(b);
    IrRef in_a = IR_NONE;
    for (int i = 0; i < n; i++) {
        if (same_place(moves[i].src, a)) {
            in_a = moves[i].ref;
        }
    }
    if (swap) {
        *push_move(f) = (CgMove){.dst = a, .src = b, .ref = moves[0].ref, .other = in_a,
                                 .kind = MOVE_SWAP};
    } else {
        cg_add_move(f, scratch, a, in_a);
    }
    for (int i = 0; i < n; i++) {
        if (same_place(moves[i].src, a)) {
            moves[i].src = swap ? b : scratch;
        } else if (swap && same_place(moves[i].src, b)) {
            moves[i].src = a;
        }
    }
    return drop_done(moves, n);
}

void cg_parallel_moves(CgFunc *f, CgMove *moves, int n) {
    n = drop_done(moves, n);
    CgPlace scratch = scratch_place(f);
    while (n > 0) {
        bool any = false;
        for (int i = 0; i < n; i++) {
            if (count_readers(moves, n, moves[i].dst) == 0) {
                CgMove move = moves[i];
                moves[i--] = moves[--n];
                emit_copy(f, move, count_readers(moves, n, scratch) > 0);
                any = true;
            }
        }
        if (!any) {
            n = break_cycle(f, moves, n);
        }
    }
}
