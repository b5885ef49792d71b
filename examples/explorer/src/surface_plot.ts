// SPDX-License-Identifier: MIT
// One surface: shading and log contours on a canvas; axes, minima, the path and the marker above it as SVG.
import { axisBottom, axisLeft, axisRight } from "d3-axis";
import { contours } from "d3-contour";
import { scaleLinear, scaleLog } from "d3-scale";
import { select } from "d3-selection";
import { colour, shade } from "./colours";
import type { Direction, Gaussian, Mesh, Point, StationaryPoint } from "./core";
import { formatLevel, formatNats, formatNumber } from "./format";
import { scaled, smallest, unit } from "./layout";
import { ranges, snap } from "./state";

type Position = [number, number];

const least = 1e-3;
const most = 1e4;
const majorMantissas = [1, 2, 5];
const minorMantissas = [1.25, 1.6, 2.5, 3.15, 4, 6.3, 8];
const baseMargin = { top: 30, right: 62, bottom: 40, left: 44 };
const barWidth = 12;
const barGap = 10;

const sampling = 7; // of the cells, for a share of them; prime to the mesh's rows

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

function levels(mantissas: readonly number[], low: number, high: number): number[] {
  const all: number[] = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.log10(high); ++decade)
    for (const m of mantissas) all.push(Number(`${m}e${decade}`));
  return all.filter((level) => level > low && level < high);
}

/// A ring without its points on the border of the image, half a step beyond the mesh: those are no contours.
function openLines(ring: readonly number[][], columns: number, rows: number): Position[][] {
  const lines: Position[][] = [[]];
  for (const [x, y] of ring as Position[]) {
    if (x === 0 || x === columns || y === 0 || y === rows) lines.push([]);
    else lines.at(-1)!.push([x, y]);
  }
  return lines.filter((line) => line.length > 1);
}

interface Contour {
  level: number;
  lines: Position[][]; // in pixels
}

interface Label {
  text: string;
  x: number;
  y: number;
  angle: number;
}

export interface SurfaceView {
  logs: Float64Array; // of the surface, to base 10
  other?: Float64Array | undefined; // of the other domain's surface
  q: Gaussian;
  points: StationaryPoint[];
  path?: Point[] | undefined; // as far as it is drawn
}

export class SurfacePlot {
  private readonly canvas: HTMLCanvasElement;
  private readonly svg: SVGSVGElement;
  private readonly x = scaleLinear();
  private readonly y = scaleLinear();
  private readonly marker: SVGGElement;
  private readonly small: OffscreenCanvas; // a pixel for each cell of the mesh
  private labelFont = "";
  private unit = 1;
  private margin = baseMargin;
  private width = 0;
  private height = 0;
  private view: SurfaceView | undefined;
  private dragging = false;

  constructor(
    private readonly host: HTMLElement,
    readonly direction: Direction,
    private readonly mesh: Mesh,
    private readonly onMove: (q: Gaussian) => void,
  ) {
    this.small = new OffscreenCanvas(mesh.mu.length, mesh.sigma.length);
    this.x.domain([mesh.mu[0]!, mesh.mu.at(-1)!]);
    this.y.domain([mesh.sigma[0]!, mesh.sigma.at(-1)!]);
    const formula = direction === "forward" ? ["p", "q"] : ["q", "p"];
    const math = (letter: string) => `<tspan class="math">${letter}</tspan>`;
    host.innerHTML = `<canvas aria-hidden="true"></canvas>
      <svg class="figure" role="group" aria-label="Contours of D(${formula.join("‖")}) over mu and sigma">
        <text class="panel-title ${direction}">${math("D")}(${formula.map(math).join("‖")})</text>
        <text class="unit" text-anchor="end">nats</text>
        <g class="axis x"></g><g class="axis y"></g><g class="axis bar"></g>
        <text class="axis-title x math" text-anchor="middle">μ</text>
        <text class="axis-title y math" text-anchor="middle">σ</text>
        <rect class="frame"></rect>
        <g class="path"><path class="case"></path><path class="line"></path><circle r="5"></circle></g>
        <g class="points"></g>
        <g class="marker" tabindex="0" role="slider" aria-label="Marker of q on D(${formula.join("‖")})"
           aria-valuemin="${ranges.mu.min}" aria-valuemax="${ranges.mu.max}">
          <circle class="hit" r="24"></circle><circle class="halo" r="9"></circle><circle class="dot" r="6"></circle>
        </g>
      </svg>`;
    this.canvas = host.querySelector("canvas")!;
    this.svg = host.querySelector("svg")!;
    this.marker = host.querySelector(".marker")!;
    this.listen();
  }

  /// What the picture shows, as a figure for the file: the canvas's pixels and the drawing above it.
  layers(): { canvas: HTMLCanvasElement; svg: SVGSVGElement } {
    return { canvas: this.canvas, svg: this.svg };
  }

