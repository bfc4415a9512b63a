"""Draws docs/performance.md's plots and tables from the newest record of bench/recorded: `make bench-plots`.

The drawings have light and dark colours, as the others of docs/images. With --check nothing is written; the status is 1
when a file is not what the record gives.
"""

import argparse
import json
import re
import statistics
import sys
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
RECORDED = ROOT / "bench" / "recorded"
DOCS = ROOT / "docs"
PAGE = DOCS / "performance.md"

NAMES = {
    "pynet-data": "pynet, data listener",
    "pynet-pipe": "pynet, pipe()",
    "pynet-background": "pynet, in the background",
    "pynet-idle": "pynet, two closures each",
    "pynet-proxy": "pynet, pipe()",
    "pynet-sink-data": "pynet, data listener",
    "pynet-sink-onread": "pynet, onread",
    "pynet-burst": "pynet",
    "uvloop": "uvloop, Protocol",
    "uvloop-proxy": "uvloop, two Protocols",
    "uvloop-sink-data": "uvloop, Protocol",
    "uvloop-sink-buffered": "uvloop, BufferedProtocol",
    "uvloop-burst": "uvloop, Protocol",
    "asyncio": "asyncio, Protocol",
    "asyncio-proxy": "asyncio, two Protocols",
    "asyncio-sink-data": "asyncio, Protocol",
    "asyncio-burst": "asyncio, Protocol",
    "node-data": "Node, data listener",
    "node-pipe": "Node, pipe()",
    "node-proxy": "Node, pipe()",
    "node-sink-data": "Node, data listener",
    "node-sink-onread": "Node, onread",
    "node-burst": "Node",
    "node-burst-corked": "Node, cork()",
    "libuv": "libuv in C",
    "pynet-attached-asyncio": "pynet's listeners, attached to asyncio",
    "pynet-attached-uvloop": "pynet's listeners, attached to uvloop",
    "pynet-threads-exactly": "pynet, `read_exactly()` in a thread",
    "pynet-threads-chunks": "pynet, a loop over chunks in a thread",
    "socket-threads-exactly": "the module socket, `recv()` until all has come",
    "socket-threads-chunks": "the module socket, `recv()`",
}
SHAPES = {
    "pingpong-1": "1 connection",
    "pingpong-100": "100 connections",
    "pipelined": "pipelined",
    "large": "100 KiB messages",
    "connect": "short connections",
}

# --- numbers ---


class Row(NamedTuple):
    name: str
    value: float
    least: float
    most: float


def row(name, values):
    """The median of all rounds, and their range."""
    values = values if isinstance(values, list) else [values]
    return Row(name, statistics.median(values), min(values), max(values))


def numbers(record, suite, *path):
    """What is in the record at this place; {} when it was not measured."""
    found = record["suites"].get(suite, {}).get("numbers", {})
    for key in path:
        found = found.get(key, {})
    return found


def ratio(by_server, name, base, number):
    """The median of the ratios within each round."""
    pairs = zip(by_server[name][number], by_server[base][number], strict=True)
    return statistics.median(mine / theirs for mine, theirs in pairs)


# --- drawings ---

WIDTH, LEFT, RIGHT, STEP, TOP = 480, 192, 60, 30, 66
STYLE = """\
    text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2a27; }
    .title { font-weight: 600; }
    .note { font-size: 12.5px; fill: #4d5a56; }
    .ours { fill: #0b6e4f; }
    .other { fill: #a9b8b2; }
    .floor { fill: #d5dedb; }
    .range { stroke: #1f2a27; stroke-width: 1.2; }
    .halo { stroke: #ffffff; stroke-width: 3.6; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e3e8e6; }
      .note { fill: #aab6b2; }
      .ours { fill: #5fd3a8; }
      .other { fill: #66757a; }
      .floor { fill: #3a464b; }
      .range { stroke: #e3e8e6; }
      .halo { stroke: #131416; }
    }
"""


