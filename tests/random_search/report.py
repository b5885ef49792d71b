#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes docs/accuracy.md: what the random searches see, at -O2 and at -O3 -march=native.

    python3 tests/random_search/report.py [--parts PART ...] [--fraction F] [--seed SEED] [--compiler g++]

Hours on two processors: 49 minutes of grid_fit and 82 of line_fit on a Xeon of 2.8 GHz. The page is written after each
part, and the parts that are not asked for stay as they stand on it: a run that was ended goes on with the parts that it
lacks. Needs g++, with its libquadmath, and Boost.Multiprecision. Fails if a search finds a case beyond what is promised.

What quadrature finds on the line depends on neither headers nor flags: it is kept in build/accuracy/references, by
scalar and seed, for the next run. Remove that folder when line.cpp draws or integrates otherwise.
"""
import argparse
import concurrent.futures
import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "build/accuracy"
PAGE = ROOT / "docs/accuracy.md"
FLAGS = ("-O2", "-O3 -march=native")
SCALARS = ("float", "double", "long_double")
PROMISE = "the promise"
# Title, program, and how many problems of each class give 100,000 cases of it.
PARTS = {"grid": ("The grid", "grid", 6700), "grid_fit": ("The grid, fits", "grid_fit", 9200),
         **{f"line_{scalar}": (f"The line, {scalar.replace('_', ' ')}", "line", 100000) for scalar in SCALARS},
         "line_fit": ("The line, fits", "line_fit", 47700)}
TEXT = """# Accuracy

    python3 tests/random_search/report.py

Searches ([grid.cpp](../tests/random_search/grid.cpp), [line.cpp](../tests/random_search/line.cpp) and, for fits,
[grid_fit.cpp](../tests/random_search/grid_fit.cpp), [line_fit.cpp](../tests/random_search/line_fit.cpp)) make random input of every class that a user may
have, and hold all that is computed from it in float, double and long double against sums and quadrature in numbers of more bits that take another path: from
the definition, term by term. The grid's sums are of 113 bits, the line's quadrature of 106 ([pairs of doubles](../tests/random_search/quadrature/double_double.hpp)).
The largest error of each class and the typical one, the median, stand in units of what the headers promise, or of the bound that is returned through `error`; 1
would be the whole of it, and a case beyond it is printed with its input. A negative divergence or a NaN fails. A case is a pair of p and q; of a
problem of the grid it is one of five q drawn from the mesh. A case on the line beyond half of what is allowed is compared again with
quadrature of shorter stretches, for quadrature, too, takes a stretch and its halves for the same by chance; how many were stands below the tables. In CI they run for fewer problems.