  resize(): void {
    const { width, height } = this.host.getBoundingClientRect();
    if (width < smallest || height < smallest) return;
    this.width = Math.round(width);
    this.height = Math.round(height);
    this.unit = unit();
    this.margin = scaled(baseMargin, this.unit);
    this.labelFont = `600 ${11 * this.unit}px ${getComputedStyle(this.svg).fontFamily}`;
    const density = window.devicePixelRatio;
    this.canvas.width = Math.round(this.width * density);
    this.canvas.height = Math.round(this.height * density);
    this.svg.setAttribute("width", String(this.width));
    this.svg.setAttribute("height", String(this.height));
    this.x.range([this.margin.left, this.width - this.margin.right]);
    this.y.range([this.height - this.margin.bottom, this.margin.top]);
    this.drawAxes();
    if (this.view) this.draw(this.view);
  }

  draw(view: SurfaceView): void {
    this.view = view;
    if (!this.width) return;
    this.drawSurface(view);
    this.drawPoints(view.points);
    this.drawPath(view.path);
    this.drawMarker(view.q);
  }

  drawMarker(q: Gaussian): void {
    if (this.view) this.view.q = q;
    this.marker.setAttribute("transform", `translate(${this.x(q.mu)},${this.y(q.sigma)}) scale(${this.unit})`);
    this.marker.setAttribute("aria-valuenow", String(q.mu));
    this.marker.setAttribute("aria-valuetext", `mu ${q.mu.toFixed(1)}, sigma ${q.sigma.toFixed(1)}`);
  }

  drawPath(path: Point[] | undefined): void {
    if (this.view) this.view.path = path;
    const group = select(this.svg).select<SVGGElement>(".path").attr("visibility", path?.length ? null : "hidden");
    if (!path?.length) return;
    const d = `M${path.map((p) => `${this.x(p.mu).toFixed(2)},${this.y(p.sigma).toFixed(2)}`).join("L")}`;
    const end = path.at(-1)!;
    group.attr("class", `path ${this.direction}`).selectAll("path").attr("d", d);
    group.select("circle").attr("r", 5 * this.unit).attr("cx", this.x(end.mu)).attr("cy", this.y(end.sigma));
  }

  drawPoints(points: StationaryPoint[]): void {
    if (this.view) this.view.points = points;
    const shape = (p: StationaryPoint) => (p.kind === "minimum" ? "M0,-8L6,0L0,8L-6,0Z" : "M-4,-4L4,4M-4,4L4,-4");
    const shown = points.filter((p) => p.kind === "minimum" || p.kind === "saddle");
    const marks = select(this.svg)
      .select(".points")
      .selectAll<SVGPathElement, StationaryPoint>("path")
      .data(shown)
      .join((enter) => enter.append("path").each((_, i, all) => void select(all[i]!).append("title")))
      .attr("class", (p) => p.kind)
      .attr("d", shape)
      .attr("transform", (p) => `translate(${this.x(p.mu)},${this.y(p.sigma)}) scale(${this.unit})`);
    marks
      .select("title")
      .text((p) => `${p.kind}: μ ${formatNumber(p.mu, 2)}, σ ${formatNumber(p.sigma, 2)}, ${formatNats(p.value)} nats`);
  }

  private listen(): void {
    const move = (event: PointerEvent) => {
      const box = this.svg.getBoundingClientRect();
      this.onMove({
        mu: snap(this.x.invert(event.clientX - box.left), ranges.mu),
        sigma: snap(this.y.invert(event.clientY - box.top), ranges.sigma),
      });
    };
    const inside = (event: PointerEvent) => {
      const box = this.svg.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      return x >= this.margin.left && x <= this.width - this.margin.right && y >= this.margin.top && y <= this.height - this.margin.bottom;
    };
    this.svg.addEventListener("pointerdown", (event) => {
      const onMarker = this.marker.contains(event.target as Node);
      if (event.button !== 0 || !(onMarker || inside(event))) return;
      // A finger that does not touch the marker may be about to scroll: it moves the marker when it is lifted.
      if (event.pointerType === "touch" && !onMarker) return;
      this.dragging = true;
      this.svg.setPointerCapture(event.pointerId);
      this.svg.classList.add("dragging");
      this.marker.focus({ preventScroll: true });
      event.preventDefault();
      move(event);
    });
    this.svg.addEventListener("pointermove", (event) => this.dragging && move(event));
    const stop = () => {
      this.dragging = false;
      this.svg.classList.remove("dragging");
    };
    this.svg.addEventListener("pointerup", stop);
    this.svg.addEventListener("pointercancel", stop);
    this.svg.addEventListener("click", (event) => {
      if ((event as PointerEvent).pointerType === "touch" && inside(event as PointerEvent)) move(event as PointerEvent);
    });
    this.marker.addEventListener("keydown", (event) => {
      const { q } = this.view!;
      const far = 10;
      const steps: Record<string, [number, number]> = {
        ArrowLeft: [-1, 0],
        ArrowRight: [1, 0],
        ArrowUp: [0, 1],
        ArrowDown: [0, -1],
        PageUp: [0, far],
        PageDown: [0, -far],
        Home: [-far, 0],
        End: [far, 0],
      };
      const step = steps[event.key];
      if (!step) return;
      event.preventDefault();
      const reach = event.shiftKey ? far : 1;
      this.onMove({
        mu: snap(q.mu + step[0] * reach * ranges.mu.step, ranges.mu),
        sigma: snap(q.sigma + step[1] * reach * ranges.sigma.step, ranges.sigma),
      });
    });
  }

