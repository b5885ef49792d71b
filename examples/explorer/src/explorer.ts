// SPDX-License-Identifier: MIT
// The page: an input changes the state, and every part of the picture follows.
import { fromHash, toHash } from "./address";
import { beginning, type Answer, type Question } from "./analysis";
import { Between } from "./between";
import { Controls } from "./controls";
import type { Core, Direction, Domain, Gaussian, Point } from "./core";
import { humps } from "./curve_path";
import { DensityPlot } from "./density_plot";
import { save, toPng, toSvg, type Picture } from "./download";
import { Exchange } from "./exchange";
import type { Pull } from "./handles";
import { AddressBook } from "./history";
import { OwnDataDialog } from "./own_data";
import type { PaintAnswer, Panel, PaintMessage, PaintQuestion } from "./painter";
import { printWhole } from "./print";
import { experiments, presets, type Preset } from "./presets";
import { embedCode, embedded, linkTo, share } from "./share";
import { clamp, decimal, defaultState, meshKind, ranges, snap, target, type State } from "./state";
import { headline, marksOf, outcome } from "./story";
import { SurfacePlot } from "./surface_plot";
import { applyLook, isDark, onSystemTheme } from "./theme";
import { WhyStrip } from "./why_strip";
import { byId, explainMarks, say, tellError, tellNumbers, tellTime } from "./words";
import type { Beginning } from "./worker";

const directions: Direction[] = ["forward", "reverse"];
const panels: Panel[] = ["forward", "reverse", "between"];
const animationMilliseconds = 1800;
const restDelay = 150; // milliseconds without an input
const staleDelay = 150; // of an answer, until it looks like one

/// What an input has changed: p or where it is looked at; q; or what is there to be seen.
type Change = "target" | "marker" | "view";

export class Explorer {
  private state: State = defaultState();
  private readonly controls = new Controls(() => this.state, (change) => this.changed(change), () => this.edit((s) => (s.samples = s.unit = undefined)));
  private readonly densityPlot = new DensityPlot(byId("density"), { pull: (pull) => this.pull(pull), hover: (x) => this.hover(x === undefined ? undefined : { mu: x }) });
  private readonly whyStrip = new WhyStrip(byId("why"));
  private readonly plots = Object.fromEntries(panels.map((panel) => [panel, this.surfacePlot(panel)])) as Record<Panel, SurfacePlot>;
  private readonly between: Between;
  private readonly painter: Exchange<PaintQuestion, PaintAnswer>;
  private readonly analyst: Exchange<Question, Answer>;
  private readonly addresses = new AddressBook(() => toHash(this.state), () => this.load(), () => this.scheduleRest());

  private answer: Answer | undefined;
  private answered: Question | undefined; // to which that is the answer
  private accepted = ""; // the last target that was no error, as JSON
  private domain: Domain = "grid"; // that is drawn
  private mesh = ""; // the kind of it, as JSON
  private painting = ""; // what the painter was asked for last
  private pending: Record<Change, boolean> = { target: true, marker: true, view: true };
  private revision = 0;
  private askedRevision = 0; // of the maps, to the painter
  private paintedRevision = 0; // of the maps that are there
  private framedRevision = 0; // of the rest of the picture
  private updates = 0; // how often surfaces were asked for
  private inputTime = 0;
  private scriptTime = 0;
  private frame = 0;
  private restTimer = 0;
  private staleTimer = 0;
  private progress = 1; // of the animation, 0 to 1
  private animation = 0;
  private touched = false; // somebody has done something

  constructor(
    private readonly core: Core,
    program: WebAssembly.Module,
    script: string,
  ) {
    const canvases = Object.fromEntries(panels.map((panel) => [panel, this.plots[panel].offscreen()])) as Record<Panel, { map: OffscreenCanvas; labels: OffscreenCanvas }>;
    const transfer = Object.values(canvases).flatMap(({ map, labels }) => [map, labels]);
    const begin = (beginning: Beginning) => beginning;
    this.painter = new Exchange<PaintQuestion, PaintAnswer>(script, begin({ role: "painter", program, canvases }), transfer, (answer, question, latest) => this.painted(answer, question, latest), tellError);
    this.analyst = new Exchange<Question, Answer>(script, begin({ role: "analyst", program }), [], (answer, question, latest) => this.analysed(answer, question, latest), tellError);
    this.between = new Between(core, this.plots.between, (alpha) => this.edit((s) => (s.alpha = alpha), "view"), () => this.changed("view"));
    document.documentElement.classList.toggle("embedded", embedded);
    explainMarks();
    this.listen();
    this.load();
    const observer = new ResizeObserver(() => this.resize());
    for (const id of ["density", "why", ...directions, "between-map", "branches"]) observer.observe(byId(id));
    this.resize();
  }

