// SPDX-License-Identifier: MIT
// One script for the page and, in workers, for what takes long.
import { Core } from "./core";
import { Explorer } from "./explorer";
import { loadProgram } from "./program";
import { tellError } from "./words";
import { serve } from "./worker";

if (typeof document === "undefined") {
  serve();
} else {
  const script = document.currentScript!.textContent;
  loadProgram()
    .then(async (program) => new Explorer(await Core.load(program), program, script))
    .catch((failure: unknown) => tellError(`This browser does not run the page: ${String(failure)}`));
}