  private drawAxes(): void {
    const svg = select(this.svg);
    const [left, right] = this.x.range() as [number, number];
    const [bottom, top] = this.y.range() as [number, number];
    svg.select(".panel-title").attr("x", left).attr("y", 18 * this.unit);
    svg.select(".unit").attr("x", this.width - 8 * this.unit).attr("y", 16 * this.unit);
    svg.select<SVGGElement>(".axis.x").attr("transform", `translate(0,${bottom})`).call(axisBottom(this.x).ticks(5).tickSizeOuter(0));
    svg.select<SVGGElement>(".axis.y").attr("transform", `translate(${left},0)`).call(axisLeft(this.y).ticks(5).tickSizeOuter(0));
    svg.select(".axis-title.x").attr("x", (left + right) / 2).attr("y", this.height - 6 * this.unit);
    svg.select(".axis-title.y").attr("transform", `translate(${13 * this.unit},${(top + bottom) / 2})`);
    svg.select(".frame").attr("x", left).attr("y", top).attr("width", right - left).attr("height", bottom - top);
  }

  private drawSurface({ logs, other }: SurfaceView): void {
    const density = window.devicePixelRatio;
    const context = this.canvas.getContext("2d")!;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    const [low, high] = this.extent(logs);
    this.drawBar(context, low, high);

    const [left, right] = this.x.range() as [number, number];
    const [bottom, ceiling] = this.y.range() as [number, number];
    context.save();
    context.beginPath();
    context.rect(left, ceiling, right - left, bottom - ceiling);
    context.clip();
    this.drawShading(context, logs, low, high);
    const top = Math.min(most * 1.001, 10 ** logs.reduce((a, b) => Math.max(a, b), low));
    const major = this.contours(logs, levels(majorMantissas, 10 ** low, top));
    // Near the minimum, where the surface is flat, there are lines between, which fade out a decade above it.
    for (const { level, lines } of this.contours(logs, levels(minorMantissas, 10 ** low, 10 ** Math.min(high, low + 1)))) {
      const opacity = 0.55 * (1 - (Math.log10(level) - low));
      this.stroke(context, lines, `rgba(255,255,255,${opacity.toFixed(3)})`, 0.8 * this.unit);
    }
    for (const { level, lines } of major) {
      const decade = Math.abs(Math.log10(level) % 1) < 1e-9;
      this.stroke(context, lines, `rgba(255,255,255,${decade ? 0.95 : 0.6})`, (decade ? 1.6 : 1) * this.unit);
    }
    if (other) {
      context.setLineDash([5, 4]);
      for (const { lines } of this.contours(other, levels(majorMantissas, 10 ** low, most * 1.001)))
        this.stroke(context, lines, "rgba(20,10,30,0.9)", 1.4 * this.unit);
      context.setLineDash([]);
    }
    this.drawLabels(context, this.labels(major));
    context.restore();
  }

  /// The ends of the colour scale: the surface's minimum, and what all but the steepest twentieth of it stays below.
  private extent(logs: Float64Array): [number, number] {
    const sorted = Float64Array.from({ length: Math.floor(logs.length / sampling) }, (_, n) => logs[n * sampling]!).sort();
    const low = clamp(logs.reduce((a, b) => Math.min(a, b), Infinity), Math.log10(least), Math.log10(most) - 1);
    return [low, clamp(sorted[Math.floor(0.95 * sorted.length)]!, low + 1, Math.log10(most))];
  }

  private drawShading(context: CanvasRenderingContext2D, logs: Float64Array, low: number, high: number): void {
    const { mu, sigma } = this.mesh;
    this.small.getContext("2d")!.putImageData(shade(logs, mu.length, low, high), 0, 0);
    const halfMu = (mu[1]! - mu[0]!) / 2;
    const halfSigma = (sigma[1]! - sigma[0]!) / 2;
    const left = this.x(mu[0]! - halfMu);
    const top = this.y(sigma.at(-1)! + halfSigma);
    context.imageSmoothingQuality = "high";
    context.drawImage(this.small, left, top, this.x(mu.at(-1)! + halfMu) - left, this.y(sigma[0]! - halfSigma) - top);
  }

