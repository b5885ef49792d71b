// SPDX-License-Identifier: MIT
// Minima and descents as the picture has them: asked for again and again, drawn as they come, faded where they lag.
import { beginning, type Answer, type Question } from "./analysis";
import type { Direction, Point } from "./core";
import { Exchange } from "./exchange";
import { directions, type Plots } from "./plots";
import { headline, marksOf, outcome } from "./story";
import { byId, say, tellError } from "./words";
import type { Beginning } from "./worker";

const animationMilliseconds = 1800;
const staleDelay = 150; // milliseconds of an answer, until it looks like an earlier one

export class Search {
  private readonly analyst: Exchange<Question, Answer>;
  private answer: Answer | undefined;
  private answered: Question | undefined; // to which that is the answer
  private staleTimer = 0;
  private progress = 1; // of the animation, 0 to 1
  private animation = 0;
  private begun = 0; // the revision of the last start, before which paths are others

  constructor(
    private readonly plots: Plots,
    private readonly revision: () => number,
    private readonly descents: () => Direction[],
    script: string,
    beginning: Beginning,
  ) {
    const answered = (answer: Answer, question: Question, latest: boolean) => this.take(answer, question, latest);
    this.analyst = new Exchange<Question, Answer>(script, beginning, [], answered, tellError);
  }

  ask(question: Question): void {
    this.analyst.ask(question);
  }

  /// The picture is another one now.
  outdated(): void {
    this.staleTimer ||= window.setTimeout(() => this.markStale(true), staleDelay);
    byId("outcome").ariaBusy = "true";
  }

  /// Paths are drawn to their ends.
  finish(): void {
    cancelAnimationFrame(this.animation);
    this.progress = 1;
  }

  /// New descents are to be seen: they are walked, unless somebody prefers less motion.
  start(): void {
    this.finish();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.progress = still || !this.descents().length ? 1 : 0;
    this.begun = this.revision();
    this.draw();
    if (this.progress < 1) this.animation = requestAnimationFrame((now) => this.animate(now));
  }

  /// The clock starts when the paths have come.
  private animate(begin: number): void {
    const step = (now: number) => {
      const ready = this.descents().every((direction) => this.path(direction).length);
      if (!ready) begin = now;
      this.progress = Math.min(1, Math.max(0, (now - begin) / animationMilliseconds));
      this.draw();
      if (this.progress < 1) this.animation = requestAnimationFrame(step);
    };
    step(begin);
  }

  private take(answer: Answer, question: Question, latest: boolean): void {
    this.answer = answer;
    this.answered = question;
    this.draw();
    const behind = question.revision !== this.revision();
    const age = performance.now() - question.asked;
    clearTimeout(this.staleTimer);
    this.staleTimer = behind ? window.setTimeout(() => this.markStale(true), Math.max(0, staleDelay - age)) : 0;
    if (!behind || age < staleDelay) this.markStale(false);
    if (!behind && latest && question.thorough) byId("outcome").ariaBusy = "false";
  }

  /// Nothing that belongs to an earlier picture looks as if it did not; a few frames later is no other picture.
  private markStale(stale: boolean): void {
    if (stale) this.staleTimer = 0;
    this.plots.markStale(stale);
  }

  /// The descent's path as far as the animation has come.
  private path(direction: Direction): Point[] {
    const wanted = this.descents().includes(direction) && (this.answered?.revision ?? 0) >= this.begun;
    const path = (wanted && this.answer?.paths[direction]) || [];
    return beginning(path, this.progress);
  }

  private draw(): void {
    const { answer, answered, plots } = this;
    if (!answer || !answered) return;
    const { stationary, forwardMinimum } = answer;
    const marks = { forward: marksOf(forwardMinimum ? [forwardMinimum] : []), reverse: marksOf(stationary) };
    plots.drawFound(marks, { forward: this.path("forward"), reverse: this.path("reverse") });
    if (answered.alpha !== undefined) plots.drawBetween(answered.alpha, answer);
    say("headline", headline(answer, plots.humps()));
    const ends = directions.flatMap((direction): [Direction, Point][] => {
      const end = this.progress < 1 ? undefined : this.path(direction).at(-1);
      return end ? [[direction, end]] : [];
    });
    say("outcome", outcome(ends, answer));
  }
}
