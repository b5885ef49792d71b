# SPDX-License-Identifier: MIT
"""The notebook's arithmetic in NumPy: its class without widgets and drawing, faults included."""
import numpy as np
from scipy.stats import norm


class NotebookNumpy:
    """Densities of a stored bank (zeros replaced by 1e-8), and sums without the factor dx; some are inf or NaN."""

    def __init__(self, x, dx, mu, sigma):
        self.x, self.dx = x, dx
        self.shape = (len(sigma), len(mu))
        mm, ss = np.meshgrid(mu, sigma)
        mm = mm.flatten().reshape(-1, 1).repeat(len(x), axis=1)
        ss = ss.flatten().reshape(-1, 1).repeat(len(x), axis=1)
        xx = x.reshape(1, -1).repeat(mm.shape[0], axis=0)
        q = (1.0 / ss) * np.exp(-((xx - mm) ** 2) / (2 * (ss**2)))
        q /= dx * np.sum(q, axis=1).reshape(-1, 1).repeat(len(x), axis=1)
        q[q == 0] = 1e-8
        self.q = q.copy()

    def compute(self, theta, mu1, mu2, sigma1, sigma2):
        y1 = theta * norm.pdf(self.x, loc=mu1, scale=sigma1)
        y2 = (1.0 - theta) * norm.pdf(self.x, loc=mu2, scale=sigma2)
        y = (y1 + y2) / (np.sum(y1 + y2) * self.dx)
        p = y.reshape(1, -1).repeat(self.q.shape[0], axis=0)
        with np.errstate(all="ignore"):
            self.kl_pq = np.sum(p * np.log(p / self.q), axis=1).reshape(self.shape)
            self.kl_qp = np.sum(self.q * np.log(self.q / p), axis=1).reshape(self.shape)

    def surfaces(self):
        """Both surfaces in nats."""
        return self.dx * self.kl_pq, self.dx * self.kl_qp
