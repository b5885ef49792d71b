// SPDX-License-Identifier: MIT
// The page's numbers are the examples'.
import assert from "node:assert/strict";
import { test } from "node:test";
import { csv, go, inEachBrowser, setSlider, shown } from "./browsers.mjs";
import { accuracy, assertNear, assertSameTable, table, tableText } from "./setting.mjs";

inEachBrowser((browser) => {
  test("the download equals the example surfaces", () =>
    browser.withPage("", async (page) => assertSameTable(await csv(browser, page), tableText("surfaces"))));

  test("the numbers equal the example divergence", () =>
    browser.withPage("", async (page) => {
      for (const [mu, sigma] of [[0, 1], [-3, 1.2], [4.9, 9.9], [0.3, 0.1]]) {
        await setSlider(page, "mu", mu);
        await setSlider(page, "sigma", sigma);
        const { numbers } = await shown(page);
        for (const [n, domain] of [[0, "grid"], [2, "line"]]) {
          const [row] = table("divergence", `--mu=${mu}`, `--sigma=${sigma}`, `--domain=${domain}`).rows;
          assertNear(numbers[n], row[2], accuracy, `${domain}: D(p||q) at ${mu}, ${sigma}`);
          assertNear(numbers[n + 1], row[3], accuracy, `${domain}: D(q||p) at ${mu}, ${sigma}`);
        }
      }
    }));

  test("other mixtures and numbers of components equal the example, too", () =>
    browser.withPage("", async (page) => {
      const mixtures = [
        ["0.3,0.7", "-3,3", "0.1,2", "grid"],
        ["1", "-1.3", "1.3", "line"],
        ["0.2,0.5,0.3", "-3,0,2.5", "0.5,1.2,0.3", "line"],
      ];
      for (const [weights, means, stddevs, domain] of mixtures) {
        await go(page, `#weights=${weights}&means=${means}&stddevs=${stddevs}&domain=${domain}`);
        const options = [`--weights=${weights}`, `--means=${means}`, `--stddevs=${stddevs}`, `--domain=${domain}`];
        assertSameTable(await csv(browser, page), tableText("surfaces", ...options));
      }
    }));

  test("grid and real line differ where the window cuts", () =>
    browser.withPage("#mu=4.9&sigma=9.9", async (page) => {
      assert.equal((await shown(page)).title[1], "4.07");
      const hatched = () => page.$eval("#density .window", (e) => getComputedStyle(e).visibility);
      assert.equal(await hatched(), "visible");
      await go(page, "#mu=4.9&sigma=9.9&domain=line");
      assert.equal((await shown(page)).title[1], "36.86");
      assert.equal(await hatched(), "hidden");
    }));

  test("the strip's areas are to one another as the divergences", () =>
    browser.withPage("", async (page) => {
      for (const [mu, sigma] of [[1.5, 1], [0, 3], [-2.5, 1.3]]) {
        await setSlider(page, "mu", mu);
        await setSlider(page, "sigma", sigma);
        const areas = await page.$$eval("#why .above", (paths) =>
          paths.map((path) => {
            const points = [...path.getAttribute("d").matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
            points.push([points[0][0], points.at(-1)[1]]); // along zero to where the curve begins
            return points.reduce((sum, [x, y], n) => sum + (x * points.at(n - 1)[1] - points.at(n - 1)[0] * y) / 2, 0);
          }),
        );
        const [forward, reverse] = (await shown(page)).numbers;
        assertNear(areas[0] / areas[1], forward / reverse, 0.03, `at ${mu}, ${sigma}, drawn to a tenth of a pixel`);
      }
    }));

  test("large and small numbers keep their place", () =>
    browser.withPage("#weights=1,1&means=-8,8&stddevs=0.1,0.1&mu=0&sigma=0.1&domain=line", async (page) => {
      const cells = await page.$$eval("#numbers td", (all) =>
        all.map((td) => ({ text: td.textContent, over: td.scrollWidth > td.clientWidth + 1 })),
      );
      assert.deepEqual(cells.map((c) => c.over), [false, false, false, false], JSON.stringify(cells));
      assert.ok(cells.every((c) => c.text.length <= 9), JSON.stringify(cells));
    }));

  test("no page complained or asked the network for anything", () => assert.deepEqual(browser.problems, []));
});
