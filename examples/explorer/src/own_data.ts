// SPDX-License-Identifier: MIT
// The dialog into which data are pasted, and the page as a place to drop them.
import { inUnit, parseData, type OwnData } from "./parse_data";
import type { Unit } from "./state";
import { byId } from "./words";

export class OwnDataDialog {
  private readonly dialog = byId<HTMLDialogElement>("own");
  private readonly text = byId<HTMLTextAreaElement>("own-text");

  constructor(private readonly onData: (data: OwnData, unit: Unit | undefined) => void) {
    byId("own-open").addEventListener("click", () => this.open());
    byId("own-cancel").addEventListener("click", () => this.dialog.close());
    byId("own-use").addEventListener("click", () => this.use());
    byId<HTMLInputElement>("own-file").addEventListener("change", (event) => {
      const file = (event.target as HTMLInputElement).files?.[0];
      if (file) void this.read(file);
    });
    document.addEventListener("dragover", (event) => {
      if (event.dataTransfer) event.preventDefault();
    });
    document.addEventListener("drop", (event) => {
      const file = event.dataTransfer?.files[0];
      const text = event.dataTransfer?.getData("text");
      if (!file && !text) return;
      event.preventDefault();
      if (file) void this.read(file);
      else this.take(text!);
    });
  }

  private open(problem = ""): void {
    byId("own-problem").textContent = problem;
    if (!this.dialog.open) this.dialog.showModal();
    this.text.focus();
  }

  private async read(file: File): Promise<void> {
    this.take(await file.text());
  }

  private take(text: string): void {
    this.text.value = text;
    this.use();
  }

  private use(): void {
    try {
      const { data, unit } = inUnit(parseData(this.text.value));
      this.dialog.close();
      this.onData(data, unit);
    } catch (failure) {
      this.open(failure instanceof Error ? failure.message : String(failure));
    }
  }
}
