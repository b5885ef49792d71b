// SPDX-License-Identifier: MIT
// The address that holds the picture: #weights=0.5,0.5&means=-3,3&stddevs=1,1&mu=1&sigma=1...
import type { Component } from "./core";
import { defaultState, mostComponents, mostSamples, ranges, type Range, type State } from "./state";

const anyNumber: Range = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE, step: 1 };
const names = ["weights", "means", "stddevs", "samples", "bandwidth", "unit", "mu", "sigma", "domain", "compare", "descents",
  "alpha", "axis", "scale", "view", "theme"];

export function toHash(state: State): string {
  const fields: string[] = [];
  const { samples, unit, components } = state;
  if (samples) {
    fields.push(`samples=${samples.values.join(",")}`, `bandwidth=${samples.bandwidth}`);
  } else {
    const list = (of: (c: Component) => number) => components.map(of).join(",");
    fields.push(`weights=${list((c) => c.share)}`, `means=${list((c) => c.mean)}`, `stddevs=${list((c) => c.stddev)}`);
  }
  if (unit) fields.push(`unit=${unit.centre},${unit.unit}`);
  fields.push(`mu=${state.q.mu}`, `sigma=${state.q.sigma}`, `domain=${state.domain}`);
  if (state.compare) fields.push("compare=1");
  if (state.descents.length) fields.push(`descents=${state.descents.join(",")}`);
  if (state.alpha !== defaultState().alpha) fields.push(`alpha=${state.alpha}`);
  if (state.logSigma) fields.push("axis=log");
  if (state.oneScale) fields.push("scale=one");
  if (state.lecture) fields.push("view=lecture");
  if (state.theme !== "auto") fields.push(`theme=${state.theme}`);
  return `#${fields.join("&").replaceAll("e+", "e")}`; // a + in an address is read as a blank
}

/// Reads an address's fields; what is wrong in them is collected as texts.
class Fields {
  readonly errors: string[] = [];
  private readonly fields: URLSearchParams;

  constructor(hash: string) {
    this.fields = new URLSearchParams(hash.replace(/^#/, ""));
    for (const name of this.fields.keys())
      if (!names.includes(name)) this.errors.push(`“${name}” is no field of this page's addresses: ${names.join(", ")}`);
  }

  numbers(name: string, range: Range, most = 1): number[] | undefined {
    const words = this.fields.get(name)?.split(",");
    if (!words) return undefined;
    const values = words.map((word) => (word.trim() === "" ? NaN : Number(word)));
    const wrong = values.findIndex((v) => !(v >= range.min && v <= range.max));
    if (wrong >= 0) {
      const which = words.length > 1 ? `${name}[${wrong}]` : name;
      this.errors.push(`${which} must be in [${range.min}, ${range.max}], got “${words[wrong]}”`);
      return undefined;
    }
    if (values.length <= most) return values;
    this.errors.push(`${name} must be at most ${most} number${most > 1 ? "s" : ""}, got ${values.length}`);
    return undefined;
  }

  choice<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    const text = this.fields.get(name);
    if (text === null) return otherwise;
    if ((choices as readonly string[]).includes(text)) return text as T;
    this.errors.push(`${name} must be one of ${choices.join(", ")}, got “${text}”`);
    return otherwise;
  }

  words<T extends string>(name: string, choices: readonly T[]): T[] {
    const words = this.fields.get(name)?.split(",").filter(Boolean) ?? [];
    const wrong = words.find((word) => !(choices as readonly string[]).includes(word));
    if (wrong) this.errors.push(`${name} must be of ${choices.join(", ")}, got “${wrong}”`);
    return choices.filter((choice) => words.includes(choice));
  }
}

/// Missing columns are as by default: equal weights, means spread evenly from -3 to 3, standard deviations of 1.
function readComponents(fields: Fields): Component[] | undefined {
  const weights = fields.numbers("weights", ranges.share, mostComponents);
  const means = fields.numbers("means", ranges.mean, mostComponents);
  const stddevs = fields.numbers("stddevs", ranges.stddev, mostComponents);
  const given = Object.entries({ weights, means, stddevs }).filter(([, column]) => column);
  if (!given.length) return undefined;
  const count = given[0]![1]!.length;
  if (given.some(([, column]) => column!.length !== count)) {
    const lengths = given.map(([name, column]) => `${column!.length} ${name}`).join(", ");
    fields.errors.push(`weights, means and stddevs must be equally many, got ${lengths}: the mixture is as by default`);
    return undefined;
  }
  if (weights && !weights.some((w) => w > 0)) {
    fields.errors.push("weights must not all be 0: they are equal here");
    weights.fill(0.5);
  }
  const spread = (k: number) => (count > 1 ? Number((-3 + (6 * k) / (count - 1)).toFixed(1)) : 0);
  return Array.from({ length: count }, (_, k) => ({
    share: weights?.[k] ?? 0.5,
    mean: means?.[k] ?? spread(k),
    stddev: stddevs?.[k] ?? 1,
  }));
}

/// The state of an address. What is missing is as by default; what is wrong is too, and told.
export function fromHash(hash: string): { state: State; errors: string[] } {
  const fields = new Fields(hash);
  const state = defaultState();
  state.components = readComponents(fields) ?? state.components;
  const values = fields.numbers("samples", ranges.mu, mostSamples);
  const bandwidth = fields.numbers("bandwidth", ranges.bandwidth)?.[0] ?? 0.5;
  if (values && new Set(values).size < 2) fields.errors.push("samples must be at least two different numbers");
  else if (values) state.samples = { values, bandwidth };
  const unit = fields.numbers("unit", anyNumber, 2);
  if (unit?.length === 2 && unit[1]! > 0) state.unit = { centre: unit[0]!, unit: unit[1]! };
  state.q.mu = fields.numbers("mu", ranges.mu)?.[0] ?? state.q.mu;
  state.q.sigma = fields.numbers("sigma", ranges.sigma)?.[0] ?? state.q.sigma;
  state.domain = fields.choice("domain", ["grid", "line"], state.domain);
  state.compare = fields.choice("compare", ["0", "1"], "0") === "1";
  state.descents = fields.words("descents", ["forward", "reverse"]);
  state.alpha = fields.numbers("alpha", ranges.alpha)?.[0] ?? state.alpha;
  state.logSigma = fields.choice("axis", ["linear", "log"], "linear") === "log";
  state.oneScale = fields.choice("scale", ["own", "one"], "own") === "one";
  state.lecture = fields.choice("view", ["page", "lecture"], "page") === "lecture";
  state.theme = fields.choice("theme", ["auto", "light", "dark"], state.theme);
  return { state, errors: fields.errors };
}