  private surfacePlot(panel: Panel): SurfacePlot {
    const send = (message: PaintMessage) => this.painter?.worker.postMessage(message);
    return new SurfacePlot(byId(panel === "between" ? "between-map" : panel), panel, {
      move: (q) => this.move(q),
      hover: (q) => this.hover(q),
      layout: (layout) => send({ layout, panel }),
      spots: (spots) => send({ spots, panel }),
    });
  }

  // State ------------------------------------------------------------------------------------------------------------

  private load(): void {
    const { state, errors } = fromHash(location.hash);
    this.state = state;
    tellError(...errors);
    this.touched = false;
    this.progress = 1;
    this.showState();
    this.changed("target", false);
    this.inputTime = 0; // nobody's hands
  }

  /// Changes the state as a whole.
  private edit(change: (state: State) => unknown, what: Change = "target"): void {
    change(this.state);
    this.progress = 1;
    this.showState();
    this.changed(what);
  }

  private showState(): void {
    const { state } = this;
    applyLook(state);
    this.controls.show();
    this.between.set(state.alpha);
    document.querySelector<HTMLInputElement>(`#domain input[value=${state.domain}]`)!.checked = true;
    byId<HTMLInputElement>("compare").checked = state.compare;
    byId<HTMLInputElement>("log-sigma").checked = state.logSigma;
    byId<HTMLInputElement>("one-scale").checked = state.oneScale;
    byId<HTMLInputElement>("lecture").checked = state.lecture;
    document.querySelector("#compare + span")!.textContent = `${state.domain === "grid" ? "real line" : "grid"}’s contours, dashed`;
    say("scale-note", state.oneScale ? "one colour scale" : "each map its own colour scale");
    say("unit-note", state.unit ? `<i>x</i> is shown as (<i>x</i> − ${state.unit.centre}) / ${state.unit.unit}: no divergence changes by that.` : "");
    for (const direction of directions)
      byId(`descend-${direction}`).setAttribute("aria-pressed", String(state.descents.includes(direction)));
  }

  private changed(change: Change, byHand = true): void {
    this.pending[change] = true;
    this.touched ||= byHand;
    this.inputTime ||= performance.now();
    ++this.revision;
    this.frame ||= requestAnimationFrame(() => this.update());
    this.scheduleRest();
    this.staleTimer ||= window.setTimeout(() => this.markStale(true), staleDelay);
    byId("outcome").ariaBusy = "true";
  }

  private scheduleRest(): void {
    clearTimeout(this.restTimer);
    this.restTimer = window.setTimeout(() => this.rest(), restDelay);
  }

  /// What does not have to follow the hands: all stationary points, and the address. A gesture lasts as long as they
  /// hold something.
  private rest(): void {
    if (this.addresses.holding) return;
    const { compute, paint } = byId("timing").dataset;
    if (paint) tellTime(Number(compute), Number(paint));
    this.restTimer = 0;
    this.ask();
    if (this.touched) this.addresses.rest();
  }

  private move(q: Gaussian): void {
    if (q.mu === this.state.q.mu && q.sigma === this.state.q.sigma) return;
    const wide = meshKind(this.state).wide;
    this.state.q = q;
    this.controls.show();
    this.changed(meshKind(this.state).wide === wide ? "marker" : "target");
  }

  /// A curve is pulled where it is drawn.
  private pull({ key, mean, stddev, steps }: Pull): void {
    const [along, wider] = steps ?? [0, 0];
    if (key === "q") {
      const { mu, sigma } = this.state.q;
      this.move({
        mu: snap(mean ?? mu + along * ranges.mu.step, ranges.mu),
        sigma: snap(stddev ?? sigma + wider * ranges.sigma.step, ranges.sigma),
      });
      return;
    }
    const component = this.state.components[Number(key)]!;
    if (mean !== undefined || along) component.mean = snap(mean ?? component.mean + along * ranges.mean.step, ranges.mean);
    if (stddev !== undefined || wider) component.stddev = snap(stddev ?? component.stddev + wider * ranges.stddev.step, ranges.stddev);
    this.controls.show();
    this.changed("target");
  }

