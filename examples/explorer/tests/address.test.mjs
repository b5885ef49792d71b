// SPDX-License-Identifier: MIT
// The address holds the picture, and nothing that is wrong in one breaks the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, change, changeAll, clickOn, evaluateInput, go, inEachBrowser, pause, setDomain, setSlider, shown, textOf } from "./browsers.mjs";

const means = (page) => page.evaluate(() => [...document.querySelectorAll("#components input[type=range]")].filter((e) => e.id.startsWith("mu")).map((e) => Number(e.value)));
const errorOf = async (page) => ((await page.$eval("#error", (e) => e.hidden)) ? "" : await textOf(page, "#error-text"));

inEachBrowser((browser) => {
  test("the address holds the picture", () =>
    browser.withPage("", async (page) => {
      await setSlider(page, "theta", 0.3);
      await change(page, () => clickOn(page, "#add"));
      await setSlider(page, "mu3", 1.2);
      await setSlider(page, "mu", -1.5);
      await setDomain(page, "line");
      for (const id of ["#compare", "#log-sigma", "#one-scale", "#theme"]) await change(page, () => clickOn(page, id));
      await changeAll(page, () => clickOn(page, "#descend-both"));
      const link =
        "#weights=0.3,0.7,0.3&means=-3,3,1.2&stddevs=1,1,0.5&mu=-1.5&sigma=1&domain=line&compare=1&descents=forward,reverse&axis=log&scale=one&theme=dark";
      await page.waitForFunction((hash) => location.hash === hash, {}, link);
      const paths = (p) => p.$$eval("main svg path", (all) => all.map((e) => [e.getAttribute("d"), e.getAttribute("transform")].join()));
      const picture = async (p) => ({ ...(await shown(p)), updates: 0, paths: await paths(p) });
      const expected = await picture(page);
      await browser.withPage(link, async (copy) => {
        assert.deepEqual(await picture(copy), expected);
        assert.equal(await copy.evaluate(() => document.documentElement.dataset.theme), "dark");
      });
    }));

  const wrong = "#weights=0.5,0.5&means=0,1&stddevs=1,-1&mu=2&sigma=zero&domain=plane&wieghts=1";
  test("what is wrong in an address is told, the rest is shown, and the address stays", () =>
    browser.withPage(wrong, async (page) => {
      const told = [/stddevs\[1\] must be in \[0\.1, 3\], got “-1”/, /sigma must be in \[0\.1, 10\], got “zero”/, /domain must be one of grid, line, got “plane”/, /“wieghts” is no field/];
      for (const text of told) assert.match(await errorOf(page), text);
      assert.equal((await shown(page)).sliders.mu, 2);
      assert.deepEqual(await means(page), [0, 1], "the columns that are right are taken");
      await pause(500);
      assert.equal((await shown(page)).hash, wrong, "the address is not overwritten");
      const [message, plot] = [await boxOf(page, "#error"), await boxOf(page, "main")];
      assert.ok(message.y + message.height <= plot.y + 1, "the message covers nothing");
      await setSlider(page, "mu", 1);
      await page.waitForFunction((before) => location.hash !== before, {}, wrong);
      assert.match(await errorOf(page), told[0], "it stays readable");
      await clickOn(page, "#error-close");
      assert.equal(await errorOf(page), "");
    }));

  test("partial links are as by default where they say nothing", () => browser.withPage("#mu=1", async (page) => {
    const links = {
      "#means=-2,2": [[-2, 2], ""],
      "#weights=0.2,0.3,0.5": [[-3, 0, 3], ""],
      "#sigma=2": [[-3, 3], ""],
      "#means=1": [[1], ""],
      "#weights=1,0": [[-3, 3], ""],
      "#weights=0,0&means=-1,2": [[-1, 2], "weights must not all be 0: they are equal here"],
      "#weights=1&means=-1,2": [[-3, 3], "weights, means and stddevs must be equally many, got 1 weights, 2 means: the mixture is as by default"],
      "#means=1,2,3,4,5,6,7": [[-3, 3], "means must be at most 6 numbers, got 7"],
      "#samples=1,1": [[-3, 3], "samples must be at least two different numbers"],
      "#means=&mu=1e99": [[-3, 3], "means must be in [-8, 8], got “”mu must be in [-10, 10], got “1e99”"],
      "#%%%&&==": [[-3, 3], undefined],
    };
    for (const [link, [expected, error]] of Object.entries(links)) {
      await go(page, link);
      assert.deepEqual(await means(page), expected, link);
      if (error !== undefined) assert.equal(await errorOf(page), error, link);
      assert.equal((await shown(page)).hash, link, "the address stays");
    }
  }));

  test("weights that are all zero are told, and the picture before them stays", () =>
    browser.withPage("#weights=0,0,1&means=0,1,2&stddevs=1,1,1", async (page) => {
      const before = await shown(page);
      await evaluateInput(page, "theta3", 0);
      await page.waitForFunction(() => !document.getElementById("error").hidden);
      assert.match(await errorOf(page), /All weights are 0/);
      assert.equal((await shown(page)).p, before.p);
      await setSlider(page, "theta3", 0.5);
      assert.equal(await errorOf(page), "");
      assert.equal((await shown(page)).p, before.p);
    }));

  test("the link and the code for another page are copied", () =>
    browser.withPage("#means=-2,2", async (page) => {
      await clickOn(page, "#copy-link");
      await page.waitForFunction(() => document.getElementById("shared").textContent !== "");
      const text = () => page.$eval("#shared", (e) => e.dataset.text);
      assert.match(await text(), /^file:.*explorer\.html#weights=0\.5,0\.5&means=-2,2/);
      await clickOn(page, "#copy-embed");
      assert.match(await text(), /^<iframe src="file:.*explorer\.html\?embed#weights=0\.5,0\.5&means=-2,2[^"]*" width="960"/);
    }));

  test("no page complained or asked the network for anything", () => assert.deepEqual(browser.problems, []));
});
