// SPDX-License-Identifier: MIT
// Curves as paths of a drawing.

type Scale = (value: number) => number;

/// To a tenth of a pixel, without the points inside its level parts. Begins with M.
export function curvePath(x: Float64Array, y: Float64Array, toX: Scale, toY: Scale): string {
  const tenth = (pixels: number) => Math.round(10 * pixels) / 10;
  const heights = Array.from(y, (value) => tenth(toY(value)));
  const points: string[] = [];
  heights.forEach((height, i) => {
    const level = height === heights[i - 1] && height === heights[i + 1];
    if (!level) points.push(`${tenth(toX(x[i]!))},${height}`);
  });
  return `M${points.join("L")}`;
}

/// Between the curve and zero.
export function areaPath(x: Float64Array, y: Float64Array, toX: Scale, toY: Scale): string {
  const base = toY(0).toFixed(1);
  return `${curvePath(x, y, toX, toY)}L${toX(x.at(-1)!).toFixed(1)},${base}H${toX(x[0]!).toFixed(1)}Z`;
}

export const peak = (curve: Float64Array): number => curve.reduce((most, y) => Math.max(most, y), 0);

/// The curve's height at a place, linear between its points; 0 outside.
export function heightAt(x: Float64Array, y: Float64Array, place: number): number {
  const step = (x.at(-1)! - x[0]!) / (x.length - 1);
  const at = (place - x[0]!) / step;
  const n = Math.floor(at);
  if (!(n >= 0 && n < x.length - 1)) return 0;
  return y[n]! + (at - n) * (y[n + 1]! - y[n]!);
}

/// Where the curve has a hump that is to be seen.
export function humps(x: Float64Array, y: Float64Array): number[] {
  const seen = peak(y) / 50;
  return [...x].filter((_, i) => y[i]! > seen && y[i]! > (y[i - 1] ?? 0) && y[i]! >= (y[i + 1] ?? 0));
}
