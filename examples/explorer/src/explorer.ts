// SPDX-License-Identifier: MIT
// The page: an input changes the state, and every part of the picture follows.
import { fromHash, toHash } from "./address";
import { listenToButtons } from "./buttons";
import { Controls } from "./controls";
import type { Core, Gaussian, Target } from "./core";
import { Exchange } from "./exchange";
import type { Pull } from "./handles";
import { AddressBook } from "./history";
import type { PaintAnswer, PaintQuestion } from "./painter";
import { directions, Plots } from "./plots";
import { Search } from "./search";
import { embedded } from "./share";
import { defaultState, meshKind, ranges, snap, target, type State } from "./state";
import { applyLook, onSystemTheme } from "./theme";
import { byId, explainMarks, say, tellError, tellTime } from "./words";

const restDelay = 150; // milliseconds without an input

/// What an input has changed: p or where it is looked at; q; or what is there to be seen.
type Change = "target" | "marker" | "view";

export class Explorer {
  private state: State = defaultState();
  private readonly controls = new Controls(() => this.state, (change) => this.changed(change), () => this.edit((s) => (s.samples = s.unit = undefined)));
  private readonly plots: Plots;
  private readonly painter: Exchange<PaintQuestion, PaintAnswer>;
  private readonly search: Search;
  private readonly addresses = new AddressBook(() => toHash(this.state), () => this.load(), () => this.scheduleRest());

  private accepted = ""; // the last target that was no error, as JSON
  private painting = ""; // what the painter was asked for last
  private targetChanged = true;
  private revision = 0; // counts changes
  private askedRevision = 0; // of the maps, to the painter
  private paintedRevision = 0; // of the maps that are there
  private framedRevision = 0; // of the rest of the picture
  private updates = 0; // how often surfaces were asked for
  private inputTime = 0;
  private scriptTime = 0;
  private frame = 0;
  private restTimer = 0;
  private touched = false; // somebody has done something

  constructor(
    private readonly core: Core,
    program: WebAssembly.Module,
    script: string,
  ) {
    this.plots = new Plots(core, {
      move: (q) => this.move(q),
      pull: (pull) => this.pull(pull),
      alpha: (alpha) => this.edit((s) => (s.alpha = alpha), "view"),
      see: () => this.changed("view", false),
      paint: (message) => this.painter?.worker.postMessage(message),
    });
    const canvases = this.plots.canvases();
    const transfer = Object.values(canvases).flatMap(({ map, labels }) => [map, labels]);
    const painted = (answer: PaintAnswer, question: PaintQuestion, latest: boolean) => this.painted(answer, question, latest);
    this.painter = new Exchange<PaintQuestion, PaintAnswer>(script, { role: "painter", program, canvases }, transfer, painted, tellError);
    this.search = new Search(this.plots, () => this.revision, () => this.state.descents, script, { role: "analyst", program });
    document.documentElement.classList.toggle("embedded", embedded);
    explainMarks();
    this.listen();
    this.load();
    this.plots.followSizes();
  }

  private listen(): void {
    window.addEventListener("input", (event) => (this.inputTime ||= event.timeStamp), { capture: true });
    onSystemTheme(() => applyLook(this.state));
    listenToButtons({
      core: this.core,
      state: () => this.state,
      edit: (change, look) => this.edit(change, look),
      picture: () => this.plots.picture(),
      descend: (descents) => {
        this.state.descents = descents;
        this.showState();
        this.changed("view");
        this.search.start();
      },
    });
  }

  // State ------------------------------------------------------------------------------------------------------------

  private load(): void {
    const { state, errors } = fromHash(location.hash);
    this.state = state;
    tellError(...errors);
    this.touched = false;
    this.search.finish();
    this.showState();
    this.changed("target", false);
    this.inputTime = 0; // nobody's hands
  }

  /// Changes the state as a whole.
  private edit(change: (state: State) => unknown, what: Change = "target"): void {
    change(this.state);
    this.search.finish();
    this.showState();
    this.changed(what);
  }

  private showState(): void {
    const { state } = this;
    applyLook(state);
    this.controls.show();
    this.plots.between.set(state.alpha);
    document.querySelector<HTMLInputElement>(`#domain input[value=${state.domain}]`)!.checked = true;
    const boxes = { compare: state.compare, "log-sigma": state.logSigma, "one-scale": state.oneScale, lecture: state.lecture };
    for (const [id, checked] of Object.entries(boxes)) byId<HTMLInputElement>(id).checked = checked;
    document.querySelector("#compare + span")!.textContent = `${state.domain === "grid" ? "real line" : "grid"}’s contours, dashed`;
    say("scale-note", state.oneScale ? "one colour scale" : "each map its own colour scale");
    say("unit-note", state.unit ? `<i>x</i> is shown as (<i>x</i> − ${state.unit.centre}) / ${state.unit.unit}: no divergence changes by that.` : "");
    for (const direction of directions)
      byId(`descend-${direction}`).setAttribute("aria-pressed", String(state.descents.includes(direction)));
  }

  private changed(change: Change, byHand = true): void {
    this.targetChanged ||= change === "target";
    this.touched ||= byHand;
    this.inputTime ||= performance.now();
    ++this.revision;
    this.frame ||= requestAnimationFrame(() => this.update());
    this.search.outdated();
    this.scheduleRest();
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
    const { wide } = meshKind(this.state);
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
    const { targetChanged, inputTime } = this;
    this.targetChanged = false;
    this.inputTime = 0;
    try {
      if (targetChanged) this.accept();
    } catch (failure) {
      const allZero = this.state.components.every((c) => c.share === 0);
      tellError(allZero ? "All weights are 0: give one of the humps some." : failure instanceof Error ? failure.message : String(failure));
      return;
    }
    if (!this.accepted) return;
    this.paint(inputTime);
    this.plots.draw(this.state, targetChanged);
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
    this.plots.setMesh(kind);
  }

  private paint(input: number): void {
    const { domain, compare, oneScale } = this.state;
    const question = { target: target(this.state), kind: meshKind(this.state), domain, compare, oneScale, alpha: this.alphaInSight() };
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
    this.plots.drawScales(scales);
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

  private alphaInSight(): number | undefined {
    return this.plots.between.visible ? this.state.alpha : undefined;
  }

  /// For minima and descents: for all of them, where hands rest.
  private ask(): void {
    const { domain, q, descents } = this.state;
    if (!this.accepted) return;
    this.search.ask({
      revision: this.revision,
      asked: performance.now(),
      target: JSON.parse(this.accepted) as Target,
      kind: meshKind(this.state),
      domain,
      start: q,
      descents,
      thorough: !this.restTimer,
      alpha: this.alphaInSight(),
    });
  }
}
