#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do the tests notice mistakes? Plants those of mutants.txt in a copy of the headers, one at a time, and runs the test
programs that are to notice them until one does.

    python3 tests/mutation/mutate.py            all of it: prints a table and writes docs/mutation.md
    python3 tests/mutation/mutate.py --check    only whether each mistake still finds its place
    python3 tests/mutation/mutate.py --resume   goes on where a run was ended, or tries its survivors again
    python3 tests/mutation/mutate.py --report   only writes docs/mutation.md of what has been found since one began anew
    python3 tests/mutation/mutate.py 120 145    the mistakes on these lines of mutants.txt, or of these headers

All to be tried that can be chosen at run time are compiled together, each as (planted(ID) ? mistake : original), and chosen by
KLGRID_MUTANT=ID in the environment, so that each test program is compiled once for all of them. Needs what the tests
need, and leaves everything in build/mutation.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import datetime
import functools
import math
import os
import pathlib
import platform
import re
import subprocess
import sys
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = pathlib.Path(__file__).with_name("mutants.txt")
HEADERS = ROOT / "include/klgrid"
WORK = ROOT / "build/mutation"
REPORT = ROOT / "docs/mutation.md"
VERDICTS = WORK / "verdicts.tsv"  # who noticed what, and of which state of the project, written as it is found

SWITCH = """#pragma once
#include <cstdlib>
inline const int klgrid_chosen = [] {
  const char* const id = std::getenv("KLGRID_MUTANT");
  return id == nullptr ? 0 : std::atoi(id);
}();
inline bool klgrid_planted(int id) { return id == klgrid_chosen; }
"""


@dataclasses.dataclass
class Mutant:
    line: int  # in the list
    header: str
    programs: list
    before: str
    after: str = ""
    alone: bool = False
    accepted: str = ""
    begin: int = 0  # where it is planted
    end: int = 0

    @property
    def id(self):
        """The same wherever in the list it stands."""
        return zlib.crc32("\t".join((self.header, self.before, self.after)).encode()) & 0x7FFFFFFF


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
            switch = f"{{ if (klgrid_planted({first.id})) {{ {first.after} }} else {{ {original}\n}} }}"
        else:
            switch = f"(klgrid_planted({first.id}) ? ({first.after}) : ({original}\n))"
        out += [text[begin : first.begin], switch]
        begin = first.end
    return "".join(out) + text[begin:end]


