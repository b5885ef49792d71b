#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs klgrid_bench, the notebook's NumPy and a Numba version in one go and prints Markdown tables.

    python3 bench/compare.py [build/bench/bench/klgrid_bench]

See bench/README.md for the protocol.
"""
import argparse
import functools
import importlib
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import time

try:
    import numpy as np
except ImportError:  # another python3 on PATH: the system's may have it
    system = "/usr/bin/python3"
    if os.path.exists(system) and os.path.realpath(system) != os.path.realpath(sys.executable):
        os.execv(system, [system, *sys.argv])
    sys.exit("compare.py needs NumPy and SciPy (Debian: python3-numpy python3-scipy; python3-numba for its row)")

ROOT = pathlib.Path(__file__).resolve().parent.parent


def pin(cores):
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def run_binary(binary, pattern, min_time):
    """One run: context, and {name: row} with the name as it is in README.md."""
    out = subprocess.run(
        [binary, f"--benchmark_filter={pattern}", f"--benchmark_min_time={min_time}", "--benchmark_format=json"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    report = json.loads(out)
    unit = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    rows = {}
    for row in report["benchmarks"]:
        name = row["name"].split("/iterations:")[0].removesuffix("/real_time")
        rows[name] = {**row, "seconds": row["real_time"] * unit[row["time_unit"]]}
    return report["context"], rows


class Samples(dict):
    """name -> times in seconds, one a round; and the last row of counters."""

    def __init__(self):
        super().__init__()
        self.counters = {}

    def add(self, name, seconds, counters=None):
        self.setdefault(name, []).append(seconds)
        self.counters[name] = counters or {}

    def median(self, name):
        return statistics.median(self[name])

    def spread(self, name):
        """Half the range between the quartiles, relative to the median."""
        if len(self[name]) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self[name], n=4, method="inclusive")
        return (high - low) / 2 / self.median(name)


def parse_mixtures(text):
    return [tuple(float(v) for v in entry.split()[1:]) for entry in text.split(";") if entry]


def notebook_axes():
    dx = 0.05
    return np.arange(-10, 10, dx), dx, np.arange(-5.0, 5.0, 0.1), np.arange(0.1, 10.0, 0.1)


def exact_surfaces(mixtures):
    """Both surfaces of each mixture by extended-precision sums in log space, term by term from the definition."""
    wide = np.longdouble
    x, dx, mu, sigma = (np.asarray(a, wide) for a in notebook_axes())

    def normalized(log_values):
        top = log_values.max(axis=-1, keepdims=True)
        return log_values - top - np.log(dx * np.exp(log_values - top).sum(axis=-1, keepdims=True))

    targets = []
    for theta, mu1, mu2, sigma1, sigma2 in (tuple(wide(v) for v in m) for m in mixtures):
        a = np.log(theta / sigma1) - ((x - mu1) / sigma1) ** 2 / 2
        b = np.log((1 - theta) / sigma2) - ((x - mu2) / sigma2) ** 2 / 2
        targets.append(normalized(np.logaddexp(a, b)))
    surfaces = [([], []) for _ in targets]
    for s in sigma:
        log_q = normalized(-(((x[None, :] - mu[:, None]) / s) ** 2) / 2)
        q = np.exp(log_q)
        for log_p, (forward, reverse) in zip(targets, surfaces):
            forward.append(dx * (np.exp(log_p) * (log_p - log_q)).sum(axis=1))
            reverse.append(dx * (q * (log_q - log_p)).sum(axis=1))
    return [(np.array(f), np.array(r)) for f, r in surfaces]


def errors(model, mixtures, exact):
    """As in reference.hpp: largest |value - exact| / max(1, exact) of the finite values, and how many are not."""
    largest, lost = 0.0, 0
    for mixture, truths in zip(mixtures, exact):
        model.compute(*mixture)
        for values, truth in zip(model.surfaces(), truths):
            finite = np.isfinite(values)
            lost += int((~finite).sum())
            error = np.abs(values[finite] - truth[finite]) / np.maximum(1, np.abs(truth[finite]))
            largest = max(largest, float(error.max(initial=0)))
    return {"max_error": largest, "lost_cells": lost}


def seconds_of(call, repeats):
    begin = time.perf_counter()
    for k in range(repeats):
        call(k)
    return (time.perf_counter() - begin) / repeats


class Baseline:
    """A Python way to the surfaces, timed as klgrid's: the mixtures arrive one after the other."""

    def __init__(self, name, make, cores, mixtures, exact):
        self.name, self.make, self.cores, self.mixtures = name, make, cores, mixtures
        pin(cores)
        self.model = make()  # also compiles
        self.counters = errors(self.model, mixtures, exact)

    def sample(self, samples, least):
        pin(self.cores)
        update = lambda k: self.model.compute(*self.mixtures[k % len(self.mixtures)])
        once = seconds_of(update, len(self.mixtures))
        batch = len(self.mixtures) * max(1, math.ceil(least / once / len(self.mixtures)))
        samples.add(f"{self.name}: update", seconds_of(update, batch), self.counters)
        samples.add(f"{self.name}: bank", seconds_of(lambda _: self.make(), 1))