def figure(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def kind(name):
    return "ours" if name.startswith("pynet") else "floor" if name == "libuv" else "other"


def bar(number, each, scale):
    """A bar with its name and figure; the line is the range of the rounds."""
    top = TOP + number * STEP
    middle = top + STEP * 0.36
    end = LEFT + each.value * scale
    name = escape(NAMES.get(each.name, each.name))
    yield f'  <text x="{LEFT - 10}" y="{middle + 5:.0f}" text-anchor="end">{name}</text>'
    size = f'width="{end - LEFT:.1f}" height="{STEP * 0.72:.0f}" rx="2"'
    yield f'  <rect class="{kind(each.name)}" x="{LEFT}" y="{top}" {size}/>'
    if each.most > each.least:
        low, end = LEFT + each.least * scale, LEFT + each.most * scale
        for part in ("halo", "range"):  # the halo keeps the line apart from the bar
            yield f'  <path class="{part}" d="M{low:.1f} {middle:.1f} H{end:.1f}"/>'
    yield f'  <text x="{max(end, LEFT + each.value * scale) + 8:.1f}" y="{middle + 5:.0f}">{figure(each.value)}</text>'


def drawing(title, note, rows):
    """Horizontal bars, from 0, in the order of the rows."""
    height = TOP + len(rows) * STEP + 8
    scale = (WIDTH - LEFT - RIGHT) / max(each.most for each in rows)
    size = f'width="{WIDTH}" height="{height}"'
    words = "; ".join(f"{NAMES.get(each.name, each.name)} {figure(each.value)}" for each in rows)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {size} role="img">',
        f"  <title>{escape(title)}</title>",
        f"  <desc>{escape(note)}: {escape(words)}.</desc>",
        f"  <style>\n{STYLE}  </style>",
        f'  <text class="title" x="10" y="24">{escape(title)}</text>',
        f'  <text class="note" x="10" y="45">{escape(note)}</text>',
        *(line for number, each in enumerate(rows) for line in bar(number, each, scale)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def chart(title, note, values):
    """The drawing of {server: figure or figures of the rounds}, the smallest first; None without values."""
    rows = sorted((row(*each) for each in values.items()), key=lambda each: each.value)
    return drawing(title, note, rows) if rows else None


def of_rounds(by_server, number):
    return {name: runs[number] for name, runs in by_server.items()}


def charts(record):
    """{name of the file: drawing}"""
    speed = numbers(record, "speed", "results", "pingpong-100")
    proxy = numbers(record, "streams", "results", "proxy")
    memory = {name: each["bytes_per_connection"] for name, each in numbers(record, "memory").items()}
    made = {
        "performance-instructions": chart(
            "Instructions of the server for one message",
            "in user space; 1 KiB there and back, 10 connections; fewer are better",
            numbers(record, "instr"),
        ),
        "performance-cpu": chart(
            "CPU time of the server for one message, in microseconds",
            "1 KiB, 100 connections; the line is the range of the rounds; less is better",
            of_rounds(speed, "cpu_us_per_message"),
        ),
        "performance-memory": chart(
            "Memory of an idle connection, in bytes",
            "of the process, without the kernel's buffers; less is better",
            memory,
        ),
        "performance-proxy": chart(
            "CPU time of a proxy for 64 KiB, in microseconds",
            "both sockets; the line is the range of the rounds; less is better",
            of_rounds(proxy, "cpu_us"),
        ),
    }
    return {name: svg for name, svg in made.items() if svg is not None}


# --- tables ---


def table(head, lines):
    return "\n".join(
        [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1), *(f"| {' | '.join(x)} |" for x in lines)]
    )


def against_uvloop(record, number):
    """Each server and shape, relative to uvloop within a round."""
    results = numbers(record, "speed", "results")
    shapes = [shape for shape in SHAPES if "uvloop" in results.get(shape, {})]
    names = [name for name in NAMES if name in results[shapes[0]] and name != "uvloop"]
    lines = [
        [NAMES[name], *(f"{ratio(results[shape], name, 'uvloop', number):.2f}" for shape in shapes)] for name in names
    ]
    return table(["relative to uvloop", *(SHAPES[shape] for shape in shapes)], lines)


def absolute(record):
    """Microseconds of CPU, and messages for each second, as medians."""
    results = numbers(record, "speed", "results")
    shapes = [shape for shape in SHAPES if shape in results]
    lines = []
    for name in (name for name in NAMES if name in results[shapes[0]]):
        runs = [results[shape][name] for shape in shapes]
        pairs = [(statistics.median(each["cpu_us_per_message"]), statistics.median(each["rate"])) for each in runs]
        lines.append([NAMES[name], *(f"{figure(cpu)} · {rate:,.0f}" for cpu, rate in pairs)])
    return table(["µs · messages/s", *(SHAPES[shape] for shape in shapes)], lines)


def streams(record):
    results = numbers(record, "streams", "results")
    calls = numbers(record, "streams", "calls")
    lines = []
    titles = {"bulk": "reads in bulk, 64 KiB", "proxy": "proxy, 64 KiB", "small-writes": "1,000 small writes"}
    for shape, title in titles.items():
        for name, runs in sorted(results[shape].items(), key=lambda each: statistics.median(each[1]["cpu_us"])):
            counted = f"{calls[name]:,.0f}" if shape == "small-writes" and name in calls else ""
            lines.append([f"{title}: {NAMES[name]}", figure(statistics.median(runs["cpu_us"])), counted])
    return table(["what", "CPU in µs", "system calls that write"], lines)


def waiting(record):
    """Servers attached to asyncio, and servers with a thread for each connection."""
    lines = []
    for part in ("listeners", "threads"):
        numbers_of = numbers(record, "aio", part)
        times = numbers_of["speed"]["pingpong-100"]
        counts = numbers_of["instructions"]
        for name in sorted(counts, key=counts.get):
            where = "one loop" if part == "listeners" else "a thread each"
            cpu = figure(statistics.median(times[name]["cpu_us_per_message"]))
            lines.append([f"{where}: {NAMES[name]}", figure(counts[name]), cpu])
    return table(["what", "instructions", "CPU in µs"], lines)


def connects(record):
    rivals = ["pynet", "pynet-serial", "asyncio", "node"]
    lines = []
    for case, by_rival in numbers(record, "connect").items():
        cells = []
        for rival in rivals:
            times, outcomes = zip(*by_rival[rival], strict=True)  # the outcome is an address, or the code of the error
            failed = sorted({each for each in outcomes if each[0].isalpha()})
            cells.append(failed[0] if failed else f"{statistics.median(times):,.0f} ms")
        lines.append([case, *cells])
    return table(["the first address, the second", "pynet", "pynet, serial", "asyncio", "Node"], lines)


def nanoseconds(record):
    numbers_of = numbers(record, "addresses")
    sizes = sorted(numbers_of["check"], key=int)
    parts = {
        "is it an IP address?": numbers_of["is_ip"],
        "parse an address with a port": numbers_of["parse"],
        **{f"look an address up, {int(size):,} rules": numbers_of["check"][size] for size in sizes},
    }
    lines = [
        [what, "Node" if rival == "node" else rival, figure(value)]
        for what, by_rival in parts.items()
        for rival, value in sorted(by_rival.items(), key=lambda each: each[1])
    ]
    return table(["what", "by", "nanoseconds"], lines)


def method(record):
    made = record["made_with"]
    loads = [load for each in record["suites"].values() for load in each["load"]]
    return "\n".join(
        [
            f"Recorded on {record['date']} at commit `{made['commit'][:12]}`, on {made['processor']} with",
            f"{made['processors']} processors and Linux {made['kernel']}. The versions: CPython {made['python']}",
            f"({made['compiler']}), libuv {made['libuv']}, uvloop {made['uvloop']}, Node {made['node']}.",
            f"The load average of the machine was between {min(loads):.1f} and {max(loads):.1f}.",
        ]
    )


def figures(record):
    """{name: what stands between its marks in the page}"""
    makers = {
        "method": lambda: method(record),
        "cpu": lambda: against_uvloop(record, "cpu_us_per_message"),
        "rate": lambda: against_uvloop(record, "rate"),
        "absolute": lambda: absolute(record),
        "streams": lambda: streams(record),
        "waiting": lambda: waiting(record),
        "connect": lambda: connects(record),
        "addresses": lambda: nanoseconds(record),
    }
    return {name: make() for name, make in makers.items()}


def filled(page, blocks):
    """The page with each block between `<!-- NAME -->` and `<!-- end of NAME -->`."""
    for name, block in blocks.items():
        marks = rf"(<!-- {name} -->\n).*?(\n<!-- end of {name} -->)"
        page, count = re.subn(marks, lambda m, block=block: f"{m[1]}\n{block}\n{m[2]}", page, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"the page has {count} places for {name}")
    return page


def newest():
    files = sorted(RECORDED.glob("*.json"))
    if not files:
        sys.exit("there is no record in bench/recorded: make bench-record")
    return json.loads(files[-1].read_text())


def files(record):
    """{path: what is to be in it}"""
    drawn = {DOCS / "images" / f"{name}.svg": svg for name, svg in charts(record).items()}
    return {**drawn, PAGE: filled(PAGE.read_text(), figures(record))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is out of date")
    check = parser.parse_args().check
    old = [(path, text) for path, text in files(newest()).items() if not path.is_file() or path.read_text() != text]
    for path, text in old:
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main())
