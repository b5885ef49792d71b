// SPDX-License-Identifier: MIT
// p and the best q of one order alpha, with the other minima behind it.
import { axisBottom } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { colourOf } from "./branches_plot";
import { areaPath, curvePath, peak } from "./curve_path";
import { reach } from "./density_plot";
import { math, scaled, smallest, unit } from "./layout";

const baseMargin = { top: 28, right: 8, bottom: 38, left: 10 };

export interface BetweenView {
  x: Float64Array;
  p: Float64Array;
  best: Float64Array[];
  others: Float64Array[];
  alpha: number;
}

export class BetweenDensity {
  private readonly svg: SVGSVGElement;
  private readonly x = scaleLinear().domain([-reach, reach]);
  private readonly y = scaleLinear();
  private width = 0;
  private height = 0;
  private view: BetweenView | undefined;

  constructor(private readonly host: HTMLElement) {
    host.innerHTML = `<svg class="figure" role="img" aria-label="p and the best q of order alpha">
        <text class="panel-title">the best ${math("q")}</text><g class="axis x"></g>
        <path class="p area"></path><path class="p line"></path><g class="others"></g><g class="best"></g>
        <text class="axis-title x math" text-anchor="middle">x</text>
      </svg>`;
    this.svg = host.querySelector("svg")!;
  }

  resize(): void {
    const { width, height } = this.host.getBoundingClientRect();
    if (width < smallest || height < smallest) return;
    this.width = Math.round(width);
    this.height = Math.round(height);
    const { left, right, top, bottom } = scaled(baseMargin, unit());
    this.svg.setAttribute("width", String(this.width));
    this.svg.setAttribute("height", String(this.height));
    this.x.range([left, this.width - right]);
    this.y.range([this.height - bottom, top]);
    const svg = select(this.svg);
    svg.select(".panel-title").attr("x", left).attr("y", 18 * unit());
    svg.select<SVGGElement>(".axis").attr("transform", `translate(0,${this.y.range()[0]!})`).call(axisBottom(this.x).ticks(5).tickSizeOuter(0));
    svg.select(".axis-title").attr("x", this.width / 2).attr("y", this.height - 5 * unit());
    if (this.view) this.draw(this.view);
  }

  draw(view: BetweenView): void {
    this.view = view;
    if (!this.width) return;
    const { x, p, best, others, alpha } = view;
    this.y.domain([0, 1.05 * Math.max(peak(p), Math.min(2 * peak(p), ...best.map(peak)))]);
    const svg = select(this.svg);
    svg.select(".p.area").attr("d", areaPath(x, p, this.x, this.y));
    svg.select(".p.line").attr("d", curvePath(x, p, this.x, this.y));
    const family = (selector: string, curves: Float64Array[]) =>
      svg
        .select(selector)
        .selectAll("path")
        .data(curves)
        .join("path")
        .attr("d", (y) => curvePath(x, y, this.x, this.y))
        .style("stroke", colourOf(alpha));
    family(".best", best);
    family(".others", others);
  }
}
