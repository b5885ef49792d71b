// SPDX-License-Identifier: MIT
// What the picture depends on.
import type { Component, Direction, Domain, Gaussian, MeshKind, Target } from "./core";

export type Theme = "auto" | "light" | "dark";

/// Numbers of somebody's own, as they are shown: (x - centre) / unit.
export interface Unit {
  centre: number;
  unit: number;
}

export interface State extends Target {
  unit?: Unit | undefined;
  q: Gaussian;
  domain: Domain;
  compare: boolean; // the other domain's contours, dashed
  descents: Direction[];
  alpha: number; // between D(q||p), 0, and D(p||q), 1
  logSigma: boolean;
  oneScale: boolean; // of colours, for both maps
  lecture: boolean; // large letters
  theme: Theme;
}

export interface Range {
  min: number;
  max: number;
  step: number; // of the keys and of a drag; what is typed may be finer
}

export const ranges = {
  share: { min: 0, max: 1, step: 0.1 },
  mean: { min: -8, max: 8, step: 0.1 },
  stddev: { min: 0.1, max: 3, step: 0.1 },
  mu: { min: -10, max: 10, step: 0.1 },
  sigma: { min: 0.1, max: 10, step: 0.1 },
  alpha: { min: 0, max: 1, step: 0.05 },
  bandwidth: { min: 0.05, max: 2, step: 0.05 },
} satisfies Record<string, Range>;

export const mostComponents = 6;
export const mostSamples = 500;

/// q begins off the middle: from there D(q||p) seeks one hump, where D(p||q) covers both.
export function defaultState(): State {
  return {
    components: [
      { share: 0.5, mean: -3, stddev: 1 },
      { share: 0.5, mean: 3, stddev: 1 },
    ],
    q: { mu: 1.5, sigma: 1 },
    domain: "grid",
    compare: false,
    descents: [],
    alpha: 0.5,
    logSigma: false,
    oneScale: false,
    lecture: false,
    theme: "auto",
  };
}

/// As many digits as are typed: 0.30000000000000004 is 0.3.
export function decimal(x: number): number {
  return Number(x.toFixed(4)) + 0;
}

export function clamp(x: number, { min, max }: Range): number {
  return Math.min(max, Math.max(min, x));
}

/// The value of the range's steps next to x, or of finer ones.
export function snap(x: number, range: Range, finer = 1): number {
  const step = range.step / finer;
  return clamp(decimal(Math.round(x / step) * step), range);
}

export const target = ({ components, samples }: State): Target => ({ components, samples });

const humps = ({ components, samples }: State): Pick<Component, "mean" | "stddev">[] =>
  samples ? samples.values.map((mean) => ({ mean, stddev: samples.bandwidth })) : components;

/// The maps show +-5, as the notebook does, as long as the humps and q are there.
export function meshKind(state: State): MeshKind {
  const wide = Math.abs(state.q.mu) > 5 || humps(state).some(({ mean }) => Math.abs(mean) > 4.5);
  return { wide, log: state.logSigma };
}
