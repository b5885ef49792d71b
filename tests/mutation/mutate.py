#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do the tests notice mistakes? Plants those of mutants.txt in a copy of the headers, one at a time, and runs the test
programs that are to notice them until one does.

    python3 tests/mutation/mutate.py            all of it: prints a table and writes docs/mutation.md
    python3 tests/mutation/mutate.py --check    only whether each mistake still finds its place
    python3 tests/mutation/mutate.py 120 145    the mistakes on these lines of mutants.txt, or of these headers

All that can be chosen at run time are compiled together, each as (planted(LINE) ? mistake : original), and chosen by
KLGRID_MUTANT=LINE in the environment, so that each test program is compiled once for all of them. Needs what the tests
need, and leaves everything in build/mutation.
"""
import argparse
import concurrent.futures
import dataclasses
import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = pathlib.Path(__file__).with_name("mutants.txt")
HEADERS = ROOT / "include/klgrid"
WORK = ROOT / "build/mutation"
COPY = WORK / "include/klgrid"
REPORT = ROOT / "docs/mutation.md"

SWITCH = """#pragma once
#include <cstdlib>
inline bool klgrid_planted(int line) {
  static const int chosen = [] {
    const char* const line = std::getenv("KLGRID_MUTANT");
    return line == nullptr ? 0 : std::atoi(line);
  }();
  return line == chosen;
}
"""


@dataclasses.dataclass
class Mutant:
    line: int  # in the list: its name
    header: str
    programs: list
    before: str
    after: str = ""
    alone: bool = False
    accepted: str = ""
    begin: int = 0  # where it is planted
    end: int = 0


def read_list():
    mutants, header, programs = [], "", []
    for number, line in enumerate(LIST.read_text(encoding="utf-8").splitlines(), 1):
        kind, text = line[:2].strip(), line[2:].strip()
        if section := re.fullmatch(r"\[(\S+)\] (.+)", line):
            header, programs = section[1], section[2].split()
        elif kind == "-":
            mutants.append(Mutant(number, header, programs, text))
        elif kind == "+":
            mutants[-1].after = text
        elif line == ": alone":
            mutants[-1].alone = True
        elif line.startswith(": accepted "):
            mutants[-1].accepted = line.removeprefix(": accepted ")
        elif line.startswith(": programs "):
            mutants[-1].programs = line.removeprefix(": programs ").split()
        elif line.strip() and kind != "#":
            sys.exit(f"{LIST}:{number}: {line}")
    return mutants


def locate(mutant, text):
    """Sets where the mistake is planted; what is wrong with its place, or nothing."""
    parts = mutant.before.split("@")
    if len(parts) not in (1, 3):
        return "needs two @ or none"
    pattern = [r"\s+".join(re.escape(word) for word in re.split(r"\s+", part)) for part in parts]
    if len(parts) == 1:
        pattern = ["", pattern[0], ""]
    found = list(re.finditer("{}({}){}".format(*pattern), text))
    if len(found) != 1:
        return f"stands there {len(found)} times, not once"
    mutant.begin, mutant.end = found[0].span(1)
    return None


def planted(text, begin, end, mutants):
    """The text from begin to end with all of these in it, nested ones too. What is alone is simply there."""
    out = []
    mutants = sorted(mutants, key=lambda m: (m.begin, -m.end))
    while mutants:
        first, *mutants = mutants
        inner = [m for m in mutants if m.end <= first.end]
        mutants = [m for m in mutants if m.end > first.end]
        if mutants and mutants[0].begin < first.end:
            sys.exit(f"{LIST}: lines {first.line} and {mutants[0].line} overlap and neither holds the other")
        original = planted(text, first.begin, first.end, inner)
        if first.alone:
            switch = first.after
        elif original.rstrip().endswith(";"):
            switch = f"{{ if (klgrid_planted({first.line})) {{ {first.after} }} else {{ {original}\n}} }}"
        else:
            switch = f"(klgrid_planted({first.line}) ? ({first.after}) : ({original}\n))"
        out += [text[begin : first.begin], switch]
        begin = first.end
    return "".join(out) + text[begin:end]


def write(path, text):
    """Only if that changes it, so that nothing is compiled for nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def plant(mutants):
    for path in COPY.rglob("*.hpp"):
        if not (HEADERS / path.relative_to(COPY)).exists():
            path.unlink()
    for path in sorted(HEADERS.rglob("*.hpp")):
        header = path.relative_to(HEADERS).as_posix()
        text = path.read_text(encoding="utf-8")
        write(COPY / header, planted(text, 0, len(text), [m for m in mutants if m.header == header]))


def target(program):
    return program if program.startswith("random_search_") else "test_" + program