class FreshProcess(Baseline):
    """The same in a process of its own, whose C library keeps the memory of arrays that are freed: as it comes, it gives
    32 MB back to the system at each statement and takes them anew, which is most of the notebook's time."""

    kept = {"MALLOC_TRIM_THRESHOLD_": str(1 << 33), "MALLOC_MMAP_THRESHOLD_": str(1 << 33)}

    def sample(self, samples, least):
        pin(self.cores)
        out = subprocess.run([sys.executable, __file__, "--sample", str(least)], check=True, stdout=subprocess.PIPE,
                             text=True, input=json.dumps(self.mixtures), env={**os.environ, **self.kept}).stdout
        for what, seconds in json.loads(out).items():
            samples.add(f"{self.name}: {what}", seconds, self.counters)

    @staticmethod
    def answer(least):
        """What such a process prints."""
        model = functools.partial(importlib.import_module("notebook_numpy").NotebookNumpy, *notebook_axes())
        samples = Samples()
        baseline = Baseline("", model, os.sched_getaffinity(0), json.load(sys.stdin), exact=[])
        baseline.sample(samples, least)
        print(json.dumps({name.removeprefix(": "): seconds for name, (seconds,) in samples.items()}))


def make_baselines(mixtures, one_core, all_cores):
    axes = notebook_axes()
    exact = exact_surfaces(mixtures)
    baselines = []
    numpy = ("notebook_numpy", "NotebookNumpy", one_core, ())
    wanted = [("NumPy, the notebook's", *numpy), ("NumPy, memory kept", *numpy)]
    for threads in sorted({1, len(all_cores)}):
        wanted.append((f"Numba, {threads} thread{'s' * (threads > 1)}", "notebook_numba", "NotebookNumba", all_cores,
                       (threads,)))
    for name, module, kind, cores, threads in wanted:
        pin(cores)  # Numba counts the CPUs it may use when it is imported
        try:
            model = getattr(importlib.import_module(module), kind)
        except ImportError as missing:
            print(f"left out: {name} ({missing})\n")
            continue
        way = FreshProcess if name == "NumPy, memory kept" else Baseline
        baselines.append(way(name, functools.partial(model, *axes, *threads), cores, mixtures, exact))
    return baselines


class LineQuadrature:
    """One pair on the real line by scipy.integrate.quad: the same event as line/pair of klgrid_bench."""

    def __init__(self, core):
        self.core, self.module = core, importlib.import_module("line_scipy")
        self.errors = {name: self.module.largest_error(name) for name in self.module.MIXTURES}

    def sample(self, samples, least):
        pin(self.core)
        for index, (name, mixture) in enumerate(self.module.MIXTURES.items()):
            pair = lambda _: self.module.pair(mixture, 0.7, 1.3)
            repeats = max(1, math.ceil(least / seconds_of(pair, 1)))
            samples.add(f"SciPy quad/{index}", seconds_of(pair, repeats),
                        {"max_error": self.errors[name], "label": name})


def show_time(seconds):
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 1000 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def print_table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|---" + "|--:" * (len(header) - 1) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def print_machine(context, rounds, core):
    try:
        fields = dict(line.split(":", 1) for line in subprocess.run(
            ["lscpu"], check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C"}
        ).stdout.splitlines() if ":" in line)
        fields = {key: value.strip() for key, value in fields.items()}
        machine = (f"{fields['Model name']} (family {fields.get('CPU family', '?')}, model {fields.get('Model', '?')}), "
                   f"{fields['CPU(s)']} CPUs, L2 {fields.get('L2 cache', '?')}, L3 {fields.get('L3 cache', '?')}")
    except (OSError, KeyError, subprocess.CalledProcessError):
        machine = f"{context['num_cpus']} CPUs of {context['mhz_per_cpu']} MHz"
    print(f"- machine: {machine}")
    print(f"- compiler: {context['compiler']}, flags {context['flags']}")
    print(f"- Eigen {context['eigen']}, SIMD {context['simd'].split(',')[0]}; klgrid {context['klgrid']}")
    print(f"- Python {sys.version.split()[0]}, NumPy {np.__version__}")
    print(f"- date: {context['date']}; medians of {rounds} rounds, pinned to CPU {core}")
    print(f"- mixtures: {context['mixtures']}\n")