  // Picture ----------------------------------------------------------------------------------------------------------

  private update(): void {
    this.frame = 0;
    const begin = performance.now();
    const { target: ofTarget } = this.pending;
    this.pending = { target: false, marker: false, view: false };
    try {
      if (ofTarget) this.accept();
    } catch (failure) {
      const allZero = this.state.components.every((c) => c.share === 0);
      tellError(allZero ? "All weights are 0: give one of the humps some." : failure instanceof Error ? failure.message : String(failure));
      this.inputTime = 0;
      return;
    }
    if (!this.accepted) return;
    const input = this.inputTime;
    this.inputTime = 0;
    this.paint(input);
    this.draw(ofTarget);
    this.scriptTime = performance.now() - begin;
  }

  /// Takes the target over, if it is one.
  private accept(): void {
    const kind = meshKind(this.state);
    this.core.setTarget(target(this.state));
    this.core.setMesh(kind);
    const accepted = JSON.stringify(target(this.state));
    if (this.accepted && this.accepted !== accepted && this.touched) tellError();
    this.accepted = accepted;
    const mesh = JSON.stringify(kind);
    if (mesh === this.mesh) return;
    this.mesh = mesh;
    for (const panel of panels) this.plots[panel].setMesh(this.core.mesh(panel === "between"), kind);
  }

  private paint(input: number): void {
    const { domain, compare, oneScale, alpha } = this.state;
    const question = { target: target(this.state), kind: meshKind(this.state), domain, compare, oneScale, alpha: this.between.visible ? alpha : undefined };
    const asked = JSON.stringify(question);
    this.afterFrame(this.revision, input);
    if (asked === this.painting) {
      this.ask();
      return;
    }
    this.painting = asked;
    ++this.updates;
    this.askedRevision = this.revision;
    this.painter.ask({ ...question, revision: this.revision, input });
  }

  private painted({ scales, compute }: PaintAnswer, { revision, input }: PaintQuestion, latest: boolean): void {
    for (const panel of panels) {
      const scale = scales[panel];
      if (scale) this.plots[panel].drawScale(scale);
    }
    byId("timing").dataset.compute = compute.toFixed(3);
    this.paintedRevision = revision;
    this.ask(); // now that the picture has the processors no more
    if (this.framedRevision >= revision) this.shown(input, latest);
  }

