// SPDX-License-Identifier: MIT
// What takes longer than a frame, the minima and the descents, is found in a worker that runs this page's own script.
import { Core, type Component, type Direction, type Domain, type Gaussian, type Point, type StationaryPoint } from "./core";

export interface Question {
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