def print_updates(samples):
    ours = samples.median("update/notebook")
    names = [n for n in samples if n.endswith(": update") or n in ("update/notebook", "update/notebook/tight")
             or (n.startswith("peer/") and not n.startswith("peer/line/"))]
    rows = []
    for name in sorted(names, key=samples.median):
        counters = samples.counters[name]
        rows.append([name, show_time(samples.median(name)), f"{100 * samples.spread(name):.0f} %",
                     f"{samples.median(name) / ours:.2f}", f"{counters['max_error']:.1e}",
                     f"{counters['lost_cells']:.0f}"])
    print_table(["a new mixture, both surfaces", "time", "+-", "ratio to klgrid", "largest error", "inf or NaN"], rows)


def print_banks(samples):
    ours = samples.median("bank/notebook")
    names = [n for n in samples if n.endswith(": bank") or n == "bank/notebook"]
    rows = [[name, show_time(samples.median(name)), f"{100 * samples.spread(name):.0f} %",
             f"{samples.median(name) / ours:.2f}"] for name in sorted(names, key=samples.median)]
    print_table(["the bank", "time", "+-", "ratio to klgrid"], rows)


def print_line(samples):
    """One pair on the real line, mixture by mixture, and the mesh."""
    rows = []
    for index in range(6):  # of the last three there is klgrid's time alone: they are no cells of the error's
        ways = [f"line/pair/{index}", f"peer/line/boost_quadrature/{index}", f"peer/line/gauss_hermite/{index}",
                f"SciPy quad/{index}"]
        for name in sorted((n for n in ways if n in samples), key=samples.median):
            counters = samples.counters[name]
            rows.append([counters["label"], name.rsplit("/", 1)[0], show_time(samples.median(name)),
                         f"{samples.median(name) / samples.median(ways[0]):.2f}",
                         f"{counters['max_error']:.1e}" if index < 3 else ""])
    print_table(["one pair on the line: mixture", "way", "time", "ratio to klgrid", "largest error"], rows)
    rows = [[samples.counters[name]["label"], show_time(samples.median(name)),
             f"{samples.counters[name]['max_error']:.1e}"]
            for name in (f"line/mesh/notebook/{index}" for index in range(3))]
    print_table(["the notebook's mesh on the line: mixture", "time", "largest error"], rows)


def print_alpha(samples):
    rows = [[name, samples.counters[name].get("label", ""), show_time(samples.median(name)),
             f"{samples.counters[name]['max_error']:.1e}" if "max_error" in samples.counters[name] else ""]
            for name in samples if name.startswith("alpha/")]
    print_table(["Renyi's divergence, the notebook's mesh; alpha in thousandths", "mixture", "time", "largest error"],
                rows)


def print_derivatives(samples):
    """What a descent needs, each as a multiple of the values it goes with."""
    rows = []
    for domain in ("grid", "line"):
        surfaces, pair = f"derivatives/{domain}/values", f"one/{domain}/value"
        for name, unit in ((surfaces, surfaces), (f"derivatives/{domain}/gradient", surfaces),
                           (f"derivatives/{domain}/hessian", surfaces), (f"derivatives/{domain}/forward", surfaces),
                           (f"stationary/{domain}/mesh", surfaces), (f"stationary/{domain}/bank", surfaces),
                           (pair, pair), (f"one/{domain}/derivative", pair), ("fit/line/2", pair), ("fit/line/5", pair)):
            if name in samples and not (domain == "grid" and name.startswith("fit/")):
                rows.append([name, show_time(samples.median(name)), f"{100 * samples.spread(name):.0f} %",
                             f"{samples.median(name) / samples.median(unit):.2f}"])
    print_table(["derivatives, fits and stationary points", "time", "+-", "ratio to values"], rows)


def print_samples(samples):
    """From samples to both fits, by their number."""
    rows = []
    for name in samples:
        if name.startswith(("samples/", "many_components/")):
            steps = [f"{samples.counters[name][step + '_ms']:.3g} ms" for step in ("density", "forward", "reverse")]
            rows.append([name, show_time(samples.median(name)), f"{100 * samples.spread(name):.0f} %", *steps])
    print_table(["from samples to both fits", "time", "+-", "density", "forward fit", "reverse fit"], rows)


