// SPDX-License-Identifier: MIT
// Viridis: even steps of lightness, the same order for every kind of colour vision, and in grey.
import { interpolateViridis } from "d3-scale-chromatic";

const steps = 256;

/// #rrggbb as a pixel of an image, whose bytes are red, green, blue and opacity.
function pixel(css: string): number {
  const rgb = parseInt(css.slice(1), 16);
  return ((255 << 24) | ((rgb & 255) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}

const viridis = Uint32Array.from({ length: steps }, (_, i) => pixel(interpolateViridis(i / (steps - 1))));

export { interpolateViridis as colour };

/// Paints the image's pixels with the colours of values, of which low and high are the ends of the scale. The last row
/// of values is the first of the image.
export function shade(image: ImageData, values: Float64Array, low: number, high: number): void {
  const { width: columns, height: rows } = image;
  const pixels = new Uint32Array(image.data.buffer);
  const scale = (steps - 1) / (high - low);
  for (let i = 0; i < rows; ++i)
    for (let j = 0; j < columns; ++j) {
      const step = Math.round((values[i * columns + j]! - low) * scale);
      pixels[(rows - 1 - i) * columns + j] = viridis[Math.min(steps - 1, Math.max(0, step))]!;
    }
}
