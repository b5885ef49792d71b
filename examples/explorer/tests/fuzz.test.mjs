// SPDX-License-Identifier: MIT
// Links and pasted tables that nobody would write: texts of a corpus, changed at random from a fixed seed, through the
// page's own parsers. KLGRID_FUZZ_SECONDS searches for longer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const seed = 20240229;
const seconds = Number(process.env.KLGRID_FUZZ_SECONDS ?? 2);

async function load(...modules) {
  const contents = modules.map((name) => `export * from "./${name}";`).join("\n");
  const resolveDir = fileURLToPath(new URL("../src", import.meta.url));
  const { outputFiles } = await build({ stdin: { contents, resolveDir, loader: "ts" }, bundle: true, write: false, format: "esm" });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
const { fromHash, toHash, parseData, inUnit, BadText, ranges, mostComponents, mostSamples, defaultState } = await load("address", "parse_data", "state");

/// Numbers in [0, 1), the same ones each time (mulberry32).
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const pieces = ["0", "1", "-1", "0.5", "1e-9", "1e9", "1e308", "1e-320", "-0", "NaN", "Infinity", "0x10", ".5", "5.", "1_0", "−3", "\t", " ", "\n", "\r\n", ",", ";",
  "#", "&", "=", "%", "%2C", "%ff", "+", "weights=", "means=", "stddevs=", "samples=", "bandwidth=", "unit=", "mu=", "sigma=", "descents=", "__proto__=", "\u0000", "\ud800", "ä", "∞"];

/// One of the corpus with some pieces put in, taken out, doubled, or put in the place of others.
function mutated(corpus, random) {
  const any = (list) => list[Math.floor(random() * list.length)];
  let text = any(corpus);
  for (let n = Math.floor(random() * 6); n >= 0; --n) {
    const begin = Math.floor(random() * (text.length + 1));
    const end = Math.min(text.length, begin + Math.floor(random() * 8));
    const middle = [any(pieces), "", text.slice(begin, end).repeat(2), String(10 ** (random() * 40 - 20)), any(corpus).slice(begin, end)];
    text = text.slice(0, begin) + any(middle) + text.slice(end);
  }
  return text;
}

function search(corpus, check) {
  const random = generator(seed);
  const end = performance.now() + 1000 * seconds;
  let runs = 0;
  for (const text of corpus) check(text);
  for (; runs < 2000 || performance.now() < end; ++runs) {
    const text = mutated(corpus, random);
    try {
      check(text);
    } catch (failure) {
      throw new Error(`seed ${seed}, run ${runs}: ${JSON.stringify(text)}`, { cause: failure });
    }
  }
  console.log(`${runs} texts, seed ${seed}`);
}

const within = (x, { min, max }, what) => assert.ok(x >= min && x <= max, `${what}: ${x} is not in [${min}, ${max}]`);

function assertState(state) {
  within(state.components.length, { min: 1, max: mostComponents }, "components");
  for (const { share, mean, stddev } of state.components) {
    within(share, ranges.share, "share");
    within(mean, ranges.mean, "mean");
    within(stddev, ranges.stddev, "stddev");
  }
  assert.ok(state.components.some(({ share }) => share > 0), "some weight is above 0");
  if (state.samples) {
    within(new Set(state.samples.values).size, { min: 2, max: mostSamples }, "different samples");
    for (const x of state.samples.values) within(x, ranges.mu, "sample");
    within(state.samples.bandwidth, ranges.bandwidth, "bandwidth");
  }
  within(state.q.mu, ranges.mu, "mu");
  within(state.q.sigma, ranges.sigma, "sigma");
  within(state.alpha, ranges.alpha, "alpha");
}

/// What the page shows has an address, and that leads back to it.
function assertRoundTrip(state) {
  const hash = toHash(state);
  const { state: copy, errors } = fromHash(hash);
  assert.deepEqual(errors, [], hash);
  assert.equal(toHash(copy), hash);
}

const links = ["", "#mu=1", "#weights=0.3,0.7,0.3&means=-3,3,1.2&stddevs=1,1,0.5&mu=-1.5&sigma=1&domain=line&compare=1&descents=forward,reverse&axis=log&scale=one&theme=dark",
  "#samples=1,2,3.5,-4&bandwidth=0.5&unit=1e3,20&view=lecture&alpha=0.25", "#weights=0,0&means=-1,2", "#%%%&&=="];
test("any link gives a picture, and that picture's link the same one", () =>
  search(links, (text) => {
    const { state, errors } = fromHash(text);
    assert.ok(errors.every((each) => typeof each === "string"));
    assertState(state);
    assertRoundTrip(state);
  }));

const tables = ["0.5 -3 1\n0.5 3 1\n", "weight,mean,stddev\n0.2,-1000,20\n0.8,2000,100\n", "# samples\n1.5\n2\n3,4;5\n", "1e9\n1e9\n1000000001\n", "0.001 0.002 0.0015 0.0017", "1\n2\nx\n"];
test("any table is refused by its line, or is data in the page's range", () =>
  search(tables, (text) => {
    let own;
    try {
      own = parseData(text);
    } catch (refused) {
      assert.ok(refused instanceof BadText && /^line [1-9]\d*: /.test(refused.message), String(refused));
      return;
    }
    const { data, unit } = inUnit(own);
    if (unit) assert.ok(Number.isFinite(unit.centre) && unit.unit > 0 && Number.isFinite(unit.unit), JSON.stringify(unit));
    const state = { ...defaultState(), unit };
    if ("samples" in data) state.samples = { values: data.samples, bandwidth: 0.5 };
    else state.components = data.components;
    assertState(state);
    assertRoundTrip(state);
  }));
