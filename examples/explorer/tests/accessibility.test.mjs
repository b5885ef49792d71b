// SPDX-License-Identifier: MIT
// For every eye and hand: axe in each state, names, focus, targets.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { boxOf, change, changeAll, clickOn, go, inEachBrowser, phone, settled } from "./browsers.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
  });
}

/// What can be pressed or pulled and is seen, and how large it is.
const targets = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("button, summary, input, label.check, .switch label, textarea, .marker .hit, .handle .hit")].flatMap((e) => {
      const { width, height } = e.getBoundingClientRect();
      const style = getComputedStyle(e);
      if (!width || style.visibility === "hidden" || e.closest("label.check, .switch label") !== null && e.tagName === "INPUT") return [];
      return [{ name: e.id || e.className?.baseVal || e.className || e.textContent.trim(), width, height }];
    }),
  );

inEachBrowser((browser) => {
  test("axe finds nothing in any state", () =>
    browser.withPage("", async (page) => {
      const check = async (state) => assert.deepEqual(await violations(page), [], state);
      await check("the first picture");
      await changeAll(page, () => clickOn(page, "#descend-both"));
      await check("after a descent");
      await change(page, () => clickOn(page, "#theme"));
      await check("dark");
      await page.$eval("#view-menu", (menu) => (menu.open = true));
      await page.$eval("#share-menu", (menu) => (menu.open = true));
      await check("with menus open");
      for (const id of ["view-menu", "share-menu"]) await page.$eval(`#${id}`, (menu) => (menu.open = false));
      await go(page, "#weights=0.3,0.2,0.4,0.3,0.2,0.3&means=-4,-2.4,-1,0.6,2,4&stddevs=0.5,0.3,0.4,0.6,0.2,0.5&mu=zero&theme=light");
      await check("six components and a message");
      await go(page, "#samples=1,2,3,4.5&theme=dark");
      await check("samples");
      await page.$eval("#between", (e) => e.scrollIntoView());
      await page.waitForSelector("#branches .links path");
      await check("between");
      await clickOn(page, "#own-open");
      await clickOn(page, "#own-use");
      await check("the dialog with its problem");
    }));

  test("every control is reached by Tab and shows the focus", () =>
    browser.withPage("", async (page) => {
      const reached = [];
      for (let n = 0; n < 90; ++n) {
        await page.keyboard.press("Tab");
        const stop = await page.evaluate(() => {
          const e = document.activeElement;
          if (e === document.body || e === document.documentElement) return null;
          const plot = e.closest(".plot");
          const style = getComputedStyle(e.closest(".switch label") ? e.nextElementSibling : e);
          const grip = e.querySelector?.(".grip, .halo");
          const seen = style.outlineStyle !== "none" || (grip && parseFloat(getComputedStyle(grip).strokeWidth) > 3);
          return { name: e.id || (plot ? `${plot.id} ${e.getAttribute("aria-label")}` : e.tagName === "SUMMARY" ? e.textContent : e.name || e.className || e.textContent), seen };
        });
        if (!stop || reached.some((each) => each.name === stop.name && stop.name === "domain")) break;
        reached.push(stop);
      }
      const names = reached.map((stop) => stop.name);
      assert.deepEqual(reached.filter((stop) => !stop.seen).map((stop) => stop.name), [], "without a focus to be seen");
      const expected = ["domain", "own-open", "View", "Share", "reset", "mu", "mu-number", "theta", "sigma2", "add", "descend-both", "descend-clear", "compare", "alpha"];
      assert.deepEqual(expected.filter((name) => !names.includes(name)), [], names.join("; "));
      assert.equal(names.filter((name) => /^density .*arrow keys/.test(name)).length, 3, "q and both components on the densities");
      assert.equal(names.filter((name) => /map of D/.test(name)).length, 2, "q on both maps");
    }));

  test("targets are 24 pixels at least, and 44 on a phone", async () => {
    await browser.withPage("", async (page) => {
      for (const id of ["view-menu", "share-menu"]) await page.$eval(`#${id}`, (menu) => (menu.open = true));
      assert.deepEqual((await targets(page)).filter(({ width, height }) => width < 24 || height < 24), []);
    });
    await browser.withPage(
      "",
      async (page) => {
        for (const id of ["view-menu", "share-menu"]) await page.$eval(`#${id}`, (menu) => (menu.open = true));
        const narrow = (await targets(page)).filter(({ name, width, height }) => height < 44 || (width < 44 && !/hit/.test(name)));
        assert.deepEqual(narrow, []);
      },
      { viewport: phone },
    );
  });

  test("the focus is never hidden, also where the page is zoomed or low", async () => {
    for (const viewport of [{ width: 640, height: 360 }, { width: 640, height: 400 }, { width: 390, height: 844 }])
      await browser.withPage(
        "",
        async (page) => {
          const covered = [];
          for (let n = 0; n < 60; ++n) {
            await page.keyboard.press("Tab");
            const look = () => page.evaluate(() => {
              const e = document.activeElement;
              if (e === document.body || e === document.documentElement) return null;
              const shown = e.closest(".switch label") ?? e.querySelector?.(".dot .grip, .halo") ?? e;
              const { x, y, width, height } = shown.getBoundingClientRect();
              const at = document.elementFromPoint(x + width / 2, y + height / 2);
              return { name: e.id || e.getAttribute("aria-label") || e.className, hidden: !at || !(at.closest(".handle") || e.contains(at) || shown.contains(at) || at.contains(shown)), y, height };
            });
            let stop = await look();
            if (!stop) break;
            if (stop.hidden) {
              await settled(page); // it may be on its way
              stop = await look();
            }
            if (stop.hidden) covered.push(stop);
          }
          assert.deepEqual(covered, [], JSON.stringify(viewport));
        },
        { viewport },
      );
  });

  test("forced colours keep curves and switches to be seen", { skip: !browser.isChromium && "Firefox has them from the system only" }, () =>
    browser.withPage("", async (page) => {
      const session = await page.createCDPSession();
      await session.send("Emulation.setEmulatedMedia", { features: [{ name: "forced-colors", value: "active" }] });
      await settled(page);
      assert.equal(await page.$eval("#reverse .figure", (e) => getComputedStyle(e).backgroundColor), "rgba(0, 0, 0, 0)", "the maps are seen");
      const strokes = await page.$$eval("#density .p.line, #density .q.line, #density .handle .grip", (all) => all.map((e) => getComputedStyle(e).stroke));
      assert.ok(strokes.every((stroke) => stroke !== "none"));
      const [on, off] = await page.$$eval("#domain span", (all) => all.map((e) => getComputedStyle(e).backgroundColor));
      assert.notEqual(on, off);
      assert.ok((await boxOf(page, "#mu")).height >= 16);
    }));
});
