// SPDX-License-Identifier: MIT
// This page's script as a worker: one draws the maps, another looks for minima.
import { Analyst } from "./analysis";
import { Core } from "./core";
import { Painter, type Panel, type PanelCanvases } from "./painter";

export type Beginning =
  | { role: "painter"; program: WebAssembly.Module; canvases: Record<Panel, PanelCanvases> }
  | { role: "analyst"; program: WebAssembly.Module };

export function serve(): void {
  let worker: Promise<{ receive(message: unknown): unknown }> | undefined;
  const begin = async (beginning: Beginning) => {
    const core = await Core.load(beginning.program);
    return (beginning.role === "painter" ? new Painter(core, beginning.canvases) : new Analyst(core)) as {
      receive(message: unknown): unknown;
    };
  };
  self.onmessage = async ({ data }: MessageEvent<unknown>) => {
    if (!worker) {
      worker = begin(data as Beginning);
      return;
    }
    const answer = (await worker).receive(data);
    if (answer !== undefined) self.postMessage(answer);
  };
}
