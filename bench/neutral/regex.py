"""Regular expressions matched."""

import re

TEXT = "the 3 quick foxes (on 2024-05-06) mailed a.b+c@example.org about http://example.org/x?y=1\n" * 2000
PATTERNS = [r"\d{4}-\d\d-\d\d", r"[\w.+]+@[\w.]+", r"\bq\w+k\b", r"(a|e|i|o|u){2,}", r"https?://\S+"]


def run() -> object:
    return [len(re.findall(pattern, TEXT)) for pattern in PATTERNS], len(re.sub(r"\s+", " ", TEXT))
