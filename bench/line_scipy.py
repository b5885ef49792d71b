# SPDX-License-Identifier: MIT
"""Both divergences on the real line by scipy.integrate.quad, as bench_real_line.cpp does them by Boost.Math."""
import csv
import math
import pathlib
import warnings

from scipy.integrate import IntegrationWarning, quad

TRUTH = pathlib.Path(__file__).resolve().parent.parent / "tests/reference/line_truth.csv"
# As in bench_real_line.cpp, in its order: weights, means, standard deviations.
MIXTURES = {
    "equal": ((0.5, 0.5), (-3.0, 3.0), (1.0, 1.0)),
    "narrow": ((0.5, 0.5), (-3.0, 3.0), (0.1, 0.1)),
    "mixed": ((0.3, 0.7), (-3.0, 3.0), (0.1, 2.0)),
}


def log_normal(x, mean, stddev):
    return -0.5 * ((x - mean) / stddev) ** 2 - math.log(stddev * math.sqrt(2 * math.pi))


def log_mixture(x, mixture):
    terms = [math.log(w) + log_normal(x, m, s) for w, m, s in zip(*mixture)]
    top = max(terms)
    return top + math.log(sum(math.exp(t - top) for t in terms))


def divergence(log_a, log_b, begin, end):
    """D(a||b) over [begin, end], adaptively, to the error that klgrid promises if quad can."""
    def integrand(x):
        at = log_a(x)
        return math.exp(at) * (at - log_b(x))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IntegrationWarning)
        return quad(integrand, begin, end, epsabs=1e-12, epsrel=1e-12, limit=200)[0]


def pair(mixture, mu, sigma):
    """D(p||q) and D(q||p), each over ten standard deviations of the density in front."""
    _, means, stddevs = mixture
    log_p = lambda x: log_mixture(x, mixture)
    log_q = lambda x: log_normal(x, mu, sigma)
    return (divergence(log_p, log_q, min(m - 10 * s for m, s in zip(means, stddevs)),
                       max(m + 10 * s for m, s in zip(means, stddevs))),
            divergence(log_q, log_p, mu - 10 * sigma, mu + 10 * sigma))


def largest_error(name):
    """|value - exact| / max(1, exact) over the cells of line_truth.csv that belong to a mixture."""
    largest = 0.0
    with open(TRUTH, newline="") as file:
        for row in csv.DictReader(file):
            if row["name"] != name:
                continue
            values = pair(MIXTURES[name], float(row["mu"]), float(row["sigma"]))
            for value, truth in zip(values, (float(row["forward_kl"]), float(row["reverse_kl"]))):
                largest = max(largest, abs(value - truth) / max(1.0, abs(truth)))
    return largest
