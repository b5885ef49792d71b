// SPDX-License-Identifier: MIT
// Links to the picture, and the picture inside another page.
import { byId } from "./words";

/// Whether this page is inside another one.
export const embedded = new URLSearchParams(location.search).has("embed");

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without leave for the clipboard: the older way.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}

/// Copies, and says so.
export async function share(text: string, what: string): Promise<void> {
  byId("shared").dataset.text = text;
  byId("shared").textContent = (await copy(text)) ? `${what} copied.` : `${what}: ${text}`;
  setTimeout(() => (byId("shared").textContent = ""), 4000);
}

const withoutHash = () => location.href.replace(/[?#].*/, "");

export const linkTo = (hash: string) => withoutHash() + hash;

export const embedCode = (hash: string) =>
  `<iframe src="${withoutHash()}?embed${hash}" width="960" height="620" style="border:0" title="KL explorer"></iframe>`;
