// SPDX-License-Identifier: MIT
// On paper the plots are what they are on the screen, made smaller or larger as a whole: their maps are pixels.
const paper = 718; // the page's pixels across A4 or letter with their margins

export function printWhole(parts: readonly HTMLElement[]): void {
  addEventListener("beforeprint", () => {
    for (const part of parts) {
      const { width, height } = part.getBoundingClientRect();
      if (width) Object.assign(part.style, { width: `${width}px`, height: `${height}px`, zoom: String(paper / width) });
    }
  });
  addEventListener("afterprint", () => {
    for (const part of parts) Object.assign(part.style, { width: "", height: "", zoom: "" });
  });
}
