// SPDX-License-Identifier: MIT
/// What emscripten makes of explorer.h.
interface ExplorerModule {
  readonly HEAPF64: Float64Array;
  readonly HEAPU32: Uint32Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  UTF8ToString(at: number): string;
  _explorer_error(): number;
  _explorer_mu_axis(values: number): number;
  _explorer_sigma_axis(values: number): number;
  _explorer_set_mixture(count: number, shares: number, means: number, stddevs: number): number;
  _explorer_surfaces(domain: number, forward: number, reverse: number): number;
  _explorer_csv(domain: number, text: number): number;
  _explorer_pair(domain: number, mu: number, sigma: number, values: number): number;
  _explorer_abscissae(domain: number, x: number): number;
  _explorer_density(domain: number, values: number): number;
  _explorer_component(domain: number, component: number, values: number): number;
  _explorer_gaussian(domain: number, mu: number, sigma: number, values: number): number;
  _explorer_descent(domain: number, direction: number, mu: number, sigma: number, rows: number): number;
  _explorer_stationary_points(domain: number, rows: number): number;
  _explorer_forward_minimum(domain: number, row: number): number;
}

declare module "explorer-core" {
  export default function create(): Promise<ExplorerModule>;
}
