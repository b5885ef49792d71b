// SPDX-License-Identifier: MIT
// The C interface, called as WebAssembly without a page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { accuracy, assertNear, core, reference, table } from "./setting.mjs";

let module;
let at; // room for numbers and pointers
const grid = 0;
const line = 1;

before(async () => {
  // The module is made for browsers: it looks for these two.
  const create = new Function("window", "document", "module", "exports", `${readFileSync(core, "utf8")}; return Module;`);
  const wasmBinary = readFileSync(core.replace(/\.js$/, ".wasm"));
  module = await create(globalThis, { currentScript: { src: "" } })({ wasmBinary });
  at = module._malloc(1000);
});

const error = () => module.UTF8ToString(module._explorer_error());

function setMixture(shares, means, stddevs) {
  const put = (values, from) => {
    module.HEAPF64.set(values, (at + from) / 8);
    return at + from;
  };
  return module._explorer_set_mixture(shares.length, put(shares, 0), put(means, 304), put(stddevs, 600));
}

function pair(domain, mu, sigma) {
  const count = module._explorer_pair(domain, mu, sigma, at);
  return [...module.HEAPF64.slice(at / 8, at / 8 + Math.max(0, count))];
}

/// The array whose pointer call writes, of as many rows as it returns.
function array(call, width = 1) {
  const size = width * call(at);
  assert.ok(size >= 0, error());
  const begin = module.HEAPU32[at / 4] / 8;
  return module.HEAPF64.slice(begin, begin + size);
}

const rows = (width, call) => {
  const flat = array(call, width);
  return Array.from({ length: flat.length / width }, (_, i) => [...flat.slice(i * width, (i + 1) * width)]);
};

test("nothing is computed before there is a mixture", () => {
  assert.equal(module._explorer_pair(grid, 0, 1, at), -1);
  assert.equal(error(), "explorer: mixture must be set before it is used, got none");
});

test("bad input is refused with a text that names argument, index, rule and value", () => {
  assert.equal(setMixture([0.5, 0.5], [-3, 3], [1, 1]), 0);
  const before = pair(grid, 0, 1);
  const refused = [
    [() => setMixture([], [], []), "explorer: count must be in [1, 8], got 0"],
    [() => setMixture(Array(9).fill(1), Array(9).fill(0), Array(9).fill(1)), "explorer: count must be in [1, 8], got 9"],
    [() => setMixture([0.5, -0.5], [0, 0], [1, 1]), "explorer: shares[1] must be finite and >= 0, got -0.5"],
    [() => setMixture([NaN], [0], [1]), "explorer: shares[0] must be finite and >= 0, got nan"],
    [() => setMixture([0, 0], [0, 0], [1, 1]), "explorer: shares must be of a positive sum, got 0"],
    [() => setMixture([1], [Infinity], [1]), "GaussianMixture: means[0] must be finite, got inf"],
    [() => setMixture([1], [0], [0]), "GaussianMixture: stddevs[0] must be finite and > 0, got 0"],
    [() => module._explorer_pair(grid, 0, -1, at), "Gaussian: stddev must be finite and > 0, got -1"],
    [() => module._explorer_pair(2, 0, 1, at), "explorer: domain must be 0 (grid) or 1 (line), got 2"],
    [() => module._explorer_surfaces(-1, at, at + 4), "explorer: domain must be 0 (grid) or 1 (line), got -1"],
    [() => module._explorer_set_mesh(4), "explorer: mesh must be in [0, 3], got 4"],
    [() => module._explorer_branches(grid, 0, at), "explorer: steps must be in [1, 100], got 0"],
    [() => module._explorer_set_samples(1, at, 1), "explorer: count must be >= 2, got 1"],
    [() => module._explorer_alpha_surface(grid, 1.5, at), "alpha_divergence: alpha must be in [0, 1], got 1.5"],
    [() => module._explorer_csv(2, at), "explorer: domain must be 0 (grid) or 1 (line), got 2"],
    [() => module._explorer_gaussian(grid, NaN, 1, at), "Gaussian: mean must be finite, got nan"],
    [() => module._explorer_component(line, 2, at), "GaussianMixture::component_pdf: k must be in [0, K), got 2"],
    [() => module._explorer_descent(grid, 2, 0, 1, at), "explorer: direction must be 0 (forward) or 1 (reverse), got 2"],
  ];
  for (const [call, text] of refused) {
    assert.equal(call(), -1, text);
    assert.equal(error(), text);
  }
  assert.deepEqual(pair(grid, 0, 1), before, "the mixture before a refused one stays");
});

test("one pair equals the example divergence", () => {
  setMixture([0.3, 0.7], [-1.2, 2.5], [0.4, 1.7]);
  const mixture = ["--weights=0.3,0.7", "--means=-1.2,2.5", "--stddevs=0.4,1.7"];
  for (const [mu, sigma] of [[0, 1], [-3, 0.1], [4.9, 9.9]]) {
    const [row] = table("divergence", ...mixture, `--mu=${mu}`, `--sigma=${sigma}`).rows;
    pair(grid, mu, sigma).forEach((value, n) => assertNear(value, row[n + 2], accuracy, `value ${n} at ${mu}, ${sigma}`));
  }
});

test("shares are divided by their sum", () => {
  setMixture([1, 3], [-1, 2], [1, 1]);
  const shares = pair(line, 0.5, 1.5);
  setMixture([0.25, 0.75], [-1, 2], [1, 1]);
  assert.deepEqual(shares, pair(line, 0.5, 1.5));
});

