# SPDX-License-Identifier: MIT
"""coverage.py FILE.lcov: the lines and branches of the headers that ran, and each line that did not."""
import collections
import pathlib
import sys

root = pathlib.Path(__file__).resolve().parent.parent / "include" / "klgrid"
lines = collections.defaultdict(dict)
branches = collections.defaultdict(dict)
file = None
for record in open(sys.argv[1], encoding="utf-8"):
    kind, _, rest = record.strip().partition(":")
    if kind == "SF":
        path = pathlib.Path(rest).resolve()
        file = str(path.relative_to(root)) if path.is_relative_to(root) else None
    elif file is None:
        continue
    elif kind == "DA":
        number, count = map(int, rest.split(",")[:2])
        lines[file][number] = lines[file].get(number, 0) + count
    elif kind == "BRDA":
        line, block, branch, taken = rest.split(",")
        place = int(line), block, branch
        branches[file][place] = branches[file].get(place, 0) + (0 if taken == "-" else int(taken))


def share(of):
    counts = [count for each in of.values() for count in each.values()]
    ran = sum(count > 0 for count in counts)
    return f"{ran} of {len(counts)}, {100 * ran / max(1, len(counts)):.2f} %"


print("lines that ran:", share(lines))
print("branches that ran:", share(branches))
for file in sorted(lines):
    text = (root / file).read_text(encoding="utf-8").splitlines()
    for number in sorted(n for n, count in lines[file].items() if count == 0):
        print(f"{file}:{number}: {text[number - 1].strip()}")
