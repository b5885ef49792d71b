#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes docs/accuracy.md: what the random searches see, at -O2 and at -O3 -march=native.

    python3 tests/random_search/report.py [--grid PROBLEMS] [--line PROBLEMS] [--line-double PROBLEMS] [--line-long-double PROBLEMS]
                                          [--seed SEED] [--compiler g++]

PROBLEMS of each class. Needs g++, with its libquadmath, and Boost.Multiprecision. Fails if a search does.

What quadrature finds on the line takes most of the time and depends on neither headers nor flags: it is kept in
build/accuracy/references, by scalar and seed, so that a second run for as many pairs takes minutes. Remove that folder
when line.cpp draws or integrates otherwise.
"""
import argparse
import concurrent.futures
import datetime
import os
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS = (["-O2"], ["-O3", "-march=native"])
TEXT = """# Accuracy

    {command}

Two searches ([grid.cpp](../tests/random_search/grid.cpp), [line.cpp](../tests/random_search/line.cpp)) make random input of every class that a user may
have, and hold all that is computed from it in float, double and long double against sums and quadrature in numbers of more bits that take another path: from
the definition, term by term. Of float they are of double's 53 bits, of double and long double of 113; the line's quadrature for double is of long double's 64. The largest
error of each class and the typical one, the median, stand in units of what the headers promise, or of the bound that is returned through `error`; 1 would be the
whole of it, and a case beyond it is printed with its input. A negative divergence or a NaN fails. A case is a pair of p and q; of a
problem of the grid it is one of five q drawn from the mesh. A case on the line beyond half of what is allowed is compared again with
quadrature of shorter stretches, for quadrature, too, takes a stretch and its halves for the same by chance; how many were stands below the tables. In CI both run for fewer problems.

The input of each class's largest error is seen again by the program with the options that stand there and the seed: `random_search_grid --seed SEED --only NUMBER
--scalar SCALAR`.

What is promised: on the grid 1e-12 relative, absolute below 1 nat, in double (as many roundings in the other scalars), beside what rounding of log p itself
leaves where that is large; on the line the same, and 1e-10 of a divergence however small.

{machine}
"""
BEYOND = "**Not all was within what is promised: the cases beyond it stand below, each before its table.**"


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def commit():
    def git(*what):
        return subprocess.run(["git", *what], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()

    return git("rev-parse", "--short", "HEAD") + (" with changes" if git("status", "--porcelain", "include") else "")


def main():
    parser = argparse.ArgumentParser(description="Writes docs/accuracy.md from the random searches.")
    parser.add_argument("--grid", type=int, default=100000, help="problems of each class of the grid")
    parser.add_argument("--line", type=int, default=100000, help="problems of each class of the line")
    parser.add_argument("--line-double", type=int, help="in double, if other than that")
    parser.add_argument("--line-long-double", type=int, help="in long double, if other than a twentieth of it")
    parser.add_argument("--seed", type=int, default=20240229)
    parser.add_argument("--compiler", default="g++")
    options = parser.parse_args()
    work = ROOT / "build/accuracy"
    work.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([options.compiler, "-dumpfullversion"], check=True, capture_output=True, text=True).stdout.strip()
    command = " ".join(["python3 tests/random_search/report.py", *sys.argv[1:]])
    machine = (f"{processor()}; {options.compiler} {version}; headers of commit {commit()}; seed {options.seed}; "
               f"{datetime.date.today()}.")
    of_line = [["float", options.line], ["double", options.line_double or options.line],
               ["long_double", 20 * options.line_long_double if options.line_long_double else options.line]]
    parts = {"grid": [[str(options.grid)]], "line": [[str(pairs), "--scalar", scalar] for scalar, pairs in of_line]}

    def build(name, flags):
        program = work / f"{name}{''.join(flags)}"
        subprocess.run([options.compiler, "-std=gnu++20", "-pthread", "-DKLGRID_TEST_QUADMATH", *flags, "-w", "-I", ROOT / "include", "-I", ROOT / "tests",
                        "-isystem", "/usr/include/eigen3", ROOT / f"tests/random_search/{name}.cpp", "-lquadmath", "-o", program], check=True)
        return program

    def search(program, part):
        return subprocess.run([program, *part, "--seed", str(options.seed)], stdout=subprocess.PIPE, text=True)

    def search_all(programs, part):  # in turn: the first leaves its references to the others
        return [search(program, part) for program in programs]

    references = work / "references"
    references.mkdir(exist_ok=True)
    parts["line"] = [[*part, "--references", str(references)] for part in parts["line"]]
    report, failed = TEXT.format(command=command, machine=machine), False
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        searches = {}
        for name, parts_of_it in parts.items():
            programs = [build(name, flags) for flags in FLAGS]
            searches[name] = [pool.submit(search_all, programs, part) for part in parts_of_it]
        for name, found in searches.items():
            for i, flags in enumerate(FLAGS):
                report += f"\n## The {name}, {' '.join(flags)}\n\n```\n"
                for done in (each.result()[i] for each in found):
                    failed = failed or done.returncode != 0
                    report += done.stdout.strip() + "\n"
                report += "```\n"
    if failed:
        report = report.replace("\n## ", f"\n{BEYOND}\n\n## ", 1)
    (ROOT / "docs/accuracy.md").write_text(report)
    print(f"docs/accuracy.md: {'A SEARCH FAILED' if failed else 'all within what is promised'}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
