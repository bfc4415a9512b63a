"""Random scenarios on real Node and on pynet, and what differs: README.md.

python tests/differential/differential.py [--seed S] [--count N] [--index I] [--no-shrink] [--record]
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import compare
import generate
import runner
import shrink

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

from record import find_node  # noqa: E402

RECORDED = HERE / "recorded.jsonl"
FOUND = HERE / "found.jsonl"  # scenarios in which pynet differed once
BATCH = 50
AGAIN = 3  # runs more of Node, when pynet differs
MOST_SHOWN = 40
SUITE_SEED, SUITE_COUNT = "suite", 120


class Pair:
    """Node and pynet, and what is known to differ."""

    def __init__(self, node, allowed):
        self.node = runner.node_command(node)
        self.pynet = runner.pynet_command()
        self.allowed = allowed
        self.count = Counter()

    def run(self, scenarios):
        """For each scenario: None when there is nothing to say, else what differs as compare.differences() gives it."""
        first = runner.run(self.node, scenarios)
        second = runner.run(self.node, scenarios, late=True)
        ours = runner.run(self.pynet, scenarios)
        out = []
        for made, one, two, three in zip(scenarios, first, second, ours, strict=True):
            self.count["scenarios"] += 1
            found, used = compare.differences(made, one, three, self.allowed)
            if "DIED" in str(one) or (found and one != two):
                self.count["not deterministic"] += 1
                found = {}
            self.count.update(f"allowed: {line}" for line in set(used))
            out.append(found or None)
        return self._certain(scenarios, first, out)

    def quickly(self, scenarios):
        """The same from one run of each."""
        both = zip(scenarios, runner.run(self.node, scenarios), runner.run(self.pynet, scenarios), strict=True)
        return [compare.differences(made, node, pynet, self.allowed)[0] for made, node, pynet in both]

    def _certain(self, scenarios, first, found):
        """Drops what Node itself does now so, now so, and what pynet does only now and then."""
        doubtful = [i for i, differs in enumerate(found) if differs]
        if not doubtful:
            return found
        again = [scenarios[i] for i in doubtful]
        for _ in range(AGAIN):
            traces = runner.run(self.node, again, late=True)
            ours = runner.run(self.pynet, again)
            for i, trace, other in zip(doubtful, traces, ours, strict=True):
                if found[i] and trace != first[i]:
                    self.count["not deterministic"] += 1
                    found[i] = None
                elif found[i] and not compare.differences(scenarios[i], first[i], other, self.allowed)[0]:
                    self.count["differs now and then"] += 1
                    found[i] = None
        return found


def report(made, found, seed):
    again = f"make differential SEED={seed} INDEX={made['index']}"
    return f"=== {again}\n{generate.readable(made)}\n{compare.show(found)}\n{json.dumps(made)}\n"


def smallest(pair, made, found):
    """The smallest scenario that differs in the same way, and how."""
    signature = compare.signature(found)

    def differing(candidates):
        return [bool(found) and compare.signature(found) == signature for found in pair.quickly(candidates)]

    small = shrink.shrink(made, differing)
    return (small, smaller) if (smaller := pair.run([small])[0]) else (made, found)


def hunt(pair, seed, indices, jobs):
    """[(scenario, what differs)], in the order of the indices."""
    batches = [indices[i : i + BATCH] for i in range(0, len(indices), BATCH)]

    def batch(numbers):
        scenarios = [generate.scenario(seed, index) for index in numbers]
        return [(made, found) for made, found in zip(scenarios, pair.run(scenarios), strict=True) if found]

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        return [hit for hits in pool.map(batch, batches) for hit in hits]


def record(pair, seed, count):
    """Writes the first `count` scenarios that are certain and do not differ, and Node's traces of them."""
    lines = []
    index = 0
    while len(lines) < count:
        scenarios = [generate.scenario(seed, i) for i in range(index, index + BATCH)]
        index += BATCH
        first = runner.run(pair.node, scenarios)
        later = [runner.run(pair.node, scenarios, late=True) for _ in range(AGAIN)]
        for made, trace, found, *others in zip(scenarios, first, pair.quickly(scenarios), *later, strict=True):
            if not found and "slow" not in made and all(other == trace for other in others):
                lines.append(json.dumps({"scenario": made, "traces": trace}))
    RECORDED.write_text("\n".join(lines[:count]) + "\n", encoding="utf-8")
    print(f"{count} of the first {index} scenarios recorded in {RECORDED.name}")
    return record_found(pair, [json.loads(line)["scenario"] for line in FOUND.read_text(encoding="utf-8").splitlines()])


def record_found(pair, scenarios):
    """Writes Node's traces of the scenarios in which pynet differed once. 1: Node itself is not certain in some."""
    first = runner.run(pair.node, scenarios)
    later = [runner.run(pair.node, scenarios, late=True) for _ in range(AGAIN)]
    doubtful = [
        made["index"] for made, *traces in zip(scenarios, first, *later, strict=True) if traces != traces[:1] * 4
    ]
    lines = [json.dumps({"scenario": made, "traces": trace}) for made, trace in zip(scenarios, first, strict=True)]
    FOUND.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{len(lines)} scenarios recorded in {FOUND.name}; not certain: {doubtful}")
    return 1 if doubtful else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--index", type=int, help="this scenario only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--no-shrink", action="store_true", help="print what differs as it was found")
    parser.add_argument("--most", type=int, default=MOST_SHOWN, help="how many ways to differ are shown")
    parser.add_argument("--also", type=Path, help="a second list of what may differ, such as what is being mended")
    parser.add_argument("--record", action="store_true", help="record what the suite compares with")
    parser.add_argument(
        "--keep", type=Path, help="a file of scenarios, a line each: add them to those that the suite runs"
    )
    options = parser.parse_args()
    allowed = compare.load_allowed() + (compare.load_allowed(options.also) if options.also else [])
    pair = Pair(find_node(), allowed)
    if options.keep:
        kept = [json.loads(line)["scenario"] for line in FOUND.read_text(encoding="utf-8").splitlines()]
        new = [json.loads(line) for line in options.keep.read_text(encoding="utf-8").splitlines()]
        return record_found(pair, kept + [made for made in new if made not in kept])
    if options.record:
        return record(pair, SUITE_SEED, SUITE_COUNT)
    began = time.monotonic()
    indices = list(range(options.count)) if options.index is None else [options.index]
    hits = hunt(pair, options.seed, indices, options.jobs)
    counts = dict(pair.count)
    kinds = Counter(compare.signature(found) for _made, found in hits)
    first = {compare.signature(found): (made, found) for made, found in reversed(hits)}
    chosen = list(reversed(first.items()))[: options.most]

    def describe(item):
        signature, (made, found) = item
        if not options.no_shrink:
            made, found = smallest(pair, made, found)
        return f"({kinds[signature]} alike) {report(made, found, options.seed)}"

    with ThreadPoolExecutor(max_workers=options.jobs) as pool:
        for text in pool.map(describe, chosen):
            print(text, flush=True)
    for what, count in sorted(counts.items()):
        print(f"{count:6} {what}")
    print(f"{len(hits):6} differ, in {len(kinds)} ways; {time.monotonic() - began:.0f} s")
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
