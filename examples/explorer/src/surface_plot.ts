// SPDX-License-Identifier: MIT
// One surface: its contour map on a canvas; axes, minima, the path and the marker above it as SVG.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear, scaleLog } from "d3-scale";
import { select } from "d3-selection";
import { barLevels, type MapLayout, type Spot } from "./contour_map";
import type { Gaussian, Mesh, MeshKind, Point } from "./core";
import { formatLevel, formatNats, formatNumber } from "./format";
import { keepInSight, stepsOf } from "./keys";
import { divergence, markerCircles, marks, math, scaled, smallest, unit } from "./layout";
import type { Panel, PanelCanvases, Scale } from "./painter";
import { clamp, ranges, snap } from "./state";

const baseMargin = { top: 28, right: 54, bottom: 38, left: 44 };
const barWidth = 12;
const barGap = 10;

export type Mark = Point & { kind: "best" | "minimum" | "saddle" };

/// What a plot tells its owner.
export interface Listener {
  move(q: Gaussian): void; // the marker
  hover(q: Gaussian | undefined): void; // the mouse
  layout(layout: MapLayout): void;
  spots(spots: Spot[]): void; // where no label should be
}

export class SurfacePlot {
  private readonly canvases: [map: HTMLCanvasElement, labels: HTMLCanvasElement];
  private readonly svg: SVGSVGElement;
  private readonly x = scaleLinear();
  private y: ReturnType<typeof scaleLinear<number>> | ReturnType<typeof scaleLog<number>> = scaleLinear();
  private readonly marker: SVGGElement;
  private unit = 1;
  private margin = baseMargin;
  private width = 0;
  private height = 0;
  private reach = 5;
  private scale: Scale | undefined;
  private points: Mark[] = [];
  private path: Point[] = [];
  private q: Gaussian = { mu: 0, sigma: 1 };
  private cross: { mu: number; sigma?: number | undefined } | undefined;
  private dragging = false;

  constructor(
    private readonly host: HTMLElement,
    readonly panel: Panel,
    private readonly tell: Listener,
  ) {
    const formula = { forward: ["p", "q"], reverse: ["q", "p"], between: ["p", "q"] }[panel] as [string, string];
    const title = panel === "between" ? `${math("D")}<tspan class="math" dy="0.3em" font-size="0.7em">α</tspan>` : divergence(...formula);
    const name = panel === "between" ? "the divergence of order alpha" : `D(${formula.join("‖")})`;
    host.innerHTML = `<canvas aria-hidden="true"></canvas><canvas aria-hidden="true"></canvas>
      <svg class="figure" role="group" aria-label="Contours of ${name} over mu and sigma">
        <text class="panel-title ${panel}">${title}</text>
        <text class="reading" text-anchor="end"></text>
        <text class="unit" text-anchor="end">nats</text>
        <g class="axis x"></g><g class="axis y"></g><g class="axis bar"></g>
        <text class="axis-title x math" text-anchor="middle">μ</text>
        <text class="axis-title y math" text-anchor="middle">σ</text>
        <rect class="frame"></rect>
        <g class="cross"><path class="case"></path><path class="line"></path></g>
        <g class="path ${panel}"><path class="case"></path><path class="line"></path><circle r="5"></circle></g>
        <g class="points"></g>
        <g class="marker" tabindex="0" role="slider" aria-label="q on the map of ${name}: arrow keys move mu and sigma"
           aria-roledescription="two-dimensional slider" aria-valuemin="${ranges.mu.min}" aria-valuemax="${ranges.mu.max}">
          <circle class="hit" r="24"></circle>${markerCircles}
        </g>
      </svg>`;
    this.canvases = [...host.querySelectorAll("canvas")] as [HTMLCanvasElement, HTMLCanvasElement];
    this.svg = host.querySelector("svg")!;
    this.marker = host.querySelector(".marker")!;
    this.listen();
  }

  /// To be drawn on by the painter.
  offscreen(): PanelCanvases {
    const [map, labels] = this.canvases.map((canvas) => canvas.transferControlToOffscreen());
    return { map: map!, labels: labels! };
  }

  setMesh(mesh: Mesh, kind: MeshKind): void {
    this.x.domain([mesh.mu[0]!, mesh.mu.at(-1)!]);
    this.y = (kind.log ? scaleLog() : scaleLinear()).domain([mesh.sigma[0]!, mesh.sigma.at(-1)!]).range(this.y.range());
    this.reach = kind.wide ? 10 : 5;
    if (this.width) this.redraw();
  }

