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
  part.addEventListener("focus", () => {
    if (part.matches(":focus-visible")) part.scrollIntoView({ block: "nearest" });
  });
}
