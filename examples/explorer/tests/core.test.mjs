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
  module = await create(globalThis, { currentScript: { src: "" } })();
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
  const array = (call) => {
    const size = call(at);
    const begin = module.HEAPU32[at / 4] / 8;
    return module.HEAPF64.slice(begin, begin + size);
  };
  const mu = array(module._explorer_mu_axis);
  const sigma = array(module._explorer_sigma_axis);
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
