// SPDX-License-Identifier: MIT
// What the page asks of klgrid, as a C interface: numbers in, numbers out, in nats.
//
// Every function checks its input. Where one returns an int, a negative one means that it failed and that
// explorer_error() says why; otherwise it is what the function's comment says. A pointer handed out stays valid until
// the next call that hands one out.
#ifndef KLGRID_EXPLORER_H
#define KLGRID_EXPLORER_H

#ifdef __cplusplus
extern "C" {
#endif

/// grid: the sums of the notebook, on the window [-10, 10) in steps of 0.05. line: the integrals over the real line.
enum ExplorerDomain { EXPLORER_GRID = 0, EXPLORER_LINE = 1 };

/// forward: D(p||q). reverse: D(q||p).
enum ExplorerDirection { EXPLORER_FORWARD = 0, EXPLORER_REVERSE = 1 };

/// minimum, saddle and maximum of a surface; degenerate where a curvature vanishes.
enum ExplorerKind { EXPLORER_MINIMUM = 0, EXPLORER_SADDLE = 1, EXPLORER_MAXIMUM = 2, EXPLORER_DEGENERATE = 3 };

/// The maps' mesh, as a sum: EXPLORER_WIDE has mu to +-10 instead of +-5, EXPLORER_LOG even steps of log sigma.
enum ExplorerMesh { EXPLORER_WIDE = 1, EXPLORER_LOG = 2 };

/// Why the last failure failed.
const char* explorer_error(void);

/// The mesh of what follows. Returns 0.
int explorer_set_mesh(int mesh);

/// The axis of mu, and of sigma: writes its values to *values and returns their number. coarse: that of alpha's map.
int explorer_mu_axis(int coarse, const double** values);
int explorer_sigma_axis(int coarse, const double** values);

/// p = sum_k w_k N(means[k], stddevs[k]^2), w_k = shares[k] / sum of shares; count in [1, 8]. Returns 0. A mixture that
/// is refused leaves the one before it.
int explorer_set_mixture(int count, const double* shares, const double* means, const double* stddevs);

/// p = the kernel density of count samples, with a bandwidth > 0. Returns 0.
int explorer_set_samples(int count, const double* samples, double bandwidth);

/// Writes the bandwidth of Silverman's rule. Returns 0.
int explorer_bandwidth(int count, const double* samples, double* bandwidth);

/// Both surfaces of p, sigma in rows: returns the number of cells.
int explorer_surfaces(int domain, const double** forward, const double** reverse);

/// Amari's alpha-divergence on the coarse mesh, from D(q||p) at alpha = 0 to D(p||q) at 1: returns the number of cells.
int explorer_alpha_surface(int domain, double alpha, const double** values);

/// Both surfaces as klgrid/csv.hpp writes them: returns the length of *text.
int explorer_csv(int domain, const char** text);

/// Writes D(p||q), D(q||p), H(p), H(q), H(p,q), H(q,p) of q(mu, sigma). Returns 6.
int explorer_pair(int domain, double mu, double sigma, double* values);

/// The points x at which densities are drawn: the grid's nodes, or as many as the figure is wide. Returns their number.
int explorer_abscissae(int domain, const double** x);

/// p, a component's part of p, and q(mu, sigma) at these points, normalised on the domain. Returns their number.
int explorer_density(int domain, const double** values);
int explorer_component(int domain, int component, const double** values);
int explorer_gaussian(int domain, double mu, double sigma, const double** values);

/// What the divergences add up: p log(p/q) and q log(q/p) at these points. Returns their number.
int explorer_integrands(int domain, double mu, double sigma, const double** forward, const double** reverse);

/// The gradient descent of one divergence from (mu, sigma): writes rows of mu, sigma, D and returns their number.
int explorer_descent(int domain, int direction, double mu, double sigma, const double** rows);

/// Minima of D(q||p), by increasing D: those that Newton's method reaches from klgrid's starting points and from count
/// more. Quick; rows as of the next function, which looks for all.
int explorer_minima(int domain, int count, const double* mu, const double* sigma, const double** rows);

/// The points of the mesh's range where the gradient of D(q||p) vanishes, by increasing D: writes rows of mu, sigma, D,
/// ExplorerKind and returns their number.
int explorer_stationary_points(int domain, const double** rows);

/// The same row for the minimum of D(p||q), which has one only. Returns 1; or 0: on a window there may be none, where
/// the best Gaussian is a level one.
int explorer_forward_minimum(int domain, const double** row);

/// The minima of order alpha = 0, 1/steps, ... 1, followed from both ends: rows of alpha, mu, sigma, and Renyi's
/// divergence over alpha. Returns their number.
int explorer_branches(int domain, int steps, const double** rows);

/// The minima of one order that descents from count Gaussians lead to: rows of mu, sigma, Amari's divergence.
int explorer_alpha_minima(int domain, double alpha, int count, const double* mu, const double* sigma,
                          const double** rows);

#ifdef __cplusplus
}
#endif

#endif
