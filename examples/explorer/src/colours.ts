// SPDX-License-Identifier: MIT
// Viridis: even steps of lightness, the same order for every kind of colour vision, and in grey.
import { interpolateViridis } from "d3-scale-chromatic";

const steps = 256;

function channels(css: string): [number, number, number] {
  const hex = parseInt(css.slice(1), 16);
  return [(hex >> 16) & 255, (hex >> 8) & 255, hex & 255];
}

/// viridis[i]: red, green, blue of i / 255.
const viridis = Array.from({ length: steps }, (_, i) => channels(interpolateViridis(i / (steps - 1))));

export { interpolateViridis as colour };

/// The colours of values, of which 0 to 1 are the ends of the scale, as an image whose first row is its last.
export function shade(values: Float64Array, columns: number, low: number, high: number): ImageData {
  const rows = values.length / columns;
  const image = new ImageData(columns, rows);
  const scale = (steps - 1) / (high - low);
  for (let i = 0; i < rows; ++i)
    for (let j = 0; j < columns; ++j) {
      const at = 4 * ((rows - 1 - i) * columns + j);
      const step = Math.round((values[i * columns + j]! - low) * scale);
      const [red, green, blue] = viridis[Math.min(steps - 1, Math.max(0, step))]!;
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 255;
    }
  return image;
}
