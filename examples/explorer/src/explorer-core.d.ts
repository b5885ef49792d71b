// SPDX-License-Identifier: MIT
/// What emscripten makes of explorer.h.
interface ExplorerModule {
  readonly HEAPF64: Float64Array;
  readonly HEAPU32: Uint32Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  UTF8ToString(at: number): string;
  _explorer_error(): number;
  _explorer_set_mesh(mesh: number): number;
  _explorer_mu_axis(coarse: number, values: number): number;
  _explorer_sigma_axis(coarse: number, values: number): number;
  _explorer_set_mixture(count: number, shares: number, means: number, stddevs: number): number;
  _explorer_set_samples(count: number, samples: number, bandwidth: number): number;
  _explorer_bandwidth(count: number, samples: number, bandwidth: number): number;
  _explorer_surfaces(domain: number, forward: number, reverse: number): number;
  _explorer_alpha_surface(domain: number, alpha: number, values: number): number;
  _explorer_csv(domain: number, text: number): number;
  _explorer_pair(domain: number, mu: number, sigma: number, values: number): number;
  _explorer_abscissae(domain: number, x: number): number;
  _explorer_density(domain: number, values: number): number;
  _explorer_component(domain: number, component: number, values: number): number;
  _explorer_gaussian(domain: number, mu: number, sigma: number, values: number): number;
  _explorer_integrands(domain: number, mu: number, sigma: number, forward: number, reverse: number): number;
  _explorer_descent(domain: number, direction: number, mu: number, sigma: number, rows: number): number;
  _explorer_minima(domain: number, count: number, mu: number, sigma: number, rows: number): number;
  _explorer_stationary_points(domain: number, rows: number): number;
  _explorer_forward_minimum(domain: number, row: number): number;
  _explorer_branches(domain: number, steps: number, rows: number): number;
  _explorer_alpha_minima(domain: number, alpha: number, count: number, mu: number, sigma: number, rows: number): number;
}

declare module "explorer-core" {
  type Instantiated = (instance: WebAssembly.Instance) => void;
  interface Options {
    instantiateWasm(imports: WebAssembly.Imports, done: Instantiated): object;
  }
  export default function create(options: Options): Promise<ExplorerModule>;
}
