// SPDX-License-Identifier: MIT
// The sliders and buttons. They change the state and say so; they are set from the state.
import type { Component } from "./core";
import { formatNumber } from "./format";
import { decimal, mostComponents, ranges, type Range, type State } from "./state";

interface Slider {
  root: HTMLElement;
  set(value: number): void;
}

const subscript = (k: number) => `<sub>${k + 1}</sub>`;

/// A labelled slider with its value beside it.
function slider(id: string, label: string, name: string, range: Range, onInput: (value: number) => void): Slider {
  const root = document.createElement("div");
  root.className = "slider";
  root.innerHTML = `<label for="${id}"><i>${label}</i></label>
    <input type="range" id="${id}" min="${range.min}" max="${range.max}" step="${range.step}" aria-label="${name}">
    <output for="${id}"></output>`;
  const input = root.querySelector("input")!;
  const output = root.querySelector("output")!;
  let shown: number | undefined;
  const show = (value: number) => {
    if (value === shown) return;
    shown = value;
    output.textContent = formatNumber(value, Number.isInteger(decimal(value * 10)) ? 1 : 2);
    input.style.setProperty("--fill", `${(100 * (value - range.min)) / (range.max - range.min)}%`);
  };
  input.addEventListener("input", () => {
    const value = decimal(input.valueAsNumber);
    show(value);
    onInput(value);
  });
  return {
    root,
    set(value) {
      if (input.valueAsNumber !== value) input.value = String(value);
      show(value);
    },
  };
}

export type Change = "mixture" | "marker";

export class Controls {
  private readonly mu: Slider;
  private readonly sigma: Slider;
  private readonly host = document.getElementById("components")!;
  private cards: { share: Slider; mean: Slider; stddev: Slider; weight: Element; root: HTMLElement }[] = [];

  constructor(
    private readonly state: () => State,
    private readonly changed: (change: Change) => void,
  ) {
    const q = (key: "mu" | "sigma") => (value: number) => {
      this.state().q[key] = value;
      this.changed("marker");
    };
    this.mu = slider("mu", "μ", "mu of q", ranges.mu, q("mu"));
    this.sigma = slider("sigma", "σ", "sigma of q", ranges.sigma, q("sigma"));
    document.getElementById("gaussian")!.append(this.mu.root, this.sigma.root);
  }

  /// Sets every control from the state.
  show(): void {
    const { q, components } = this.state();
    this.mu.set(q.mu);
    this.sigma.set(q.sigma);
    if (this.cards.length !== components.length) this.build(components.length);
    const total = components.reduce((sum, c) => sum + c.share, 0);
    components.forEach((component, k) => {
      const card = this.cards[k]!;
      card.share.set(component.share);
      card.mean.set(component.mean);
      card.stddev.set(component.stddev);
      const weight = total > 0 ? formatNumber(component.share / total, 2) : "–";
      if (card.weight.textContent !== weight) card.weight.textContent = weight;
    });
  }

  private build(count: number): void {
    this.host.dataset.count = String(count);
    this.host.replaceChildren();
    this.cards = Array.from({ length: count }, (_, k) => this.card(k, count));
    const add = document.createElement("button");
    add.type = "button";
    add.id = "add";
    add.textContent = "+ component";
    add.disabled = count >= mostComponents;
    add.addEventListener("click", () => this.add());
    this.host.append(...this.cards.map((c) => c.root), add);
  }

  private card(k: number, count: number) {
    const root = document.createElement("div");
    root.className = "card component";
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", `component ${k + 1} of p`);
    root.innerHTML = `<h2><span><i>p</i>${subscript(k)}</span> <small>weight <span class="weight"></span></small>
      <button type="button" class="remove" aria-label="remove component ${k + 1}" ${count === 1 ? "disabled" : ""}>×</button></h2>`;
    root.querySelector(".remove")!.addEventListener("click", () => this.remove(k));
    const input = (key: keyof Component) => (value: number) => {
      const { components } = this.state();
      components[k]![key] = value;
      // Of two components the weights are theta and 1 - theta.
      if (key === "share" && count === 2) components[1 - k]!.share = decimal(1 - value);
      this.show();
      this.changed("mixture");
    };
    const theta = count === 2 ? "θ" : `θ${subscript(k)}`;
    const of = `of component ${k + 1}`;
    const share = slider(count === 2 && k === 0 ? "theta" : `theta${k + 1}`, theta, `theta ${of}`, ranges.share, input("share"));
    const mean = slider(`mu${k + 1}`, `μ${subscript(k)}`, `mu ${of}`, ranges.mean, input("mean"));
    const stddev = slider(`sigma${k + 1}`, `σ${subscript(k)}`, `sigma ${of}`, ranges.stddev, input("stddev"));
    if (count === 1 || (count === 2 && k === 1)) {
      share.root.classList.add("derived");
      share.root.querySelector("label")!.innerHTML = count === 1 ? "<i>θ</i>" : "1−<i>θ</i>";
      share.root.querySelector("input")!.disabled = true;
    }
    root.append(share.root, mean.root, stddev.root);
    return { root, share, mean, stddev, weight: root.querySelector(".weight")! };
  }

  private add(): void {
    const { components } = this.state();
    components.push({ share: components.length === 1 ? 0.5 : 0.3, mean: 0, stddev: 0.5 });
    if (components.length === 2) components[0]!.share = 0.5;
    this.show();
    this.changed("mixture");
    (this.host.querySelector<HTMLElement>("#add:not(:disabled)") ?? this.cards.at(-1)!.root.querySelector<HTMLElement>(".remove")!).focus();
  }

  private remove(k: number): void {
    const { components } = this.state();
    components.splice(k, 1);
    const total = components.reduce((sum, c) => sum + c.share, 0);
    // Down to what one theta can say.
    if (components.length === 1) components[0]!.share = 1;
    if (components.length === 2) {
      components[0]!.share = total > 0 ? decimal(components[0]!.share / total) : 0.5;
      components[1]!.share = decimal(1 - components[0]!.share);
    }
    this.show();
    this.changed("mixture");
    document.querySelector<HTMLElement>(".component .remove:not(:disabled), #add")!.focus();
  }
}
