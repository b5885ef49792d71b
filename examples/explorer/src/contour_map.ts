// SPDX-License-Identifier: MIT
// A surface as a picture: shading, contours and the colour bar's colours on one canvas, the contours' levels on another
// above it, so that they can make room for what is marked without the map being drawn again.
import { colour, shade } from "./colours";
import { contourLines, type Line, type Table } from "./contours";
import { formatLevel } from "./format";
import type { Box } from "./layout";

const least = 1e-3;
const most = 1e4;
const majorMantissas = [1, 2, 5];
const minorMantissas = [1.5, 3, 7];
const sampling = 13; // of the cells, for a share of them; prime to the mesh's columns
const bright = 0.6; // of the colour scale: from there on dark lines are seen better than white ones
const labelShares = [0.8, 0.2, 0.35, 0.65, 0.5]; // of the width, the middle last: there the picture happens

interface Contour {
  level: number;
  lines: Line[];
}

interface Label {
  text: string;
  x: number;
  y: number;
  angle: number;
}

/// Where a map lies on its canvas, in the page's pixels.
export interface MapLayout {
  width: number;
  height: number;
  box: Box; // spans the mesh from its first to its last values
  bar: Box;
  unit: number;
  density: number; // the screen's pixels in one of the page's
  fontFamily: string;
}

/// A place that labels leave free.
export interface Spot {
  x: number;
  y: number;
}

/// The decimal logarithms of a surface, the lowest row first, and the ends of its colour scale.
export interface Logs extends Table {
  low: number;
  high: number;
}

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));
const isDecade = (level: number) => Math.abs(Math.log10(level) % 1) < 1e-9;

