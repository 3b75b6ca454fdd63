"""Characters of a string scanned and counted."""

SENTENCE = "The quick brown fox (aged 7) jumps over 13 lazy dogs; it isn't easy, said Zo\u00eb: 'nearly 42%!'\n"


def scan(text: str) -> tuple[int, int, int, int, int]:
    vowels = digits = spaces = upper = depth = 0
    for ch in text:
        if ch in "aeiou":
            vowels += 1
        elif "0" <= ch <= "9":
            digits += 1
        elif ch == " " or ch == "\n":
            spaces += 1
        elif ch == "(":
            depth += 1
        elif ch.isupper():
            upper += 1
    return vowels, digits, spaces, upper, depth


def count_pairs(text: str) -> int:
    pairs = 0
    i = 1
    n = len(text)
    while i < n:
        if text[i] == text[i - 1]:
            pairs += 1
        i += 1
    return pairs


def digest(text: str) -> int:
    value = 0
    for ch in text:
        value = (value * 31 + ord(ch)) & 0xFFFFFFFF
    return value


def run() -> object:
    text = SENTENCE * 18_000
    return scan(text), count_pairs(text), digest(text)
