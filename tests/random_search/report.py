#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes docs/accuracy.md: what the random searches see, at -O2 and at -O3 -march=native.

    python3 tests/random_search/report.py [--grid PROBLEMS] [--line PROBLEMS] [--grid-fits PROBLEMS] [--line-fits PROBLEMS]
                                          [--seed SEED] [--compiler g++] [--resume]

PROBLEMS of each class. Needs g++, with its libquadmath, and Boost.Multiprecision. Fails if a search does. Some four hours
on two processors; what each search printed stays in build/accuracy, and is not done again by --resume if neither the
program, to the last bit, nor the options are others.

What quadrature finds on the line depends on neither headers nor flags: it is kept in build/accuracy/references, by
scalar and seed, for the next run. Remove that folder when line.cpp draws or integrates otherwise.
"""
import argparse
import concurrent.futures
import datetime
import hashlib
import os
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS = (["-O2"], ["-O3", "-march=native"])
TEXT = """# Accuracy

    {command}

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

{machine}
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
        "Renyi der.": "scaled_renyi_derivatives(p, q, alpha)", "fwd fit": "fit_forward(p, q)", "rev fit": "fit_reverse(p, q)",
        "Renyi fit": "fit_renyi(p, alpha, q)", "stat. pts": "reverse_stationary_points(p, mesh)"}}
TITLES = {"grid": "The grid", "line": "The line", "grid_fit": "The grid, fits", "line_fit": "The line, fits"}
BEYOND = "**Not all was within what is promised: the cases beyond it stand below, each before its table.**"


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def commit():
    def git(*what):
        return subprocess.run(["git", *what], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()

    return git("log", "-1", "--format=%h", "--", "include") + (" with changes" if git("status", "--porcelain", "include") else "")


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


def summary(found):
    """Of the searches' outputs: of the line for float, double and long double, of the others for all scalars at once."""
    rows = SUMMARY

    def add(name, of_each):
        nonlocal rows
        rows += f"| {name} | " + " | ".join(f"{max(errors):.2g}" for errors in of_each) + " |\n"

    def add_of_all(name, domain, functions):
        at_flags = [largest_errors(text) for _, text in found[name][0]]
        for column, function in functions.items():
            add(f"{domain}: {function}", [[at["the promise", f"scalar {scalar}", column] for at in at_flags]
                                          for scalar in ("float", "double", "long_double")])

    add_of_all("grid", "the grid", FUNCTIONS["grid"])
    add_of_all("grid_fit", "the grid", FUNCTIONS["fit"])
    line = [[largest_errors(text) for _, text in part] for part in found["line"]]
    for column, function in FUNCTIONS["line"].items():
        add(f"the line: {function}", [[value for at in part for (unit, _, name), value in at.items()
                                       if unit == "the promise" and name == column] for part in line])
    add_of_all("line_fit", "the line", FUNCTIONS["fit"])
    add("the line: whatever returns a bound, in units of it", [[value for at in part for (unit, _, _), value in at.items()
                                                                if unit != "the promise"] for part in line])
    return rows


def main():
    parser = argparse.ArgumentParser(description="Writes docs/accuracy.md from the random searches.")
    parser.add_argument("--grid", type=int, default=100000, help="problems of each class of the grid")
    parser.add_argument("--line", type=int, default=100000, help="pairs of each class of the line")
    parser.add_argument("--grid-fits", type=int, default=9200, help="problems of each class of the grid, for fits")
    parser.add_argument("--line-fits", type=int, default=47700, help="pairs of each class of the line, for fits")
    parser.add_argument("--seed", type=int, default=20240229)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--resume", action="store_true", help="go on where a run was ended")
    options = parser.parse_args()
    work = ROOT / "build/accuracy"
    work.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([options.compiler, "-dumpfullversion"], check=True, capture_output=True, text=True).stdout.strip()
    command = (f"python3 tests/random_search/report.py --grid {options.grid} --line {options.line} "
               f"--grid-fits {options.grid_fits} --line-fits {options.line_fits}")
    machine = (f"{processor()}; {options.compiler} {version}; headers of commit {commit()}; seed {options.seed}; "
               f"{datetime.date.today()}.")

    common = [options.compiler, "-std=gnu++20", "-pthread", "-DKLGRID_TEST_QUADMATH", "-w", "-I", ROOT / "include", "-I", ROOT / "tests",
              "-isystem", "/usr/include/eigen3"]

    def build(name, flags):
        program = work / f"{name}{''.join(flags)}"
        more = [work / "line_integrals.o"] if name.startswith("line") else []
        subprocess.run([*common, *flags, ROOT / f"tests/random_search/{name}.cpp", *more, "-lquadmath", "-o", program], check=True)
        return program

    def search(program, *part):
        """Whether it found all to be right, and what it printed."""
        kept = work / f"{'_'.join([program.name, *part[2:3]])}.txt"
        title = f"{hashlib.sha256(program.read_bytes()).hexdigest()} {' '.join(part)} --seed {options.seed}"
        if not options.resume or not kept.exists() or not kept.read_text().startswith(title + "\n"):
            done = subprocess.run([program, *part, "--seed", str(options.seed), "--references", references],
                                  stdout=subprocess.PIPE, text=True)
            kept.write_text(f"{title}\n{done.returncode}\n{done.stdout}")
        _, status, text = kept.read_text().split("\n", 2)
        return status == "0", text.strip()

    def side_by_side(name, *part):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(lambda program: search(program, *part), programs[name]))

    # Quadrature is no part of what is looked at, and has flags of its own.
    subprocess.run([*common, "-O3", "-march=native", "-ffp-contract=off", "-c", ROOT / "tests/random_search/quadrature/line_integrals.cpp",
                    "-o", work / "line_integrals.o"], check=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        programs = {name: [pool.submit(build, name, flags) for flags in FLAGS] for name in TITLES}
    programs = {name: [each.result() for each in built] for name, built in programs.items()}
    references = work / "references"
    references.mkdir(exist_ok=True)
    found = {name: [] for name in TITLES}  # of each part, at each set of flags
    for scalar in ("long_double", "double", "float"):
        part = [str(options.line), "--scalar", scalar]
        subprocess.run([programs["line"][0], *part, "--seed", str(options.seed), "--make-references", references], check=True,
                       stdout=subprocess.DEVNULL)
        found["line"].insert(0, side_by_side("line", *part))
    for name, problems in (("grid", options.grid), ("grid_fit", options.grid_fits), ("line_fit", options.line_fits)):
        found[name].append(side_by_side(name, str(problems)))
    report, failed = TEXT.format(command=command, machine=machine) + summary(found), False
    for name, parts in found.items():
        for i, flags in enumerate(FLAGS):
            report += f"\n## {TITLES[name]}, {' '.join(flags)}\n\n```\n"
            for good, text in (part[i] for part in parts):
                failed = failed or not good
                report += text + "\n"
            report += "```\n"
    if failed:
        report = report.replace("\n## ", f"\n{BEYOND}\n\n## ", 1)
    (ROOT / "docs/accuracy.md").write_text(report)
    print(f"docs/accuracy.md: {'A SEARCH FAILED' if failed else 'all within what is promised'}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
