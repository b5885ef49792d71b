// SPDX-License-Identifier: MIT
// Data of somebody's own: as text, and on the page.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { changeAll, clickOn, inEachBrowser, setSlider, shown, textOf } from "./browsers.mjs";

let parse; // the module parse_data.ts

before(async () => {
  const entry = fileURLToPath(new URL("../src/parse_data.ts", import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: "esm" });
  parse = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
});

test("samples and mixtures are told apart", () => {
  assert.deepEqual(parse.parseData("x\n1.5, 2\n\n# a comment\n-3;4e-1\t5"), { samples: [1.5, 2, -3, 0.4, 5] });
  assert.deepEqual(parse.parseData("weight mean sd\n1 -2 0.5\n3 2 1"), {
    components: [{ share: 0.25, mean: -2, stddev: 0.5 }, { share: 0.75, mean: 2, stddev: 1 }],
  });
  assert.deepEqual(parse.parseData("−1\n2"), { samples: [-1, 2] }, "a true minus sign");
});

test("bad text gets a message with its line", () => {
  const bad = {
    "": "line 1: there is no number in the text",
    "1\n2\n3 x": "line 3: “x” is not a number",
    "1\n1e999": "line 2: “1e999” is not a number",
    "1 0 1\n1 0 -1": "line 2: the standard deviation must be above 0, got -1",
    "-1 0 1\n1 0 1": "line 1: the weight must be at least 0, got -1",
    "0 0 1\n0 1 1": "line 1: the weights must not all be 0",
    "7\n7\n7": "line 1: samples must be at least two different numbers",
    [`${"1 2\n".repeat(251)}`]: "line 251: there are more than 500 samples",
  };
  for (const [text, message] of Object.entries(bad)) assert.throws(() => parse.parseData(text), { message }, JSON.stringify(text.slice(0, 20)));
});

test("what lies elsewhere is moved into the page's range, and its unit told", () => {
  const { data, unit } = parse.inUnit({ samples: [160, 170, 172, 190] });
  assert.deepEqual(unit, { centre: 175, unit: 3.8 });
  assert.ok(data.samples.every((x) => Math.abs(x) <= 8));
  data.samples.forEach((x, n) => assert.ok(Math.abs(175 + 3.8 * x - [160, 170, 172, 190][n]) < 1e-3));
  assert.equal(parse.inUnit({ samples: [-2, 0, 3] }).unit, undefined);
});

const samples = "-2.9, -3.4, -2.2, -3.1, -1.8, 2.5 3.3 2.9 1.8 3.9";

inEachBrowser((browser) => {
  const paste = async (page, text) => {
    await clickOn(page, "#own-open");
    await page.$eval("#own-text", (area, t) => (area.value = t), text);
  };

  test("samples are pasted, widened, linked to, and left again", () =>
    browser.withPage("", async (page) => {
      await paste(page, samples);
      await changeAll(page, () => clickOn(page, "#own-use"));
      assert.match(await textOf(page, "#components"), /10 samples/);
      const before = await shown(page);
      await setSlider(page, "bandwidth", 0.3);
      assert.notEqual((await shown(page)).p, before.p);
      await page.waitForFunction(() => location.hash.includes("bandwidth=0.3"));
      const { hash, p, numbers } = await shown(page);
      assert.match(hash, /^#samples=-2\.9,-3\.4,.*&bandwidth=0\.3&mu/);
      await browser.withPage(hash, async (copy) => {
        assert.equal((await shown(copy)).p, p);
        assert.deepEqual((await shown(copy)).numbers, numbers);
      });
      await changeAll(page, () => clickOn(page, "#drop-samples"));
      assert.equal((await page.$$(".component .remove")).length, 2);
    }));

  test("bad text stays in the dialog, with its line", () =>
    browser.withPage("", async (page) => {
      await paste(page, "1\ntwo");
      await clickOn(page, "#own-use");
      assert.equal(await textOf(page, "#own-problem"), "line 2: “two” is not a number");
      assert.equal(await page.$eval("#own", (dialog) => dialog.open), true);
      await page.$eval("#own-text", (area) => (area.value = "1 150 6\n1 170 9"));
      await changeAll(page, () => clickOn(page, "#own-use"));
      assert.equal(await page.$eval("#own", (dialog) => dialog.open), false);
      assert.match(await textOf(page, "#unit-note"), /x is shown as \(x − 160\) \/ 4\.5/);
      assert.equal((await page.$$(".component")).length, 2);
    }));

  test("a file is taken, chosen or dropped", () =>
    browser.withPage("", async (page) => {
      const path = join(browser.folder, "mixture.csv");
      writeFileSync(path, "weight,mean,sd\n0.2,-1,0.5\n0.8,2,1\n");
      await clickOn(page, "#own-open");
      const chooser = await page.$("#own-file");
      await changeAll(page, () => chooser.uploadFile(path));
      assert.deepEqual([(await shown(page)).sliders.mu1, (await shown(page)).sliders.theta], [-1, 0.2]);
      await changeAll(page, () =>
        page.evaluate((text) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], "samples.txt", { type: "text/plain" }));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }, samples),
      );
      assert.match(await textOf(page, "#components"), /10 samples/);
    }));

  test("no page complained or asked the network for anything", () => assert.deepEqual(browser.problems, []));
});
