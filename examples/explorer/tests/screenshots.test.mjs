// SPDX-License-Identifier: MIT
// Pictures of the page, to look at.
import { join } from "node:path";
import { test } from "node:test";
import { inEachBrowser, pause, phone, screenshots, settled } from "./browsers.mjs";

const descents = "#descents=forward,reverse";
const six = "#weights=0.3,0.2,0.4,0.3,0.2,0.3&means=-4,-2.4,-1,0.6,2,4&stddevs=0.5,0.3,0.4,0.6,0.2,0.5";
const shots = [
  ["first", ""],
  ["descents", descents],
  ["whole", descents, { full: true }],
  ["dark", `${descents}&theme=dark&axis=log&scale=one`],
  ["projector", descents, { viewport: { width: 1920, height: 1080 } }],
  ["lecture", `${descents}&view=lecture`],
  ["six", `${six}&descents=forward,reverse`, { viewport: { width: 1280, height: 800 } }],
  ["samples", "#samples=-4.1,-3.2,-3,-2.9,-2.5,-2.2,-1,0.5,1.8,2,2.2,2.4,3.1&bandwidth=0.4"],
  ["far", "#means=-8,8&mu=1"],
  ["wrong", "#means=1,x&sigma=2&wieghts=3"],
  ["embedded", descents, { viewport: { width: 960, height: 620 }, query: "?embed" }],
  ["phone", descents, { viewport: phone, full: true }],
];

inEachBrowser((browser) => {
  test("screenshots are taken", async (t) => {
    // In Firefox some, for the fonts and controls that are its own.
    const some = browser.isChromium ? shots : shots.filter(([name]) => ["first", "whole", "phone"].includes(name));
    for (const [name, hash, { full = false, ...options } = {}] of some)
      await browser.withPage(
        hash,
        async (page) => {
          if (full) {
            await page.$eval("#between", (e) => e.scrollIntoView());
            await page.waitForSelector("#branches .links path");
            await page.evaluate(() => scrollTo(0, 0));
          }
          await settled(page);
          await pause(300);
          await page.screenshot({ path: join(screenshots, `${name}-${browser.name}.png`), fullPage: full });
        },
        options,
      );
    t.diagnostic(`in ${screenshots}`);
  });
});