Of one q (pairs) and of surfaces: both divergences, entropies and cross-entropies, the divergences of order alpha, gradients and Hessians; of two densities the
relative entropy and the Jensen-Shannon divergence; the densities' logarithms, means and standard deviations; a bank's moments and expectations. (Columns gr. and He. are
gradients and Hessians, s. is a surface's, f. and r. are D(p||q)'s and D(q||p)'s.)

Fits and stationary points: where a descent ended, its value, the norm of the gradient that it gives, that this is as small as the tolerance asks and the
Hessian of the kind that is said are held against the reference's there. The tolerance is part of what is promised, so errors near 1 are descents that
stopped where they may. Starts are the q of each class, however far from p, and steps are 50 at most: how many descents ended in which way stands below the tables,
and how many q are not compared, for the rounding of their mean alone moves log q by 1e-4 and more. Stationary points are searched for one problem of the grid
in five and one pair in sixteen. On the line a pair takes one of the three fits, by chance. Long double takes one problem of the grid in five and one pair in
ten. That the minimum is found which is to be found has [tests of its own](../tests/fit).

The input of each class's largest error is seen again by the program with the options that stand there and the seed: `random_search_grid --seed SEED --only NUMBER
--scalar SCALAR`.

What is promised: on the grid 1e-12 relative, absolute below 1 nat, in double (4500 roundings, in the other scalars, too), beside what rounding of log p itself
leaves where that is large; on the line the same, and 1e-10 of a divergence of one q however small. Gradient and Hessian in (mu / sigma, log sigma) have as many
roundings of the largest terms that they are made of: on the line 1 + E_p[z^2] and 1 + E_q[(3 + z^4) |log p - log q|]. E_q[f] has 96 roundings of max |f|. A standard deviation on the grid may miss
what lies where p is below the range of the scalar, beside the largest p: there p is zero. Renyi's
divergence on the line is compared where the integral of p^alpha q^(1 - alpha) is above 1e-20: below it quadrature does not find where that lives.

Each part says on what machine it was made, when, and of which headers.
"""
SUMMARY = """
## Summary

Largest error of all classes and both sets of flags, in units of what is promised.

| | float | double | long double |
|---|--:|--:|--:|
"""
# The tables' columns.
FUNCTIONS = {
    "grid": {
        "forward": "forward_kl(p, bank)", "reverse": "reverse_kl(bank, p)", "pair fwd": "forward_kl(p, q)", "pair rev": "reverse_kl(q, p)",
        "H(q)": "bank.entropy()", "H(p)": "entropy(p)", "H(p,q)": "cross_entropy(p, q)", "H(q,p)": "cross_entropy(q, p)",
        "Renyi": "renyi_divergence(p, bank)", "pair Ren.": "renyi_divergence(p, q, alpha)", "alpha": "alpha_divergence(p, bank)",
        "pair alph": "alpha_divergence(p, q, alpha)", "Helling.": "squared_hellinger_distance(p, q)", "D(p||r)": "relative_entropy(p, r)",
        "JS(p,r)": "jensen_shannon_divergence(p, r)", "deriv.": "forward_kl_derivatives(p, bank), reverse_kl_derivatives(bank, p)",
        "pair der.": "forward_kl_derivatives(p, q), reverse_kl_derivatives(q, p)", "E_q[z^k]": "bank.moment(k)", "log Z": "bank.log_normalizer()",
        "E_q[f]": "bank.expectation(f)", "log p": "p.log_pdf()", "E_p[x]": "p.mean()", "stddev": "p.stddev()"},
    "line": {
        "entropy": "entropy(p)", "D(p||q)": "forward_kl(p, q)", "D(q||p)": "reverse_kl(q, p)", "H(p,q)": "cross_entropy(p, q)",
        "H(q,p)": "cross_entropy(q, p)", "D(p||r)": "relative_entropy(p, r)", "D(r||p)": "relative_entropy(r, p)",
        "JS(p,r)": "jensen_shannon_divergence(p, r)", "alpha": "alpha_divergence(p, q, alpha)", "Renyi": "renyi_divergence(p, q, alpha)",
        "Hellinger": "squared_hellinger_distance(p, q)", "fwd surf.": "forward_kl(p, bank)", "rev surf.": "reverse_kl(bank, p)",
        "alpha s.": "alpha_divergence(p, bank)", "Renyi s.": "renyi_divergence(p, bank)", "log p(x)": "mixture.log_pdf(x)",
        "E_p[x]": "p.mean()", "stddev": "p.stddev()", "fwd grad.": "forward_kl_derivatives(p, q), gradient",
        "fwd Hess.": "forward_kl_derivatives(p, q), Hessian", "rev grad.": "reverse_kl_derivatives(q, p), gradient", "rev Hess.": "reverse_kl_derivatives(q, p), Hessian",
        "f.gr.s.": "forward_kl_derivatives(p, bank), gradient", "f.He.s.": "forward_kl_derivatives(p, bank), Hessian",
        "r.gr.s.": "reverse_kl_derivatives(bank, p), gradient", "r.He.s.": "reverse_kl_derivatives(bank, p), Hessian"},
    "fit": {
        "Ren. der.": "scaled_renyi_derivatives(p, q, alpha)", "fwd fit": "fit_forward(p, q)", "rev fit": "fit_reverse(p, q)",
        "Renyi fit": "fit_renyi(p, alpha, q)", "stat. pts": "reverse_stationary_points(p, mesh)"}}
BEYOND = "**Not all is within what is promised: the cases beyond it stand below, each before its table.**"


def machine(compiler):
    def output(*command):
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()

    cpu = pathlib.Path("/proc/cpuinfo").read_text()
    named = re.search(r"model name\s*: (.*)", cpu)
    lanes = next((f" ({name})" for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if re.search(rf"\b{flag}\b", cpu)), "")
    changed = " with changes" if output("git", "status", "--porcelain", "include") else ""
    return (f"{named.group(1) if named else platform.processor()}{lanes}; {compiler} {output(compiler, '-dumpfullversion')}; "
            f"headers of commit {output('git', 'log', '-1', '--format=%h', '--', 'include')}{changed}; {datetime.date.today()}.")


def largest_errors(text):
    """By unit, class and column, of what a search printed: of all its tables of largest errors."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        if not line.startswith("largest error in units of "):
            continue
        def cells(row):
            return [row[i:i + 10].strip() for i in range(32, len(row), 10)]
        columns = cells(next(lines))
        for row in iter(lambda: next(lines), ""):
            for column, value in zip(columns, cells(row)):
                found[line.split(" of ", 1)[1], row[:22].strip(), column] = float(value)
    return found


def title(part, flags):
    return f"{PARTS[part][0]}, {flags}"


def summary(sections):
    errors = {name: largest_errors(text) for name, text in sections.items()}

    def largest(part, is_asked_for):
        found = [value for flags in FLAGS for key, value in errors.get(title(part, flags), {}).items() if is_asked_for(*key)]
        return f"{max(found):.2g}" if found else ""

    def row(function, largest_in):
        cells = [largest_in(scalar) for scalar in SCALARS]
        return "| " + " | ".join([function, *cells]) + " |\n" if any(cells) else ""  # not made yet

    def of_all(part, column):
        return lambda scalar: largest(part, lambda *key: key == (PROMISE, f"scalar {scalar}", column))

    def of_line(is_asked_for):
        return lambda scalar: largest(f"line_{scalar}", is_asked_for)

    return (SUMMARY + "".join(
        [row(f"the grid: {function}", of_all("grid", column)) for column, function in FUNCTIONS["grid"].items()] +
        [row(f"the grid: {function}", of_all("grid_fit", column)) for column, function in FUNCTIONS["fit"].items()] +
        [row(f"the line: {function}", of_line(lambda unit, _, name, column=column: (unit, name) == (PROMISE, column)))
         for column, function in FUNCTIONS["line"].items()] +
        [row(f"the line: {function}", of_all("line_fit", column)) for column, function in FUNCTIONS["fit"].items()] +
        [row("the line: whatever returns a bound, in units of it", of_line(lambda unit, *_: unit != PROMISE))]))


def sections_of(page):
    """What stands below each title."""
    parts = re.split(r"^## (.*)\n", page, flags=re.MULTILINE)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2])}


def section(machine, good, text):
    return "\n\n".join([machine, *([] if good else [BEYOND]), f"```\n{text.strip()}\n```"])


def write(sections):
    titles = [title(part, flags) for part in PARTS for flags in FLAGS]
    PAGE.write_text(TEXT + summary(sections) +
                    "".join(f"\n## {name}\n\n{sections[name]}\n" for name in titles if name in sections))


def main():
    parser = argparse.ArgumentParser(description="Writes docs/accuracy.md from the random searches.")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--fraction", type=float, default=1, help="of the problems, to try it")
    parser.add_argument("--seed", type=int, default=20240229)
    parser.add_argument("--compiler", default="g++")
    options = parser.parse_args()
    references = WORK / "references"
    references.mkdir(parents=True, exist_ok=True)
    common = [options.compiler, "-std=gnu++20", "-pthread", "-DKLGRID_TEST_QUADMATH", "-w", "-I", ROOT / "include", "-I", ROOT / "tests",
              "-isystem", "/usr/include/eigen3"]
    # Quadrature is no part of what is looked at, and has flags of its own.
    subprocess.run([*common, "-O3", "-march=native", "-ffp-contract=off", "-c", ROOT / "tests/random_search/quadrature/line_integrals.cpp",
                    "-o", WORK / "line_integrals.o"], check=True)

    def build(name, flags):
        program = WORK / f"{name}{flags.replace(' ', '')}"
        more = [WORK / "line_integrals.o"] if name.startswith("line") else []
        subprocess.run([*common, *flags.split(), ROOT / f"tests/random_search/{name}.cpp", *more, "-lquadmath", "-o", program], check=True)
        return program

    def run(program, *arguments):
        """Whether it found all to be right, and what it printed."""
        done = subprocess.run([program, *arguments, "--seed", str(options.seed)], stdout=subprocess.PIPE, text=True)
        if done.returncode not in (0, 1):
            sys.exit(f"{program.name} ended with {done.returncode}")
        return done.returncode == 0, done.stdout

    sections = sections_of(PAGE.read_text())
    for part in options.parts:
        _, name, problems = PARTS[part]
        arguments = [str(max(1, round(problems * options.fraction)))]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            programs = list(pool.map(lambda flags: build(name, flags), FLAGS))
            if name == "line":
                arguments += ["--scalar", part.removeprefix("line_")]
                run(programs[0], *arguments, "--make-references", references)
                arguments += ["--references", references]
            for flags, found in zip(FLAGS, pool.map(lambda program: run(program, *arguments), programs)):
                sections[title(part, flags)] = section(machine(options.compiler), *found)
        write(sections)
    failed = [name for name, text in sections.items() if BEYOND in text]
    print(f"docs/accuracy.md: {'BEYOND: ' + '; '.join(failed) if failed else 'all within what is promised'}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
