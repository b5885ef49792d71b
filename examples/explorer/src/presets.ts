// SPDX-License-Identifier: MIT
// Mixtures worth a look, and things to try with them.
import type { Component } from "./core";
import { defaultState, type State } from "./state";

export interface Preset {
  name: string;
  set(state: State): void;
}

const mixture = (...rows: [number, number, number][]): Component[] =>
  rows.map(([share, mean, stddev]) => ({ share, mean, stddev }));

/// A picture without what belongs to the one before it.
const picture =
  (components: Component[], mu: number, sigma: number, rest: Partial<State> = {}) =>
  (state: State): void => {
    const { domain } = defaultState();
    Object.assign(state, { components, samples: undefined, unit: undefined, q: { mu, sigma }, descents: [], compare: false, domain, ...rest });
    state.components = structuredClone(components);
  };

const twoHumps = defaultState().components;

export const presets: Preset[] = [
  { name: "Two equal humps", set: picture(twoHumps, 1.5, 1) },
  { name: "Unequal weights", set: picture(mixture([0.8, -2.5, 1], [0.2, 3, 1]), 1.5, 1) },
  { name: "Narrow and wide", set: picture(mixture([0.5, -2, 0.3], [0.5, 2, 1.8]), 0, 2) },
  { name: "Three humps", set: picture(mixture([0.4, -3, 0.5], [0.4, 0, 0.5], [0.4, 3, 0.5]), 1, 1) },
  { name: "p = q", set: picture(mixture([1, 1, 1.5]), 1, 1.5) },
  { name: "Cut by the window", set: picture(mixture([0.5, -3, 1], [0.5, 3, 1]), 4.9, 9.9, { compare: true }) },
  // Bishop's two humps on a diagonal, seen along it.
  { name: "Bishop’s figure 10.3", set: picture(mixture([0.5, -1.5, 0.6], [0.5, 1.5, 0.6]), 0.8, 0.5, { descents: ["forward", "reverse"], domain: "line" }) },
];

/// What the text asks to try, in its order.
export const experiments: Preset[] = [
  { name: "on a hump or in the middle", set: picture(twoHumps, 0, 1, { descents: ["forward", "reverse"] }) },
  { name: "closer together", set: picture(mixture([0.5, -1.1, 1], [0.5, 1.1, 1]), 1, 1, { descents: ["forward", "reverse"] }) },
  { name: "beyond the window", set: picture(twoHumps, 0, 6, { compare: true, descents: ["reverse"] }) },
];
