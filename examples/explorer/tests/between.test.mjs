// SPDX-License-Identifier: MIT
// What lies between the two divergences.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inEachBrowser, setSlider, settled, textOf } from "./browsers.mjs";

inEachBrowser((browser) => {
  test("the best q goes from seeking to covering, and every branch is drawn", () =>
    browser.withPage("#domain=line", async (page) => {
      assert.equal((await page.$$("#branches .links path")).length, 0, "nothing is computed out of sight");
      await page.$eval("#between", (e) => e.scrollIntoView());
      await page.waitForSelector("#branches .links path");
      const at = async (alpha) => {
        await setSlider(page, "alpha", alpha);
        await page.waitForFunction((text) => document.getElementById("between-outcome").textContent.startsWith(text), {}, `At α ${alpha.toFixed(2)} `);
        await settled(page);
        return {
          said: await textOf(page, "#between-outcome"),
          best: (await page.$$("#between-density .best path")).length,
          others: (await page.$$("#between-density .others path")).length,
          marks: (await page.$$("#between-map .points path")).length,
        };
      };
      const [seeks, midway, covers] = [await at(0), await at(0.5), await at(1)];
      assert.match(seeks.said, /the best q has μ ±2\.98 and σ 1\.02, at a divergence of 0\.69\. One more minimum is worse\./);
      assert.deepEqual([seeks.best, seeks.others, seeks.marks], [2, 1, 3]);
      assert.match(midway.said, /the best q has μ 0\.00/);
      // p's moments: variance 1 + 3^2.
      assert.match(covers.said, /the best q has μ 0\.00 and σ 3\.16, at a divergence of 0\.46\.$/);
      assert.deepEqual([covers.best, covers.others, covers.marks], [1, 0, 1]);
      assert.ok((await page.$$("#branches .links .best")).length >= 40);
      assert.ok((await page.$$("#branches .links .other")).length >= 10);
    }));

  test("no page complained or asked the network for anything", () => assert.deepEqual(browser.problems, []));
});
