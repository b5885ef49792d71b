// SPDX-License-Identifier: MIT
// The worker that computes the surfaces and draws their maps.
import { ContourMap, logsOf, shareScale, type Logs, type MapLayout, type Spot } from "./contour_map";
import type { Core, Domain, MeshKind, Target } from "./core";
import { reply, type Post } from "./exchange";

/// forward: D(p||q). reverse: D(q||p). between: of order alpha.
export type Panel = "forward" | "reverse" | "between";

export interface PaintQuestion {
  revision: number;
  input: number; // when somebody asked for it, as performance.now()
  target: Target;
  kind: MeshKind;
  domain: Domain;
  compare: boolean;
  oneScale: boolean;
  alpha: number | undefined; // if that map is looked at
}

export type Scale = Pick<Logs, "low" | "high">;

export interface PaintAnswer {
  scales: Partial<Record<Panel, Scale>>;
  compute: number; // milliseconds for both surfaces
}

/// The canvases of one map.
export interface PanelCanvases {
  map: OffscreenCanvas;
  labels: OffscreenCanvas;
}

export type PaintMessage =
  | Post<PaintQuestion>
  | { layout: MapLayout; panel: Panel }
  | { spots: Spot[]; panel: Panel };

export class Painter {
  private readonly maps: Record<Panel, ContourMap>;
  private readonly drawn: Partial<Record<Panel, { logs: Logs; other: Logs | undefined }>> = {};

  constructor(
    private readonly core: Core,
    canvases: Record<Panel, PanelCanvases>,
  ) {
    const map = (panel: Panel) => {
      const { mu, sigma } = core.mesh(panel === "between");
      return new ContourMap(canvases[panel].map, canvases[panel].labels, mu.length, sigma.length);
    };
    this.maps = { forward: map("forward"), reverse: map("reverse"), between: map("between") };
  }

  receive(message: PaintMessage): unknown {
    if ("question" in message) return reply(message.question, (question) => this.paint(question));
    if ("spots" in message) {
      if (this.drawn[message.panel]) this.maps[message.panel].label(message.spots);
      return undefined;
    }
    this.maps[message.panel].resize(message.layout);
    this.draw(message.panel);
    return undefined;
  }

  private paint({ target, kind, domain, compare, oneScale, alpha }: PaintQuestion): PaintAnswer {
    const { core } = this;
    core.setMesh(kind);
    core.setTarget(target);
    const columns = core.mesh().mu.length;
    const begin = performance.now();
    const surfaces = core.surfaces(domain);
    const compute = performance.now() - begin;
    const others = compare ? core.surfaces(domain === "grid" ? "line" : "grid") : undefined;
    for (const panel of ["forward", "reverse"] as const)
      this.drawn[panel] = { logs: logsOf(surfaces[panel], columns), other: others && logsOf(others[panel], columns) };
    if (oneScale) shareScale([this.drawn.forward!.logs, this.drawn.reverse!.logs]);
    const panels: Panel[] = ["forward", "reverse"];
    if (alpha !== undefined) {
      const { mu } = core.mesh(true);
      this.drawn.between = { logs: logsOf(core.alphaSurface(domain, alpha), mu.length), other: undefined };
      panels.push("between");
    }
    for (const panel of panels) this.draw(panel);
    const scale = ({ low, high }: Logs): Scale => ({ low, high });
    return { scales: Object.fromEntries(panels.map((panel) => [panel, scale(this.drawn[panel]!.logs)])), compute };
  }

  private draw(panel: Panel): void {
    const drawn = this.drawn[panel];
    if (drawn) this.maps[panel].draw(drawn.logs, drawn.other);
  }
}
