#include "ir/lex.h"

#include <string.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '<' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
    return is_letter(c) || is_digit(c) || c == '.' || c == '>' || c == '\'';
}

static void skip_blanks(Lexer *lex)
{
    for (;; lex->at++) {
        if (*lex->at == '#') {
            lex->at += strcspn(lex->at, "\n");
        }
        if (*lex->at == '\0' || strchr(" \t\r,", *lex->at) == NULL) {
            return;
        }
    }
}

/* Numbers swallow letters and signs ("1e+20", "nan'4"): whoever reads them says what is not one. */
static void take(Lexer *lex, TokKind kind, bool signs)
{
    lex->kind = kind;
    lex->text = lex->at;
    while (is_name(*lex->at) || (signs && (*lex->at == '-' || *lex->at == '+'))) {
        lex->at++;
    }
    lex->len = (size_t)(lex->at - lex->text);
}

static TokKind sigil(char c)
{
    switch (c) {
    case '%': return TOK_VALUE;
    case '@': return TOK_OBJECT;
    case '&': return TOK_POINTER;
    case '^': return TOK_LABEL;
    default: return TOK_END;
    }
}

void lex_next(Lexer *lex)
{
    const char *before = lex->at;
    lex->line += lex->kind == TOK_LINE;
    skip_blanks(lex);
    lex->glued = lex->at == before;
    char c = *lex->at;
    lex->text = lex->at;
    lex->len = c != '\0';
    lex->punct = c;
    if (c == '\0') {
        lex->kind = TOK_END;
    } else if (c == '\n') {
        lex->kind = TOK_LINE;
        lex->at++;
    } else if (sigil(c) != TOK_END) {
        lex->at++;
        take(lex, sigil(c), true);
    } else if (is_digit(c) || c == '-') {
        take(lex, TOK_NUMBER, true);
    } else if (is_letter(c)) {
        take(lex, TOK_WORD, false);
    } else {
        lex->kind = TOK_PUNCT;
        lex->at++;
    }
}

void lex_start(Lexer *lex, const char *text)
{
    *lex = (Lexer){.at = text, .line = 1};
    lex_next(lex);
}

bool lex_is_word(const Lexer *lex, const char *word)
{
    return lex->kind == TOK_WORD && lex->len == strlen(word) && memcmp(lex->text, word, lex->len) == 0;
}
