// SPDX-License-Identifier: MIT
/// Hands a file to the person.
export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/// A drawing, and the canvases below it.
export interface Layer {
  svg: SVGSVGElement;
  canvases?: HTMLCanvasElement[];
}

export interface Picture {
  text: string;
  width: number;
  height: number;
}

const pad = 16;
const properties = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity", "stroke-linejoin",
  "stroke-linecap", "font-family", "font-size", "font-style", "font-weight", "visibility", "paint-order", "text-anchor"];

/// The layers as they lie on the page, on its background, as one SVG: the maps' pixels in it, the rest as lines and
/// letters.
export function toSvg(layers: readonly Layer[], background: string): Picture {
  const boxes = layers.map(({ svg }) => svg.getBoundingClientRect());
  const left = Math.min(...boxes.map((b) => b.left)) - pad;
  const top = Math.min(...boxes.map((b) => b.top)) - pad;
  const width = Math.ceil(Math.max(...boxes.map((b) => b.right)) - left + pad);
  const height = Math.ceil(Math.max(...boxes.map((b) => b.bottom)) - top + pad);
  const parts = layers.map(({ svg, canvases = [] }, n) => {
    const { x, y, width, height } = boxes[n]!;
    const place = `x="${(x - left).toFixed(1)}" y="${(y - top).toFixed(1)}" width="${width}" height="${height}"`;
    const images = canvases.map((canvas) => `<image ${place} href="${canvas.toDataURL()}"/>`);
    return `${images.join("")}${styled(svg, place)}`;
  });
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="100%" height="100%" fill="${background}"/>${parts.join("\n")}</svg>`;
  return { text, width, height };
}

export async function toPng({ text, width, height }: Picture): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const density = 2;
  const canvas = document.createElement("canvas");
  canvas.width = width * density;
  canvas.height = height * density;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob!), "image/png"));
}

/// The drawing with each element's own style, for it takes none from the page; without what is there to be held.
function styled(svg: SVGSVGElement, place: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, n) => {
    const style = getComputedStyle(originals[n]!);
    element.setAttribute("style", properties.map((name) => `${name}:${style.getPropertyValue(name).replaceAll('"', "'")}`).join(";"));
  });
  for (const held of copy.querySelectorAll(".handles, .hit, .cross, .cross-line, .ghost")) held.remove();
  const inner = [...copy.childNodes].map((node) => new XMLSerializer().serializeToString(node)).join("");
  return `<svg ${place} style="${copy.getAttribute("style")}">${inner}</svg>`;
}
