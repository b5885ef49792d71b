// SPDX-License-Identifier: MIT
// p, its components, q, the ends of the descents and the minima of D(q||p).
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import type { Component, Direction, Domain, Gaussian, Pair } from "./core";
import { areaPath, curvePath, heightAt, peak } from "./curve_path";
import { drawLegend, type Legend } from "./density_legend";
import { formatNats, formatNumber } from "./format";
import { Handles, type Held, type Pull } from "./handles";
import { divergence, math, narrow, scaled, smallest, unit } from "./layout";

const window = { begin: -10, end: 10 }; // of the grid
const gridStep = 0.05; // the last node's share of the window ends there
export const reach = 11;
export const baseMargin = { top: 74, right: 14, bottom: 24, left: 48 };
const headroom = 1.12;

/// What p is drawn from.
interface OfP {
  domain: Domain;
  x: Float64Array;
  p: Float64Array;
  components: readonly Component[]; // none where p is of samples
  parts: Float64Array[]; // the components' curves
}

interface OfQ {
  q: Float64Array;
  at: Gaussian;
  pair: Pair;
}

/// What is known of minima.
interface OfAnswer {
  fits: Partial<Record<Direction, Float64Array>>;
  minima: Float64Array[];
}

/// What has changed of the picture.
export interface DensityView {
  ofP?: OfP | undefined;
  ofQ?: OfQ;
  ofAnswer?: OfAnswer;
}

export interface DensityListener {
  pull(pull: Pull): void;
  hover(x: number | undefined): void;
}

