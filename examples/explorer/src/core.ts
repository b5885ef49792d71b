// SPDX-License-Identifier: MIT
// explorer.h in TypeScript: the only place that touches WebAssembly's memory.
import createModule from "explorer-core";

export type Domain = "grid" | "line";
export type Direction = "forward" | "reverse";
export type Kind = "minimum" | "saddle" | "maximum" | "degenerate";

/// One component of p. Its weight is its share of all shares.
export interface Component {
  share: number;
  mean: number;
  stddev: number;
}

export interface Gaussian {
  mu: number;
  sigma: number;
}

/// What p is: a mixture, or the kernel density of samples.
export interface Target {
  components: Component[];
  samples?: { values: number[]; bandwidth: number } | undefined;
}

/// Of the maps: mu to +-10 instead of +-5, and even steps of log sigma.
export interface MeshKind {
  wide: boolean;
  log: boolean;
}

export interface Mesh {
  mu: Float64Array;
  sigma: Float64Array;
}

/// Row-major, sigma in rows.
export interface Surfaces {
  forward: Float64Array;
  reverse: Float64Array;
}

/// Divergences, entropies and cross-entropies of one pair, in nats.
export interface Pair {
  forward: number;
  reverse: number;
  entropyP: number;
  entropyQ: number;
  crossPQ: number;
  crossQP: number;
}

export interface Point extends Gaussian {
  value: number;
}

/// A minimum of order alpha.
export interface BranchPoint extends Point {
  alpha: number;
}

export interface StationaryPoint extends Point {
  kind: Kind;
}

const domains: Domain[] = ["grid", "line"];
const directions: Direction[] = ["forward", "reverse"];
const kinds: Kind[] = ["minimum", "saddle", "maximum", "degenerate"];

export class Core {
  private constructor(private readonly module: ExplorerModule) {}

