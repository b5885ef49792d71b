// SPDX-License-Identifier: MIT
// Light or dark, as the system or the switch has it; large letters for a lecture.
import type { State } from "./state";
import { byId } from "./words";

const systemIsDark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");

export function isDark({ theme }: State): boolean {
  return theme === "auto" ? systemIsDark.matches : theme === "dark";
}

export function onSystemTheme(changed: () => void): void {
  systemIsDark.addEventListener("change", changed);
}

export function applyLook(state: State): void {
  const { dataset } = document.documentElement;
  dataset.theme = isDark(state) ? "dark" : "light";
  dataset.lecture = String(state.lecture);
  byId("theme").textContent = isDark(state) ? "☀ Light colours" : "☾ Dark colours";
}