  /// What the picture shows, as layers of a figure for a file: the canvases' pixels and the drawing above them.
  layers(): { canvases: HTMLCanvasElement[]; svg: SVGSVGElement } {
    return { canvases: this.canvases, svg: this.svg };
  }

  resize(): void {
    const { width, height } = this.host.getBoundingClientRect();
    if (width < 3 * smallest || height < 3 * smallest) return;
    this.width = Math.round(width);
    this.height = Math.round(height);
    this.unit = unit();
    this.margin = scaled(baseMargin, this.unit);
    for (const element of [this.svg, ...this.canvases]) {
      element.style.width = `${this.width}px`;
      element.style.height = `${this.height}px`;
    }
    this.svg.setAttribute("width", String(this.width));
    this.svg.setAttribute("height", String(this.height));
    this.x.range([this.margin.left, this.width - this.margin.right]);
    this.y.range([this.height - this.margin.bottom, this.margin.top]);
    const [left, right] = this.x.range() as [number, number];
    const [bottom, top] = this.y.range() as [number, number];
    const barLeft = right + barGap * this.unit;
    this.tell.layout({
      width: this.width,
      height: this.height,
      box: { left, right, top, bottom },
      bar: { left: barLeft, right: barLeft + barWidth * this.unit, top, bottom },
      unit: this.unit,
      density: window.devicePixelRatio,
      fontFamily: getComputedStyle(this.svg).fontFamily,
    });
    this.redraw();
  }

  private redraw(): void {
    this.drawAxes();
    if (this.scale) this.drawScale(this.scale);
    this.drawPoints(this.points);
    this.drawPath(this.path);
    this.drawMarker(this.q);
    this.drawCross(this.cross);
  }

  /// Whether points and path are of an earlier surface.
  markStale(stale: boolean): void {
    this.host.classList.toggle("stale", stale);
  }

  drawMarker(q: Gaussian): void {
    this.q = q;
    this.marker.setAttribute("transform", `translate(${this.x(q.mu)},${this.y(q.sigma)}) scale(${this.unit})`);
    this.marker.setAttribute("aria-valuenow", String(q.mu));
    this.marker.setAttribute("aria-valuetext", `mu ${formatNumber(q.mu)}, sigma ${formatNumber(q.sigma)}`);
    this.tellSpots();
  }

  /// Lines through one q, or along one mu, with what is read there.
  drawCross(at: { mu: number; sigma?: number | undefined } | undefined, value?: number): void {
    this.cross = at;
    const [left, right] = this.x.range() as [number, number];
    const [bottom, top] = this.y.range() as [number, number];
    const x = at && this.x(at.mu);
    const inside = x !== undefined && x >= left && x <= right;
    const across = at?.sigma === undefined ? "" : `M${left},${this.y(at.sigma)}H${right}`;
    select(this.svg).select(".cross").selectAll("path").attr("d", inside ? `M${x},${top}V${bottom}${across}` : null);
    const reading =
      at?.sigma !== undefined && value !== undefined
        ? `${math("μ")} ${formatNumber(at.mu, 2)}, ${math("σ")} ${formatNumber(at.sigma, 2)}: <tspan class="value">${formatNats(value)}</tspan>`
        : "";
    this.svg.querySelector(".reading")!.innerHTML = reading;
  }

  /// As far as it is to be seen.
  drawPath(path: Point[]): void {
    this.path = path;
    const group = select(this.svg).select<SVGGElement>(".path").attr("visibility", path.length > 1 ? null : "hidden");
    const end = path.at(-1);
    if (!end) return;
    const d = `M${path.map((p) => `${this.x(p.mu).toFixed(2)},${this.y(p.sigma).toFixed(2)}`).join("L")}`;
    group.selectAll("path").attr("d", d);
    group.select("circle").attr("r", 5 * this.unit).attr("cx", this.x(end.mu)).attr("cy", this.y(end.sigma));
  }

  drawPoints(points: Mark[]): void {
    this.points = points;
    select(this.svg)
      .select(".points")
      .selectAll<SVGPathElement, Mark>("path")
      .data(points)
      .join("path")
      .attr("class", (p) => p.kind)
      .attr("d", (p) => marks[p.kind])
      .attr("transform", (p) => `translate(${this.x(p.mu)},${this.y(p.sigma)}) scale(${this.unit})`);
    this.tellSpots();
  }

