// SPDX-License-Identifier: MIT
// The WebAssembly that the page carries, packed.

/// Unpacks and compiles it, once: workers are handed the result.
export async function loadProgram(): Promise<WebAssembly.Module> {
  const packed = Uint8Array.from(atob(document.getElementById("core")!.textContent), (c) => c.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return WebAssembly.compile(await new Response(unpacked).arrayBuffer());
}