class Tests:
    def __init__(self, jobs, compiler_flags):
        self.jobs = jobs
        self.seconds = {}
        write(WORK / "switch.hpp", SWITCH)
        flags = f"-include {WORK / 'switch.hpp'} -w {compiler_flags}"
        self.call("cmake", "-S", str(ROOT), "-B", str(WORK), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                  "-DKLGRID_BUILD_TESTS=ON", f"-DKLGRID_TEST_HEADERS={WORK / 'include'}", "-DCMAKE_CXX_FLAGS_RELEASE=", f"-DCMAKE_CXX_FLAGS={flags}")

    @staticmethod
    def call(*command):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")

    def build(self, programs):
        targets = [target(program) for program in programs]
        return subprocess.run(["cmake", "--build", str(WORK), "-j", str(self.jobs), "--target", *targets],
                              capture_output=True, text=True)

    def passes(self, program, line=0, limit=None):
        """Whether a program does, with the mistake of a line planted or none; not, if it takes far longer than without."""
        environment = os.environ | {"KLGRID_MUTANT": str(line), "RC_PARAMS": "seed=20240229 noshrink=1"}
        command = [WORK / "tests" / target(program)]
        if not program.startswith("random_search_"):
            command.append("--abort-after=1")
        try:
            return subprocess.run(command, env=environment, timeout=limit, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def measure(self, programs):
        for program in programs:
            start = time.monotonic()
            if not self.passes(program):
                sys.exit(f"{target(program)} fails without any mistake")
            self.seconds[program] = time.monotonic() - start

    def killer(self, mutant):
        """The first program that notices, fastest first."""
        for program in sorted(mutant.programs, key=self.seconds.get):
            if not self.passes(program, mutant.line, 5 * self.seconds[program] + 10):
                return program
        return None


def try_all(mutants, tests):
    """A killer, None or 'invalid' for each line."""
    together = [m for m in mutants if not m.alone]
    plant(together)
    programs = sorted({program for m in together for program in m.programs})
    built = tests.build(programs)
    if built.returncode != 0:
        sys.exit(built.stdout + built.stderr)
    tests.measure(programs)
    found = {}
    with concurrent.futures.ThreadPoolExecutor(tests.jobs) as pool:
        for mutant, killer in zip(together, pool.map(tests.killer, together)):
            tell(mutant, found.setdefault(mutant.line, killer))
    for mutant in (m for m in mutants if m.alone):
        plant([mutant])
        valid = tests.build(mutant.programs).returncode == 0
        tests.seconds |= {program: tests.seconds.get(program, 60) for program in mutant.programs}
        tell(mutant, found.setdefault(mutant.line, tests.killer(mutant) if valid else "invalid"))
    return found


def tell(mutant, killer):
    verdict = {None: "SURVIVES", "invalid": "INVALID"}.get(killer, f"killed by {killer}")
    print(f"{mutant.line:5} {mutant.header}: {mutant.before}  ->  {mutant.after}: {verdict}", flush=True)


def processor():
    try:
        return re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        return platform.machine()


def report(mutants, found, seconds, jobs):
    killed = [m for m in mutants if found[m.line]]
    accepted = [m for m in mutants if not found[m.line] and m.accepted]
    survivors = [m for m in mutants if not found[m.line] and not m.accepted]
    share = 100 * len(killed) / len(mutants)
    lines = [
        "# Mutation: do the tests notice mistakes?",
        "",
        f"{len(mutants)} mistakes that programmers make were planted one at a time in the headers"
        f" ([list](../tests/mutation/mutants.txt)). The tests noticed {len(killed)}, **{share:.1f} %**;"
        f" {len(accepted)} are accepted, below; {len(survivors)} are open.",
        "",
        "    python3 tests/mutation/mutate.py",
        "",
        f"{datetime.date.today()}, {processor()}, {jobs} at a time: {seconds / 60:.0f} minutes.",
        "",
        "| header | planted | noticed | accepted | open |",
        "|---|---:|---:|---:|---:|",
    ]
    for header in dict.fromkeys(m.header for m in mutants):
        counts = [sum(m.header == header for m in some) for some in (mutants, killed, accepted, survivors)]
        lines.append(f"| {header} | {' | '.join(map(str, counts))} |")
    for title, some in (("Accepted", accepted), ("Open", survivors)):
        if some:
            lines += ["", f"## {title}", ""]
        for m in some:
            change = f"`{m.before.replace('@', '')}`"
            if parts := m.before.split("@")[1:2]:
                change += f", of it `{parts[0]}`"
            change += f" becomes `{m.after}`" if m.after else " left out"
            lines.append(f"- {m.header}: {change}" + (f": {m.accepted}" if m.accepted else ""))
    text = "\n".join(lines) + "\n"
    print(text)
    return text, survivors


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("only", nargs="*", help="lines of the list, or headers; then no report is written")
    parser.add_argument("--check", action="store_true", help="only whether each mistake still finds its place")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--flags", default="-O1", help="of the compiler")
    options = parser.parse_args()

    mutants = read_list()
    texts = {}
    wrong = []
    for mutant in mutants:
        if mutant.header not in texts:
            header = HEADERS / mutant.header
            texts[mutant.header] = header.read_text(encoding="utf-8") if header.exists() else ""
        if trouble := locate(mutant, texts[mutant.header]):
            wrong.append(f"{LIST}:{mutant.line}: {mutant.header}: {mutant.before}: {trouble}")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(mutants)} mistakes, each of which has its place")
    if options.check:
        return
    if options.only:
        mutants = [m for m in mutants if str(m.line) in options.only or m.header in options.only]
    start = time.monotonic()
    found = try_all(mutants, Tests(options.jobs, options.flags))
    invalid = [m for m in mutants if found[m.line] == "invalid"]
    if invalid:
        sys.exit("\n".join(f"{LIST}:{m.line}: does not compile" for m in invalid))
    text, survivors = report(mutants, found, time.monotonic() - start, options.jobs)
    if not options.only:
        REPORT.write_text(text, encoding="utf-8")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
