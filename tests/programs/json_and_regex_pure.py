"""The pure Python paths of json and of a small tokenizer."""
import json, re
from json import encoder, scanner
def f():
    data = {"a": [1, 2.5, None, True, "x\u20ac\n"], "b": {"c": [[]], "d": -0.0}}
    e = json.JSONEncoder(indent=1, sort_keys=True); out = []
    for i in range(30):
        data["n"] = i; s = e.encode(data); out.append(json.loads(s) == data)
        toks = [(m.lastgroup, m.group()) for m in re.finditer(r"(?P<num>\d+)|(?P<op>[-+*/])|(?P<ws>\s+)", f"{i} + 2*3")]
        out.append(len(toks))
    return s, set(out)
print(f())
