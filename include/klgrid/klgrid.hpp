// SPDX-License-Identifier: MIT
#pragma once

/// Everything, storey by storey from the ground up: no header includes one of a storey further down this list.

// ground
#include "klgrid/abi.hpp"              // objects of different vector widths do not link
#include "klgrid/axis.hpp"             // spaced numbers: arange, linspace and geomspace
#include "klgrid/executor.hpp"         // on which threads work is done
#include "klgrid/numbers.hpp"          // what is taken for a vector of numbers
#include "klgrid/real.hpp"             // the scalars, and what vectors and surfaces are
#include "klgrid/thread_executor.hpp"  // on threads of the standard library
#include "klgrid/version.hpp"          // the version, as macros

// what is compared, and where
#include "klgrid/domain.hpp"            // what a domain supplies: the concepts Density and GaussianBank
#include "klgrid/gaussian.hpp"          // one Gaussian, q
#include "klgrid/gaussian_mixture.hpp"  // a mixture of Gaussians or a kernel density of samples, p
#include "klgrid/grid.hpp"              // quadrature nodes and weights on a window
#include "klgrid/pair_quadrature.hpp"   // what integrals of one p and one q are sums over
#include "klgrid/parameter_mesh.hpp"    // all (mu, sigma) under comparison

// sums under all Gaussians
#include "klgrid/transform/gauss_transform.hpp"  // the fast Gauss transform
#include "klgrid/transform/options.hpp"          // what it is made for, and the steps that it takes

// the domain of a grid
#include "klgrid/grid/bank.hpp"              // all q of a mesh on a grid: NormalizedGaussianBank
#include "klgrid/grid/density.hpp"           // a density on a grid: GridDensity
#include "klgrid/grid/divergence.hpp"        // entropies and divergences of one pair on a grid
#include "klgrid/grid/flat_limit.hpp"        // what Gaussians on a window tend to as sigma grows
#include "klgrid/grid/pair_quadrature.hpp"   // one pair's nodes on a grid
#include "klgrid/grid/relative_entropy.hpp"  // D(p||r) and Jensen-Shannon of two densities on a grid

// the domain of the real line
#include "klgrid/line/bank.hpp"              // all q of a mesh on the real line: RealLineBank
#include "klgrid/line/density.hpp"           // a mixture as a density on the real line: RealLineDensity
#include "klgrid/line/divergence.hpp"        // entropies and divergences of one pair on the real line
#include "klgrid/line/pair_quadrature.hpp"   // one pair's nodes on the real line
#include "klgrid/line/relative_entropy.hpp"  // D(p||r) and Jensen-Shannon of two mixtures

// divergences, on any domain
#include "klgrid/divergence/affinity_bank.hpp"     // a bank for one order alpha
#include "klgrid/divergence/alpha_divergence.hpp"  // Renyi, alpha and Hellinger, between the two directions
#include "klgrid/divergence/integrand.hpp"         // where a divergence is paid
#include "klgrid/divergence/kl_derivatives.hpp"    // gradients and Hessians of D(p||q) and D(q||p)
#include "klgrid/divergence/kl_surfaces.hpp"       // D(p||q) and D(q||p) over a mesh

// the nearest Gaussian, on any domain
#include "klgrid/fit/descent.hpp"            // Newton's method and gradient descent
#include "klgrid/fit/fit.hpp"                // the best Gaussian: fit_forward, fit_reverse, fit_renyi
#include "klgrid/fit/starting_points.hpp"    // where descents of D(q||p) start
#include "klgrid/fit/stationary_points.hpp"  // all minima, saddles and maxima of D(q||p)

// in and out
#include "klgrid/csv.hpp"  // surfaces and rows as comma-separated values

// compiled once
#include "klgrid/compiled.hpp"  // what the target klgrid::compiled holds
