// SPDX-License-Identifier: MIT
// What happens in the picture, in sentences.
import type { Answer } from "./analysis";
import type { Direction, Point, StationaryPoint } from "./core";
import { formatNats, formatNumber } from "./format";
import type { Mark } from "./surface_plot";

export const formulas: Record<Direction, string> = {
  forward: `<span class="forward"><i>D</i>(<i>p</i>‖<i>q</i>)</span>`,
  reverse: `<span class="reverse"><i>D</i>(<i>q</i>‖<i>p</i>)</span>`,
};
const counts = ["no", "one", "two", "three", "four", "five", "six"];
const count = (n: number) => counts[n] ?? String(n);

const sameValue = 1e-9; // of minima that are mirror images
const sameWidth = 1.15; // of two Gaussians that look alike

export const minimaOf = (points: readonly StationaryPoint[]) => points.filter((p) => p.kind === "minimum");

/// Minima as deep as the deepest.
function deepest(points: readonly StationaryPoint[]): StationaryPoint[] {
  const minima = minimaOf(points);
  const least = Math.min(...minima.map((p) => p.value));
  return minima.filter((p) => p.value - least <= sameValue * Math.max(1, least));
}

/// The points of a map with the best among them told apart.
export function marksOf(points: readonly StationaryPoint[]): Mark[] {
  const best = deepest(points);
  return points.flatMap((point): Mark[] => {
    if (point.kind === "saddle") return [{ ...point, kind: "saddle" }];
    if (point.kind !== "minimum") return [];
    return [{ ...point, kind: best.includes(point) ? "best" : "minimum" }];
  });
}

/// What the best Gaussians do with p, whose humps are at these places.
export function headline({ forwardMinimum, stationary }: Answer, humps: readonly number[]): string {
  const [best] = deepest(stationary);
  const begin = `One Gaussian <i>q</i> stands for <i>p</i>.`;
  if (!best) return `${begin} Here ${formulas.reverse} has no minimum on the map.`;
  if (!forwardMinimum)
    return `${begin} On this window ${formulas.forward} has no best one, the flatter <i>q</i> the better; ${formulas.reverse} has one.`;
  if (Math.max(forwardMinimum.value, best.value) < 1e-6)
    return `<i>p</i> is a Gaussian itself: both ${formulas.forward} and ${formulas.reverse} find it, and are 0.`;
  const covered = humps.filter((x) => Math.abs(x - best.mu) <= 2 * best.sigma).length;
  const alike = forwardMinimum.sigma < sameWidth * best.sigma;
  if (humps.length < 2)
    return `${begin} With one hump ${formulas.forward} and ${formulas.reverse} ${alike ? "nearly agree" : "still differ: the first minds the tail, the second the peak"}.`;
  const first = `${begin} The best one by ${formulas.forward} covers all of <i>p</i>; by ${formulas.reverse}`;
  if (covered >= humps.length) return `${first} it covers all here, too.`;
  if (covered === 1) return `${first} it seeks one hump.`;
  if (covered === 0) return `${first} it seeks a part of it.`;
  return `${first} it seeks ${count(covered)} of the ${count(humps.length)} humps.`;
}

/// μ ±2.98 for mirror images, else one after the other.
function places(points: readonly Point[]): string {
  const mus = points.map((p) => p.mu).sort((a, b) => a - b);
  if (mus.length === 2 && Math.abs(mus[0]! + mus[1]!) < 1e-6) return `±${formatNumber(mus[1]!, 2)}`;
  return mus.map((mu) => formatNumber(mu, 2)).join(" and ");
}

function reached(direction: Direction, end: Point, answer: Answer): string {
  const at = `<i>μ</i> ${formatNumber(end.mu, 2)}, <i>σ</i> ${formatNumber(end.sigma, 2)}`;
  const value = formatNats(end.value);
  if (direction === "forward") return `${formulas.forward} falls to ${value} at ${at}${answer.forwardMinimum ? ", its only minimum" : ""}.`;
  const minima = minimaOf(answer.stationary);
  const best = deepest(answer.stationary);
  const isAt = (p: Point) => Math.hypot(p.mu - end.mu, p.sigma - end.sigma) < 0.01 * end.sigma;
  const local = minima.length > 1 && !best.some(isAt);
  if (local && minima.some(isAt))
    return `${formulas.reverse} falls to ${value} at ${at}: a local minimum; the best is ${formatNats(best[0]!.value)} at <i>μ</i> ${places(best)}.`;
  if (local) return `${formulas.reverse} falls to ${value} at ${at}.`;
  const which = minima.length === 1 ? "its only minimum" : best.length > 1 ? `one of its ${count(best.length)} best minima` : `the best of its ${count(minima.length)} minima`;
  return `${formulas.reverse} falls to ${value} at ${at}, ${which}.`;
}

/// Where the descents end, or else what there is to descend to.
export function outcome(ends: readonly [Direction, Point][], answer: Answer): string {
  if (ends.length) return ends.map(([direction, end]) => `<span>${reached(direction, end, answer)}</span>`).join("");
  const minima = minimaOf(answer.stationary);
  const best = deepest(answer.stationary);
  if (!best.length) return "";
  const many = `${formulas.reverse} has ${count(minima.length)} ${minima.length === 1 ? "minimum" : "minima"} here`;
  const where = `at <i>μ</i> ${places(best)}`;
  if (minima.length === 1) return `<span>${many}, ${formatNats(best[0]!.value)} ${where}.</span>`;
  return `<span>${many}; the best is ${formatNats(best[0]!.value)} ${where}.</span>`;
}
