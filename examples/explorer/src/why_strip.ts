// SPDX-License-Identifier: MIT
// Where each divergence is paid: p log(p/q) and q log(q/p) over the densities' x, as signed areas on one scale.
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import type { Direction, Pair, Surfaces } from "./core";
import { areaPath, peak } from "./curve_path";
import { baseMargin, reach } from "./density_plot";
import { formatNats } from "./format";
import { math, scaled, smallest, unit } from "./layout";

interface WhyView {
  x: Float64Array;
  integrands: Surfaces;
  pair: Pair;
}

const rows = ["forward", "reverse"] as const;
const belowShare = 0.28; // of a row, for what is negative
const least = 0.05; // nats a unit of x, of the scale's reach: p = q looks level

export class WhyStrip {
  private readonly svg: SVGSVGElement;
  private readonly x = scaleLinear().domain([-reach, reach]);
  private unit = 1;
  private width = 0;
  private height = 0;
  private view: WhyView | undefined;

  constructor(private readonly host: HTMLElement) {
    const row = (direction: Direction, a: string, b: string) => `<g class="paid ${direction}">
        <text class="row-title">${math(a)} log(${math(a)}/${math(b)})</text>
        <text class="row-sum" text-anchor="end">area = <tspan class="value"></tspan></text>
        <clipPath id="above-${direction}"><rect></rect></clipPath><clipPath id="below-${direction}"><rect></rect></clipPath>
        <path class="above" clip-path="url(#above-${direction})"></path><path class="below" clip-path="url(#below-${direction})"></path>
        <path class="zero"></path>
      </g>`;
    host.innerHTML = `<svg class="figure" role="img">${row("forward", "p", "q")}${row("reverse", "q", "p")}<path class="cross-line"></path></svg>`;
    this.svg = host.querySelector("svg")!;
  }

  layer(): SVGSVGElement {
    return this.svg;
  }

  resize(): void {
    const { width, height } = this.host.getBoundingClientRect();
    if (width < smallest || height < smallest) return;
    this.width = Math.round(width);
    this.height = Math.round(height);
    this.unit = unit();
    this.svg.setAttribute("width", String(this.width));
    this.svg.setAttribute("height", String(this.height));
    const { left, right } = scaled(baseMargin, this.unit);
    this.x.range([left, this.width - right]);
    const band = this.height / 2;
    rows.forEach((direction, n) => {
      const group = select(this.svg).select(`.${direction}`);
      group.select(".row-title").attr("x", left + 4 * this.unit).attr("y", n * band + 13 * this.unit);
      group.select(".row-sum").attr("x", this.width - right - 4 * this.unit).attr("y", n * band + 13 * this.unit);
      group.select(".zero").attr("d", `M${left},${this.zero(n)}H${this.width - right}`);
      const clip = (side: string, top: number, bottom: number) =>
        group.select(`#${side}-${direction} rect`).attr("x", left).attr("width", this.width - left - right).attr("y", top).attr("height", bottom - top);
      clip("above", n * band, this.zero(n));
      clip("below", this.zero(n), (n + 1) * band);
    });
    if (this.view) this.draw(this.view);
  }

  draw(view: WhyView): void {
    this.view = view;
    if (!this.width) return;
    const curves = view.integrands;
    const [above, below] = [(1 - belowShare) * (this.height / 2) - 3, belowShare * (this.height / 2)];
    const deepest = Math.max(...rows.map((direction) => peak(curves[direction].map((v) => -v))));
    const most = Math.max(least, peak(curves.forward), peak(curves.reverse), (deepest * above) / below);
    rows.forEach((direction, n) => {
      const zero = this.zero(n);
      const toY = (value: number) => zero - (above * value) / most;
      const d = areaPath(view.x, curves[direction], this.x, toY);
      const group = select(this.svg).select(`.${direction}`);
      group.selectAll(".above, .below").attr("d", d);
      group.select(".value").text(formatNats(view.pair[direction]));
    });
    const [p, q] = [formatNats(view.pair.forward), formatNats(view.pair.reverse)];
    this.svg.setAttribute("aria-label", `Where the divergences are paid: the area of p log(p/q) is ${p}, that of q log(q/p) is ${q} nats`);
  }

  drawCross(x: number | undefined): void {
    if (this.width) select(this.svg).select(".cross-line").attr("d", x === undefined ? null : `M${this.x(x)},0V${this.height}`);
  }

  private zero(row: number): number {
    return (row + 1 - belowShare) * (this.height / 2);
  }
}
