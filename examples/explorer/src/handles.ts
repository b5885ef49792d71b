// SPDX-License-Identifier: MIT
// What q and the components are held by: a dot on top moves a curve, a bar at its side widens it.
import { formatNumber } from "./format";
import { keepInSight, stepsOf } from "./keys";

export interface Held {
  key: string; // q, or the component's number
  mean: number;
  stddev: number;
  top: number; // of the curve, at its mean
  side: number; // of the curve, a standard deviation to the right
}

interface Frame {
  toX(x: number): number;
  toY(y: number): number;
  fromX(pixels: number): number;
  unit: number;
}

/// What a hand has done to a curve.
export interface Pull {
  key: string;
  mean?: number;
  stddev?: number;
  steps?: [mean: number, stddev: number]; // by the keyboard or the wheel
}

export class Handles {
  private held: Held[] = [];
  private frame: Frame | undefined;
  private readonly all = new Map<string, SVGGElement>();
  private dragging: { key: string; part: "dot" | "bar" } | undefined;

  constructor(
    private readonly svg: SVGSVGElement,
    private readonly group: SVGGElement,
    private readonly onPull: (pull: Pull) => void,
  ) {
    svg.addEventListener("pointermove", (event) => this.drag(event));
    const stop = () => {
      this.dragging = undefined;
      svg.classList.remove("dragging");
    };
    svg.addEventListener("pointerup", stop);
    svg.addEventListener("pointercancel", stop);
  }

  draw(held: Held[], frame: Frame): void {
    this.held = held;
    this.frame = frame;
    for (const [key, handle] of this.all)
      if (!held.some((each) => each.key === key)) {
        handle.remove();
        this.all.delete(key);
      }
    for (const each of held) this.place(this.all.get(each.key) ?? this.make(each.key), each, frame);
  }

  private place(handle: SVGGElement, { mean, stddev, top, side }: Held, { toX, toY, unit }: Frame): void {
    const [bar, dot] = handle.querySelectorAll(".hold");
    dot!.setAttribute("transform", `translate(${toX(mean)},${toY(top)}) scale(${unit})`);
    bar!.setAttribute("transform", `translate(${toX(mean + stddev)},${toY(side)}) scale(${unit})`);
    handle.setAttribute("aria-valuenow", String(mean));
    handle.setAttribute("aria-valuetext", `mean ${formatNumber(mean)}, standard deviation ${formatNumber(stddev)}`);
  }

  private make(key: string): SVGGElement {
    const handle = document.createElementNS("http://www.w3.org/2000/svg", "g");
    const name = key === "q" ? "q" : `component ${Number(key) + 1} of p`;
    handle.setAttribute("class", `handle ${key === "q" ? "of-q" : "of-p"}`);
    const attributes = { tabindex: "0", role: "slider", "aria-roledescription": "two-dimensional slider",
      "aria-label": `${name}: arrow keys move and widen it`, "aria-valuemin": "-10", "aria-valuemax": "10" };
    for (const [attribute, value] of Object.entries(attributes)) handle.setAttribute(attribute, value);
    handle.innerHTML = `<g class="hold bar"><circle class="hit" r="14"></circle><rect class="grip" x="-3" y="-8" width="6" height="16" rx="3"></rect></g>
      <g class="hold dot"><circle class="hit" r="15"></circle><circle class="grip" r="5.5"></circle></g>`;
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.dragging = this.nearest(event);
      this.svg.setPointerCapture(event.pointerId);
      this.svg.classList.add("dragging");
      this.all.get(this.dragging.key)!.focus({ preventScroll: true });
      event.preventDefault();
      event.stopPropagation();
    });
    keepInSight(handle);
    handle.addEventListener("keydown", (event) => {
      const steps = stepsOf(event);
      if (steps) this.onPull({ key, steps });
    });
    handle.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.onPull({ key, steps: [0, event.deltaY > 0 ? -1 : 1] });
      },
      { passive: false },
    );
    this.group.append(handle);
    this.all.set(key, handle);
    return handle;
  }

  /// Where handles lie over one another, the one that the pointer is nearest to.
  private nearest({ clientX, clientY }: PointerEvent): { key: string; part: "dot" | "bar" } {
    const parts = [...this.all].flatMap(([key, handle]) =>
      (["dot", "bar"] as const).map((part) => {
        const { left, right, top, bottom } = handle.querySelector(`.${part} .grip`)!.getBoundingClientRect();
        return { key, part, distance: Math.hypot((left + right) / 2 - clientX, (top + bottom) / 2 - clientY) };
      }),
    );
    return parts.reduce((best, each) => (each.distance < best.distance ? each : best));
  }

  private drag(event: PointerEvent): void {
    if (!this.dragging || !this.frame) return;
    const { key, part } = this.dragging;
    const x = this.frame.fromX(event.clientX - this.svg.getBoundingClientRect().left);
    const held = this.held.find((each) => each.key === key);
    if (!held) return;
    this.onPull(part === "dot" ? { key, mean: x } : { key, stddev: x - held.mean });
  }
}