  private contours(logs: Float64Array, at: number[]): Contour[] {
    const { mu, sigma } = this.mesh;
    const columns = mu.length;
    const rows = sigma.length;
    const x = (column: number) => this.x(mu[0]! + (column - 0.5) * (mu[1]! - mu[0]!));
    const y = (row: number) => this.y(sigma[0]! + (row - 0.5) * (sigma[1]! - sigma[0]!));
    const generator = contours().size([columns, rows]);
    return at.map((level) => ({
      level,
      lines: generator
        .contour(logs as unknown as number[], Math.log10(level))
        .coordinates.flat()
        .flatMap((ring) => openLines(ring, columns, rows))
        .map((line) => line.map(([column, row]) => [x(column), y(row)] as Position)),
    }));
  }

  private stroke(context: CanvasRenderingContext2D, lines: Position[][], style: string, width: number): void {
    context.beginPath();
    for (const line of lines) {
      context.moveTo(...line[0]!);
      for (let n = 1; n < line.length; ++n) context.lineTo(...line[n]!);
    }
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  }

  /// Labels where contours cross upright lines, so that they move with the contours; decades first, none in another's way.
  private labels(major: Contour[]): Label[] {
    const [left, right] = this.x.range() as [number, number];
    const [bottom, top] = this.y.range() as [number, number];
    const placed: Label[] = [];
    const fits = ({ x, y }: Label) =>
      y > top + 9 * this.unit &&
      y < bottom - 9 * this.unit &&
      placed.every((l) => Math.abs(l.y - y) > 17 * this.unit || Math.abs(l.x - x) > 44 * this.unit);
    const decades = (c: Contour) => (Math.abs(Math.log10(c.level) % 1) < 1e-9 ? 0 : 1);
    for (const contour of [...major].sort((a, b) => decades(a) - decades(b)))
      for (const share of [0.8, 0.2, 0.5]) {
        const label = this.crossings(contour, left + share * (right - left)).find(fits);
        if (!label) continue;
        placed.push(label);
        break;
      }
    return placed;
  }

  private crossings({ level, lines }: Contour, x: number): Label[] {
    const found: Label[] = [];
    for (const line of lines)
      for (let n = 1; n < line.length; ++n) {
        let [from, to] = [line[n - 1]!, line[n]!];
        if (from[0] > to[0]) [from, to] = [to, from];
        if (!(from[0] <= x && x < to[0])) continue;
        const slope = (to[1] - from[1]) / (to[0] - from[0]);
        if (Math.abs(slope) > 1.5) continue;
        found.push({ text: formatLevel(level), x, y: from[1] + slope * (x - from[0]), angle: Math.atan(slope) });
      }
    return found.sort((a, b) => a.y - b.y);
  }

  private drawLabels(context: CanvasRenderingContext2D, labels: Label[]): void {
    context.font = this.labelFont;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const { text, x, y, angle } of labels) {
      context.save();
      context.translate(x, y);
      context.rotate(angle);
      context.lineWidth = 4 * this.unit;
      context.strokeStyle = "rgba(25,20,45,0.75)";
      context.strokeText(text, 0, 0);
      context.fillStyle = "white";
      context.fillText(text, 0, 0);
      context.restore();
    }
  }

  private drawBar(context: CanvasRenderingContext2D, low: number, high: number): void {
    const [bottom, top] = this.y.range() as [number, number];
    const left = this.width - this.margin.right + barGap * this.unit;
    const width = barWidth * this.unit;
    const gradient = context.createLinearGradient(0, bottom, 0, top);
    for (let n = 0; n <= 16; ++n) gradient.addColorStop(n / 16, colour(n / 16));
    context.fillStyle = gradient;
    context.fillRect(left, top, width, bottom - top);
    // The arrow says that the last colour goes on.
    context.fillStyle = colour(1);
    context.beginPath();
    context.moveTo(left, top + 0.5);
    context.lineTo(left + width / 2, top - 8 * this.unit);
    context.lineTo(left + width, top + 0.5);
    context.fill();
    const scale = scaleLog()
      .domain([10 ** low, 10 ** high])
      .range([bottom, top]);
    const mantissas = high - low > 3.5 ? [1] : majorMantissas;
    const axis = axisRight(scale)
      .tickValues(levels(mantissas, 10 ** low * 0.999, 10 ** high * 1.001))
      .tickFormat((level) => formatLevel(Number(level)))
      .tickSize(4)
      .tickPadding(3);
    select(this.svg)
      .select<SVGGElement>(".axis.bar")
      .attr("transform", `translate(${left + width},0)`)
      .call(axis);
  }
}
