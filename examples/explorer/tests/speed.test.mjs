// SPDX-License-Identifier: MIT
// How long it takes from a hand's movement to the picture that shows it. Printed, not judged: the machine may be busy.
import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, inEachBrowser, pause } from "./browsers.mjs";

const six = "#weights=0.3,0.2,0.4,0.3,0.2,0.3&means=-4,-2.4,-1,0.6,2,4&stddevs=0.5,0.3,0.4,0.6,0.2,0.5&compare=1&descents=forward,reverse";
const pictures = [
  ["two components", "", "16 and 33"],
  ["two components, real line", "#domain=line", "16 and 33"],
  ["six components with comparison and descents", six, "33 and 66"],
  ["the same, real line", `${six}&domain=line`, "33 and 66"],
];

const quantile = (all, share) => all.sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(share * all.length))].toFixed(1);

/// Pulls a slider by the mouse, in 200 moves at paces that fall into every part of a frame. Returns what the page tells
/// of each picture: from the input event to the end of the frame and of the painter's maps, and the page's own script.
async function pull(page) {
  const { x, y, width, height } = await boxOf(page, "#mu1");
  const thumb = 16;
  const to = (mu) => page.mouse.move(x + thumb / 2 + ((mu + 8) / 16) * (width - thumb), y + height / 2);
  await to(-3);
  await page.mouse.down();
  // Gathered in the page: to ask from outside takes as long as several pictures.
  await page.evaluate(() => {
    const timing = document.querySelector("#timing");
    globalThis.told = new Map();
    new MutationObserver(() => globalThis.told.set(timing.dataset.paints, { ...timing.dataset })).observe(timing, { attributes: true });
  });
  for (let n = 1; n <= 200; ++n) {
    await to(-3 + 0.05 * Math.abs(50 - (n % 100)));
    await pause(6 + ((n * 7) % 17));
  }
  await page.mouse.up();
  return page.evaluate(() => [...globalThis.told.values()]);
}

inEachBrowser((browser) => {
  test("from input to picture is measured", async (t) => {
    for (const [name, hash, aim] of pictures)
      await browser.withPage(hash, async (page) => {
        const told = await pull(page);
        const of = (key, share) => quantile(told.map((timing) => Number(timing[key])), share);
        t.diagnostic(
          `${name}: input to picture ${of("paint", 0.5)} ms, 95 % below ${of("paint", 0.95)} ms (aim ${aim}); ` +
            `script ${of("script", 0.5)} ms (aim 4), surfaces ${of("compute", 0.5)} ms; ${told.length} pictures`,
        );
        assert.ok(told.length > 20, `${told.length} pictures of 200 moves`);
      });
  });

  test("the first paint is measured", (t) =>
    browser.withPage("", async (page) => {
      const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
      t.diagnostic(`first contentful paint after ${paint?.toFixed(0)} ms (aim 1000)`);
    }));
});
