// SPDX-License-Identifier: MIT
// node build.mjs CORE.js PAGE.html: checks the types, bundles script, style and WebAssembly (CORE.wasm, beside CORE.js,
// packed), and writes them into one html file, which needs no server.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const [core, page] = process.argv.slice(2);
if (!core || !page) {
  console.error("usage: node build.mjs CORE.js PAGE.html");
  process.exit(2);
}

const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
execFileSync(process.execPath, [tsc, "--project", here], { stdio: "inherit" });

async function bundle(entry, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(here, "src", entry)],
    bundle: true,
    minify: true,
    write: false,
    target: ["es2022"],
    charset: "utf8",
    logLevel: "warning",
    ...options,
  });
  return outputFiles[0].text.trim();
}

const script = await bundle("main.ts", {
  format: "iife",
  alias: { "explorer-core": resolve(core) },
  external: ["fs", "path"],
});
const style = await bundle("style.css");
const program = gzipSync(readFileSync(core.replace(/\.js$/, ".wasm")), { level: 9 }).toString("base64");
// A function as the replacement: text with a $ stays as it is. "</script" would end the element.
const html = readFileSync(join(here, "src", "index.html"), "utf8")
  .replace("/* style */", () => style)
  .replace("/* core */", () => program)
  .replace("/* script */", () => script.replaceAll("</script", "<\\/script"));
writeFileSync(page, html);
const kilobytes = (text) => (Buffer.byteLength(text) / 1000).toFixed(0);
console.log(`${page}: ${kilobytes(html)} kB, ${(gzipSync(html, { level: 9 }).length / 1000).toFixed(0)} kB gzipped`);