/// The next of 0.1, 0.15, 0.2, 0.3 ... above x: the axis stands still while a curve grows a little.
function ceiling(x: number): number {
  const decade = 10 ** Math.floor(Math.log10(x));
  return decade * [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((m) => m * decade >= x)!;
}

export class DensityPlot {
  private readonly svg: SVGSVGElement;
  private readonly handles: Handles;
  private readonly x = scaleLinear().domain([-reach, reach]);
  private readonly y = scaleLinear();
  private unit = 1;
  private margin = baseMargin;
  private narrow = false;
  private width = 0;
  private height = 0;
  private ofP: OfP | undefined;
  private ofQ: OfQ | undefined;
  private ofAnswer: OfAnswer = { fits: {}, minima: [] };
  private frame = ""; // what the frame was drawn for
  private titles = "";

  constructor(
    private readonly host: HTMLElement,
    private readonly tell: DensityListener,
  ) {
    const H = (...of: string[]) => `${math("H")}(${of.map(math).join(",")})`;
    host.innerHTML = `<svg class="figure" role="group" aria-label="Densities p and q">
        <defs>
          <clipPath id="plot-area"><rect></rect></clipPath>
          <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line y2="7"></line>
          </pattern>
        </defs>
        <text class="title forward" text-anchor="middle">${divergence("p", "q")} = <tspan class="value"></tspan></text>
        <text class="title reverse" text-anchor="middle">${divergence("q", "p")} = <tspan class="value"></tspan></text>
        <text class="sum forward" text-anchor="middle">${H("p", "q")} − ${H("p")} = <tspan class="value"></tspan></text>
        <text class="sum reverse" text-anchor="middle">${H("q", "p")} − ${H("q")} = <tspan class="value"></tspan></text>
        <g class="grid-lines"></g>
        <g clip-path="url(#plot-area)">
          <g class="window">
            <rect class="before" fill="url(#hatch)"></rect><rect class="after" fill="url(#hatch)"></rect>
            <text class="before" text-anchor="middle">outside the grid</text><text class="after" text-anchor="middle">outside the grid</text>
          </g>
          <path class="p area"></path><path class="p line"></path>
          <g class="components curves"></g><g class="minima"></g>
          <path class="fit forward"></path><path class="fit reverse"></path>
          <path class="q line"></path><path class="ghost"></path><path class="cross-line"></path>
        </g>
        <g class="axis x"></g><g class="axis y"></g>
        <text class="axis-title x math" text-anchor="end">x</text>
        <g class="legend"></g><g class="handles"></g>
      </svg>`;
    this.svg = host.querySelector("svg")!;
    this.handles = new Handles(this.svg, host.querySelector(".handles")!, (pull) => this.tell.pull(pull));
    this.svg.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch") return;
      const x = this.x.invert(event.clientX - this.svg.getBoundingClientRect().left);
      const moving = this.svg.classList.contains("dragging");
      this.tell.hover(!moving && Math.abs(x) <= reach ? x : undefined);
    });
    this.svg.addEventListener("pointerleave", () => this.tell.hover(undefined));
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
    this.narrow = this.width < narrow * this.unit;
    this.svg.classList.toggle("narrow", this.narrow);
    this.svg.setAttribute("width", String(this.width));
    this.svg.setAttribute("height", String(this.height));
    this.frame = "";
    this.draw({});
  }

  draw({ ofP, ofQ, ofAnswer }: DensityView): void {
    // What was found on another domain is drawn at other points.
    if (ofP && ofP.domain !== this.ofP?.domain) this.ofAnswer = { fits: {}, minima: [] };
    this.ofP = ofP ?? this.ofP;
    this.ofQ = ofQ ?? this.ofQ;
    this.ofAnswer = ofAnswer ?? this.ofAnswer;
    if (!this.width || !this.ofP || !this.ofQ) return;
    const all = this.reframe(this.ofP, this.ofQ, this.ofAnswer);
    if (ofP || all) this.drawP(this.ofP);
    if (ofQ || all) this.drawQ(this.ofP, this.ofQ);
    if (ofAnswer || all) this.drawAnswer(this.ofP, this.ofAnswer);
    if (ofP || ofQ || all) this.drawHandles(this.ofP, this.ofQ);
  }

  /// Whether axes or legend had to be drawn anew.
  private reframe(ofP: OfP, ofQ: OfQ, { fits, minima }: OfAnswer): boolean {
    const top = peak(ofP.p);
    const others = Math.max(peak(ofQ.q), ...Object.values(fits).map(peak));
    // A narrow q may leave through the ceiling: p stays readable.
    const axisTop = ceiling(headroom * Math.max(top, Math.min(others, 3 * top)));
    const legend = {
      samples: !ofP.components.length,
      components: ofP.parts.length > 0,
      fits: Object.keys(fits) as Direction[],
      minima: minima.length > 0,
    };
    const frame = JSON.stringify([axisTop, ofP.domain, legend]);
    if (frame === this.frame) return false;
    this.frame = frame;
    this.y.domain([0, axisTop]);
    this.drawFrame(ofP.domain, legend);
    return true;
  }

  /// The q under the mouse on a map, or a line where the mouse is here.
  drawCross(at: { x: number; q?: Float64Array | undefined } | undefined): void {
    if (!this.width) return;
    const [bottom, top] = this.y.range() as [number, number];
    const ghost = at?.q && this.ofP ? curvePath(this.ofP.x, at.q, this.x, this.y) : null;
    select(this.svg).select(".ghost").attr("d", ghost);
    select(this.svg).select(".cross-line").attr("d", at ? `M${this.x(at.x)},${top}V${bottom}` : null);
  }

  private drawP({ x, p, parts }: OfP): void {
    const svg = select(this.svg);
    svg.select(".p.area").attr("d", areaPath(x, p, this.x, this.y));
    svg.select(".p.line").attr("d", curvePath(x, p, this.x, this.y));
    this.family(".curves", x, parts);
  }

  private drawQ(ofP: OfP, ofQ: OfQ): void {
    select(this.svg).select(".q.line").attr("d", this.onDomain(ofP, ofQ.q));
    this.drawTitle(ofP.domain, ofQ);
  }

  private drawAnswer(ofP: OfP, { fits, minima }: OfAnswer): void {
    for (const direction of ["forward", "reverse"] as const) {
      const fit = fits[direction];
      select(this.svg).select(`.fit.${direction}`).attr("d", fit ? this.onDomain(ofP, fit) : null);
    }
    this.family("g.minima", ofP.x, minima);
  }

  private family(selector: string, x: Float64Array, curves: Float64Array[]): void {
    select(this.svg).select(selector).selectAll("path").data(curves).join("path").attr("d", (y) => curvePath(x, y, this.x, this.y));
  }

  private onDomain({ domain, x }: OfP, y: Float64Array): string {
    const path = curvePath(x, y, this.x, this.y);
    return domain === "grid" ? this.cut(x, path) : path;
  }

  /// Down to the axis where the window cuts it off.
  private cut(x: Float64Array, path: string): string {
    const [base, left, right] = [this.y(0), this.x(x[0]!), this.x(x.at(-1)! + gridStep)].map((pixels) => pixels.toFixed(1));
    return `M${left},${base}${path.replace("M", "L")}H${right}V${base}`;
  }

  private drawHandles({ x, components, parts, p }: OfP, { q, at }: OfQ): void {
    const most = this.y.domain()[1]!;
    const height = (y: Float64Array, place: number) => Math.min(most, heightAt(x, y, place));
    const held = (key: string, mean: number, stddev: number, y: Float64Array): Held => ({
      key,
      mean,
      stddev,
      top: height(y, mean),
      side: height(y, mean + stddev),
    });
    const ofP = components.map(({ mean, stddev }, k) => held(String(k), mean, stddev, parts[k] ?? p));
    this.handles.draw([...ofP, held("q", at.mu, at.sigma, q)], {
      toX: (value) => this.x(value),
      toY: (value) => this.y(value),
      fromX: (pixels) => this.x.invert(pixels),
      unit: this.unit,
    });
  }

  private drawFrame(domain: Domain, legend: Legend): void {
    const svg = select(this.svg);
    this.margin = scaled(baseMargin, this.unit);
    const [left, right] = [this.margin.left, this.width - this.margin.right];
    const legendTop = (this.narrow ? 46 : 62) * this.unit;
    const rows = drawLegend(this.svg.querySelector(".legend")!, legend, left, legendTop, right - left, this.unit);
    this.margin.top = legendTop + (rows - 1) * 19 * this.unit + 14 * this.unit;
    this.x.range([left, right]);
    this.y.range([this.height - this.margin.bottom, this.margin.top]);
    const [bottom, top] = this.y.range() as [number, number];
    for (const [direction, share] of [["forward", 0.26], ["reverse", 0.74]] as const)
      svg.selectAll(`text.${direction}`).attr("x", left + share * (right - left));
    svg.selectAll(".title").attr("y", 22 * this.unit);
    svg.selectAll(".sum").attr("y", 41 * this.unit);
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
    svg.select(".axis-title.x").attr("x", this.width - 2).attr("y", bottom + 18 * this.unit);
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

  private drawTitle(domain: Domain, { pair, at }: OfQ): void {
    const sum = (cross: number, entropy: number) => `${formatNats(cross)} − ${formatNats(entropy)}`.replace("− −", "+ ");
    const values = [formatNats(pair.forward), formatNats(pair.reverse), sum(pair.crossPQ, pair.entropyP), sum(pair.crossQP, pair.entropyQ)];
    const label =
      `Densities p and q on the ${domain === "grid" ? "grid" : "real line"}. q has mu ${formatNumber(at.mu)} and sigma ` +
      `${formatNumber(at.sigma)}. D(p‖q) is ${values[0]} and D(q‖p) is ${values[1]} nats.`;
    if (label === this.titles) return;
    this.titles = label;
    this.svg.querySelectorAll(".title .value, .sum .value").forEach((value, n) => (value.textContent = values[n]!));
    this.svg.setAttribute("aria-label", label);
  }
}
