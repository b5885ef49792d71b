// SPDX-License-Identifier: MIT
// How the keyboard reaches and moves what has a mean and a width.

/// Steps along the mean and along the width; undefined for keys that do not move. With Shift, ten at once.
export function stepsOf(event: KeyboardEvent): [mean: number, width: number] | undefined {
  const far = 10;
  const steps: Record<string, [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1],
    PageUp: [0, far],
    PageDown: [0, -far],
    Home: [-far, 0],
    End: [far, 0],
  };
  const step = steps[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return undefined;
  event.preventDefault();
  const reach = event.shiftKey ? far : 1;
  return [step[0] * reach, step[1] * reach];
}

/// Not every browser scrolls to a part of a drawing that gets the focus.
export function keepInSight(part: SVGElement): void {
  const space = 24; // pixels around it
  part.addEventListener("focus", () => {
    if (part.matches(":focus-visible")) requestAnimationFrame(scroll); // after what the browser does itself
  });
  const scroll = () => {
    if (document.activeElement !== part) return;
    const sticky = getComputedStyle(part.closest(".plot")!).position === "sticky";
    const covered = sticky ? 0 : parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
    const { top, bottom } = part.querySelector(".dot .grip, .halo")!.getBoundingClientRect();
    if (top < covered + space) scrollBy(0, top - covered - space);
    else if (bottom > innerHeight - space) scrollBy(0, bottom - innerHeight + space);
  };
}
