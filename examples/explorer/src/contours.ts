// SPDX-License-Identifier: MIT
// Where a table of values crosses a level.

/// The values row by row, from (0, 0) on: the value in column x and row y is that at (x, y).
export interface Table {
  values: Float64Array;
  columns: number;
  rowLows: Float64Array; // the least and the greatest value of each row
  rowHighs: Float64Array;
}

/// x, y, x, y ... along one line; a closed one ends where it begins.
export type Line = number[];

/// The lines between the values below the level and the others, linear between neighbours: walks along each of them
/// with the higher values to the left. Where four neighbours are high and low by turns, the high ones are connected.
export function contourLines({ values, columns, rowLows, rowHighs }: Table, level: number): Line[] {
  const rows = rowLows.length;
  const lines: Line[] = [];
  const met = new Uint8Array(values.length); // to the left of a step up
  const high = (x: number, y: number) => values[y * columns + x]! >= level;

  // The step in the direction (dx, dy) goes between (x, y), on its left, and (x + dy, y - dx).
  const walk = (x: number, y: number, dx: number, dy: number): void => {
    const line: Line = [];
    lines.push(line);
    for (;;) {
      const above = values[y * columns + x]!;
      const below = values[(y - dx) * columns + x + dy]!;
      const share = above < Infinity ? (above - level) / (above - below) : 1;
      line.push(x + share * dy, y - share * dx);
      if (dy > 0 && met[y * columns + x]) return;
      if (dy > 0) met[y * columns + x] = 1;
      const [aheadX, aheadY] = [x + dx, y + dy];
      if (aheadX < 0 || aheadX >= columns || aheadY < 0 || aheadY >= rows) return;
      if (high(aheadX + dy, aheadY - dx)) [x, y, dx, dy] = [aheadX + dy, aheadY - dx, dy, -dx];
      else if (high(aheadX, aheadY)) [x, y] = [aheadX, aheadY];
      else [dx, dy] = [-dy, dx];
    }
  };
  const walkIf = (x: number, y: number, dx: number, dy: number): void => {
    if (high(x, y) && !high(x + dy, y - dx)) walk(x, y, dx, dy);
  };
  // Lines that come in over the border, then those that are closed: they go up somewhere.
  for (let x = 0; x + 1 < columns; ++x) {
    walkIf(x, 0, 0, 1);
    walkIf(x + 1, rows - 1, 0, -1);
  }
  for (let y = 0; y + 1 < rows; ++y) {
    walkIf(0, y + 1, 1, 0);
    walkIf(columns - 1, y, -1, 0);
  }
  for (let y = 1; y + 1 < rows; ++y) {
    if (!(rowLows[y]! < level && level <= rowHighs[y]!)) continue;
    const begin = y * columns;
    for (let at = begin; at < begin + columns - 1; ++at)
      if (values[at]! >= level && !(values[at + 1]! >= level) && !met[at]) walk(at - begin, y, 0, 1);
  }
  return lines;
}
