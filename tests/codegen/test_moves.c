/*  Parallel moves: every way in which up to five places can get their values from one another, for
    general registers, floating registers, spill slots and a mixture, followed step by step. */
#include "codegen/internal.h"

#include <stdio.h>

enum { MAX = 5, PLACES = CG_NREGS + 16 };

static int slot_of(CgPlace p) { return p.kind == AT_REG ? p.index : CG_NREGS + p.index; }

static bool follow(const CgFunc *f, int *holds) {
    for (int i = 0; i < f->moves.n; i++) {
        const CgMove *m = &f->moves.data[i];
        int dst = slot_of(m->dst), src = slot_of(m->src), old = holds[dst];
        bool memory = m->dst.kind == AT_SPILL && m->src.kind == AT_SPILL;
        holds[dst] = holds[src];
        if (m->kind == MOVE_SWAP) {
            holds[src] = old;
        } else if (memory && m->kind == MOVE_COPY) {
            holds[31] = holds[src]; /* through the scratch register */
        }
    }
    return true;
}

static bool try(CgFunc *f, const CgPlace *places, const int *from, int n) {
    CgMove moves[MAX];
    int holds[PLACES];
    for (int i = 0; i < PLACES; i++) {
        holds[i] = i;
    }
    for (int i = 0; i < n; i++) {
        moves[i] = (CgMove){.dst = places[i], .src = places[from[i]], .ref = (IrRef)from[i] + 1};
    }
    f->moves.n = 0;
    cg_parallel_moves(f, moves, n);
    follow(f, holds);
    for (int i = 0; i < n; i++) {
        if (holds[slot_of(places[i])] != slot_of(places[from[i]])) {
            return false;
        }
    }
    return true;
}

static int try_all(CgFunc *f, const CgPlace *places, int n) {
    int from[MAX] = {0}, bad = 0;
    for (;;) {
        bad += !try(f, places, from, n);
        int i = 0;
        while (i < n && ++from[i] == n) {
            from[i++] = 0;
        }
        if (i == n) {
            return bad;
        }
    }
}

int main(void) {
    CgFunc f = {.target = &cg_target_x64};
    int bad = 0;
    for (int kinds = 0; kinds < 243; kinds++) { /* three kinds of places, for each of five */
        CgPlace places[MAX];
        for (int i = 0, k = kinds; i < MAX; i++, k /= 3) {
            places[i] = k % 3 == 0 ? place(AT_REG, (unsigned)i) : k % 3 == 1 ? place(AT_SPILL, (unsigned)i)
                                                              : place(AT_REG, 16 + (unsigned)i);
        }
        for (int n = 1; n <= MAX; n++) {
            bad += try_all(&f, places, n);
        }
    }
    free(f.moves.data);
    printf("parallel moves: %d wrong\n", bad);
    return bad != 0;
}
