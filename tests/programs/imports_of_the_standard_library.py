"""Importing and using modules whose import runs much code: regular expressions compiled, classes made, enums."""
import traceback, logging, json, dataclasses, enum, re, textwrap, tokenize, argparse, inspect, io
for p in (r"[a-z]", r"(?P<x>[\]a-c]+)|[^0-9]*?", r"-{2,}(?=\w)|[]x]"):
    for k in range(4): re.purge(); print(re.compile(p).pattern)
print(textwrap.fill("words and more words " * 12, 40))
print([t.string for t in tokenize.generate_tokens(io.StringIO("x = [1, 'a'] # c\n").readline)])
p = argparse.ArgumentParser(prog="x"); p.add_argument("--n", type=int, help="a number"); p.print_help()
print(inspect.signature(argparse.ArgumentParser.add_subparsers))
