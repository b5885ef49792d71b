// SPDX-License-Identifier: MIT
import { Analyst, beginning, serve, type Answer } from "./analysis";
import { Controls } from "./controls";
import { Core, type Direction, type Domain, type Gaussian, type Point, type Surfaces } from "./core";
import { DensityPlot } from "./density_plot";
import { save, toPng } from "./download";
import { defaultState, fromHash, toHash, type State, type Theme } from "./state";
import { SurfacePlot } from "./surface_plot";
import { byId, explainMarks, tellError, tellNumbers, tellOutcome, tellTime } from "./words";

const directions: Direction[] = ["forward", "reverse"];
const other: Record<Domain, Domain> = { grid: "line", line: "grid" };
const animationMilliseconds = 1800;
const restDelay = 150; // milliseconds without an input
const descentDelay = 60; // the same, where only the paths change

class Explorer {
  private state: State = defaultState();
  private readonly mesh = this.core.mesh();
  private readonly controls = new Controls(() => this.state, (change) => this.changed(change === "mixture"));
  private readonly densityPlot = new DensityPlot(byId("density"));
  private readonly plots = {
    forward: new SurfacePlot(byId("forward"), "forward", this.mesh, (q) => this.move(q)),
    reverse: new SurfacePlot(byId("reverse"), "reverse", this.mesh, (q) => this.move(q)),
  };
  private readonly analyst: Analyst;

  private surfaces: Partial<Record<Domain, Surfaces>> = {};
  private answer: Answer | undefined;
  private accepted = ""; // the last mixture that was no error, as JSON
  private updates = 0; // how often surfaces were computed
  private computeTime = 0;
  private paintTime = 0; // from the last input to the end of the frame that showed it
  private mixtureChanged = true;
  private frame = 0;
  private inputTime = 0;
  private restTimer = 0;
  private analysisTimer = 0;
  private progress = 1; // of the animation, 0 to 1
  private animation = 0;

  constructor(
    private readonly core: Core,
    script: string,
  ) {
    this.analyst = new Analyst(script, (answer) => this.answered(answer), tellError);
    this.listen();
    explainMarks();
    this.load();
    const observer = new ResizeObserver(() => this.resize());
    for (const id of ["density", ...directions]) observer.observe(byId(id));
    this.resize();
  }

  // State ------------------------------------------------------------------------------------------------------------

  private load(): void {
    const { state, errors } = fromHash(location.hash);
    this.state = state;
    tellError(errors.join("; "));
    this.applyTheme();
    this.showState();
    this.progress = 1;
    this.changed(true);
    this.inputTime = 0; // nobody's hands
  }

  private showState(): void {
    this.controls.show();
    const { domain, compare } = this.state;
    document.querySelector<HTMLInputElement>(`#domain input[value=${domain}]`)!.checked = true;
    byId<HTMLInputElement>("compare").checked = compare;
    document.querySelector("#compare + span")!.textContent = `${domain === "grid" ? "real line" : "grid"}’s contours, dashed`;
    for (const direction of directions)
      byId(`descend-${direction}`).setAttribute("aria-pressed", String(this.state.descents.includes(direction)));
  }

  /// Something that the picture depends on has changed: the mixture or domain, or less.
  private changed(mixture: boolean): void {
    this.mixtureChanged ||= mixture;
    this.inputTime ||= performance.now();
    this.frame ||= requestAnimationFrame(() => this.update());
    clearTimeout(this.restTimer);
    this.restTimer = window.setTimeout(() => this.rest(), restDelay);
  }

  /// What does not have to follow the hands: the address, and how long the picture took.
  private rest(): void {
    const hash = toHash(this.state);
    if (hash !== location.hash) history.replaceState(null, "", hash);
    if (this.paintTime) tellTime(this.computeTime, this.paintTime);
  }

  private move(q: Gaussian): void {
    if (q.mu === this.state.q.mu && q.sigma === this.state.q.sigma) return;
    this.state.q = q;
    this.controls.show();
    this.changed(false);
  }

  // Picture ----------------------------------------------------------------------------------------------------------

