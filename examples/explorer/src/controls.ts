// SPDX-License-Identifier: MIT
// The rows of q, of p's components or samples. They change the state and say so; they are set from the state.
import type { Component } from "./core";
import { formatNumber } from "./format";
import { slider, type Slider } from "./slider";
import { decimal, mostComponents, ranges, type State } from "./state";

const subscript = (k: number) => `<sub>${k + 1}</sub>`;

export type Change = "target" | "marker";

interface Row {
  root: HTMLElement;
  share: Slider;
  mean: Slider;
  stddev: Slider;
  weight: Element;
}

export class Controls {
  private readonly mu: Slider;
  private readonly sigma: Slider;
  private readonly bandwidth: Slider;
  private readonly host = document.getElementById("components")!;
  private rows: Row[] = [];
  private built = "";

  constructor(
    private readonly state: () => State,
    private readonly changed: (change: Change) => void,
    private readonly dropSamples: () => void,
  ) {
    const q = (key: "mu" | "sigma") => (value: number) => {
      this.state().q[key] = value;
      this.changed("marker");
    };
    this.mu = slider("mu", "μ", "mu of q", ranges.mu, q("mu"));
    this.sigma = slider("sigma", "σ", "sigma of q", ranges.sigma, q("sigma"));
    this.bandwidth = slider("bandwidth", "h", "bandwidth of the kernel density", ranges.bandwidth, (value) => {
      this.state().samples!.bandwidth = value;
      this.changed("target");
    });
    document.getElementById("gaussian")!.append(this.mu.root, this.sigma.root);
  }

  /// Sets every control from the state.
  show(): void {
    const { q, components, samples } = this.state();
    this.mu.set(q.mu);
    this.sigma.set(q.sigma);
    const wanted = samples ? `samples ${samples.values.length}` : String(components.length);
    if (this.built !== wanted) {
      this.built = wanted;
      if (samples) this.buildSamples(samples.values.length);
      else this.build(components.length);
    }
    if (samples) this.bandwidth.set(samples.bandwidth);
    const total = components.reduce((sum, c) => sum + c.share, 0);
    this.rows.forEach((row, k) => {
      const component = components[k]!;
      row.share.set(component.share);
      row.mean.set(component.mean);
      row.stddev.set(component.stddev);
      const weight = total > 0 ? `${formatNumber((100 * component.share) / total, 0)} %` : "–";
      if (row.weight.textContent !== weight) row.weight.textContent = weight;
    });
  }

  private buildSamples(count: number): void {
    this.rows = [];
    this.host.dataset.count = "samples";
    const row = document.createElement("div");
    row.className = "row component";
    row.innerHTML = `<h2><i>p</i> <small>${count} samples</small></h2>`;
    const back = document.createElement("button");
    back.type = "button";
    back.id = "drop-samples";
    back.textContent = "Back to components";
    back.addEventListener("click", () => this.dropSamples());
    row.append(this.bandwidth.root, back);
    this.host.replaceChildren(row);
  }

  private build(count: number): void {
    this.host.dataset.count = String(count);
    this.rows = Array.from({ length: count }, (_, k) => this.row(k, count));
    const add = document.createElement("button");
    add.type = "button";
    add.id = "add";
    add.textContent = "+ component";
    add.disabled = count >= mostComponents;
    add.addEventListener("click", () => this.add());
    this.host.replaceChildren(...this.rows.map((c) => c.root), add);
  }

  private row(k: number, count: number): Row {
    const root = document.createElement("div");
    root.className = "row component";
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", `component ${k + 1} of p`);
    root.innerHTML = `<h2><span><i>p</i>${subscript(k)}</span> <small class="weight"></small></h2>`;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "remove";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `remove component ${k + 1}`);
    remove.disabled = count === 1;
    remove.addEventListener("click", () => this.remove(k));
    const input = (key: keyof Component) => (value: number) => {
      const { components } = this.state();
      components[k]![key] = value;
      // Of two components the weights are theta and 1 - theta.
      if (key === "share" && count === 2) components[1 - k]!.share = decimal(1 - value);
      this.show();
      this.changed("target");
    };
    const theta = count === 2 ? "θ" : `θ${subscript(k)}`;
    const of = `of component ${k + 1}`;
    const share = slider(count === 2 && k === 0 ? "theta" : `theta${k + 1}`, theta, `theta ${of}`, ranges.share, input("share"));
    const mean = slider(`mu${k + 1}`, `μ${subscript(k)}`, `mu ${of}`, ranges.mean, input("mean"));
    const stddev = slider(`sigma${k + 1}`, `σ${subscript(k)}`, `sigma ${of}`, ranges.stddev, input("stddev"));
    if (count === 1 || (count === 2 && k === 1)) {
      share.root.classList.add("derived");
      share.root.querySelector("label")!.innerHTML = count === 1 ? "<i>θ</i>" : "1−<i>θ</i>";
      for (const each of share.root.querySelectorAll("input")) each.disabled = true;
    }
    root.append(share.root, mean.root, stddev.root, remove);
    return { root, share, mean, stddev, weight: root.querySelector(".weight")! };
  }

  private add(): void {
    const { components } = this.state();
    components.push({ share: components.length === 1 ? 0.5 : 0.3, mean: 0, stddev: 0.5 });
    if (components.length === 2) components[0]!.share = 0.5;
    this.show();
    this.changed("target");
    (this.host.querySelector<HTMLElement>("#add:not(:disabled)") ?? this.rows.at(-1)!.root.querySelector<HTMLElement>(".remove")!).focus();
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
    this.changed("target");
    document.querySelector<HTMLElement>(".component .remove:not(:disabled), #add")!.focus();
  }
}