test("both surfaces equal the reference figures, on the grid and on the line", () => {
  const mu = array((to) => module._explorer_mu_axis(0, to));
  const sigma = array((to) => module._explorer_sigma_axis(0, to));
  let compared = 0;
  for (const { name, weights, means, stddevs } of reference("mixtures")) {
    setMixture(...[weights, means, stddevs].map((list) => list.split(";").map(Number)));
    for (const [domain, truth] of [[grid, "grid_truth"], [line, "line_truth"]]) {
      const forward = array((to) => module._explorer_surfaces(domain, to, at + 8));
      const reverse = array((to) => module._explorer_surfaces(domain, at + 8, to));
      for (const row of reference(truth).filter((each) => each.name === name)) {
        const cell = sigma.indexOf(Number(row.sigma)) * mu.length + mu.indexOf(Number(row.mu));
        assertNear(forward[cell], Number(row.forward_kl), accuracy, `${truth}, ${name}, ${row.mu}, ${row.sigma}: D(p||q)`);
        assertNear(reverse[cell], Number(row.reverse_kl), accuracy, `${truth}, ${name}, ${row.mu}, ${row.sigma}: D(q||p)`);
        ++compared;
      }
    }
  }
  assert.ok(compared > 1000, `${compared} cells compared`);
});

test("the integrands add up to the divergences", () => {
  setMixture([0.3, 0.7], [-1.2, 2.5], [0.4, 1.7]);
  for (const domain of [grid, line])
    for (const [mu, sigma] of [[0, 1.5], [1, 2], [2, 0.7]]) {
      const [forward, reverse] = pair(domain, mu, sigma);
      const x = array((to) => module._explorer_abscissae(domain, to));
      const step = x[1] - x[0];
      // On the line, the figure's 441 points are a trapezoidal rule that converges as fast as the integrands fall.
      const tolerance = domain === grid ? accuracy : 1e-5;
      const sum = (values) => values.reduce((total, value) => total + value * step, 0);
      assertNear(sum(array((to) => module._explorer_integrands(domain, mu, sigma, to, at + 8))), forward, tolerance, "D(p||q)");
      assertNear(sum(array((to) => module._explorer_integrands(domain, mu, sigma, at + 8, to))), reverse, tolerance, "D(q||p)");
    }
});

test("the quick minima are among all stationary points", () => {
  const cases = [
    [[0.5, 0.5], [-3, 3], [1, 1], 3],
    [[0.5, 0.5], [-3, 3], [0.1, 0.1], 3],
    [[0.4, 0.4, 0.4], [-3, 0, 3], [0.5, 0.5, 0.5], 4],
  ];
  for (const [shares, means, stddevs, count] of cases)
    for (const domain of [grid, line]) {
      setMixture(shares, means, stddevs);
      const minima = rows(4, (to) => module._explorer_minima(domain, 0, at, at, to));
      const all = rows(4, (to) => module._explorer_stationary_points(domain, to)).filter((row) => row[3] === 0);
      assert.equal(all.length, count, means.join());
      for (const minimum of minima)
        assert.ok(all.some((row) => row.slice(0, 3).every((v, k) => Math.abs(v - minimum[k]) < 1e-6)), `${minimum} is none of ${all}`);
      assertNear(minima[0][2], all[0][2], accuracy, "the best one");
    }
});

test("on the line order 1 is D(p||q), order 0 D(q||p), and the branches lead from one to the other", () => {
  setMixture([0.5, 0.5], [-3, 3], [1, 1]);
  const forward = array((to) => module._explorer_surfaces(line, to, at + 8));
  const reverse = array((to) => module._explorer_surfaces(line, at + 8, to));
  const mu = array((to) => module._explorer_mu_axis(0, to));
  const coarse = [0, 1].map((n) => array((to) => [module._explorer_mu_axis, module._explorer_sigma_axis][n](1, to)));
  for (const [alpha, surface] of [[0, reverse], [1, forward]]) {
    const values = array((to) => module._explorer_alpha_surface(line, alpha, to));
    assert.equal(values.length, coarse[0].length * coarse[1].length);
    // The first row and every other column are those of the fine mesh.
    for (let j = 0; j < coarse[0].length; ++j) assertNear(values[j], surface[2 * j], accuracy, `alpha ${alpha} at mu ${mu[2 * j]}`);
  }
  const branches = rows(4, (to) => module._explorer_branches(line, 20, to));
  const of = (alpha) => branches.filter((row) => row[0] === alpha).map((row) => row.slice(1, 3).map((v) => Number(v.toFixed(2))));
  assert.deepEqual(of(0).sort((a, b) => a[0] - b[0]), [[-2.98, 1.02], [0, 2.74], [2.98, 1.02]].sort((a, b) => a[0] - b[0]));
  assert.deepEqual(of(1), [[0, 3.16]]);
});

test("a window too narrow for p leaves D(p||q) without a minimum", () => {
  setMixture([0.5, 0.5], [-8, 8], [1, 1]);
  assert.equal(module._explorer_forward_minimum(grid, at), 0);
  assert.equal(module._explorer_forward_minimum(line, at), 1);
});

test("samples are a kernel density", () => {
  const samples = [-2, -1, 0.5, 3];
  module.HEAPF64.set(samples, at / 8 + 40);
  assert.equal(module._explorer_bandwidth(4, at + 320, at), 0);
  const bandwidth = module.HEAPF64[at / 8];
  const mean = samples.reduce((a, b) => a + b) / 4;
  const spread = Math.sqrt(samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 3);
  assertNear(bandwidth, spread * (4 / (3 * 4)) ** 0.2, accuracy, "Silverman's rule");
  assert.equal(module._explorer_set_samples(4, at + 320, 0.5), 0);
  const ofSamples = pair(line, 0, 1);
  setMixture([1, 1, 1, 1], samples, [0.5, 0.5, 0.5, 0.5]);
  pair(line, 0, 1).forEach((value, n) => assertNear(value, ofSamples[n], accuracy, `value ${n}`));
});