  private update(): void {
    this.frame = 0;
    const { inputTime } = this;
    this.inputTime = 0;
    const mixture = this.mixtureChanged;
    this.mixtureChanged = false;
    try {
      if (mixture) this.compute();
      if (this.surfaces[this.state.domain]) {
        this.draw(mixture);
        this.scheduleAnalysis(inputTime && (mixture ? restDelay : descentDelay));
      }
    } catch (failure) {
      tellError(failure instanceof Error ? failure.message : String(failure));
      return;
    }
    // A task after the frame: by then it is laid out, painted and handed to the compositor.
    const channel = new MessageChannel();
    channel.port1.onmessage = () => this.painted(inputTime && performance.now() - inputTime);
    channel.port2.postMessage(undefined);
  }

  private painted(inputToPaint: number): void {
    this.paintTime = inputToPaint || this.paintTime;
    const { dataset } = byId("timing"); // for tests
    dataset.updates = String(this.updates);
    dataset.compute = this.computeTime.toFixed(3);
    dataset.paint = this.paintTime.toFixed(3);
    dataset.paints = String(Number(dataset.paints ?? 0) + 1);
  }

  private compute(): void {
    const { components, domain, compare } = this.state;
    this.core.setMixture(components);
    const accepted = JSON.stringify(components);
    if (this.accepted && this.accepted !== accepted) tellError("");
    this.accepted = accepted;
    const begin = performance.now();
    this.surfaces = { [domain]: this.core.surfaces(domain) };
    this.computeTime = performance.now() - begin;
    if (compare) this.surfaces[other[domain]] = this.core.surfaces(other[domain]);
    ++this.updates;
  }

  private draw(mixture: boolean): void {
    const { domain, q } = this.state;
    for (const direction of directions) {
      const plot = this.plots[direction];
      if (mixture) {
        plot.drawSurface(this.surfaces[domain]![direction], this.surfaces[other[domain]]?.[direction]);
        plot.markStale(true);
      }
      plot.drawMarker(q);
    }
    this.drawDensities();
    tellNumbers({ grid: this.core.pair("grid", q), line: this.core.pair("line", q) }, domain);
  }

  private drawDensities(): void {
    const { domain, q, components, descents } = this.state;
    const fits = Object.fromEntries(
      descents.flatMap((direction) => {
        const end = this.path(direction).at(-1);
        return end ? [[direction, this.core.gaussian(domain, end)]] : [];
      }),
    );
    this.densityPlot.draw({
      domain,
      x: this.core.abscissae(domain),
      p: this.core.density(domain),
      components: components.length > 1 ? components.map((_, k) => this.core.component(domain, k)) : [],
      q: this.core.gaussian(domain, q),
      at: q,
      pair: this.core.pair(domain, q),
      fits,
    });
  }

  private points(direction: Direction) {
    if (!this.answer) return [];
    if (direction === "reverse") return this.answer.stationary;
    return [{ ...this.answer.forwardMinimum, kind: "minimum" as const }];
  }

  /// The descent's path as far as the animation has come.
  private path(direction: Direction): Point[] {
    const path = (this.state.descents.includes(direction) && this.answer?.paths[direction]) || [];
    return beginning(path, this.progress);
  }

  private tellOutcome(): void {
    const minima = this.answer?.stationary.filter((p) => p.kind === "minimum").length;
    const ends = this.state.descents.flatMap((direction): [Direction, Point][] => {
      const end = this.progress < 1 ? undefined : this.path(direction).at(-1);
      return end ? [[direction, end]] : [];
    });
    tellOutcome(ends, minima);
  }

  private resize(): void {
    this.densityPlot.resize();
    for (const direction of directions) this.plots[direction].resize();
  }

  // Minima and descents ----------------------------------------------------------------------------------------------

  /// While hands move the mixture, the worker leaves the processor to the picture.
  private scheduleAnalysis(delay: number): void {
    byId("outcome").ariaBusy = "true";
    clearTimeout(this.analysisTimer);
    this.analysisTimer = window.setTimeout(() => {
      this.analysisTimer = 0;
      const { components, domain, q, descents } = this.state;
      this.analyst.ask({ components, domain, start: q, descents });
    }, delay);
  }

