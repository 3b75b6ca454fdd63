"""JSON dumped and loaded."""

import json

DATA = {f"key {i}": {"id": i, "values": [i / 7, str(i), None, True], "name": "caf\u00e9 " * 3} for i in range(3000)}


def run() -> object:
    total = 0
    for _ in range(5):
        text = json.dumps(DATA, sort_keys=True)
        total += len(text) + len(json.loads(text))
    return total
