// SPDX-License-Identifier: MIT
// The worker that looks for minima and descends.
import type { BranchPoint, Core, Direction, Domain, Gaussian, MeshKind, Point, StationaryPoint, Target } from "./core";
import { reply, type Post } from "./exchange";

export interface Question {
  revision: number;
  asked: number; // when, as performance.now()
  target: Target;
  kind: MeshKind;
  domain: Domain;
  start: Gaussian;
  descents: Direction[];
  thorough: boolean; // all stationary points; else the minima that are found at once
  alpha: number | undefined; // if what lies between is looked at
}

export interface Answer {
  forwardMinimum: StationaryPoint | undefined;
  stationary: StationaryPoint[]; // of D(q||p), by increasing value
  paths: Partial<Record<Direction, Point[]>>;
  branches: BranchPoint[] | undefined;
  between: Point[] | undefined; // the minima of order alpha, by increasing value
}

const branchSteps = 40;

export class Analyst {
  private known = ""; // the picture of which is known:
  private thorough = false;
  private stationary: StationaryPoint[] = [];
  private branches: BranchPoint[] | undefined;

  constructor(private readonly core: Core) {}

  receive(message: Post<Question>): unknown {
    return reply(message.question, (question) => this.analyse(question));
  }

  private analyse({ target, kind, domain, start, descents, thorough, alpha }: Question): Answer {
    const { core } = this;
    core.setMesh(kind);
    core.setTarget(target);
    const picture = JSON.stringify([target, kind, domain]);
    const before = this.stationary.filter((point) => point.kind === "minimum");
    if (picture !== this.known) {
      this.stationary = core.minima(domain, before.slice(0, 12));
      this.thorough = false;
      this.branches = undefined;
    }
    if (thorough && !this.thorough) {
      this.stationary = core.stationaryPoints(domain);
      this.thorough = true;
    }
    this.known = picture;
    if (alpha !== undefined) this.branches ??= core.branches(domain, branchSteps);
    return {
      forwardMinimum: core.forwardMinimum(domain),
      stationary: this.stationary,
      paths: Object.fromEntries(descents.map((d) => [d, core.descent(domain, d, start)])),
      branches: this.branches,
      between: alpha === undefined ? undefined : this.between(domain, alpha),
    };
  }

  /// From the nearest order of which the branches are known.
  private between(domain: Domain, alpha: number): Point[] {
    const orders = new Set(this.branches!.map((point) => point.alpha));
    const nearest = [...orders].sort((a, b) => Math.abs(a - alpha) - Math.abs(b - alpha)).slice(0, 2);
    const starts = this.branches!.filter((point) => nearest.includes(point.alpha));
    return this.core.alphaMinima(domain, alpha, starts).sort((a, b) => a.value - b.value);
  }
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