  static async load(program: WebAssembly.Module): Promise<Core> {
    const instantiateWasm = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
      void WebAssembly.instantiate(program, imports).then(done);
      return {};
    };
    return new Core(await createModule({ instantiateWasm }));
  }

  setMesh({ wide, log }: MeshKind): void {
    this.checked(this.module._explorer_set_mesh((wide ? 1 : 0) + (log ? 2 : 0)));
  }

  mesh(coarse = false): Mesh {
    const [mu] = this.outputs(1, (at) => this.module._explorer_mu_axis(Number(coarse), at));
    const [sigma] = this.outputs(1, (at) => this.module._explorer_sigma_axis(Number(coarse), at));
    return { mu: mu!, sigma: sigma! };
  }

  setTarget({ components, samples }: Target): void {
    if (samples) this.setSamples(samples.values, samples.bandwidth);
    else this.setMixture(components);
  }

  private setSamples(values: readonly number[], bandwidth: number): void {
    this.inputs(values, (at) => this.checked(this.module._explorer_set_samples(values.length, at, bandwidth)));
  }

  /// By Silverman's rule.
  bandwidth(values: readonly number[]): number {
    return this.inputs([...values, 0], (at) => {
      const to = at + 8 * values.length;
      this.checked(this.module._explorer_bandwidth(values.length, at, to));
      return this.module.HEAPF64[to / 8]!;
    });
  }

  private setMixture(components: readonly Component[]): void {
    const column = (of: (c: Component) => number) => components.map(of);
    const inputs = [...column((c) => c.share), ...column((c) => c.mean), ...column((c) => c.stddev)];
    const n = components.length;
    this.inputs(inputs, (at) => this.checked(this.module._explorer_set_mixture(n, at, at + 8 * n, at + 16 * n)));
  }

  surfaces(domain: Domain): Surfaces {
    const [forward, reverse] = this.outputs(2, (a, b) => this.module._explorer_surfaces(domains.indexOf(domain), a, b));
    return { forward: forward!, reverse: reverse! };
  }

  /// Amari's divergence of order alpha, on the coarse mesh.
  alphaSurface(domain: Domain, alpha: number): Float64Array {
    return this.outputs(1, (at) => this.module._explorer_alpha_surface(domains.indexOf(domain), alpha, at))[0]!;
  }

  /// Both surfaces as the examples write them.
  csv(domain: Domain): string {
    return this.scratch(1, (at) => {
      this.checked(this.module._explorer_csv(domains.indexOf(domain), at));
      return this.module.UTF8ToString(this.module.HEAPU32[at / 4]!);
    });
  }

  pair(domain: Domain, q: Gaussian): Pair {
    return this.scratch(6, (at) => {
      this.checked(this.module._explorer_pair(domains.indexOf(domain), q.mu, q.sigma, at));
      const [forward, reverse, entropyP, entropyQ, crossPQ, crossQP] = this.module.HEAPF64.slice(at / 8, at / 8 + 6);
      return { forward, reverse, entropyP, entropyQ, crossPQ, crossQP } as Pair;
    });
  }

  abscissae(domain: Domain): Float64Array {
    return this.outputs(1, (at) => this.module._explorer_abscissae(domains.indexOf(domain), at))[0]!;
  }

  density(domain: Domain): Float64Array {
    return this.outputs(1, (at) => this.module._explorer_density(domains.indexOf(domain), at))[0]!;
  }

  component(domain: Domain, k: number): Float64Array {
    return this.outputs(1, (at) => this.module._explorer_component(domains.indexOf(domain), k, at))[0]!;
  }

  gaussian(domain: Domain, q: Gaussian): Float64Array {
    return this.outputs(1, (at) => this.module._explorer_gaussian(domains.indexOf(domain), q.mu, q.sigma, at))[0]!;
  }

  /// p log(p/q) and q log(q/p).
  integrands(domain: Domain, q: Gaussian): Surfaces {
    const call = (a: number, b: number) => this.module._explorer_integrands(domains.indexOf(domain), q.mu, q.sigma, a, b);
    const [forward, reverse] = this.outputs(2, call);
    return { forward: forward!, reverse: reverse! };
  }

  descent(domain: Domain, direction: Direction, start: Gaussian): Point[] {
    const along = directions.indexOf(direction);
    return this.rows(3, (at) =>
      this.module._explorer_descent(domains.indexOf(domain), along, start.mu, start.sigma, at),
    ).map(([mu, sigma, value]) => ({ mu, sigma, value }) as Point);
  }

  /// Minima of D(q||p) that are found at once; more are the places to look at besides.
  minima(domain: Domain, more: readonly Gaussian[]): StationaryPoint[] {
    const n = more.length;
    return this.inputs([...more.map((q) => q.mu), ...more.map((q) => q.sigma)], (at) =>
      this.stationary((to) => this.module._explorer_minima(domains.indexOf(domain), n, at, at + 8 * n, to)),
    );
  }

  /// All of D(q||p), by increasing value.
  stationaryPoints(domain: Domain): StationaryPoint[] {
    return this.stationary((at) => this.module._explorer_stationary_points(domains.indexOf(domain), at));
  }

  /// Of D(p||q), if it has one.
  forwardMinimum(domain: Domain): StationaryPoint | undefined {
    return this.stationary((at) => this.module._explorer_forward_minimum(domains.indexOf(domain), at))[0];
  }

  /// The minima of each order from 0 to 1 in even steps.
  branches(domain: Domain, steps: number): BranchPoint[] {
    return this.rows(4, (at) => this.module._explorer_branches(domains.indexOf(domain), steps, at)).map(
      ([alpha, mu, sigma, value]) => ({ alpha, mu, sigma, value }) as BranchPoint,
    );
  }

  /// The minima of one order near those of another, with Amari's divergence.
  alphaMinima(domain: Domain, alpha: number, starts: readonly Gaussian[]): Point[] {
    const n = starts.length;
    const call = (at: number, to: number) =>
      this.module._explorer_alpha_minima(domains.indexOf(domain), alpha, n, at, at + 8 * n, to);
    return this.inputs([...starts.map((q) => q.mu), ...starts.map((q) => q.sigma)], (at) =>
      this.rows(3, (to) => call(at, to)).map(([mu, sigma, value]) => ({ mu, sigma, value }) as Point),
    );
  }

  private stationary(call: (at: number) => number): StationaryPoint[] {
    return this.rows(4, call).map(
      ([mu, sigma, value, kind]) => ({ mu, sigma, value, kind: kinds[kind!] }) as StationaryPoint,
    );
  }

  private checked(result: number): number {
    if (result < 0) throw new Error(this.module.UTF8ToString(this.module._explorer_error()));
    return result;
  }

  /// Lends room that holds the values.
  private inputs<Result>(values: readonly number[], use: (at: number) => Result): Result {
    return this.scratch(values.length + 1, (at) => {
      this.module.HEAPF64.set(values, at / 8);
      return use(at);
    });
  }

  /// Lends room for count numbers.
  private scratch<Result>(count: number, use: (at: number) => Result): Result {
    const at = this.module._malloc(8 * count);
    try {
      return use(at);
    } finally {
      this.module._free(at);
    }
  }

  /// Copies of the arrays of one length to which call writes the pointers.
  private outputs(count: number, call: (...at: [number, number]) => number, width = 1): Float64Array[] {
    return this.scratch(count, (at) => {
      const size = width * this.checked(call(at, at + 4));
      return Array.from({ length: count }, (_, i) => {
        const begin = this.module.HEAPU32[at / 4 + i]! / 8;
        return this.module.HEAPF64.slice(begin, begin + size);
      });
    });
  }

  private rows(width: number, call: (at: number) => number): number[][] {
    const [flat] = this.outputs(1, call, width);
    return Array.from({ length: flat!.length / width }, (_, i) => [...flat!.subarray(i * width, (i + 1) * width)]);
  }
}