def write(path, text):
    """Only if that changes it, so that nothing is compiled for nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def plant(mutants, copy):
    for path in copy.rglob("*.hpp"):
        if not (HEADERS / path.relative_to(copy)).exists():
            path.unlink()
    for path in sorted(HEADERS.rglob("*.hpp")):
        header = path.relative_to(HEADERS).as_posix()
        text = path.read_text(encoding="utf-8")
        write(copy / header, planted(text, 0, len(text), [m for m in mutants if m.header == header]))


def target(program):
    return program if program.startswith("random_search_") else "test_" + program


class Tests:
    """Of a copy of the headers with mistakes in it, in a folder."""

    def __init__(self, folder, mutants, compiler_flags):
        self.folder = folder
        self.seconds = {}
        self.plant(mutants)
        write(folder / "switch.hpp", SWITCH)
        flags = f"-include {folder / 'switch.hpp'} -w {compiler_flags}"
        self.call("cmake", "-S", str(ROOT), "-B", str(folder), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                  "-DKLGRID_BUILD_TESTS=ON", f"-DKLGRID_TEST_HEADERS={folder / 'include'}",
                  "-DCMAKE_CXX_FLAGS_RELEASE=", f"-DCMAKE_CXX_FLAGS={flags}")

    def plant(self, mutants):
        plant(mutants, self.folder / "include/klgrid")

    @staticmethod
    def call(*command):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")

    def build(self, programs, jobs):
        """Yields each once it is linked, and in the end those for which there was nothing to do, or that do not compile."""
        rest = {target(program): program for program in programs}
        command = ["cmake", "--build", str(self.folder), "-j", str(jobs), "--target", *rest, "--", "-k", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            for line in process.stdout:
                if (linked := re.match(r"\[.*Linking CXX executable tests/(\w+)", line)) and linked[1] in rest:
                    yield rest.pop(linked[1])
                elif failed := re.match(r"FAILED: tests/(?:CMakeFiles/)?(\w+)", line):
                    (self.folder / "tests" / failed[1]).unlink(missing_ok=True)  # nor is what was there before tried
        yield from rest.values()

    def passes(self, program, chosen=0, limit=3600):
        """Whether a program does, with a mistake or none, and the seconds of a processor that it took. It does not if it
        takes more than limit of them (other work beside it must not look like a kill), or waits for what never comes."""
        environment = os.environ | {"KLGRID_MUTANT": str(chosen), "RC_PARAMS": "seed=20240229 noshrink=1"}
        command = f"ulimit -c 0; ulimit -t {math.ceil(limit)}; exec '{self.folder / 'tests' / target(program)}'"
        if not program.startswith("random_search_"):
            command += " --abort-after=1"
        process = subprocess.Popen(["sh", "-c", command], env=environment, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        latest = time.monotonic() + 1800
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid != 0:
                process.returncode = status
                return status == 0, usage.ru_utime
            if time.monotonic() > latest:
                process.kill()
            time.sleep(0.01)

    def works(self, program):
        """Whether it passes when nothing is planted."""
        if program not in self.seconds:
            passed, seconds = self.passes(program)
            self.seconds[program] = seconds if passed else None
        if self.seconds[program] is None:
            print(f"{target(program)} does not compile, or fails without any mistake", flush=True)
        return self.seconds[program] is not None

    def notices(self, program, mutant):
        return not self.passes(program, mutant.id, 5 * self.seconds[program] + 10)[0]


def try_together(mutants, tests, jobs, found):
    """Sets a killer or None for each line. Programs are tried in the order in which the list names them; one is built
    while others run."""

    def judge(mutant, program):
        if tests.notices(program, mutant):
            found[mutant.line] = program
        elif all(tests.seconds.get(other) is not None for other in mutant.programs) and program == mutant.programs[-1]:
            found[mutant.line] = None
        if mutant.line in found:
            tell(mutant, found[mutant.line])

    for turn in range(max((len(m.programs) for m in mutants), default=0)):
        waiting = {}
        for mutant in mutants:
            if mutant.line not in found and turn < len(mutant.programs):
                waiting.setdefault(mutant.programs[turn], []).append(mutant)
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            judged = []
            for program in tests.build(list(waiting), jobs):
                if tests.works(program):
                    judged += [pool.submit(judge, mutant, program) for mutant in waiting[program]]
            for done in judged:
                done.result()


def try_alone(mutant, tests, found):
    """Sets a killer, None or 'invalid'."""
    tests.plant([mutant])
    found[mutant.line] = None
    for program in mutant.programs:
        tests.seconds.setdefault(program, 60)
        compiled = tests.folder / "tests" / target(program)
        compiled.unlink(missing_ok=True)
        list(tests.build([program], 1))
        if not compiled.exists():
            found[mutant.line] = "invalid"
        elif tests.notices(program, mutant):
            found[mutant.line] = program
        if found[mutant.line]:
            break
    tell(mutant, found[mutant.line])


def try_all(chosen, options, found):
    """For each line of those chosen that has not yet got one."""
    todo = [m for m in chosen if m.line not in found]
    together = Tests(WORK / "together", [m for m in todo if not m.alone], options.flags)
    try_together([m for m in todo if not m.alone], together, options.jobs, found)
    if any(m.alone for m in todo):
        tests = Tests(WORK / "alone", [], options.flags)
        for mutant in (m for m in todo if m.alone):
            try_alone(mutant, tests, found)


def tell(mutant, killer):
    verdict = {None: "SURVIVES", "invalid": "INVALID"}.get(killer, f"killed by {killer}")
    print(f"{mutant.line:5} {mutant.header}: {mutant.before}  ->  {mutant.after}: {verdict}", flush=True)
    with VERDICTS.open("a", encoding="utf-8") as file:
        print(mutant.header, mutant.before, mutant.after, killer or "", state(), sep="\t", file=file)


def verdicts(mutants):
    """Of each of these the last one in the runs since one began anew: who noticed it, or None, and at which commit."""
    if not VERDICTS.exists():
        return {}
    rows = [line.split("\t") for line in VERDICTS.read_text(encoding="utf-8").splitlines()]
    last = {tuple(change): (killer or None, commit) for *change, killer, commit in rows if killer != "invalid"}
    keys = {m.line: (m.header, m.before, m.after) for m in mutants}
    return {line: last[key] for line, key in keys.items() if key in last}


def earlier_verdicts(mutants):
    return {line: killer for line, (killer, _) in verdicts(mutants).items()}


def earlier_kills(mutants):
    return {line: killer for line, killer in earlier_verdicts(mutants).items() if killer}


def processor():
    try:
        return re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        return platform.machine()


def printed(*command):
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()


@functools.cache
def state():
    """Of the project, when the run began."""
    changed = " with changes" if printed("git", "status", "--porcelain", "--", "include", "tests") else ""
    return printed("git", "rev-parse", "--short", "HEAD") + changed


def circumstances():
    """Where and with what."""
    cache = (WORK / "together/CMakeCache.txt").read_text(encoding="utf-8")
    compiler = printed(re.search(r"CMAKE_CXX_COMPILER:\w+=(.*)", cache)[1], "--version").split("\n")[0]
    return f"{processor()}; {compiler}; {datetime.date.today()}"


def report(mutants, found, options):
    killed = [m for m in mutants if found.get(m.line)]
    accepted = [m for m in mutants if m not in killed and m.accepted]
    survivors = [m for m in mutants if m not in killed and not m.accepted]
    share = 100 * len(killed) / len(mutants)
    tried = verdicts(mutants)
    commits = collections.Counter(tried[m.line][1] for m in killed)
    lines = [
        "# Mutation: do the tests notice mistakes?",
        "",
        f"{len(mutants)} mistakes that programmers make were planted one at a time in the headers"
        f" ([list](../tests/mutation/mutants.txt)). The tests noticed {len(killed)}, **{share:.1f} %**;"
        f" {len(accepted)} are accepted, below, each for its reason, and not counted as noticed; {len(survivors)} are open."
        f" Of all that were not accepted {100 * len(killed) / max(1, len(mutants) - len(accepted)):.1f} % were noticed.",
        "",
        "    python3 tests/mutation/mutate.py",
        "",
        f"{circumstances()}; flags {options.flags}, assertions on. Each was noticed in the headers, and by the tests, of the"
        f" commit at which it was tried last: {', '.join(f'{count} at {commit}' for commit, count in commits.items())}.",
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
            reason = m.accepted or ("" if m.line in found else "not decided: some of its programs have not been run")
            lines.append(f"- {m.header}: {change}" + (f": {reason}" if reason else ""))
    text = "\n".join(lines) + "\n"
    print(text)
    return text, survivors


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("only", nargs="*", help="lines of the list, or headers; then no report is written")
    parser.add_argument("--check", action="store_true", help="only whether each mistake still finds its place")
    parser.add_argument("--resume", action="store_true", help="take over what was noticed since the last run that began anew")
    parser.add_argument("--report", action="store_true", help="only write the report, of what has been found so far")
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
    if options.report:
        found = earlier_verdicts(mutants)
        REPORT.write_text(report(mutants, found, options)[0], encoding="utf-8")
        return
    chosen = [m for m in mutants if not options.only or str(m.line) in options.only or m.header in options.only]
    if not options.resume and not options.only:
        VERDICTS.unlink(missing_ok=True)
    found = earlier_kills(chosen) if options.resume else {}
    try_all(chosen, options, found)
    if any(m.line not in found for m in chosen):
        sys.exit("some are not decided")
    invalid = [m for m in chosen if found[m.line] == "invalid"]
    if invalid:
        sys.exit("\n".join(f"{LIST}:{m.line}: does not compile" for m in invalid))
    text, survivors = report(chosen, found, options)
    if not options.only:
        REPORT.write_text(text, encoding="utf-8")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
