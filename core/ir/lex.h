/*  Private to core/ir: words of a trace's text.

    Commas and blanks separate, `#` begins a comment, a line's end is a token (it ends an instruction). */
#ifndef JITNEY_IR_LEX_H
#define JITNEY_IR_LEX_H

#include "ir/private.h"

typedef enum { TOK_END, TOK_LINE, TOK_WORD, TOK_VALUE, TOK_OBJECT, TOK_POINTER, TOK_LABEL, TOK_NUMBER, TOK_PUNCT } TokKind;

typedef struct {
    const char *at;    /* behind the current token */
    int line;
    TokKind kind;
    const char *text;  /* of the token, without the sigil of %1 @name &name ^name */
    size_t len;
    bool glued;        /* nothing stood between it and the token before */
    char punct;
} Lexer;

void lex_start(Lexer *lex, const char *text);
void lex_next(Lexer *lex);
static inline bool lex_is(const Lexer *lex, char punct) { return lex->kind == TOK_PUNCT && lex->punct == punct; }
bool lex_is_word(const Lexer *lex, const char *word);

#endif