  /// A task after the frame: by then it is laid out, painted and handed to the compositor.
  private afterFrame(revision: number, input: number): void {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      this.framedRevision = revision;
      if (this.paintedRevision >= this.askedRevision) this.shown(input, true);
    };
    channel.port2.postMessage(undefined);
  }

  /// The page's frame and the painter's maps of one input are there.
  private shown(input: number, latest: boolean): void {
    const { dataset } = byId("timing"); // for tests
    if (input) dataset.paint = (performance.now() - input).toFixed(3);
    dataset.updates = String(this.updates);
    dataset.script = this.scriptTime.toFixed(3);
    if (latest) dataset.paints = String(Number(dataset.paints ?? 0) + 1);
  }

  private draw(ofP: boolean): void {
    const { domain, q, components, samples } = this.state;
    const { core } = this;
    this.domain = domain;
    const pairs = { grid: core.pair("grid", q), line: core.pair("line", q) };
    const x = core.abscissae(domain);
    const parts = ofP && components.length > 1 && !samples ? components.map((_, k) => core.component(domain, k)) : [];
    for (const panel of panels) this.plots[panel].drawMarker(q);
    this.densityPlot.draw({
      ofP: ofP ? { domain, x, p: core.density(domain), components: samples ? [] : components, parts } : undefined,
      ofQ: { q: core.gaussian(domain, q), at: q, pair: pairs[domain] },
    });
    this.whyStrip.draw({ x, integrands: core.integrands(domain, q), pair: pairs[domain] });
    tellNumbers(pairs, domain);
  }

  private hover(at: { mu: number; sigma?: number } | undefined): void {
    const q = at?.sigma === undefined || !(at.sigma > 0) ? undefined : { mu: at.mu, sigma: at.sigma };
    const pair = q && this.core.pair(this.domain, q);
    for (const direction of directions) this.plots[direction].drawCross(at, pair?.[direction]);
    this.plots.between.drawCross(at && { mu: at.mu });
    this.densityPlot.drawCross(at && { x: at.mu, q: q && this.core.gaussian(this.domain, q) });
    this.whyStrip.drawCross(at?.mu);
  }

  private resize(): void {
    this.densityPlot.resize();
    this.whyStrip.resize();
    for (const panel of panels) this.plots[panel].resize();
    this.between.resize();
  }

  // Minima and descents ----------------------------------------------------------------------------------------------

  /// The curves of what was found.
  private drawFits(): void {
    const { domain, state } = this;
    const { descents } = state;
    const ends = descents.flatMap((direction) => {
      const end = this.path(direction).at(-1);
      return end ? [[direction, this.core.gaussian(domain, end)] as const] : [];
    });
    const minima = this.marks("reverse").filter((mark) => mark.kind !== "saddle");
    this.densityPlot.draw({ ofAnswer: { fits: Object.fromEntries(ends), minima: minima.map((mark) => this.core.gaussian(domain, mark)) } });
  }

  private marks(direction: Direction) {
    const { answer } = this;
    if (!answer) return [];
    return marksOf(direction === "reverse" ? answer.stationary : answer.forwardMinimum ? [answer.forwardMinimum] : []);
  }

  private ask(): void {
    const { domain, q, descents, alpha } = this.state;
    if (!this.accepted) return;
    const accepted = JSON.parse(this.accepted) as Question["target"];
    this.analyst.ask({ revision: this.revision, asked: performance.now(), target: accepted, kind: meshKind(this.state), domain, start: q, descents, thorough: !this.restTimer, alpha: this.between.visible ? alpha : undefined });
  }

  private analysed(answer: Answer, question: Question, latest: boolean): void {
    this.answer = answer;
    this.answered = question;
    this.drawAnswer();
    const behind = question.revision !== this.revision;
    const age = performance.now() - question.asked;
    clearTimeout(this.staleTimer);
    this.staleTimer = behind ? window.setTimeout(() => this.markStale(true), Math.max(0, staleDelay - age)) : 0;
    if (!behind || age < staleDelay) this.markStale(false);
    if (!behind && latest && question.thorough) byId("outcome").ariaBusy = "false";
  }

  /// Nothing that belongs to an earlier picture looks as if it did not; a few frames later is no other picture.
  private markStale(stale: boolean): void {
    if (stale) this.staleTimer = 0;
    for (const id of ["density", ...directions]) byId(id).classList.toggle("stale", stale);
  }

  private drawAnswer(): void {
    if (!this.answer || !this.answered) return;
    for (const direction of directions) {
      this.plots[direction].drawPoints(this.marks(direction));
      this.plots[direction].drawPath(this.path(direction));
    }
    this.drawFits();
    say("headline", headline(this.answer, humps(this.core.abscissae(this.domain), this.core.density(this.domain))));
    const ends = this.state.descents.flatMap((direction): [Direction, Point][] => {
      const end = this.progress < 1 ? undefined : this.path(direction).at(-1);
      return end ? [[direction, end]] : [];
    });
    say("outcome", outcome(ends, this.answer));
    if (this.answered.alpha !== undefined) this.between.draw(this.domain, this.answered.alpha, this.answer);
  }

  /// The descent's path as far as the animation has come.
  private path(direction: Direction): Point[] {
    const path = (this.state.descents.includes(direction) && this.answer?.paths[direction]) || [];
    return beginning(path, this.progress);
  }

  private descend(descents: Direction[]): void {
    this.state.descents = descents;
    this.showState();
    cancelAnimationFrame(this.animation);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.progress = still || !descents.length ? 1 : 0;
    if (this.answer) this.answer = { ...this.answer, paths: {} };
    this.changed("view");
    this.drawAnswer();
    if (this.progress < 1) this.animation = requestAnimationFrame((now) => this.animate(now));
  }

  /// The clock starts when the paths have come.
  private animate(begin: number): void {
    const step = (now: number) => {
      const ready = this.state.descents.every((direction) => this.answer?.paths[direction]);
      if (!ready) begin = now;
      this.progress = Math.min(1, Math.max(0, (now - begin) / animationMilliseconds));
      this.drawAnswer();
      if (this.progress < 1) this.animation = requestAnimationFrame(step);
    };
    step(begin);
  }

  // Buttons ----------------------------------------------------------------------------------------------------------

  private listen(): void {
    window.addEventListener("input", (event) => (this.inputTime ||= event.timeStamp), { capture: true });
    byId("domain").addEventListener("change", (event) => {
      const domain = (event.target as HTMLInputElement).value as Domain;
      this.edit((s) => (s.domain = domain));
    });
    const check = (id: string, set: (state: State, checked: boolean) => void) =>
      byId<HTMLInputElement>(id).addEventListener("change", (event) => {
        const { checked } = event.target as HTMLInputElement;
        this.edit((s) => set(s, checked));
      });
    check("compare", (s, checked) => (s.compare = checked));
    check("log-sigma", (s, checked) => (s.logSigma = checked));
    check("one-scale", (s, checked) => (s.oneScale = checked));
    check("lecture", (s, checked) => (s.lecture = checked));
    const click = (id: string, act: () => unknown) => byId(id).addEventListener("click", () => void act());
    click("theme", () => this.edit((s) => (s.theme = isDark(s) ? "light" : "dark"), "view"));
    onSystemTheme(() => applyLook(this.state));
    click("descend-both", () => this.descend(["forward", "reverse"]));
    for (const direction of directions) click(`descend-${direction}`, () => this.descend([direction]));
    click("descend-clear", () => this.descend([]));
    click("csv", () => save(new Blob([this.core.csv(this.state.domain)], { type: "text/csv" }), "surfaces.csv"));
    click("svg", () => save(new Blob([this.picture().text], { type: "image/svg+xml" }), "kl.svg"));
    click("png", async () => save(await toPng(this.picture()), "kl.png"));
    click("copy-link", () => share(linkTo(toHash(this.state)), "Link"));
    click("copy-embed", () => share(embedCode(toHash(this.state)), "Embed code"));
    click("print", () => window.print());
    click("error-close", () => tellError());
    click("reset", () => {
      tellError();
      const { theme, lecture } = this.state;
      this.edit((s) => Object.assign(s, { ...defaultState(), samples: undefined, unit: undefined, theme, lecture }));
    });
    this.offer("presets", presets);
    this.offer("experiments", experiments);
    this.closeMenus();
    printWhole([document.querySelector("main")!, document.querySelector(".between-plots")!]);
    new OwnDataDialog((data, unit) =>
      this.edit((s) => {
        s.unit = unit;
        s.descents = [];
        if ("components" in data) Object.assign(s, { components: data.components, samples: undefined });
        else s.samples = { values: data.samples, bandwidth: clamp(decimal(this.core.bandwidth(data.samples)), ranges.bandwidth) };
      }),
    );
  }

  /// Buttons that set the state, in the order of their list.
  private offer(id: string, list: readonly Preset[]): void {
    byId(id)
      .querySelectorAll("button")
      .forEach((button, n) => button.addEventListener("click", () => this.edit((s) => list[n]!.set(s))));
  }

  /// A menu closes where something else is done.
  private closeMenus(): void {
    const menus = [...document.querySelectorAll<HTMLDetailsElement>("details.menu")];
    addEventListener("pointerdown", (event) => {
      for (const menu of menus) if (!menu.contains(event.target as Node)) menu.open = false;
    });
    for (const menu of menus) {
      menu.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        menu.open = false;
        menu.querySelector("summary")!.focus();
      });
      menu.addEventListener("focusout", (event) => {
        if (event.relatedTarget && !menu.contains(event.relatedTarget as Node)) menu.open = false;
      });
    }
  }

  private picture(): Picture {
    const layers = [{ svg: this.densityPlot.layer() }, { svg: this.whyStrip.layer() }, ...directions.map((direction) => this.plots[direction].layers())];
    return toSvg(layers, getComputedStyle(document.body).backgroundColor);
  }
}
