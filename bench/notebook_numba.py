# SPDX-License-Identifier: MIT
"""Both surfaces by parallel Numba loops in log space, over a stored bank of normalised densities."""
import math

import numba
import numpy as np


@numba.njit(parallel=True, fastmath=True)
def make_bank(x, dx, mu, sigma, mass, log_z, entropy):
    for cell in numba.prange(len(mu) * len(sigma)):
        m, s = mu[cell % len(mu)], sigma[cell // len(mu)]
        top = -np.inf
        for i in range(len(x)):
            top = max(top, -0.5 * ((x[i] - m) / s) ** 2)
        total, second = 0.0, 0.0
        for i in range(len(x)):
            e = -0.5 * ((x[i] - m) / s) ** 2
            mass[cell, i] = math.exp(e - top)
            total += mass[cell, i]
            second -= e * mass[cell, i]
        for i in range(len(x)):
            mass[cell, i] /= total
        log_z[cell] = top + math.log(dx * total)
        entropy[cell] = second / total + log_z[cell]


@numba.njit(fastmath=True)
def log_density(x, dx, theta, mu1, mu2, sigma1, sigma2, log_p):
    a1, a2 = math.log(theta / sigma1), math.log((1.0 - theta) / sigma2)
    total, top = 0.0, -1e300
    for i in range(len(x)):
        e1 = a1 - 0.5 * ((x[i] - mu1) / sigma1) ** 2
        e2 = a2 - 0.5 * ((x[i] - mu2) / sigma2) ** 2
        log_p[i] = max(e1, e2) + math.log1p(math.exp(-abs(e1 - e2)))
        top = max(top, log_p[i])
    for i in range(len(x)):
        total += math.exp(log_p[i] - top)
    log_p -= top + math.log(dx * total)


@numba.njit(parallel=True, fastmath=True)
def make_surfaces(x, dx, mu, sigma, mass, log_z, entropy, log_p, forward, reverse):
    p = dx * np.exp(log_p)
    h, mean = -np.sum(p * log_p), np.sum(p * x)
    variance = np.sum(p * (x - mean) ** 2)
    for cell in numba.prange(len(mu) * len(sigma)):
        m, s = mu[cell % len(mu)], sigma[cell // len(mu)]
        forward[cell] = (variance + (mean - m) ** 2) / (2 * s * s) + log_z[cell] - h
        expected = 0.0
        for i in range(len(x)):
            expected += mass[cell, i] * log_p[i]
        reverse[cell] = -entropy[cell] - expected


class NotebookNumba:
    """On so many threads; theta strictly between 0 and 1."""

    def __init__(self, x, dx, mu, sigma, threads):
        self.threads = threads
        numba.set_num_threads(threads)
        cells = len(mu) * len(sigma)
        self.axes = x, dx, mu, sigma
        self.bank = np.empty((cells, len(x))), np.empty(cells), np.empty(cells)
        self.log_p = np.empty(len(x))
        self.out = np.empty(cells), np.empty(cells)
        make_bank(*self.axes, *self.bank)

    def compute(self, theta, mu1, mu2, sigma1, sigma2):
        numba.set_num_threads(self.threads)
        x, dx, _, _ = self.axes
        log_density(x, dx, theta, mu1, mu2, sigma1, sigma2, self.log_p)
        make_surfaces(*self.axes, *self.bank, self.log_p, *self.out)

    def surfaces(self):
        """Both surfaces in nats."""
        _, _, mu, sigma = self.axes
        return tuple(s.reshape(len(sigma), len(mu)) for s in self.out)
