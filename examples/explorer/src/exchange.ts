// SPDX-License-Identifier: MIT
// Questions to a worker that runs this page's own script: one is under way at a time, and of those asked meanwhile only
// the last one counts.

export type Reply<Answer> = { answer: Answer } | { error: string };

export interface Post<Question> {
  question: Question;
}

export class Exchange<Question, Answer> {
  readonly worker: Worker;
  private waiting: Question | undefined;
  private asked: Question | undefined;

  constructor(
    script: string,
    beginning: object,
    transfer: Transferable[],
    private readonly onAnswer: (answer: Answer, question: Question, latest: boolean) => void,
    private readonly onError: (text: string) => void,
  ) {
    this.worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    this.worker.postMessage(beginning, transfer);
    this.worker.onmessage = ({ data }: MessageEvent<Reply<Answer>>) => this.replied(data);
  }

  ask(question: Question): void {
    this.waiting = structuredClone(question); // the state goes on changing
    this.next();
  }

  private replied(reply: Reply<Answer>): void {
    const asked = this.asked!;
    this.asked = undefined;
    const latest = !this.waiting;
    this.next();
    if ("error" in reply) this.onError(reply.error);
    else this.onAnswer(reply.answer, asked, latest);
  }

  private next(): void {
    if (this.asked || !this.waiting) return;
    this.asked = this.waiting;
    this.waiting = undefined;
    this.worker.postMessage({ question: this.asked } satisfies Post<Question>);
  }
}

/// The worker's side: answers what is asked.
export function reply<Question, Answer>(question: Question, answer: (question: Question) => Answer): Reply<Answer> {
  try {
    return { answer: answer(question) };
  } catch (failure) {
    return { error: failure instanceof Error ? failure.message : String(failure) };
  }
}
