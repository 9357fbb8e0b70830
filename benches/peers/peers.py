"""The peers in Python: spaCy's PhraseMatcher and FlashText. Called by the bench beside it, which says how.

usage: peers.py FOLDER SET DOCUMENTS

Reads FOLDER/SET.jsonl and the first DOCUMENTS of FOLDER/news.jsonl, and writes a line of JSON for each peer. Places are
counted in characters; turning them into bytes is left out, in their favour.
"""

import json
import sys
import time
from itertools import islice
from pathlib import Path

ROUNDS = 3


def main():
    folder, set_name, documents = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    with open(folder / "news.jsonl", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, documents)]
    names = {}
    with open(folder / f"{set_name}.jsonl", encoding="utf-8") as lines:
        for line in lines:
            entity = json.loads(line)
            for name in [entity["name"], *entity.get("aliases", [])]:
                names[name if isinstance(name, str) else name["text"]] = None
    for name, build in [("spaCy", spacy_matcher), ("FlashText", flashtext_processor)]:
        measure(name, build, list(names), texts)


def measure(name, build, names, texts):
    before = resident("VmRSS")
    start = time.perf_counter()
    find = build(names)
    built_in = time.perf_counter() - start
    peak, then = resident("VmHWM") - before, resident("VmRSS") - before
    counts, best = set(), float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        counts.add(sum(len(find(text)) for text in texts))
        best = min(best, time.perf_counter() - start)
    assert len(counts) == 1 and counts != {0}, f"{name}: matches {counts}"
    row = {"name": name, "build": built_in, "peak": peak, "then": then, "matches": counts.pop(), "seconds": best}
    row["bytes"] = sum(len(text.encode()) for text in texts)
    print(json.dumps(row), flush=True)


def spacy_matcher(names):
    """Blank English, words in lower case; of what overlaps the longest."""
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.util import filter_spans

    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for batch in range(0, len(names), 10_000):
        matcher.add("NAME", list(nlp.tokenizer.pipe(names[batch : batch + 10_000])))

    def find(text):
        spans = filter_spans(matcher(nlp.make_doc(text), as_spans=True))
        return [(span.start_char, span.end_char) for span in spans]

    return find


def flashtext_processor(names):
    """Not sensitive to case, as it comes."""
    from flashtext import KeywordProcessor

    processor = KeywordProcessor()
    for name in names:
        # It refuses names that are empty.
        if name:
            processor.add_keyword(name)

    def find(text):
        return [(start, end) for _, start, end in processor.extract_keywords(text, span_info=True)]

    return find


def resident(key):
    """Memory of this process by that key, in MB; zero where the system does not say."""
    try:
        with open("/proc/self/status", encoding="ascii") as lines:
            for line in lines:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return 0.0


if __name__ == "__main__":
    main()