  private answered(answer: Answer): void {
    this.answer = answer;
    for (const direction of directions) {
      this.plots[direction].drawPoints(this.points(direction));
      this.plots[direction].markStale(false);
    }
    this.drawPaths();
    this.tellOutcome();
    if (!this.analysisTimer) byId("outcome").ariaBusy = "false";
  }

  private drawPaths(): void {
    for (const direction of directions) this.plots[direction].drawPath(this.path(direction));
    this.drawDensities();
  }

  private descend(descents: Direction[]): void {
    this.state.descents = descents;
    this.showState();
    cancelAnimationFrame(this.animation);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.progress = still || !descents.length ? 1 : 0;
    if (this.answer) this.answer = { ...this.answer, paths: {} };
    this.drawPaths();
    this.tellOutcome();
    this.changed(false);
    if (this.progress < 1) this.animation = requestAnimationFrame((now) => this.animate(now));
  }

  /// The clock starts when the paths have come.
  private animate(begin: number): void {
    const step = (now: number) => {
      const ready = this.state.descents.every((direction) => this.answer?.paths[direction]);
      if (!ready) begin = now;
      this.progress = Math.min(1, (now - begin) / animationMilliseconds);
      this.drawPaths();
      if (this.progress < 1) this.animation = requestAnimationFrame(step);
      else this.tellOutcome();
    };
    step(begin);
  }

  // Buttons ----------------------------------------------------------------------------------------------------------

  private listen(): void {
    window.addEventListener("hashchange", () => this.load());
    window.addEventListener("input", (event) => (this.inputTime ||= event.timeStamp), { capture: true });
    byId("domain").addEventListener("change", (event) => {
      this.state.domain = (event.target as HTMLInputElement).value as Domain;
      this.showState();
      this.changed(true);
    });
    byId<HTMLInputElement>("compare").addEventListener("change", (event) => {
      this.state.compare = (event.target as HTMLInputElement).checked;
      this.changed(true);
    });
    byId("descend-both").addEventListener("click", () => this.descend(["forward", "reverse"]));
    for (const direction of directions) byId(`descend-${direction}`).addEventListener("click", () => this.descend([direction]));
    byId("descend-clear").addEventListener("click", () => this.descend([]));
    byId("csv").addEventListener("click", () => save(new Blob([this.core.csv(this.state.domain)], { type: "text/csv" }), "surfaces.csv"));
    byId("png").addEventListener("click", () => void this.savePng());
    byId("theme").addEventListener("click", () => {
      this.state.theme = this.isDark() ? "light" : "dark";
      this.applyTheme();
      this.changed(false);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.applyTheme());
    byId("reset").addEventListener("click", () => {
      const { theme } = this.state;
      this.state = { ...defaultState(), theme };
      tellError("");
      this.showState();
      this.changed(true);
    });
  }

  private async savePng(): Promise<void> {
    const layers = [{ svg: this.densityPlot.layer() }, ...directions.map((direction) => this.plots[direction].layers())];
    save(await toPng(layers, getComputedStyle(document.body).backgroundColor), "kl.png");
  }

  private isDark(): boolean {
    if (this.state.theme !== "auto") return this.state.theme === "dark";
    return matchMedia("(prefers-color-scheme: dark)").matches;
  }

  private applyTheme(): void {
    const theme: Theme = this.isDark() ? "dark" : "light";
    document.documentElement.dataset.theme = theme;
    const button = byId("theme");
    button.textContent = theme === "dark" ? "☀ Light" : "☾ Dark";
    button.setAttribute("aria-label", `Change to ${theme === "dark" ? "light" : "dark"} colours`);
  }
}

// One script for the page and, in a worker, for what takes long.
if (typeof document === "undefined") {
  serve();
} else {
  const script = document.currentScript!.textContent;
  Core.load().then(
    (core) => new Explorer(core, script),
    (failure: unknown) => {
      byId("error").hidden = false;
      byId("error").textContent = `This browser does not run the page: ${String(failure)}`;
    },
  );
}