def exponent(sizes, values):
    """Least squares of log value over log size."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def print_growth(samples):
    scales = [1, 3, 10, 30]
    cells = [samples.counters[f"update/grow/{s}"]["cells"] for s in scales]
    nodes = [samples.counters[f"update/grow/{s}"]["nodes"] for s in scales]
    update = [samples.median(f"update/grow/{s}") for s in scales]
    bank = [samples.median(f"bank/grow/{s}") for s in scales]
    held = [samples.counters[f"bank/grow/{s}"].get("bank_bytes", math.nan) for s in scales]
    rows = [[f"{s}x", f"{c:.0f}", f"{n:.0f}", show_time(u), show_time(b), f"{h / 1e6:.2f} MB"]
            for s, c, n, u, b, h in zip(scales, cells, nodes, update, bank, held)]
    rows.append(["exponent in the cells", "", f"{exponent(cells, nodes):.2f}", f"{exponent(cells, update):.2f}",
                 f"{exponent(cells, bank):.2f}", f"{exponent(cells, held):.2f}"])
    print_table(["scale", "cells", "nodes", "update", "bank", "bank holds"], rows)


def print_large(samples):
    rows = []
    for what in ("update", "bank"):
        small, large = f"{what}/notebook", f"{what}/large"
        rows.append([what, show_time(samples.median(small)), show_time(samples.median(large)),
                     f"{samples.median(large) / samples.median(small):.0f}"])
    held = [samples.counters[f"bank/{size}"].get("bank_bytes", math.nan) for size in ("notebook", "large")]
    rows.append(["bank holds", *(f"{h / 1e6:.2f} MB" for h in held), f"{held[1] / held[0]:.0f}"])
    print_table(["", "notebook", "large", "ratio"], rows)


def print_variants(samples):
    rows = []
    for problem, size in (("notebook", 4), ("notebook", 16), ("notebook", 64), ("large", 8)):
        each = [samples.median(f"{how}/{problem}/{size}") / size for how in ("one_by_one", "batch")]
        rows.append([f"{problem}, {size} densities, each: one by one, batch", *map(show_time, each), f"{each[0] / each[1]:.2f}"])
    scalars = [samples.median(f"{scalar}/notebook") for scalar in ("double", "float")]
    rows.append(["update/notebook: double, float", *map(show_time, scalars), f"{scalars[0] / scalars[1]:.2f}"])
    if "threads/large/2" in samples:
        threads = [samples.median(f"threads/large/{count}") for count in (1, 2)]
        rows.append(["update/large: 1 thread, 2 threads", *map(show_time, threads), f"{threads[0] / threads[1]:.2f}"])
    print_table(["variants", "first", "second", "ratio"], rows)


def main():
    parser = argparse.ArgumentParser(description="klgrid beside other ways to the same surfaces, in one run.")
    parser.add_argument("binary", nargs="?", type=pathlib.Path, default=ROOT / "build/bench/bench/klgrid_bench")
    parser.add_argument("--rounds", type=int, default=7, help="rounds through all programs; medians are shown")
    parser.add_argument("--min-time", type=float, default=0.2, help="seconds for each benchmark in a round")
    parser.add_argument("--core", type=int, help="the CPU to pin to (default: the last one allowed)")
    parser.add_argument("--no-growth", action="store_true", help="leave out the growth and large tables")
    parser.add_argument("--sample", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sample is not None:
        return FreshProcess.answer(options.sample)
    if not options.binary.exists():
        parser.error(f"{options.binary} does not exist; build it: cmake --workflow --preset bench")
    if options.rounds < 1:
        parser.error("--rounds must be >= 1")
    all_cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else {0}
    core = max(all_cores) if options.core is None else options.core
    pin({core})

    context, _ = run_binary(options.binary, "^bank/notebook", 0.01)
    baselines = make_baselines(parse_mixtures(context["mixtures"]), {core}, all_cores)
    samples = Samples()
    rounds = [("^(update|bank)/notebook|^peer/[a-z_]+(/real|/iter|$)", options.rounds)]
    if not options.no_growth:
        rounds.append(("/grow/|^(update|bank)/large", min(3, options.rounds)))
    line = LineQuadrature({core})
    rounds.insert(1, ("^(peer/)?line/|^alpha/", min(3, options.rounds)))
    rounds.insert(2, ("^(derivatives|one|fit|stationary)/", options.rounds))
    rounds.insert(3, ("^(samples|many_components)/", min(3, options.rounds)))
    for pattern, count in rounds:
        for _ in range(count):
            pin({core})
            for name, row in run_binary(options.binary, pattern, options.min_time)[1].items():
                samples.add(name, row["seconds"], row)
            if pattern == rounds[0][0]:
                for baseline in baselines:
                    baseline.sample(samples, options.min_time)
            if "line/" in pattern:
                line.sample(samples, options.min_time)

    variants = "^(batch|one_by_one)/(notebook/(4|16|64)|large/8)/|^(float|double)/notebook"
    for pattern, cores in ((variants, {core}), ("^threads/large", all_cores)):
        pin(cores)
        for _ in range(min(3, options.rounds)):
            for name, row in run_binary(options.binary, pattern, options.min_time)[1].items():
                samples.add(name, row["seconds"], row)

    print_machine(context, options.rounds, core)
    print_updates(samples)
    print_banks(samples)
    print_line(samples)
    print_alpha(samples)
    print_derivatives(samples)
    print_samples(samples)
    if not options.no_growth:
        print_growth(samples)
        print_large(samples)
    print_variants(samples)


if __name__ == "__main__":
    main()
