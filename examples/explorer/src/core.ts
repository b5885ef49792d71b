// SPDX-License-Identifier: MIT
// explorer.h in TypeScript: the only place that touches WebAssembly's memory.
import createModule from "explorer-core";

export type Domain = "grid" | "line";
export type Direction = "forward" | "reverse";
type Kind = "minimum" | "saddle" | "maximum" | "degenerate";

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

export interface StationaryPoint extends Point {
  kind: Kind;
}

const domains: Domain[] = ["grid", "line"];
const directions: Direction[] = ["forward", "reverse"];
const kinds: Kind[] = ["minimum", "saddle", "maximum", "degenerate"];

export class Core {
  private constructor(private readonly module: ExplorerModule) {}

  static async load(): Promise<Core> {
    return new Core(await createModule());
  }

  mesh(): Mesh {
    const [mu] = this.outputs(1, (at) => this.module._explorer_mu_axis(at));
    const [sigma] = this.outputs(1, (at) => this.module._explorer_sigma_axis(at));
    return { mu: mu!, sigma: sigma! };
  }

  setMixture(components: readonly Component[]): void {
    const column = (of: (c: Component) => number) => components.map(of);
    const inputs = [...column((c) => c.share), ...column((c) => c.mean), ...column((c) => c.stddev)];
    const n = components.length;
    this.scratch(inputs.length, (at) => {
      this.module.HEAPF64.set(inputs, at / 8);
      this.checked(this.module._explorer_set_mixture(n, at, at + 8 * n, at + 16 * n));
    });
  }

  surfaces(domain: Domain): Surfaces {
    const [forward, reverse] = this.outputs(2, (a, b) => this.module._explorer_surfaces(domains.indexOf(domain), a, b));
    return { forward: forward!, reverse: reverse! };
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

  descent(domain: Domain, direction: Direction, start: Gaussian): Point[] {
    const along = directions.indexOf(direction);
    return this.rows(3, (at) =>
      this.module._explorer_descent(domains.indexOf(domain), along, start.mu, start.sigma, at),
    ).map(([mu, sigma, value]) => ({ mu, sigma, value }) as Point);
  }

  /// Of D(q||p), by increasing value.
  stationaryPoints(domain: Domain): StationaryPoint[] {
    return this.rows(4, (at) => this.module._explorer_stationary_points(domains.indexOf(domain), at)).map(
      ([mu, sigma, value, kind]) => ({ mu, sigma, value, kind: kinds[kind!] }) as StationaryPoint,
    );
  }

  /// Of D(p||q).
  forwardMinimum(domain: Domain): Point {
    const [row] = this.rows(4, (at) => this.module._explorer_forward_minimum(domains.indexOf(domain), at));
    const [mu, sigma, value] = row!;
    return { mu, sigma, value } as Point;
  }

  private checked(result: number): number {
    if (result < 0) throw new Error(this.module.UTF8ToString(this.module._explorer_error()));
    return result;
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
