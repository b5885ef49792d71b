// SPDX-License-Identifier: MIT
// All drawings of the picture, and the cross-hair that links them.
import { Between } from "./between";
import type { Core, Direction, Domain, Gaussian, MeshKind, Point } from "./core";
import { humps } from "./curve_path";
import { DensityPlot } from "./density_plot";
import { toSvg, type Picture } from "./download";
import type { Pull } from "./handles";
import type { Panel, PaintMessage, PanelCanvases, Scale } from "./painter";
import { printWhole } from "./print";
import type { State } from "./state";
import { SurfacePlot, type Mark } from "./surface_plot";
import { WhyStrip } from "./why_strip";
import { byId, tellNumbers } from "./words";

export const directions: Direction[] = ["forward", "reverse"];
export const panels: Panel[] = ["forward", "reverse", "between"];

export interface PlotsListener {
  move(q: Gaussian): void;
  pull(pull: Pull): void;
  alpha(alpha: number): void;
  see(): void; // what lies between has come into sight
  paint(message: PaintMessage): void;
}

const hostOf = (panel: Panel) => byId(panel === "between" ? "between-map" : panel);

export class Plots {
  readonly between: Between;
  private readonly density: DensityPlot;
  private readonly why = new WhyStrip(byId("why"));
  private readonly maps: Record<Panel, SurfacePlot>;
  private domain: Domain = "grid"; // that is drawn
  private mesh = ""; // the kind of it, as JSON

  constructor(
    private readonly core: Core,
    tell: PlotsListener,
  ) {
    this.density = new DensityPlot(byId("density"), {
      pull: (pull) => tell.pull(pull),
      hover: (x) => this.hover(x === undefined ? undefined : { mu: x }),
    });
    const map = (panel: Panel) =>
      new SurfacePlot(hostOf(panel), panel, {
        move: (q) => tell.move(q),
        hover: (q) => this.hover(q),
        layout: (layout) => tell.paint({ layout, panel }),
        spots: (spots) => tell.paint({ spots, panel }),
      });
    this.maps = { forward: map("forward"), reverse: map("reverse"), between: map("between") };
    this.between = new Between(core, this.maps.between, (alpha) => tell.alpha(alpha), () => tell.see());
    printWhole([document.querySelector("main")!, document.querySelector(".between-plots")!]);
  }

  canvases(): Record<Panel, PanelCanvases> {
    const { forward, reverse, between } = this.maps;
    return { forward: forward.offscreen(), reverse: reverse.offscreen(), between: between.offscreen() };
  }

  followSizes(): void {
    const observer = new ResizeObserver(() => this.resize());
    for (const host of [byId("density"), byId("why"), byId("branches"), ...panels.map(hostOf)]) observer.observe(host);
    this.resize();
  }

  private resize(): void {
    this.density.resize();
    this.why.resize();
    for (const panel of panels) this.maps[panel].resize();
    this.between.resize();
  }

  /// Axes for the core's mesh.
  setMesh(kind: MeshKind): void {
    const mesh = JSON.stringify(kind);
    if (mesh === this.mesh) return;
    this.mesh = mesh;
    for (const panel of panels) this.maps[panel].setMesh(this.core.mesh(panel === "between"), kind);
  }

  /// q, and p if it has changed.
  draw({ domain, q, components, samples }: State, ofP: boolean): void {
    const { core } = this;
    this.domain = domain;
    const pairs = { grid: core.pair("grid", q), line: core.pair("line", q) };
    const x = core.abscissae(domain);
    const parts = ofP && components.length > 1 && !samples ? components.map((_, k) => core.component(domain, k)) : [];
    for (const panel of panels) this.maps[panel].drawMarker(q);
    this.density.draw({
      ofP: ofP ? { domain, x, p: core.density(domain), components: samples ? [] : components, parts } : undefined,
      ofQ: { q: core.gaussian(domain, q), at: q, pair: pairs[domain] },
    });
    this.why.draw({ x, integrands: core.integrands(domain, q), pair: pairs[domain] });
    tellNumbers(pairs, domain);
  }

  drawScales(scales: Partial<Record<Panel, Scale>>): void {
    for (const panel of panels) {
      const scale = scales[panel];
      if (scale) this.maps[panel].drawScale(scale);
    }
  }

  /// Minima, saddles and descents.
  drawFound(marks: Record<Direction, Mark[]>, paths: Record<Direction, Point[]>): void {
    const ends = directions.flatMap((direction) => {
      this.maps[direction].drawPoints(marks[direction]);
      this.maps[direction].drawPath(paths[direction]);
      const end = paths[direction].at(-1);
      return end ? [[direction, this.core.gaussian(this.domain, end)] as const] : [];
    });
    const minima = marks.reverse.filter((mark) => mark.kind !== "saddle");
    this.density.draw({ ofAnswer: { fits: Object.fromEntries(ends), minima: minima.map((mark) => this.core.gaussian(this.domain, mark)) } });
  }

  drawBetween(alpha: number, answer: Parameters<Between["draw"]>[2]): void {
    this.between.draw(this.domain, alpha, answer);
  }

  markStale(stale: boolean): void {
    for (const id of ["density", ...directions]) byId(id).classList.toggle("stale", stale);
  }

  /// Where p has its humps.
  humps(): number[] {
    return humps(this.core.abscissae(this.domain), this.core.density(this.domain));
  }

  picture(): Picture {
    const layers = [{ svg: this.density.layer() }, { svg: this.why.layer() }, ...directions.map((direction) => this.maps[direction].layers())];
    return toSvg(layers, getComputedStyle(document.body).backgroundColor);
  }

  private hover(at: { mu: number; sigma?: number } | undefined): void {
    const q = at?.sigma === undefined || !(at.sigma > 0) ? undefined : { mu: at.mu, sigma: at.sigma };
    const pair = q && this.core.pair(this.domain, q);
    for (const direction of directions) this.maps[direction].drawCross(at, pair?.[direction]);
    this.maps.between.drawCross(at && { mu: at.mu });
    this.density.drawCross(at && { x: at.mu, q: q && this.core.gaussian(this.domain, q) });
    this.why.drawCross(at?.mu);
  }
}
