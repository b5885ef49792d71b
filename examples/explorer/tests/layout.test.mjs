// SPDX-License-Identifier: MIT
// Where things are: on every screen, and in every state.
import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, change, changeAll, clickOn, go, inEachBrowser, setDomain, setSlider, settled } from "./browsers.mjs";

const six = "#weights=0.3,0.2,0.4,0.3,0.2,0.3&means=-4,-2.4,-1,0.6,2,4&stddevs=0.5,0.3,0.4,0.6,0.2,0.5";

inEachBrowser((browser) => {
  test("the layout stands still", () =>
    browser.withPage("#descents=forward,reverse", async (page) => {
      const layout = () =>
        page.$$eval("main, .plot, .row, header, .frame, #controls input, button", (all) =>
          all.map((e) => {
            const { x, y, width, height } = e.getBoundingClientRect();
            return `${e.id || e.getAttribute("class")} ${[x, y, width, height].map(Math.round)}`;
          }),
        );
      const before = await layout();
      for (const [id, value] of [["mu", -4.5], ["sigma", 0.1], ["sigma1", 0.1], ["theta", 1], ["sigma2", 2]])
        await setSlider(page, id, value);
      await changeAll(page, () => clickOn(page, "#descend-clear"));
      await setDomain(page, "line");
      await change(page, () => clickOn(page, "#theme"));
      assert.deepEqual(await layout(), before);
    }));

  test("it fits a phone, a laptop and a projector", () =>
    browser.withPage("", async (page) => {
      for (const [width, height] of [[360, 740], [390, 844], [640, 360], [800, 600], [1024, 768], [1280, 720], [1280, 800], [1920, 1080]]) {
        await page.setViewport({ width, height });
        await settled(page);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${width} wide: the page is ${wide}`);
        if (width >= 1280 && height >= 800) {
          const main = await boxOf(page, "main");
          assert.ok(main.y + main.height <= height, `${height} high: the picture ends at ${main.y + main.height}`);
        }
        for (const id of ["density", "why", "forward", "reverse"]) {
          const [host, drawing] = [await boxOf(page, `#${id}`), await boxOf(page, `#${id} svg`)];
          for (const side of ["width", "height"])
            assert.ok(Math.abs(drawing[side] - host[side]) <= 1, `${width} wide: ${id}'s drawing follows`);
        }
      }
    }));

  test("six components on a laptop leave the maps 260 pixels", () =>
    browser.withPage(
      six,
      async (page) => {
        for (const id of ["#forward", "#reverse"]) {
          const { width, height } = await boxOf(page, id);
          assert.ok(width >= 260 && height >= 260, `${id}: ${width} by ${height}`);
        }
        const controls = await boxOf(page, "#controls");
        assert.ok(controls.y + controls.height <= 800, `the rows end at ${controls.y + controls.height}`);
        assert.ok((await boxOf(page, "#density")).height >= 220);
      },
      { viewport: { width: 1280, height: 800 } },
    ));

  test("the legend is never over the curves, and its entries not over one another", () =>
    browser.withPage("", async (page) => {
      for (const hash of ["#means=-8,8&stddevs=0.1,0.1&descents=forward,reverse", `${six}&descents=forward,reverse`, "#samples=1,2,3&descents=reverse"]) {
        await go(page, hash);
        for (const width of [390, 1024, 1440]) {
          await page.setViewport({ width, height: 900 });
          await settled(page);
          const { legend, top, entries } = await page.evaluate(() => {
            const box = (e) => e.getBoundingClientRect();
            const entries = [...document.querySelectorAll("#density .legend g")].map(box);
            return {
              legend: Math.max(...entries.map((e) => e.bottom)),
              top: box(document.querySelector("#density .axis.y path")).top,
              entries: entries.map(({ left, right, top }) => ({ left, right, top })),
            };
          });
          assert.ok(legend <= top + 2, `${hash}, ${width}: the legend ends at ${legend}, the plot begins at ${top}`);
          const over = entries.filter((a) => entries.some((b) => b !== a && Math.abs(a.top - b.top) < 8 && b.left > a.left && b.left < a.right));
          assert.deepEqual(over, [], `${hash}, ${width}`);
        }
      }
    }));

  test("inside another page there is the picture alone, and it fits", () =>
    browser.withPage(
      "#descents=forward,reverse",
      async (page) => {
        const hidden = await page.$$eval(".toolbar, #presets, #explanation, #between", (all) => all.every((e) => getComputedStyle(e).display === "none"));
        assert.ok(hidden);
        assert.ok((await page.evaluate(() => document.documentElement.scrollHeight)) <= 620);
        await setSlider(page, "mu", -1);
      },
      { viewport: { width: 960, height: 620 }, query: "?embed" },
    ));

  test("a lecture has larger letters and fewer things", () =>
    browser.withPage("", async (page) => {
      const size = () => page.$eval("#headline", (e) => parseFloat(getComputedStyle(e).fontSize));
      const before = await size();
      await change(page, () => clickOn(page, "#lecture"));
      assert.ok((await size()) > 1.2 * before);
      assert.equal((await boxOf(page, "#presets")).height, 0);
    }));

  test("on paper it is light and without controls", { skip: !browser.isChromium && "Firefox prints on paper only" }, () =>
    browser.withPage("#theme=dark&descents=forward,reverse", async (page) => {
      await page.emulateMediaType("print");
      const [paper, toolbar, buttons] = await page.$$eval("body, .toolbar, #descent .buttons", (all) =>
        all.map((e) => [getComputedStyle(e).backgroundColor, getComputedStyle(e).display]),
      );
      assert.equal(paper[0], "rgb(255, 255, 255)");
      assert.deepEqual([toolbar[1], buttons[1]], ["none", "none"]);
      const pdf = Buffer.from(await page.pdf({ format: "A4", printBackground: true })).toString("latin1");
      assert.ok((pdf.match(/\/Type \/Page\b/g) ?? []).length <= 2, "two sheets at most");
    }));

  test("no page complained or asked the network for anything", () => assert.deepEqual(browser.problems, []));
});