  private tellSpots(): void {
    if (!this.width) return;
    const end = this.path.length > 1 ? this.path.slice(-1) : [];
    this.tell.spots([this.q, ...this.points, ...end].map(({ mu, sigma }) => ({ x: this.x(mu), y: this.y(sigma) })));
  }

  private listen(): void {
    const move = (event: PointerEvent) => {
      const box = this.svg.getBoundingClientRect();
      this.tell.move({
        mu: snap(clamp(this.x.invert(event.clientX - box.left), { min: -this.reach, max: this.reach, step: 0 }), ranges.mu),
        sigma: snap(this.y.invert(event.clientY - box.top), ranges.sigma),
      });
    };
    const hover = (event: PointerEvent) => {
      if (event.pointerType === "touch") return;
      const box = this.svg.getBoundingClientRect();
      const at = { mu: this.x.invert(event.clientX - box.left), sigma: this.y.invert(event.clientY - box.top) };
      this.tell.hover(!this.dragging && inside(event) ? at : undefined);
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
      this.tell.hover(undefined);
      move(event);
    });
    this.svg.addEventListener("pointermove", (event) => (this.dragging ? move(event) : hover(event)));
    this.svg.addEventListener("pointerleave", () => this.tell.hover(undefined));
    const stop = () => {
      this.dragging = false;
      this.svg.classList.remove("dragging");
    };
    this.svg.addEventListener("pointerup", stop);
    this.svg.addEventListener("pointercancel", stop);
    this.svg.addEventListener("click", (event) => {
      if ((event as PointerEvent).pointerType === "touch" && inside(event as PointerEvent)) move(event as PointerEvent);
    });
    keepInSight(this.marker);
    this.marker.addEventListener("keydown", (event) => {
      const { q } = this;
      const steps = stepsOf(event);
      if (!steps) return;
      this.tell.move({
        mu: snap(q.mu + steps[0] * ranges.mu.step, ranges.mu),
        sigma: snap(q.sigma + steps[1] * ranges.sigma.step, ranges.sigma),
      });
    });
  }

  private drawAxes(): void {
    const svg = select(this.svg);
    const [left, right] = this.x.range() as [number, number];
    const [bottom, top] = this.y.range() as [number, number];
    svg.select(".panel-title").attr("x", left).attr("y", 18 * this.unit);
    svg.select(".unit").attr("x", this.width - 4 * this.unit).attr("y", 14 * this.unit);
    svg.select(".reading").attr("x", right).attr("y", 18 * this.unit);
    svg.select<SVGGElement>(".axis.x").attr("transform", `translate(0,${bottom})`).call(axisBottom(this.x).ticks(5).tickSizeOuter(0));
    const isLog = "base" in this.y;
    const beside = axisLeft(this.y).tickSizeOuter(0);
    if (isLog) beside.tickValues([0.1, 0.2, 0.5, 1, 2, 5]).tickFormat((v) => String(Number(v)));
    else beside.ticks(5);
    svg.select<SVGGElement>(".axis.y").attr("transform", `translate(${left},0)`).call(beside);
    svg.select(".axis-title.x").attr("x", (left + right) / 2).attr("y", this.height - 6 * this.unit);
    svg.select(".axis-title.y").attr("transform", `translate(${13 * this.unit},${(top + bottom) / 2})`);
    svg.select(".frame").attr("x", left).attr("y", top).attr("width", right - left).attr("height", bottom - top);
  }

  /// The colour bar's axis. Ticks are moved, not made anew: letters are laid out once.
  drawScale(scale: Scale): void {
    this.scale = scale;
    if (!this.width) return;
    const y = scaleLinear([scale.low, scale.high], this.y.range());
    const left = this.x.range()[1]! + (barGap + barWidth) * this.unit;
    select(this.svg)
      .select(".axis.bar")
      .selectAll<SVGGElement, number>("g")
      .data(barLevels(scale), String)
      .join((enter) => {
        const tick = enter.append("g");
        tick.append("line").attr("x2", 4);
        tick.append("text").attr("x", 7).attr("dy", "0.32em").text(formatLevel);
        return tick;
      })
      .attr("transform", (level) => `translate(${left},${y(Math.log10(level))})`);
  }
}
