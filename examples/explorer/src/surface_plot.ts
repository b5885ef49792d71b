// SPDX-License-Identifier: MIT
// One surface: its contour map on a canvas; axes, minima, the path and the marker above it as SVG.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { barLevels, ContourMap, logsOf, type Logs } from "./contour_map";
import type { Direction, Gaussian, Mesh, Point, StationaryPoint } from "./core";
import { formatLevel, formatNats, formatNumber } from "./format";
import { markerCircles, marks, scaled, smallest, unit } from "./layout";
import { ranges, snap } from "./state";

const baseMargin = { top: 30, right: 62, bottom: 40, left: 44 };
const barWidth = 12;
const barGap = 10;

export class SurfacePlot {
  private readonly canvas: HTMLCanvasElement;
  private readonly map: ContourMap;
  private readonly svg: SVGSVGElement;
  private readonly x = scaleLinear();
  private readonly y = scaleLinear();
  private readonly marker: SVGGElement;
  private unit = 1;
  private margin = baseMargin;
  private width = 0;
  private height = 0;
  private surface: Logs | undefined;
  private other: Logs | undefined; // the other domain's
  private points: StationaryPoint[] = [];
  private path: Point[] = [];
  private q: Gaussian = { mu: 0, sigma: 1 };
  private dragging = false;

  constructor(
    private readonly host: HTMLElement,
    readonly direction: Direction,
    private readonly mesh: Mesh,
    private readonly onMove: (q: Gaussian) => void,
  ) {
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
          <circle class="hit" r="24"></circle>${markerCircles}
        </g>
      </svg>`;
    this.canvas = host.querySelector("canvas")!;
    this.map = new ContourMap(this.canvas, mesh.mu.length, mesh.sigma.length);
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
    this.svg.setAttribute("width", String(this.width));
    this.svg.setAttribute("height", String(this.height));
    this.x.range([this.margin.left, this.width - this.margin.right]);
    this.y.range([this.height - this.margin.bottom, this.margin.top]);
    const [left, right] = this.x.range() as [number, number];
    const [bottom, top] = this.y.range() as [number, number];
    const barLeft = right + barGap * this.unit;
    const bar = { left: barLeft, right: barLeft + barWidth * this.unit, top, bottom };
    this.map.resize(this.width, this.height, { left, right, top, bottom }, bar, this.unit, getComputedStyle(this.svg).fontFamily);
    this.drawAxes();
    this.drawMap();
    this.drawPoints(this.points);
    this.drawPath(this.path);
    this.drawMarker(this.q);
  }

  /// Whether points and path are of an earlier surface.
  markStale(stale: boolean): void {
    this.host.classList.toggle("stale", stale);
  }

  drawSurface(surface: Float64Array, other: Float64Array | undefined): void {
    const columns = this.mesh.mu.length;
    this.surface = logsOf(surface, columns);
    this.other = other && logsOf(other, columns);
    this.drawMap();
  }

  drawMarker(q: Gaussian): void {
    this.q = q;
    this.marker.setAttribute("transform", `translate(${this.x(q.mu)},${this.y(q.sigma)}) scale(${this.unit})`);
    this.marker.setAttribute("aria-valuenow", String(q.mu));
    this.marker.setAttribute("aria-valuetext", `mu ${q.mu.toFixed(1)}, sigma ${q.sigma.toFixed(1)}`);
  }

  /// As far as it is to be seen.
  drawPath(path: Point[]): void {
    this.path = path;
    const group = select(this.svg).select<SVGGElement>(".path").attr("visibility", path.length ? null : "hidden");
    const end = path.at(-1);
    if (!end) return;
    const d = `M${path.map((p) => `${this.x(p.mu).toFixed(2)},${this.y(p.sigma).toFixed(2)}`).join("L")}`;
    group.attr("class", `path ${this.direction}`).selectAll("path").attr("d", d);
    group.select("circle").attr("r", 5 * this.unit).attr("cx", this.x(end.mu)).attr("cy", this.y(end.sigma));
  }

  drawPoints(points: StationaryPoint[]): void {
    this.points = points;
    const shown = points.flatMap((p) => (p.kind === "minimum" || p.kind === "saddle" ? [{ ...p, kind: p.kind }] : []));
    const drawn = select(this.svg)
      .select(".points")
      .selectAll<SVGPathElement, (typeof shown)[number]>("path")
      .data(shown)
      .join((enter) => enter.append("path").each((_, i, all) => void select(all[i]!).append("title")))
      .attr("class", (p) => p.kind)
      .attr("d", (p) => marks[p.kind])
      .attr("transform", (p) => `translate(${this.x(p.mu)},${this.y(p.sigma)}) scale(${this.unit})`);
    drawn
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
      const { q } = this;
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

  private drawMap(): void {
    if (!this.width || !this.surface) return;
    this.map.draw(this.surface, this.other);
    this.drawBarAxis(this.surface);
  }

  /// Ticks are moved, not made anew: letters are laid out once.
  private drawBarAxis(logs: Logs): void {
    const y = scaleLinear([logs.low, logs.high], this.y.range());
    const left = this.x.range()[1]! + (barGap + barWidth) * this.unit;
    select(this.svg)
      .select(".axis.bar")
      .selectAll<SVGGElement, number>("g")
      .data(barLevels(logs), String)
      .join((enter) => {
        const tick = enter.append("g");
        tick.append("line").attr("x2", 4);
        tick.append("text").attr("x", 7).attr("dy", "0.32em").text(formatLevel);
        return tick;
      })
      .attr("transform", (level) => `translate(${left},${y(Math.log10(level))})`);
  }
}
