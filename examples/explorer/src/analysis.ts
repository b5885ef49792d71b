// SPDX-License-Identifier: MIT
// What takes longer than a frame, the minima and the descents, is found in a worker that runs this page's own script.
import { Core, type Component, type Direction, type Domain, type Gaussian, type Point, type StationaryPoint } from "./core";

interface Question {
  components: Component[];
  domain: Domain;
  start: Gaussian;
  descents: Direction[];
}

export interface Answer {
  forwardMinimum: Point;
  stationary: StationaryPoint[];
  paths: Partial<Record<Direction, Point[]>>;
}

type Reply = { answer: Answer } | { error: string };

function analyse(core: Core, question: Question, known?: { question: Question; answer: Answer }): Answer {
  core.setMixture(question.components);
  const { domain, start } = question;
  const samePicture =
    known?.question.domain === domain &&
    JSON.stringify(known.question.components) === JSON.stringify(question.components);
  const paths = Object.fromEntries(question.descents.map((d) => [d, core.descent(domain, d, start)]));
  if (samePicture) return { ...known.answer, paths };
  return { forwardMinimum: core.forwardMinimum(domain), stationary: core.stationaryPoints(domain), paths };
}

/// The first share of a path, by length: as if it were walked at even speed.
export function beginning(path: Point[], share: number): Point[] {
  const lengths = path.slice(1).map((p, n) => Math.hypot(p.mu - path[n]!.mu, p.sigma - path[n]!.sigma));
  let rest = share * lengths.reduce((sum, length) => sum + length, 0);
  const passed = share < 1 ? lengths.findIndex((length) => (rest -= length) < 0) : -1;
  if (passed < 0) return path;
  const [from, to] = [path[passed]!, path[passed + 1]!];
  const part = 1 + rest / lengths[passed]!;
  const between = (a: number, b: number) => a + part * (b - a);
  return [...path.slice(0, passed + 1), { mu: between(from.mu, to.mu), sigma: between(from.sigma, to.sigma), value: to.value }];
}

/// The worker's side.
export function serve(): void {
  const core = Core.load();
  let known: { question: Question; answer: Answer } | undefined;
  self.onmessage = async ({ data: question }: MessageEvent<Question>) => {
    let reply: Reply;
    try {
      const answer = analyse(await core, question, known);
      known = { question, answer };
      reply = { answer };
    } catch (failure) {
      reply = { error: failure instanceof Error ? failure.message : String(failure) };
    }
    self.postMessage(reply);
  };
}

/// The page's side: one question is under way at a time, and of those asked meanwhile only the last one counts.
export class Analyst {
  private readonly worker: Worker;
  private waiting: Question | undefined;
  private busy = false;

  constructor(
    script: string,
    private readonly onAnswer: (answer: Answer) => void,
    private readonly onError: (text: string) => void,
  ) {
    this.worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    this.worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      this.busy = false;
      if ("error" in data) this.onError(data.error);
      else if (!this.waiting) this.onAnswer(data.answer);
      this.next();
    };
  }

  ask(question: Question): void {
    this.waiting = structuredClone(question); // the state goes on changing
    this.next();
  }

  private next(): void {
    if (this.busy || !this.waiting) return;
    this.busy = true;
    this.worker.postMessage(this.waiting);
    this.waiting = undefined;
  }
}
