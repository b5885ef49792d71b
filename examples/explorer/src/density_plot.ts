// SPDX-License-Identifier: MIT
// p, its components, q and the ends of the descents.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import type { Direction, Domain, Gaussian, Pair } from "./core";
import { formatNats } from "./format";
import { narrow, scaled, smallest, unit } from "./layout";

const window = { begin: -10, end: 10 }; // of the grid
const gridStep = 0.05; // the last node's share of the window ends there
const reach = 11;
const baseMargin = { top: 62, right: 14, bottom: 40, left: 48 };
const headroom = 1.12;

interface DensityView {
  domain: Domain;
  x: Float64Array;
  p: Float64Array;
  components: Float64Array[];
  q: Float64Array;
  at: Gaussian;
  pair: Pair;
  fits: Partial<Record<Direction, Float64Array>>;
}

/// The next of 0.1, 0.15, 0.2, 0.3 ... above x: the axis stands still while a curve grows a little.
function ceiling(x: number): number {
  const decade = 10 ** Math.floor(Math.log10(x));
  return decade * [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((m) => m * decade >= x)!;
}

const math = (letter: string) => `<tspan class="math">${letter}</tspan>`;

function peak(curve: Float64Array): number {
  return curve.reduce((most, y) => Math.max(most, y), 0);
}

export class DensityPlot {
  private readonly svg: SVGSVGElement;
  private readonly x = scaleLinear().domain([-reach, reach]);
  private readonly y = scaleLinear();
  private unit = 1;
  private margin = baseMargin;
  private narrow = false; // then the legend is in the place of the sums
  private width = 0;
  private height = 0;
  private view: DensityView | undefined;
  private frame = ""; // what the frame was drawn for

  constructor(private readonly host: HTMLElement) {
    const D = (a: string, b: string) => `${math("D")}(${math(a)}‖${math(b)})`;
    const H = (...of: string[]) => `${math("H")}(${of.map(math).join(",")})`;
    host.innerHTML = `<svg class="figure" role="img" aria-label="Densities p and q">
        <defs>
          <clipPath id="plot-area"><rect></rect></clipPath>
          <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line y2="7"></line>
          </pattern>
        </defs>
        <text class="title forward" text-anchor="middle">${D("p", "q")} = <tspan class="value"></tspan></text>
        <text class="title reverse" text-anchor="middle">${D("q", "p")} = <tspan class="value"></tspan></text>
        <text class="sum forward" text-anchor="middle">${H("p", "q")} − ${H("p")} = <tspan class="value"></tspan></text>
        <text class="sum reverse" text-anchor="middle">${H("q", "p")} − ${H("q")} = <tspan class="value"></tspan></text>
        <g class="grid-lines"></g>
        <g clip-path="url(#plot-area)">
          <g class="window">
            <rect class="before" fill="url(#hatch)"></rect><rect class="after" fill="url(#hatch)"></rect>
            <text class="before" text-anchor="middle">outside the grid</text><text class="after" text-anchor="middle">outside the grid</text>
          </g>
          <path class="p area"></path><path class="p line"></path>
          <g class="components curves"></g>
          <path class="fit forward"></path><path class="fit reverse"></path>
          <path class="q line"></path>
        </g>
        <g class="axis x"></g><g class="axis y"></g>
        <text class="axis-title x math" text-anchor="middle">x</text>
        <g class="legend"></g>
      </svg>`;
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
    this.margin = scaled(baseMargin, this.unit);
    this.narrow = this.width < narrow;
    if (this.narrow) this.margin.top = 74 * this.unit;
    this.svg.classList.toggle("narrow", this.narrow);
    this.svg.setAttribute("width", String(this.width));
    this.svg.setAttribute("height", String(this.height));
    this.x.range([this.margin.left, this.width - this.margin.right]);
    this.y.range([this.height - this.margin.bottom, this.margin.top]);
    if (this.view) this.draw(this.view);
  }

  draw(view: DensityView): void {
    this.view = view;
    if (!this.width) return;
    const svg = select(this.svg);
    const top = peak(view.p);
    const others = Math.max(peak(view.q), ...Object.values(view.fits).map(peak));
    // A narrow q may leave through the ceiling: p stays readable.
    const axisTop = ceiling(headroom * Math.max(top, Math.min(others, 3 * top)));
    const frame = [axisTop, view.domain, this.width, this.height, Object.keys(view.fits)].join();
    if (frame !== this.frame) {
      this.frame = frame;
      this.y.domain([0, axisTop]);
      this.drawFrame(view.domain);
      this.drawLegend(view);
    }
    this.drawTitle(view);
    const p = this.path(view.x, view.p);
    const [base, end] = [this.y(0).toFixed(1), this.x(view.x.at(-1)!).toFixed(1)];
    svg.select(".p.area").attr("d", `${p}L${end},${base}H${this.x(view.x[0]!).toFixed(1)}Z`);
    svg.select(".p.line").attr("d", p);
    const onDomain = (q: Float64Array) => (view.domain === "grid" ? this.cutPath(view.x, q) : this.path(view.x, q));
    svg.select(".q.line").attr("d", onDomain(view.q));
    for (const direction of ["forward", "reverse"] as const) {
      const fit = view.fits[direction];
      svg.select(`.fit.${direction}`).attr("d", fit ? onDomain(fit) : null);
    }
    svg
      .select(".curves")
      .selectAll("path")
      .data(view.components)
      .join("path")
      .attr("d", (c) => this.path(view.x, c));
  }

  /// A curve to a tenth of a pixel, without the points inside its level parts.
  private path(x: Float64Array, y: Float64Array): string {
    const heights = Array.from(y, (value) => Math.round(10 * this.y(value)) / 10);
    const points: string[] = [];
    heights.forEach((height, i) => {
      const level = height === heights[i - 1] && height === heights[i + 1];
      if (!level) points.push(`${Math.round(10 * this.x(x[i]!)) / 10},${height}`);
    });
    return `M${points.join("L")}`;
  }

  /// The same down to the axis where the window cuts it off.
  private cutPath(x: Float64Array, y: Float64Array): string {
    const [base, left, right] = [this.y(0), this.x(x[0]!), this.x(x.at(-1)! + gridStep)].map((pixels) => pixels.toFixed(1));
    return `M${left},${base}${this.path(x, y).replace("M", "L")}H${right}V${base}`;
  }

  private drawFrame(domain: Domain): void {
    const svg = select(this.svg);
    const [left, right] = this.x.range() as [number, number];
    const [bottom, top] = this.y.range() as [number, number];
    for (const [direction, share] of [["forward", 0.26], ["reverse", 0.74]] as const)
      svg.selectAll(`text.${direction}`).attr("x", left + share * (right - left));
    svg.selectAll(".title").attr("y", 24 * this.unit);
    svg.selectAll(".sum").attr("y", 44 * this.unit);
    svg.select("#plot-area rect").attr("x", left).attr("y", top).attr("width", right - left).attr("height", bottom - top);
    svg.select(".window").attr("visibility", domain === "grid" ? null : "hidden");
    const band = (name: string, from: number, to: number) => {
      svg.select(`rect.${name}`).attr("x", from).attr("y", top).attr("width", to - from).attr("height", bottom - top);
      const middle = `translate(${(from + to) / 2},${(top + bottom) / 2}) rotate(-90)`;
      svg.select(`text.${name}`).attr("transform", middle).attr("dy", "0.32em");
    };
    band("before", left, this.x(window.begin));
    band("after", this.x(window.end), right);
    const below = axisBottom(this.x).ticks(this.narrow ? 5 : 11).tickSizeOuter(0);
    const beside = axisLeft(this.y).ticks(4).tickSizeOuter(0);
    svg.select<SVGGElement>(".axis.x").attr("transform", `translate(0,${bottom})`).call(below);
    svg.select<SVGGElement>(".axis.y").attr("transform", `translate(${left},0)`).call(beside);
    svg.select(".axis-title.x").attr("x", (left + right) / 2).attr("y", this.height - 6 * this.unit);
    svg
      .select(".grid-lines")
      .selectAll("line")
      .data(this.y.ticks(4))
      .join("line")
      .attr("x1", left)
      .attr("x2", right)
      .attr("y1", (y) => this.y(y))
      .attr("y2", (y) => this.y(y));
  }

  private drawTitle({ pair, at, domain }: DensityView): void {
    const svg = select(this.svg);
    const sums = {
      forward: `${formatNats(pair.crossPQ)} − ${formatNats(pair.entropyP)}`.replace("− −", "+ "),
      reverse: `${formatNats(pair.crossQP)} − ${formatNats(pair.entropyQ)}`.replace("− −", "+ "),
    };
    for (const direction of ["forward", "reverse"] as const) {
      svg.select(`.title.${direction} .value`).text(formatNats(pair[direction]));
      svg.select(`.sum.${direction} .value`).text(sums[direction]);
    }
    this.svg.setAttribute(
      "aria-label",
      `Densities p and q on the ${domain === "grid" ? "grid" : "real line"}. q has mu ${at.mu.toFixed(1)} and sigma ` +
        `${at.sigma.toFixed(1)}. D(p‖q) is ${formatNats(pair.forward)} and D(q‖p) is ${formatNats(pair.reverse)} nats.`,
    );
  }

  private drawLegend(view: DensityView): void {
    const after = this.narrow ? "after" : `${math("q")} after the descent of`;
    const entries = [
      { key: "p line", text: math("p") },
      { key: "components", text: `components of ${math("p")}` },
      { key: "q line", text: math("q") },
      ...(view.fits.forward ? [{ key: "fit forward", text: `${after} ${math("D")}(${math("p")}‖${math("q")})` }] : []),
      ...(view.fits.reverse ? [{ key: "fit reverse", text: `${after} ${math("D")}(${math("q")}‖${math("p")})` }] : []),
    ];
    // On a phone the legend is two rows above the figure, else a column in it.
    const left = this.narrow ? this.x.range()[0]! : this.x(window.begin);
    const place = (i: number) =>
      this.narrow
        ? [[0, 60, 212, 0, 150][i]!, i < 3 ? 44 : 62]
        : [16, 62 + 16 + 19 * i];
    const rows = select(this.svg)
      .select(".legend")
      .attr("transform", `translate(${left},0) scale(${this.unit})`)
      .selectAll<SVGGElement, { key: string; text: string }>("g")
      .data(entries)
      .join((enter) => {
        const row = enter.append("g");
        row.append("path");
        row.append("text");
        return row;
      })
      .attr("class", (e) => e.key)
      .attr("transform", (_, i) => `translate(${place(i)})`);
    rows.select("path").attr("class", (e) => e.key).attr("d", "M0,0H24");
    rows.select("text").attr("x", 32).attr("dy", "0.32em").html((e) => e.text);
  }
}
