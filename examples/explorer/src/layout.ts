// SPDX-License-Identifier: MIT
// Drawings grow with the page's letters, from a phone to a projector.

/// Pixels of a drawing's unit: 1 on a laptop.
export function unit(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 15;
}

/// The sides of a rectangle, or the widths of its margins.
export interface Box {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export function scaled(box: Box, by: number): Box {
  return { top: box.top * by, right: box.right * by, bottom: box.bottom * by, left: box.left * by };
}

/// Below this width, in units, a figure leaves out what can be read elsewhere.
export const narrow = 560;

/// Pixels, of a place to draw in.
export const smallest = 40;

/// What is marked on the surfaces.
export const marks = {
  best: "M0,-9L7,0L0,9L-7,0Z",
  minimum: "M0,-8L6,0L0,8L-6,0Z",
  saddle: "M-6.4,-4L-4,-6.4L0,-2.4L4,-6.4L6.4,-4L2.4,0L6.4,4L4,6.4L0,2.4L-4,6.4L-6.4,4L-2.4,0Z",
};

export const markerCircles = `<circle class="halo" r="9"></circle><circle class="dot" r="6"></circle>`;

/// A letter of a formula, and a formula, in a drawing.
export const math = (letters: string) => `<tspan class="math">${letters}</tspan>`;
export const divergence = (a: string, b: string) => `${math("D")}(${math(a)}‖${math(b)})`;
