// SPDX-License-Identifier: MIT
// A labelled slider with its number beside it, which can be typed, too.
import { formatNumber } from "./format";
import { clamp, decimal, snap, type Range } from "./state";

export interface Slider {
  root: HTMLElement;
  set(value: number): void;
}

const finer = 10; // steps of the number field in one of the slider

/// What somebody has typed: with a point or a comma, and any kind of minus.
function parse(text: string): number {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  return plain === "" ? NaN : Number(plain);
}

const decimalsOf = (value: number) => Math.min(4, Math.max(1, (String(decimal(value)).split(".")[1] ?? "").length));

export function slider(id: string, label: string, name: string, range: Range, onInput: (value: number) => void): Slider {
  const root = document.createElement("div");
  root.className = "slider";
  root.innerHTML = `<label for="${id}"><i>${label}</i></label>
    <input type="range" id="${id}" min="${range.min}" max="${range.max}" step="any" aria-label="${name}">
    <input type="text" inputmode="decimal" autocomplete="off" id="${id}-number" aria-label="${name}, as a number" aria-describedby="${id}-range">
    <span class="range" id="${id}-range">${formatNumber(range.min, decimalsOf(range.min))} to ${formatNumber(range.max, decimalsOf(range.max))}</span>`;
  const [track, field] = root.querySelectorAll("input") as unknown as [HTMLInputElement, HTMLInputElement];
  let shown: number | undefined;
  const show = (value: number) => {
    if (value === shown) return;
    shown = value;
    const text = formatNumber(value, decimalsOf(value));
    if (document.activeElement !== field || parse(field.value) !== value) field.value = text;
    track.setAttribute("aria-valuetext", text);
    track.style.setProperty("--fill", `${(100 * (value - range.min)) / (range.max - range.min)}%`);
  };
  const change = (value: number) => {
    track.value = String(value);
    show(value);
    onInput(value);
  };
  track.addEventListener("input", () => change(snap(track.valueAsNumber, range)));
  track.addEventListener("keydown", (event) => {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
    const step = steps[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    change(clamp(decimal((shown ?? range.min) + step * range.step), range));
  });
  field.addEventListener("input", () => {
    const value = parse(field.value);
    const fits = value >= range.min && value <= range.max;
    field.setAttribute("aria-invalid", String(!fits));
    if (fits) change(decimal(value));
  });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const value = snap((shown ?? range.min) + (step * range.step) / finer, range, finer);
    field.value = formatNumber(value, decimalsOf(value));
    change(value);
  });
  // What is no number, or out of range, gives way to what is shown.
  field.addEventListener("blur", () => {
    field.removeAttribute("aria-invalid");
    if (shown !== undefined) field.value = formatNumber(shown, decimalsOf(shown));
  });
  return {
    root,
    set(value) {
      if (track.valueAsNumber !== value) track.value = String(value);
      show(value);
    },
  };
}
