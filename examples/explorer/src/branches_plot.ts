// SPDX-License-Identifier: MIT
// The minima of every order alpha, followed from D(q||p) to D(p||q): their means, with their widths as whiskers.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import type { BranchPoint, Point } from "./core";
import { math, scaled, smallest, unit } from "./layout";
import { ranges, snap } from "./state";

const baseMargin = { top: 28, right: 14, bottom: 38, left: 44 };

/// Orange at D(q||p), blue at D(p||q).
export const colourOf = (alpha: number) => `color-mix(in oklch, var(--forward) ${(100 * alpha).toFixed(1)}%, var(--reverse))`;

interface Link {
  from: BranchPoint;
  to: BranchPoint;
  best: boolean;
}

const byOrder = (points: BranchPoint[]): BranchPoint[][] => {
  const orders = new Map<number, BranchPoint[]>();
  for (const point of points) orders.set(point.alpha, [...(orders.get(point.alpha) ?? []), point]);
  return [...orders.values()];
};

const isBest = (point: Point, all: readonly Point[]) => point.value <= Math.min(...all.map((p) => p.value)) + 1e-7;

/// From each minimum to the nearest one of the next order, if it is near.
function linksOf(points: BranchPoint[]): Link[] {
  const orders = byOrder(points);
  const far = 0.6; // widths
  return orders.slice(1).flatMap((next, n) =>
    orders[n]!.flatMap((from) => {
      const distance = (to: Point) => Math.hypot(to.mu - from.mu, to.sigma - from.sigma) / Math.max(to.sigma, from.sigma);
      const to = [...next].sort((a, b) => distance(a) - distance(b))[0];
      return to && distance(to) < far ? [{ from, to, best: isBest(from, orders[n]!) && isBest(to, next) }] : [];
    }),
  );
}

export class BranchesPlot {
  private readonly svg: SVGSVGElement;
  private readonly x = scaleLinear().domain([0, 1]);
  private readonly y = scaleLinear();
  private unit = 1;
  private width = 0;
  private height = 0;
  private view: { branches: BranchPoint[]; now: Point[]; alpha: number } | undefined;

  constructor(
    private readonly host: HTMLElement,
    onAlpha: (alpha: number) => void,
  ) {
    host.innerHTML = `<svg class="figure" role="img" aria-label="The minima for every alpha">
        <text class="panel-title">all minima, ${math("μ")} ± ${math("σ")}</text>
        <g class="axis x"></g><g class="axis y"></g>
        <text class="axis-title x math" text-anchor="middle">α</text>
        <path class="cross-line"></path><g class="whiskers"></g><g class="links"></g><g class="now"></g>
      </svg>`;
    this.svg = host.querySelector("svg")!;
    const set = (event: PointerEvent) => {
      if (event.buttons & 1) onAlpha(snap(this.x.invert(event.clientX - this.svg.getBoundingClientRect().left), ranges.alpha));
    };
    this.svg.addEventListener("pointerdown", set);
    this.svg.addEventListener("pointermove", set);
  }

  resize(): void {
    const { width, height } = this.host.getBoundingClientRect();
    if (width < smallest || height < smallest) return;
    this.width = Math.round(width);
    this.height = Math.round(height);
    this.unit = unit();
    const margin = scaled(baseMargin, this.unit);
    this.svg.setAttribute("width", String(this.width));
    this.svg.setAttribute("height", String(this.height));
    this.x.range([margin.left, this.width - margin.right]);
    this.y.range([this.height - margin.bottom, margin.top]);
    if (this.view) this.draw(this.view.branches, this.view.now, this.view.alpha);
  }

  draw(branches: BranchPoint[], now: Point[], alpha: number): void {
    this.view = { branches, now, alpha };
    if (!this.width) return;
    const reach = Math.max(...branches.map((p) => Math.abs(p.mu) + p.sigma), 2);
    this.y.domain([-reach, reach]).nice();
    this.drawAxes();
    const svg = select(this.svg);
    const at = (point: BranchPoint) => `${this.x(point.alpha).toFixed(1)},${this.y(point.mu).toFixed(1)}`;
    svg
      .select(".links")
      .selectAll("path")
      .data(linksOf(branches))
      .join("path")
      .attr("d", ({ from, to }) => `M${at(from)}L${at(to)}`)
      .attr("class", ({ best }) => (best ? "best" : "other"))
      .style("stroke", ({ from }) => colourOf(from.alpha));
    svg
      .select(".whiskers")
      .selectAll("path")
      .data(branches)
      .join("path")
      .attr("d", (p) => `M${this.x(p.alpha).toFixed(1)},${this.y(p.mu - p.sigma).toFixed(1)}V${this.y(p.mu + p.sigma).toFixed(1)}`)
      .style("stroke", (p) => colourOf(p.alpha));
    svg.select(".cross-line").attr("d", `M${this.x(alpha)},${this.y.range()[1]!}V${this.y.range()[0]!}`);
    svg
      .select(".now")
      .selectAll("circle")
      .data(now)
      .join("circle")
      .attr("class", (p) => (isBest(p, now) ? "best" : "other"))
      .attr("r", 5 * this.unit)
      .attr("cx", this.x(alpha))
      .attr("cy", (p) => this.y(p.mu))
      .style("fill", colourOf(alpha));
  }

  private drawAxes(): void {
    const svg = select(this.svg);
    const [left, right] = this.x.range() as [number, number];
    const bottom = this.y.range()[0]!;
    svg.select(".panel-title").attr("x", left).attr("y", 18 * this.unit);
    const below = axisBottom(this.x).tickValues([0, 0.25, 0.5, 0.75, 1]).tickSizeOuter(0).tickFormat((v) => String(Number(v)));
    svg.select<SVGGElement>(".axis.x").attr("transform", `translate(0,${bottom})`).call(below);
    svg.select<SVGGElement>(".axis.y").attr("transform", `translate(${left},0)`).call(axisLeft(this.y).ticks(5).tickSizeOuter(0));
    svg.select(".axis-title.x").attr("x", (left + right) / 2).attr("y", this.height - 5 * this.unit);
  }
}

export { isBest };
