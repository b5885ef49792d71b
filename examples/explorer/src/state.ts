// SPDX-License-Identifier: MIT
// What the picture depends on, and the address that holds it: #weights=0.5,0.5&means=-3,3&stddevs=1,1&mu=0&sigma=1...
import type { Component, Direction, Domain, Gaussian } from "./core";

export type Theme = "auto" | "light" | "dark";

export interface State {
  components: Component[];
  q: Gaussian;
  domain: Domain;
  compare: boolean; // the other domain's contours, dashed
  descents: Direction[];
  theme: Theme;
}

export interface Range {
  min: number;
  max: number;
  step: number;
}

/// The sliders of the notebook.
export const ranges = {
  share: { min: 0, max: 1, step: 0.1 },
  mean: { min: -3, max: 3, step: 0.1 },
  stddev: { min: 0.1, max: 2, step: 0.1 },
  mu: { min: -5, max: 5, step: 0.1 },
  sigma: { min: 0.1, max: 10, step: 0.1 },
} satisfies Record<string, Range>;

export const mostComponents = 6;

export function defaultState(): State {
  return {
    components: [
      { share: 0.5, mean: -3, stddev: 1 },
      { share: 0.5, mean: 3, stddev: 1 },
    ],
    q: { mu: 0, sigma: 1 },
    domain: "grid",
    compare: false,
    descents: [],
    theme: "auto",
  };
}

/// The decimal next to x, of the sliders' one digit: 0.30000000000000004 is 0.3.
export function decimal(x: number): number {
  return Number(x.toFixed(1)) + 0;
}

/// The value of the slider next to x.
export function snap(x: number, { min, max, step }: Range): number {
  return decimal(Math.min(max, Math.max(min, min + Math.round((x - min) / step) * step)));
}

export function toHash(state: State): string {
  const list = (of: (c: Component) => number) => state.components.map(of).join(",");
  const fields = [
    `weights=${list((c) => c.share)}`,
    `means=${list((c) => c.mean)}`,
    `stddevs=${list((c) => c.stddev)}`,
    `mu=${state.q.mu}`,
    `sigma=${state.q.sigma}`,
    `domain=${state.domain}`,
  ];
  if (state.compare) fields.push("compare=1");
  if (state.descents.length) fields.push(`descents=${state.descents.join(",")}`);
  if (state.theme !== "auto") fields.push(`theme=${state.theme}`);
  return `#${fields.join("&")}`;
}

/// The state of an address. What is missing is as by default; what is wrong is too, and told.
export function fromHash(hash: string): { state: State; errors: string[] } {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const errors: string[] = [];
  const state = defaultState();

  const numbers = (name: string, range: Range): number[] | undefined => {
    const text = fields.get(name);
    if (text === null) return undefined;
    const values = text.split(",").map((word) => (word.trim() === "" ? NaN : Number(word)));
    const wrong = values.findIndex((v) => !(v >= range.min && v <= range.max));
    if (wrong < 0) return values;
    errors.push(`${name}[${wrong}] must be in [${range.min}, ${range.max}], got ${text.split(",")[wrong]}`);
    return undefined;
  };
  const choice = <T extends string>(name: string, choices: readonly T[], otherwise: T): T => {
    const text = fields.get(name);
    if (text === null) return otherwise;
    if ((choices as readonly string[]).includes(text)) return text as T;
    errors.push(`${name} must be one of ${choices.join(", ")}, got ${text}`);
    return otherwise;
  };

  const shares = numbers("weights", ranges.share);
  const means = numbers("means", ranges.mean);
  const stddevs = numbers("stddevs", ranges.stddev);
  const columns = [shares, means, stddevs];
  if (shares && means && stddevs && shares.length <= mostComponents && columns.every((c) => c!.length === shares.length)) {
    state.components = shares.map((share, k) => ({ share, mean: means[k]!, stddev: stddevs[k]! }));
  } else if (["weights", "means", "stddevs"].some((name) => fields.has(name))) {
    errors.push(`weights, means and stddevs must be of one length, of 1 to ${mostComponents} numbers: the default is shown`);
  }
  state.q.mu = numbers("mu", ranges.mu)?.[0] ?? state.q.mu;
  state.q.sigma = numbers("sigma", ranges.sigma)?.[0] ?? state.q.sigma;
  state.domain = choice("domain", ["grid", "line"], state.domain);
  state.compare = choice("compare", ["0", "1"], "0") === "1";
  state.theme = choice("theme", ["auto", "light", "dark"], state.theme);
  const descents = fields.get("descents")?.split(",") ?? [];
  state.descents = (["forward", "reverse"] as const).filter((d) => descents.includes(d));
  return { state, errors };
}
