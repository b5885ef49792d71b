// SPDX-License-Identifier: MIT
// The figure as a file.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clickOn, inEachBrowser } from "./browsers.mjs";

inEachBrowser((browser) => {
  test("the figure is a PNG and an SVG, with the maps in it", () =>
    browser.withPage("#descents=forward,reverse", async (page) => {
      const png = await browser.download(() => clickOn(page, "#png"));
      assert.equal(png.name, "kl.png");
      assert.equal(png.content.subarray(1, 4).toString(), "PNG");
      assert.ok(png.content.readUInt32BE(16) > 2000 && png.content.length > 1e5, `${png.content.readUInt32BE(16)} wide, ${png.content.length} bytes`);
      const svg = await browser.download(() => clickOn(page, "#svg"));
      assert.equal(svg.name, "kl.svg");
      const text = svg.content.toString();
      assert.equal(text.match(/<image /g).length, 4);
      const problem = await page.evaluate(
        (source) => new DOMParser().parseFromString(source, "image/svg+xml").querySelector("parsererror")?.textContent,
        text,
      );
      assert.equal(problem, undefined);
      // The maps' colours are in the picture: viridis between dark blue and yellow.
      const colours = await page.evaluate(async (source) => {
        const image = new Image();
        image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        const { data } = context.getImageData(0, 0, image.width, image.height);
        const seen = new Set();
        for (let i = 0; i < data.length; i += 4) seen.add(`${data[i] >> 4},${data[i + 1] >> 4},${data[i + 2] >> 4}`);
        return seen.size;
      }, text);
      assert.ok(colours > 100, `${colours} kinds of colour`);
    }));

  test("no page complained or asked the network for anything", () => assert.deepEqual(browser.problems, []));
});
