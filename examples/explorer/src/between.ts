// SPDX-License-Identifier: MIT
// The part of the page on what lies between the two divergences. It costs nothing as long as it is out of sight.
import type { Answer } from "./analysis";
import { BetweenDensity } from "./between_density";
import { BranchesPlot, isBest } from "./branches_plot";
import type { Core, Domain } from "./core";
import { formatNats, formatNumber } from "./format";
import type { Mark, SurfacePlot } from "./surface_plot";
import { slider, type Slider } from "./slider";
import { ranges } from "./state";
import { byId, say } from "./words";

export class Between {
  visible = false;
  private readonly density = new BetweenDensity(byId("between-density"));
  private readonly branches: BranchesPlot;
  private readonly alpha: Slider;

  constructor(
    private readonly core: Core,
    private readonly map: SurfacePlot,
    onAlpha: (alpha: number) => void,
    onVisible: () => void,
  ) {
    this.alpha = slider("alpha", "α", "alpha, between D(q‖p) at 0 and D(p‖q) at 1", ranges.alpha, onAlpha);
    byId("alpha-slider").append(this.alpha.root);
    this.branches = new BranchesPlot(byId("branches"), onAlpha);
    const observer = new IntersectionObserver(
      (entries) => {
        this.visible = entries.at(-1)!.isIntersecting;
        if (this.visible) onVisible();
      },
      { rootMargin: "200px" },
    );
    observer.observe(byId("between"));
  }

  set(alpha: number): void {
    this.alpha.set(alpha);
  }

  resize(): void {
    this.density.resize();
    this.branches.resize();
  }

  draw(domain: Domain, alpha: number, { between, branches }: Answer): void {
    if (!between || !branches) return;
    const [best, others] = [between.filter((p) => isBest(p, between)), between.filter((p) => !isBest(p, between))];
    const curve = (p: { mu: number; sigma: number }) => this.core.gaussian(domain, p);
    this.density.draw({ x: this.core.abscissae(domain), p: this.core.density(domain), best: best.map(curve), others: others.map(curve), alpha });
    this.branches.draw(branches, between, alpha);
    this.map.drawPoints(between.map((p): Mark => ({ ...p, kind: best.includes(p) ? "best" : "minimum" })));
    const [first] = best;
    const where = first
      ? `At <i>α</i> ${formatNumber(alpha, 2)} the best <i>q</i> has <i>μ</i> ${best.length > 1 ? "±" : ""}${formatNumber(best.length > 1 ? Math.abs(first.mu) : first.mu, 2)} and <i>σ</i> ${formatNumber(first.sigma, 2)}, at a divergence of ${formatNats(first.value)}.`
      : "";
    const rest = others.length ? ` ${others.length === 1 ? "One more minimum is" : `${others.length} more minima are`} worse.` : "";
    say("between-outcome", where + rest);
  }
}
