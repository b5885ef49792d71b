// SPDX-License-Identifier: MIT
// What hands and keys do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, change, changeAll, clickOn, focusOn, inEachBrowser, pause, phone, setSlider, settled, shown, textOf } from "./browsers.mjs";

const ranges = { theta: [0, 1], mu1: [-8, 8], mu2: [-8, 8], sigma1: [0.1, 3], sigma2: [0.1, 3], mu: [-10, 10], sigma: [0.1, 10] };
const names = Object.keys(ranges);
const decimal = (x) => Number(x.toFixed(4));

/// Where a Gaussian lies on a map: the frame spans mu from -5 to 4.9, sigma from 0.1 to 9.9.
async function mapPlace(page, panel) {
  const frame = await boxOf(page, `#${panel} .frame`);
  return (mu, sigma) => [frame.x + ((mu + 5) / 9.9) * frame.width, frame.y + ((9.9 - sigma) / 9.8) * frame.height];
}

const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];

async function drag(page, from, ...to) {
  await page.mouse.move(...from);
  await page.mouse.down();
  for (const place of to) await change(page, () => page.mouse.move(...place));
  await page.mouse.up();
}

inEachBrowser((browser) => {
  test("each slider changes what it should and nothing else", () =>
    browser.withPage("", async (page) => {
      for (const id of names) {
        const range = await page.$eval(`#${id}`, (input) => [input.min, input.max].map(Number));
        assert.deepEqual(range, ranges[id], id);
        const before = await shown(page);
        const value = decimal(before.sliders[id] + (id === "mu2" ? -0.1 : 0.1));
        await setSlider(page, id, value);
        const now = await shown(page);
        const expected = { ...before.sliders, [id]: value };
        if (id === "theta") expected.theta2 = decimal(1 - value);
        assert.deepEqual(now.sliders, expected, id);
        const ofQ = id === "mu" || id === "sigma";
        assert.equal(now.updates - before.updates, ofQ ? 0 : 1, `${id}: surfaces computed`);
        assert.equal(now.p === before.p, ofQ, `${id}: p`);
        assert.equal(now.q === before.q, !ofQ, `${id}: q`);
        assert.equal(now.marker === before.marker, !ofQ, `${id}: marker`);
        assert.notDeepEqual(now.numbers, before.numbers, id);
      }
    }));

  test("every control answers to the keyboard", () =>
    browser.withPage("", async (page) => {
      for (const id of names) {
        const before = (await shown(page)).sliders[id];
        const [key, step] = id === "mu2" ? ["ArrowLeft", -0.1] : ["ArrowRight", 0.1];
        await focusOn(page, `#${id}`);
        await change(page, () => page.keyboard.press(key));
        assert.equal((await shown(page)).sliders[id], decimal(before + step), id);
      }
      const keys = [["ArrowRight", 0.1, 0], ["ArrowUp", 0, 0.1], ["ArrowLeft", -0.1, 0], ["ArrowDown", 0, -0.1], ["PageUp", 0, 1], ["End", 1, 0], ["Home", -1, 0], ["PageDown", 0, -1]];
      for (const place of ["#forward .marker", "#reverse .marker", "#density .handle.of-q"])
        for (const [key, right, up] of keys) {
          const before = (await shown(page)).sliders;
          await focusOn(page, place);
          await change(page, () => page.keyboard.press(key));
          const now = (await shown(page)).sliders;
          assert.deepEqual([now.mu, now.sigma], [decimal(before.mu + right), decimal(before.sigma + up)], `${place}: ${key}`);
        }
      const [told] = await page.$$eval("#reverse .marker", (all) => all.map((e) => e.getAttribute("aria-valuetext")));
      const { mu, sigma } = (await shown(page)).sliders;
      assert.equal(told, `mu ${mu.toFixed(1)}, sigma ${sigma.toFixed(1)}`, "both values are announced");
      await focusOn(page, "#density .handle.of-p");
      await change(page, () => page.keyboard.press("ArrowLeft"));
      await change(page, () => page.keyboard.press("ArrowUp"));
      assert.deepEqual([(await shown(page)).sliders.mu1, (await shown(page)).sliders.sigma1], [-3, 1.2], "a component by its handle");
      const press = async (selector, key = "Enter", wait = change) => {
        await focusOn(page, selector);
        await wait(page, () => page.keyboard.press(key));
      };
      await press("#domain input:checked", "ArrowRight");
      assert.equal(await page.$eval("#domain input[value=line]", (e) => e.checked), true);
      await press("#compare", " ");
      await press("#add");
      assert.equal((await page.$$(".component")).length, 3);
      await press(".component:nth-child(2) .remove");
      assert.equal((await page.$$(".component")).length, 2);
      const pressed = () => page.$$eval("#descent [aria-pressed]", (all) => all.map((e) => e.ariaPressed === "true"));
      for (const [id, ...expected] of [["both", true, true], ["forward", true, false], ["reverse", false, true], ["clear", false, false]]) {
        await press(`#descend-${id}`, "Enter", changeAll);
        assert.deepEqual(await pressed(), expected, id);
      }
      await focusOn(page, "#view-menu summary");
      await page.keyboard.press("Enter");
      await press("#log-sigma", " ");
      await press("#theme");
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
      await page.keyboard.press("Escape");
      assert.equal(await page.$eval("#view-menu", (menu) => menu.open), false);
      await press("#reset");
      const { sliders } = await shown(page);
      assert.deepEqual([sliders.mu, sliders.mu1, sliders.mu2], [1.5, -3, 3]);
    }));

  test("numbers are typed, finer than the sliders' steps", () =>
    browser.withPage("", async (page) => {
      const type = async (id, text) => {
        await page.$eval(`#${id}-number`, (field) => field.select());
        await focusOn(page, `#${id}-number`);
        await page.keyboard.type(text);
      };
      await change(page, () => type("mu", "0.37"));
      assert.equal((await shown(page)).sliders.mu, 0.37);
      await change(page, () => page.keyboard.press("ArrowUp"));
      assert.equal((await shown(page)).sliders.mu, 0.38);
      await change(page, () => type("mu1", "−7,25"));
      assert.equal((await shown(page)).sliders.mu1, -7.25);
      await type("sigma1", "99");
      assert.equal(await page.$eval("#sigma1-number", (field) => field.getAttribute("aria-invalid")), "true");
      assert.equal(await page.$eval("#sigma1-range", (e) => getComputedStyle(e).display + e.textContent), "block0.1 to 3.0", "the range is told");
      await page.$eval("#sigma1-number", (field) => field.blur());
      assert.equal(await page.$eval("#sigma1-number", (field) => field.value), "1.0");
    }));

  test("the marker is dragged on either map", () =>
    browser.withPage("", async (page) => {
      for (const panel of ["forward", "reverse"]) {
        const place = await mapPlace(page, panel);
        const { sliders, updates } = await shown(page);
        await page.mouse.move(...place(sliders.mu, sliders.sigma));
        await page.mouse.down();
        for (const [mu, sigma] of [[2, 3], [-1.5, 4.5]]) {
          await change(page, () => page.mouse.move(...place(mu, sigma)));
          const now = (await shown(page)).sliders;
          assert.deepEqual([now.mu, now.sigma], [mu, sigma], panel);
        }
        await change(page, () => page.mouse.move(20, 880));
        const edge = (await shown(page)).sliders;
        assert.deepEqual([edge.mu, edge.sigma], [-5, 0.1], "dragged off the map: at the border");
        await page.mouse.up();
        await page.mouse.move(...place(0, 5));
        assert.equal((await shown(page)).sliders.mu, -5, "let go");
        await change(page, () => page.mouse.click(...place(3, 2)));
        assert.equal((await shown(page)).sliders.mu, 3, "a click moves it");
        assert.equal((await shown(page)).updates, updates, "no surface was computed");
      }
    }));

  test("curves are dragged where they are drawn, and the minima follow", () =>
    browser.withPage("#descents=reverse", async (page) => {
      const pixels = (await page.$eval("#density .axis.x", (axis) => axis.getBoundingClientRect().width)) / 22;
      const by = ([x, y], units) => [x + units * pixels, y];
      const hold = async (handle, part) => middle(await boxOf(page, `#density .handle${handle} .${part} .grip`));
      let from = await hold(".of-q", "dot");
      await drag(page, from, by(from, 0.5), by(from, 1));
      assert.ok(Math.abs((await shown(page)).sliders.mu - 2.5) < 0.11, "q's mean");
      from = await hold(".of-q", "bar");
      await drag(page, from, by(from, 0.4), by(from, 0.8));
      assert.ok(Math.abs((await shown(page)).sliders.sigma - 1.8) < 0.11, "q's width");
      from = await hold(".of-p", "dot");
      await page.mouse.move(...from);
      await page.mouse.down();
      const places = new Set();
      for (let n = 1; n <= 12; ++n) {
        await change(page, () => page.mouse.move(...by(from, -0.3 * n)));
        await pause(30);
        places.add(await page.$eval("#reverse .points .best, #reverse .points .minimum", (e) => e.getAttribute("transform")));
      }
      assert.ok(places.size > 4, `${places.size} places of a minimum while dragging`);
      assert.equal(await page.$eval("#reverse", (e) => e.classList.contains("stale")), false);
      await page.mouse.up();
      const { mu1 } = (await shown(page)).sliders;
      assert.ok(Math.abs(mu1 + 6.6) < 0.11, `a component's mean, ${mu1}`);
      from = await hold(".of-p", "dot");
      await page.mouse.move(...from);
      await change(page, () => page.mouse.wheel({ deltaY: -100 }));
      assert.equal((await shown(page)).sliders.sigma1, 1.1, "the wheel widens");
    }));

  test("the cross-hair reads both maps and shows its q", () =>
    browser.withPage("", async (page) => {
      const place = await mapPlace(page, "forward");
      await page.mouse.move(...place(0, 1));
      await settled(page);
      const readings = await page.$$eval("#forward .reading, #reverse .reading", (all) => all.map((e) => e.textContent));
      assert.match(readings[0], /μ [−]?0\.0\d, σ (0\.9|1\.0)\d: [34]\.\d\d/);
      assert.match(readings[1], /μ [−]?0\.0\d, σ (0\.9|1\.0)\d: 2\.\d\d/);
      assert.ok(await page.$eval("#density .ghost", (e) => e.getAttribute("d")));
      assert.ok(await page.$eval("#why .cross-line", (e) => e.getAttribute("d")));
      await page.mouse.move(5, 5);
      await settled(page);
      assert.equal(await textOf(page, "#forward .reading"), "");
      const density = await boxOf(page, "#density");
      await page.mouse.move(density.x + density.width / 2, density.y + density.height / 2);
      await settled(page);
      assert.ok(await page.$eval("#reverse .cross .line", (e) => e.getAttribute("d")));
    }));

  test("log axis and one colour scale are switched", () =>
    browser.withPage("", async (page) => {
      const bars = async () => (await shown(page)).bars.join();
      const ticks = () => page.$$eval("#forward .axis.y text", (all) => all.map((e) => e.textContent).join());
      const [bar, tick] = [await bars(), await ticks()];
      await change(page, () => clickOn(page, "#log-sigma"));
      assert.notEqual(await ticks(), tick);
      await change(page, () => clickOn(page, "#one-scale"));
      assert.notEqual(await bars(), bar);
      const [low, high] = await Promise.all(["#forward", "#reverse"].map((id) => textOf(page, `${id} .axis.bar`)));
      assert.equal(low, high);
      assert.equal(await textOf(page, "#scale-note"), "one colour scale");
    }));

  test("humps and q beyond the map widen it", () =>
    browser.withPage("#means=-8,3&descents=reverse&mu=-6", async (page) => {
      const ticks = await page.$$eval("#reverse .axis.x text", (all) => all.map((e) => e.textContent));
      assert.ok(ticks.includes("−10") && ticks.includes("5"), ticks.join());
      assert.match(await textOf(page, "#outcome"), /at μ −8\.00/);
    }));

  test("Back undoes a gesture", () =>
    browser.withPage("", async (page) => {
      const place = await mapPlace(page, "forward");
      const entries = () => page.evaluate(() => history.length);
      const before = await entries();
      await drag(page, place(1.5, 1), place(0, 2), place(-1, 3), place(-2, 4));
      await page.waitForFunction(() => location.hash.includes("mu=-2&sigma=4"));
      assert.equal((await entries()) - before, 1, "one entry for one gesture");
      await changeAll(page, () => clickOn(page, "#presets button:nth-child(4)"));
      await page.waitForFunction(() => location.hash.includes("means=-3,0,3"));
      await changeAll(page, () => page.evaluate(() => history.back()));
      assert.equal((await shown(page)).sliders.mu, -2);
      await changeAll(page, () => page.evaluate(() => history.back()));
      assert.equal((await shown(page)).sliders.mu, 1.5);
    }));

  test("a descent is animated", { skip: !browser.isChromium && "Firefox is started without motion" }, () =>
    browser.withPage(
      "#stddevs=0.1,0.1&domain=line",
      async (page) => {
        await clickOn(page, "#descend-reverse");
        const lengths = new Set();
        for (let n = 0; n < 15; ++n) {
          lengths.add(((await page.$eval("#reverse .path .line", (e) => e.getAttribute("d"))) ?? "").length);
          await pause(100);
        }
        assert.ok(lengths.size > 3, `${lengths.size} lengths of the path`);
        await page.waitForFunction(() => document.getElementById("outcome").textContent.includes("falls to"));
      },
      { motion: true },
    ));

  test("on a phone the marker goes where a finger taps, and a finger pulls the curve", () =>
    browser.withPage(
      "",
      async (page) => {
        await page.$eval("#reverse", (e) => e.scrollIntoView({ block: "end" }));
        const place = await mapPlace(page, "reverse");
        await change(page, () => page.touchscreen.tap(...place(2, 3)));
        const { mu, sigma } = (await shown(page)).sliders;
        assert.deepEqual([mu, sigma], [2, 3]);
        await page.evaluate(() => scrollTo(0, 0));
        const [x, y] = middle(await boxOf(page, "#density .handle.of-q .dot .grip"));
        await change(page, async () => {
          await page.touchscreen.touchStart(x, y);
          await page.touchscreen.touchMove(x - 20, y);
          await page.touchscreen.touchMove(x - 60, y);
          await page.touchscreen.touchEnd();
        });
        assert.ok((await shown(page)).sliders.mu < 0, "the curve was pulled");
      },
      { viewport: phone },
    ));

  test("components are added and removed", () =>
    browser.withPage("", async (page) => {
      for (let k = 3; k <= 6; ++k) {
        await change(page, () => clickOn(page, "#add"));
        assert.equal((await page.$$("#density .curves path")).length, k);
      }
      assert.equal(await page.$eval("#add", (e) => e.disabled), true);
      for (let k = 5; k >= 1; --k) {
        await change(page, () => page.$$eval(".remove", (all) => all.at(-1).click()));
        assert.equal((await page.$$(".component")).length, k);
      }
      assert.equal(await page.$eval(".remove", (e) => e.disabled), true);
    }));

  test("no page complained or asked the network for anything", () => assert.deepEqual(browser.problems, []));
});
