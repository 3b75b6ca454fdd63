"""Words counted in a dict."""

WORDS = """
it was the best of times it was the worst of times it was the age of wisdom it was the age of foolishness
it was the epoch of belief it was the epoch of incredulity it was the season of light it was the season of
darkness it was the spring of hope it was the winter of despair we had everything before us we had nothing
before us we were all going direct to heaven we were all going direct the other way
"""


def make_text(repeats: int) -> str:
    return "\n".join(f"{WORDS} number {i % 500} of all" for i in range(repeats))


def count(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in text.split("\n"):
        for word in line.split():
            if word in counts:
                counts[word] += 1
            else:
                counts[word] = 1
    return counts


def lengths(text: str) -> dict[int, int]:
    by_length: dict[int, int] = {}
    for word in text.split():
        by_length[len(word)] = by_length.get(len(word), 0) + 1
    return by_length


def run() -> object:
    text = make_text(20_000)
    counts = count(text)
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:10]
    return top, len(counts), sorted(lengths(text).items())
