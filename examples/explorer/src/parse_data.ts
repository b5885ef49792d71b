// SPDX-License-Identifier: MIT
// Text of somebody's own: samples, or a table of weights, means and standard deviations.
import type { Component } from "./core";
import { mostComponents, mostSamples, ranges, type Unit } from "./state";

export type OwnData = { samples: number[] } | { components: Component[] };

/// What is wrong with the text, and in which line.
export class BadText extends Error {
  constructor(line: number, text: string) {
    super(`line ${line}: ${text}`);
  }
}

interface Line {
  number: number;
  values: number[];
}

/// Lines of numbers. Empty ones, those after #, and a heading without any number are passed over.
function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  text.split(/\r?\n/).forEach((line, n) => {
    const words = line.replace(/#.*/, "").split(/[\s,;]+/).filter(Boolean);
    if (!words.length) return;
    const values = words.map((word) => Number(word.replace("−", "-")));
    if (!lines.length && values.every(Number.isNaN)) return;
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw new BadText(n + 1, `“${words[wrong]}” is not a number`);
    lines.push({ number: n + 1, values });
  });
  if (!lines.length) throw new BadText(1, "there is no number in the text");
  return lines;
}

function componentsOf(lines: Line[]): Component[] {
  return lines.map(({ number, values }) => {
    const [share, mean, stddev] = values as [number, number, number];
    if (share < 0) throw new BadText(number, `the weight must be at least 0, got ${share}`);
    if (!(stddev > 0)) throw new BadText(number, `the standard deviation must be above 0, got ${stddev}`);
    return { share, mean, stddev };
  });
}

/// Three numbers in each of a few lines are a mixture, anything else is samples.
export function parseData(text: string): OwnData {
  const lines = linesOf(text);
  if (lines.length <= mostComponents && lines.every((line) => line.values.length === 3)) {
    const components = componentsOf(lines);
    const total = components.reduce((sum, c) => sum + c.share, 0);
    if (!(total > 0)) throw new BadText(lines[0]!.number, "the weights must not all be 0");
    return { components: components.map((c) => ({ ...c, share: Number((c.share / total).toPrecision(6)) })) };
  }
  const samples: number[] = [];
  for (const { number, values } of lines) {
    samples.push(...values);
    if (samples.length > mostSamples) throw new BadText(number, `there are more than ${mostSamples} samples`);
  }
  if (new Set(samples).size < 2) throw new BadText(1, "samples must be at least two different numbers");
  return { samples };
}

const round = (x: number) => Number(x.toPrecision(2));
const digits = (x: number) => Number(x.toFixed(4));

/// The data in the page's range, and the unit in which they are: divergences are the same in every one.
export function inUnit(data: OwnData): { data: OwnData; unit: Unit | undefined } {
  const means = "samples" in data ? data.samples : data.components.map((c) => c.mean);
  const widths = "samples" in data ? [] : data.components.map((c) => c.stddev);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const { mean, stddev } = ranges;
  const fits = low >= mean.min && high <= mean.max && (!widths.length || (Math.min(...widths) >= stddev.min && Math.max(...widths) <= stddev.max));
  const spread = Math.max((high - low) / 2, ...widths);
  if (fits && spread > 0.5) return { data: rounded(data), unit: undefined };
  const unit = round(Math.max((high - low) / 8, ...widths.map((width) => width / 2)));
  const middle = low / 2 + high / 2;
  const figures = Math.ceil(Math.log10(Math.abs(middle) / unit)) + 2; // to a tenth of the unit
  const centre = Number(middle.toPrecision(Math.min(Math.max(figures, 4), 17)));
  if (!(unit > 0 && unit < Infinity)) throw new BadText(1, "the numbers are too far apart, or too near to each other");
  const moved = (x: number) => digits((x - centre) / unit);
  if ("samples" in data) return { data: { samples: data.samples.map(moved) }, unit: { centre, unit } };
  const components = data.components.map((c) => ({ ...c, mean: moved(c.mean), stddev: Math.max(stddev.min, digits(c.stddev / unit)) }));
  return { data: { components }, unit: { centre, unit } };
}

function rounded(data: OwnData): OwnData {
  if ("samples" in data) return { samples: data.samples.map(digits) };
  return data;
}