/// The colour scale goes from the surface's minimum to what all but the steepest twentieth of it stays below.
export function logsOf(surface: Float64Array, columns: number): Logs {
  const rows = surface.length / columns;
  const values = new Float64Array(surface.length);
  const rowLows = new Float64Array(rows);
  const rowHighs = new Float64Array(rows);
  for (let i = 0; i < rows; ++i) {
    let [lowest, highest] = [Infinity, -Infinity];
    for (let at = i * columns; at < (i + 1) * columns; ++at) {
      const value = Math.log10(surface[at]!);
      values[at] = value;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
    rowLows[i] = lowest;
    rowHighs[i] = highest;
  }
  const sorted = Float64Array.from({ length: Math.floor(values.length / sampling) }, (_, n) => values[n * sampling]!).sort();
  const low = clamp(Math.min(...rowLows), Math.log10(least), Math.log10(most) - 1);
  const high = clamp(sorted[Math.floor(0.95 * sorted.length)]!, low + 1, Math.log10(most));
  return { values, columns, rowLows, rowHighs, low, high };
}

/// The colours of several maps as one scale.
export function shareScale(all: readonly Logs[]): void {
  const low = Math.min(...all.map((logs) => logs.low));
  const high = Math.max(...all.map((logs) => logs.high));
  for (const logs of all) Object.assign(logs, { low, high });
}

/// The mantissas' multiples of powers of ten between two logarithms.
export function levels(mantissas: readonly number[], low: number, high: number): number[] {
  const all: number[] = [];
  for (let decade = Math.floor(low); decade <= high; ++decade) for (const m of mantissas) all.push(Number(`${m}e${decade}`));
  return all.filter((level) => Math.log10(level) > low && Math.log10(level) < high);
}

/// Lines of the colour scale's axis: in a long one only decades have room.
export function barLevels({ low, high }: Pick<Logs, "low" | "high">): number[] {
  return levels(high - low > 3.5 ? [1] : majorMantissas, low - 1e-3, high + 1e-3);
}

export const contoursOf = (logs: Logs, levels: readonly number[]): Contour[] =>
  levels.map((level) => ({ level, lines: contourLines(logs, Math.log10(level)) }));

export class ContourMap {
  private readonly context: OffscreenCanvasRenderingContext2D;
  private readonly labelContext: OffscreenCanvasRenderingContext2D;
  private readonly small: OffscreenCanvas; // a pixel for each cell of the mesh
  private readonly shading: ImageData;
  private density = 1;
  private box: Box = { left: 0, top: 0, right: 1, bottom: 1 };
  private bar: Box = this.box;
  private unit = 1;
  private major: Contour[] = [];
  private spots: readonly Spot[] = [];

  constructor(
    private readonly canvas: OffscreenCanvas,
    private readonly labelCanvas: OffscreenCanvas,
    private readonly columns: number,
    private readonly rows: number,
  ) {
    this.context = canvas.getContext("2d")!;
    this.labelContext = labelCanvas.getContext("2d")!;
    this.small = new OffscreenCanvas(columns, rows);
    this.shading = new ImageData(columns, rows);
  }

  resize({ width, height, box, bar, unit, density, fontFamily }: MapLayout): void {
    this.density = density;
    for (const canvas of [this.canvas, this.labelCanvas]) {
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
    }
    this.box = box;
    this.bar = bar;
    this.unit = unit;
    const context = this.labelContext;
    context.font = `600 ${11 * unit}px ${fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
  }

  draw(logs: Logs, other: Logs | undefined): void {
    const { context, box, unit } = this;
    const { low, high } = logs;
    context.setTransform(this.density, 0, 0, this.density, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.drawBar();
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    this.drawShading(logs);
    // Near the minimum, where the surface is flat, there are lines between, which fade out a decade above it.
    for (const { level, lines } of contoursOf(logs, levels(minorMantissas, low, Math.min(high, low + 1))))
      this.stroke(lines, this.ink(logs, level, 0.55 * (1 - (Math.log10(level) - low))), 0.8 * unit);
    // Beyond the colour scale, where it is steep, decades are enough.
    const majorLevels = [...levels(majorMantissas, low, high), ...levels([1], high, Math.log10(most) + 1e-3)];
    const major = contoursOf(logs, majorLevels);
    for (const { level, lines } of major) {
      const decade = isDecade(level);
      this.stroke(lines, this.ink(logs, level, decade ? 0.95 : 0.6), (decade ? 1.6 : 1) * unit);
    }
    if (other) this.drawOther(contoursOf(other, majorLevels));
    context.restore();
    this.major = major;
    this.label(this.spots);
  }

  /// Writes the levels, not on the spots.
  label(spots: readonly Spot[]): void {
    this.spots = spots;
    this.drawLabels(this.labels());
  }

  // From a column and a row to the next, in pixels.
  private stepX = () => (this.box.right - this.box.left) / (this.columns - 1);
  private stepY = () => (this.box.top - this.box.bottom) / (this.rows - 1);

  private ink({ low, high }: Logs, level: number, opacity: number): string {
    const dark = (Math.log10(level) - low) / (high - low) > bright;
    return `rgba(${dark ? "30,20,50" : "255,255,255"},${opacity.toFixed(3)})`;
  }

  private drawShading({ values, low, high }: Logs): void {
    const { left, top } = this.box;
    const [x, y] = [this.stepX(), this.stepY()];
    shade(this.shading, values, low, high);
    this.small.getContext("2d")!.putImageData(this.shading, 0, 0);
    this.context.drawImage(this.small, left - x / 2, top + y / 2, this.columns * x, -this.rows * y);
  }

  private stroke(lines: readonly Line[], style: string, width: number): void {
    const { context, density, box } = this;
    context.beginPath();
    context.setTransform(density * this.stepX(), 0, 0, density * this.stepY(), density * box.left, density * box.bottom);
    for (const line of lines) {
      context.moveTo(line[0]!, line[1]!);
      for (let n = 2; n < line.length; n += 2) context.lineTo(line[n]!, line[n + 1]!);
    }
    context.setTransform(density, 0, 0, density, 0, 0);
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  }

  /// Dashes in a colour that the scale has not, on a dark seam.
  private drawOther(all: Contour[]): void {
    const lines = all.flatMap((contour) => contour.lines);
    this.context.setLineDash([6 * this.unit, 4 * this.unit]);
    this.stroke(lines, "rgba(30,20,50,0.7)", 3 * this.unit);
    this.stroke(lines, "#ff9db8", 1.6 * this.unit);
    this.context.setLineDash([]);
  }

  /// Labels where contours cross upright lines, so that they move with the contours; decades first, none in another's way.
  private labels(): Label[] {
    const { top, bottom } = this.box;
    const free = ({ x, y }: Label, spot: Spot) => Math.abs(spot.y - y) > 19 * this.unit || Math.abs(spot.x - x) > 27 * this.unit;
    const placed: Label[] = [];
    const fits = ({ x, y }: Label) =>
      y > top + 9 * this.unit &&
      y < bottom - 9 * this.unit &&
      this.spots.every((spot) => free({ text: "", x, y, angle: 0 }, spot)) &&
      placed.every((l) => Math.abs(l.y - y) > 17 * this.unit || Math.abs(l.x - x) > 44 * this.unit);
    const decadesFirst = (a: Contour, b: Contour) => Number(isDecade(b.level)) - Number(isDecade(a.level));
    for (const contour of [...this.major].sort(decadesFirst))
      for (const share of labelShares) {
        const label = this.crossings(contour, share).find(fits);
        if (!label) continue;
        placed.push(label);
        break;
      }
    return placed;
  }

  /// From the top down.
  private crossings({ level, lines }: Contour, share: number): Label[] {
    const { left, right, bottom } = this.box;
    const column = share * (this.columns - 1);
    const found: Label[] = [];
    for (const line of lines)
      for (let n = 2; n < line.length; n += 2) {
        const [x0, y0, x1, y1] = [line[n - 2]!, line[n - 1]!, line[n]!, line[n + 1]!];
        if (x0 < column === x1 < column) continue;
        const rise = (y1 - y0) / (x1 - x0);
        const slope = (rise * this.stepY()) / this.stepX();
        if (Math.abs(slope) > 1.5) continue;
        const y = bottom + (y0 + rise * (column - x0)) * this.stepY();
        found.push({ text: formatLevel(level), x: left + share * (right - left), y, angle: Math.atan(slope) });
      }
    return found.sort((a, b) => a.y - b.y);
  }

  private drawLabels(labels: Label[]): void {
    const { labelContext: context, unit, density } = this;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, this.labelCanvas.width, this.labelCanvas.height);
    context.lineJoin = "round";
    context.lineWidth = 4 * unit;
    context.strokeStyle = "rgba(25,20,45,0.75)";
    context.fillStyle = "white";
    for (const { text, x, y, angle } of labels) {
      context.save();
      context.translate(x, y);
      context.rotate(angle);
      context.strokeText(text, 0, 0);
      context.fillText(text, 0, 0);
      context.restore();
    }
  }

  private drawBar(): void {
    const { context, unit } = this;
    const { left, right, top, bottom } = this.bar;
    const gradient = context.createLinearGradient(0, bottom, 0, top);
    for (let n = 0; n <= 16; ++n) gradient.addColorStop(n / 16, colour(n / 16));
    context.fillStyle = gradient;
    context.fillRect(left, top, right - left, bottom - top);
    // The arrow says that the last colour goes on.
    context.fillStyle = colour(1);
    context.beginPath();
    context.moveTo(left, top + 0.5);
    context.lineTo((left + right) / 2, top - 8 * unit);
    context.lineTo(right, top + 0.5);
    context.fill();
  }
}
