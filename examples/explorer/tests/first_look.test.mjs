// SPDX-License-Identifier: MIT
// What is seen before and after the first click.
import assert from "node:assert/strict";
import { test } from "node:test";
import { changeAll, clickOn, go, inEachBrowser, shown } from "./browsers.mjs";

const text = (page, id) => page.$eval(id, (element) => element.textContent);

inEachBrowser((browser) => {
  test("the first picture is the notebook's mixture, and q off the middle", () =>
    browser.withPage("", async (page) => {
      const { sliders, title } = await shown(page);
      assert.deepEqual(sliders, { theta: 0.5, mu1: -3, sigma1: 1, theta2: 0.5, mu2: 3, sigma2: 1, mu: 1.5, sigma: 1 });
      assert.equal(title.length, 2);
      assert.equal(await page.$eval("#error", (e) => e.hidden), true);
      assert.equal((await page.$$("#density .curves path")).length, 2);
    }));

  test("the first click covers with D(p||q) and seeks with D(q||p)", () =>
    browser.withPage("", async (page) => {
      await changeAll(page, () => clickOn(page, "#descend-both"));
      const outcome = await text(page, "#outcome");
      assert.match(outcome, /D\(p‖q\) falls to 0\.46 at μ 0\.00, σ 3\.19, its only minimum/);
      assert.match(outcome, /D\(q‖p\) falls to 0\.69 at μ 2\.98, σ 1\.02, one of its two best minima/);
      assert.match(await text(page, "#headline"), /covers all of p; by D\(q‖p\) it seeks one hump/);
    }));

  test("from the middle it is told that a better minimum exists", () =>
    browser.withPage("#mu=0&descents=reverse", async (page) => {
      assert.match(await text(page, "#outcome"), /falls to 0\.83 at μ 0\.00, σ 2\.77: a local minimum; the best is 0\.69 at μ ±2\.98/);
      assert.equal((await page.$$("#reverse .points .best")).length, 2);
      assert.equal((await page.$$("#reverse .points .minimum")).length, 1);
      assert.equal((await page.$$("#reverse .points .saddle")).length, 2);
      assert.equal((await page.$$("#density g.minima path")).length, 3);
    }));

  test("the headline follows the mixture", () => browser.withPage("", async (page) => {
    const said = {
      "#weights=0.4,0.4,0.4&means=-3,0,3&stddevs=0.5,0.5,0.5": /by D\(q‖p\) it covers all here, too/,
      "#weights=1&means=1&stddevs=1.5": /p is a Gaussian itself: both D\(p‖q\) and D\(q‖p\) find it, and are 0/,
      "#means=-8,8": /On this window D\(p‖q\) has no best one/,
      "#means=-8,8&domain=line": /it seeks one hump/,
      "#means=-0.5,0.5": /With one hump D\(p‖q\) and D\(q‖p\) nearly agree/,
      "#weights=0.3,0.3,0.3&means=-6,-5,4&stddevs=0.4,0.4,0.4": /it seeks two of the three humps/,
    };
    for (const [hash, expected] of Object.entries(said)) {
      await go(page, hash);
      assert.match(await text(page, "#headline"), expected, hash);
    }
  }));

  test("the descents end at marked minima", () =>
    browser.withPage("#domain=line&descents=forward,reverse", async (page) => {
      for (const panel of ["forward", "reverse"]) {
        const distance = await page.$eval(`#${panel}`, (host) => {
          const dot = host.querySelector(".path circle");
          const marks = [...host.querySelectorAll(".points .best")].map((m) => m.transform.baseVal[0].matrix);
          return Math.min(...marks.map((m) => Math.hypot(m.e - dot.cx.baseVal.value, m.f - dot.cy.baseVal.value)));
        });
        assert.ok(distance < 0.5, `${panel}: the path ends ${distance} pixels from a minimum`);
        assert.ok(await page.$eval(`#density .fit.${panel}`, (fit) => fit.getAttribute("d")));
      }
      await changeAll(page, () => clickOn(page, "#descend-clear"));
      assert.equal(await page.$eval("#forward .path", (path) => getComputedStyle(path).visibility), "hidden");
    }));

  test("presets and experiments set the state", () =>
    browser.withPage("", async (page) => {
      const buttons = await page.$$("#presets button");
      assert.equal(buttons.length, 7);
      const links = new Set();
      for (const button of [...buttons, ...(await page.$$("#experiments button"))]) {
        const before = (await shown(page)).hash;
        await changeAll(page, () => button.evaluate((b) => b.click()));
        await page.waitForFunction((hash) => location.hash !== hash || hash === "", {}, before).catch(() => {});
        links.add((await shown(page)).hash);
      }
      assert.equal(links.size, 10);
    }));

  test("no page complained or asked the network for anything", () => assert.deepEqual(browser.problems, []));
});
