# SPDX-License-Identifier: MIT
"""examples/batch beside SciPy: batch_scipy.py PROGRAM [MIXTURES [K]], on one pinned core, in one run.

The job: of random mixtures of K Gaussians the forward fit with its D(p||q), and every minimum of D(q||p). SciPy's way:
quad for each divergence, minimize (BFGS, its default) from the same starts as the library's, the moments, each component
and the Gaussian midway of each pair; the forward fit has the mixture's moments and needs no search. SciPy does every thousandth mixture.
"""
import csv
import io
import math
import os
import random
import resource
import subprocess
import sys
import time

import numpy as np
from scipy.optimize import minimize

from line_scipy import divergence, log_mixture, log_normal

EVERY = 1000


def random_mixture(components):
    shares = [random.uniform(0.05, 1.0) for _ in range(components)]
    return ([share / sum(shares) for share in shares], [random.uniform(-6.0, 6.0) for _ in range(components)],
            [math.exp(random.uniform(-1.0, 1.0)) for _ in range(components)])


def moments(mixture):
    weights, means, stddevs = map(np.array, mixture)
    mean = weights @ means
    return mean, math.sqrt(weights @ (stddevs**2 + (means - mean) ** 2))


def starts(mixture):
    parts = list(zip(*mixture[1:]))
    pairs = [(a, b) for i, a in enumerate(parts) for b in parts[i + 1:]]
    return [moments(mixture), *parts,
            *(((a[0] + b[0]) / 2, math.sqrt((a[1]**2 + b[1]**2) / 2 + (a[0] - b[0])**2 / 4)) for a, b in pairs)]


def forward_kl(mixture, mu, sigma):
    begin = min(m - 10 * s for m, s in zip(*mixture[1:]))
    end = max(m + 10 * s for m, s in zip(*mixture[1:]))
    return divergence(lambda x: log_mixture(x, mixture), lambda x: log_normal(x, mu, sigma), begin, end)


def reverse_minima(mixture):
    def reverse_kl(theta):
        mu, sigma = theta[0], math.exp(theta[1])
        return divergence(lambda x: log_normal(x, mu, sigma), lambda x: log_mixture(x, mixture), mu - 10 * sigma,
                          mu + 10 * sigma)

    found = []
    for mu, sigma in starts(mixture):
        end = minimize(reverse_kl, (mu, math.log(sigma)))
        if all(np.hypot(*(end.x - other.x)) > 1e-3 * math.exp(other.x[1]) for other in found):
            found.append(end)
    return sorted(found, key=lambda end: end.fun)


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    components = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    random.seed(1)
    mixtures = [random_mixture(components) for _ in range(count)]
    text = "id,weight,mean,stddev\n" + "".join(
        f"{i},{w!r},{m!r},{s!r}\n" for i, mixture in enumerate(mixtures) for w, m, s in zip(*mixture))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    batch = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / count
    rows = list(csv.DictReader(io.StringIO(out)))

    forward_error = reverse_error = 0.0
    fewer = 0
    begin = time.process_time()
    for mixture, row in list(zip(mixtures, rows))[::EVERY]:
        cover = forward_kl(mixture, *moments(mixture))
        minima = reverse_minima(mixture)
        forward_error = max(forward_error, abs(cover - float(row["forward_kl"])))
        reverse_error = max(reverse_error, abs(minima[0].fun - float(row["reverse_kl"])))
        fewer += len(minima) != int(row["reverse_minima"])
    scipy = (time.process_time() - begin) / len(range(0, count, EVERY))

    print(f"| {count} random mixtures, K = {components}, one core | CPU time each | mixtures a second | ratio |")
    print("|---|--:|--:|--:|")
    print(f"| examples/batch, text in and out | {1e6 * batch:.1f} us | {1 / batch:.0f} | 1 |")
    print(f"| SciPy, quad and minimize, each {EVERY}th | {1e3 * scipy:.0f} ms | {1 / scipy:.2f} | {scipy / batch:.0f} |")
    print(f"\nLargest difference: {forward_error:.1e} of D(p||q), {reverse_error:.1e} of the best D(q||p) (nats); "
          f"another number of minima: {fewer} of {len(range(0, count, EVERY))}. "
          f"Converged: {sum(row['status'] == 'converged' for row in rows)} of {count}.")


main()
