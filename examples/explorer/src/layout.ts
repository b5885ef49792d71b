// SPDX-License-Identifier: MIT
// Drawings grow with the page's letters, from a phone to a projector.

/// Pixels of a drawing's unit: 1 on a laptop.
export function unit(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 15;
}

export interface Margin {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export function scaled(margin: Margin, by: number): Margin {
  return { top: margin.top * by, right: margin.right * by, bottom: margin.bottom * by, left: margin.left * by };
}

/// Below this width a figure leaves out what can be read elsewhere.
export const narrow = 560;

/// Pixels, of a place to draw in.
export const smallest = 120;
