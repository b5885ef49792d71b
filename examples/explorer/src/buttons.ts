// SPDX-License-Identifier: MIT
// Buttons and boxes: what each of them does to the state, or to files and clipboard.
import { toHash } from "./address";
import type { Core, Direction, Domain } from "./core";
import { save, toPng, type Picture } from "./download";
import { closeMenus } from "./menus";
import { OwnDataDialog } from "./own_data";
import { experiments, presets, type Preset } from "./presets";
import { embedCode, linkTo, share } from "./share";
import { clamp, decimal, defaultState, ranges, type State } from "./state";
import { isDark } from "./theme";
import { byId, tellError } from "./words";

/// What buttons act on.
export interface Page {
  core: Core;
  state(): State;
  edit(change: (state: State) => unknown, look?: "view"): void;
  descend(descents: Direction[]): void;
  picture(): Picture;
}

const click = (id: string, act: () => unknown) => byId(id).addEventListener("click", () => void act());

function switches({ edit }: Page): void {
  byId("domain").addEventListener("change", (event) => {
    const domain = (event.target as HTMLInputElement).value as Domain;
    edit((s) => (s.domain = domain));
  });
  const check = (id: string, set: (state: State, checked: boolean) => void) =>
    byId<HTMLInputElement>(id).addEventListener("change", (event) => {
      const { checked } = event.target as HTMLInputElement;
      edit((s) => set(s, checked));
    });
  check("compare", (s, checked) => (s.compare = checked));
  check("log-sigma", (s, checked) => (s.logSigma = checked));
  check("one-scale", (s, checked) => (s.oneScale = checked));
  check("lecture", (s, checked) => (s.lecture = checked));
  click("theme", () => edit((s) => (s.theme = isDark(s) ? "light" : "dark"), "view"));
}

function descents({ descend }: Page): void {
  click("descend-both", () => descend(["forward", "reverse"]));
  click("descend-forward", () => descend(["forward"]));
  click("descend-reverse", () => descend(["reverse"]));
  click("descend-clear", () => descend([]));
}

function files({ core, state, picture }: Page): void {
  click("csv", () => save(new Blob([core.csv(state().domain)], { type: "text/csv" }), "surfaces.csv"));
  click("svg", () => save(new Blob([picture().text], { type: "image/svg+xml" }), "kl.svg"));
  click("png", async () => save(await toPng(picture()), "kl.png"));
  click("copy-link", () => share(linkTo(toHash(state())), "Link"));
  click("copy-embed", () => share(embedCode(toHash(state())), "Embed code"));
  click("print", () => window.print());
}

/// Buttons that set the state, in the order of their list.
function offer({ edit, descend, state }: Page, id: string, list: readonly Preset[]): void {
  const choose = (preset: Preset) => {
    edit((s) => preset.set(s));
    if (state().descents.length) descend(state().descents);
    scrollTo({ top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  };
  byId(id)
    .querySelectorAll("button")
    .forEach((button, n) => button.addEventListener("click", () => choose(list[n]!)));
}

export function listenToButtons(page: Page): void {
  switches(page);
  descents(page);
  files(page);
  offer(page, "presets", presets);
  offer(page, "experiments", experiments);
  closeMenus();
  click("error-close", () => tellError());
  click("reset", () => {
    tellError();
    const { theme, lecture } = page.state();
    page.edit((s) => Object.assign(s, { ...defaultState(), samples: undefined, unit: undefined, theme, lecture }));
  });
  new OwnDataDialog((data, unit) =>
    page.edit((s) => {
      s.unit = unit;
      s.descents = [];
      if ("components" in data) Object.assign(s, { components: data.components, samples: undefined });
      else s.samples = { values: data.samples, bandwidth: clamp(decimal(page.core.bandwidth(data.samples)), ranges.bandwidth) };
    }),
  );
}
