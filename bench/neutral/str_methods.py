"""Methods of str on long texts."""

TEXT = "It was a bright cold day in April, and the clocks were striking thirteen. " * 4000


def run() -> object:
    total = 0
    for _ in range(10):
        total += TEXT.count("the") + TEXT.find("zebra") + len(TEXT.upper()) + len(TEXT.replace("a", "bb"))
        total += len(TEXT.split()) + len("-".join(TEXT.split(",")))
    return total
