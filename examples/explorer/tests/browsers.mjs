// SPDX-License-Identifier: MIT
// Chromium and Firefox as they are installed, each driven over WebDriver BiDi or its own protocol by the same calls.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe } from "node:test";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";
import { page as file } from "./setting.mjs";

export const address = pathToFileURL(file).href;
export const screenshots = join(dirname(file), "screenshots");
export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844, deviceScaleFactor: 2 };
const settledOutcome = "#outcome[aria-busy=false]";

const wanted = (process.env.EXPLORER_BROWSERS ?? "chromium,firefox").split(",");

const launchers = {
  chromium: (folder) =>
    puppeteer.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
      downloadBehavior: { policy: "allow", downloadPath: folder },
    }),
  firefox: (folder) =>
    puppeteer.launch({
      browser: "firefox",
      executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
      extraPrefsFirefox: {
        "browser.download.folderList": 2,
        "browser.download.dir": folder,
        "browser.download.useDownloadDir": true,
        "browser.helperApps.neverAsk.saveToDisk": "text/csv,image/png,image/svg+xml",
        "ui.prefersReducedMotion": 1,
      },
    }),
};

/// One browser, its pages, and what they complained about.
class Browser {
  problems = [];

  constructor(name, browser, folder) {
    this.name = name;
    this.browser = browser;
    this.folder = folder;
  }

  get isChromium() {
    return this.name === "chromium";
  }

  /// A page that shows its picture, minima included.
  async open(hash = "", { viewport = desktop, motion = false, dark = false, query = "" } = {}) {
    const page = await this.browser.newPage();
    page.on("console", (message) => this.problems.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.problems.push(error.message));
    page.on("request", (request) => {
      if (!/^(file|blob|data):/.test(request.url())) this.problems.push(`asked the network for ${request.url()}`);
    });
    await page.setViewport({ deviceScaleFactor: 1, ...viewport });
    if (this.isChromium) {
      await page.emulateMediaFeatures([
        { name: "prefers-reduced-motion", value: motion ? "no-preference" : "reduce" },
        { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
      ]);
    }
    await page.goto(address + query + hash);
    await page.waitForSelector("#timing[data-paints]");
    await page.waitForSelector(settledOutcome);
    await settled(page);
    return page;
  }

  async withPage(hash, body, options) {
    const page = await this.open(hash, options);
    try {
      return await body(page);
    } finally {
      await page.close();
    }
  }

  /// The one file that acting has the browser save.
  async download(act) {
    const files = () => readdirSync(this.folder).filter((name) => !/\.(part|crdownload|tmp)$/.test(name));
    for (const name of files()) rmSync(join(this.folder, name));
    await act();
    for (let n = 0; n < 100; ++n) {
      await pause(50);
      const [name] = files();
      const content = name && readFileSync(join(this.folder, name));
      if (content?.length) return { name, content };
    }
    throw new Error("nothing was downloaded");
  }
}

/// Defines the tests once for each browser.
export function inEachBrowser(define) {
  for (const name of wanted)
    describe(name, () => {
      const browser = new Browser(name);
      before(async () => {
        browser.folder = mkdtempSync(join(tmpdir(), "explorer-"));
        browser.browser = await launchers[name](browser.folder);
        mkdirSync(screenshots, { recursive: true });
      });
      after(async () => {
        await browser.browser?.close();
        rmSync(browser.folder, { recursive: true, force: true });
      });
      define(browser);
    });
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/// Two frames later.
export const settled = (page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

const paints = (page) => page.$eval("#timing", (timing) => Number(timing.dataset.paints));

/// Acts, and waits until the picture that follows is on the screen.
export async function change(page, act) {
  const before = await paints(page);
  await act();
  await page.waitForFunction((n) => Number(document.getElementById("timing").dataset.paints) > n, { polling: 10 }, before);
}

/// Acts, and waits for the minima and paths that follow, too.
export async function changeAll(page, act) {
  await change(page, act);
  await page.waitForSelector(settledOutcome);
  await settled(page);
}

export const evaluateInput = (page, id, value) =>
  page.$eval(
    `#${id}`,
    (input, v) => {
      input.value = v;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
    String(value),
  );

export const setSlider = (page, id, value) => change(page, () => evaluateInput(page, id, value));

export const clickOn = (page, selector) => page.$eval(selector, (element) => element.click());

export const setDomain = (page, domain) => change(page, () => clickOn(page, `#domain input[value=${domain}]`));

/// Of any element, a drawing's too.
export const focusOn = (page, selector) => page.$eval(selector, (element) => element.focus());

/// Where something is on the screen.
export const boxOf = (page, selector) =>
  page.$eval(selector, (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  });

/// What the page shows.
export const shown = (page) =>
  page.evaluate(() => ({
    sliders: Object.fromEntries([...document.querySelectorAll("#controls input[type=range]")].map((i) => [i.id, Number(i.value)])),
    title: [...document.querySelectorAll(".title .value")].map((v) => v.textContent),
    numbers: [...document.querySelectorAll("#numbers td")].map((td) => Number(td.dataset.value)),
    marker: document.querySelector("#forward .marker").getAttribute("transform"),
    bars: [...document.querySelectorAll("#forward .axis.bar text, #reverse .axis.bar text")].map((t) => t.textContent),
    p: document.querySelector("#density .p.line").getAttribute("d"),
    q: document.querySelector("#density .q.line").getAttribute("d"),
    hash: location.hash,
    updates: Number(document.getElementById("timing").dataset.updates),
  }));

/// A part of the screen, as bytes.
export async function picture(page, selector) {
  await settled(page);
  const clip = await boxOf(page, selector);
  return Buffer.from(await page.screenshot({ clip }));
}

export const csv = async (browser, page) => (await browser.download(() => clickOn(page, "#csv"))).content.toString();

/// To another picture, on the same page.
export const go = (page, hash) => changeAll(page, () => page.evaluate((h) => (location.hash = h), hash));

export const textOf = (page, selector) => page.$eval(selector, (element) => element.textContent);
