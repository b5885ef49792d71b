// SPDX-License-Identifier: MIT
/// Hands a file to the person.
export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

interface Layer {
  svg: SVGSVGElement;
  canvas?: HTMLCanvasElement;
}

/// The layers as they lie on the page, on the page's background.
export async function toPng(layers: readonly Layer[], background: string): Promise<Blob> {
  const boxes = layers.map(({ svg }) => svg.getBoundingClientRect());
  const left = Math.min(...boxes.map((b) => b.left));
  const top = Math.min(...boxes.map((b) => b.top));
  const pad = 16;
  const width = Math.max(...boxes.map((b) => b.right)) - left + 2 * pad;
  const height = Math.max(...boxes.map((b) => b.bottom)) - top + 2 * pad;
  const density = 2;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const context = canvas.getContext("2d")!;
  context.scale(density, density);
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  for (const [n, { svg, canvas: below }] of layers.entries()) {
    const box = boxes[n]!;
    const [x, y] = [box.left - left + pad, box.top - top + pad];
    if (below) context.drawImage(below, x, y, box.width, box.height);
    context.drawImage(await rasterised(svg), x, y, box.width, box.height);
  }
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob!), "image/png"));
}

/// The drawing as an image, which takes no style from the page: each element carries its own.
async function rasterised(svg: SVGSVGElement): Promise<HTMLImageElement> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const properties = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity",
    "stroke-linejoin", "stroke-linecap", "font-family", "font-size", "font-style", "font-weight", "visibility", "paint-order"];
  const originals = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, n) => {
    const style = getComputedStyle(originals[n]!);
    element.setAttribute("style", properties.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
  });
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}
