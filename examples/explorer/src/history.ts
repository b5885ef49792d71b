// SPDX-License-Identifier: MIT
// The address follows the picture: one entry of the history for each gesture, so that Back undoes one.

export class AddressBook {
  private shown = location.hash; // that the picture is of
  holding = false; // a button or finger is down

  constructor(
    private readonly hash: () => string,
    private readonly onTravel: () => void,
    private readonly onRest: () => void,
  ) {
    const travel = () => {
      if (location.hash === this.shown) return;
      this.shown = location.hash;
      this.onTravel();
    };
    addEventListener("popstate", travel);
    addEventListener("hashchange", travel);
    addEventListener("pointerdown", () => (this.holding = true), { capture: true });
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => this.release(), { capture: true });
  }

  /// To be called where hands have been still for a while and hold nothing.
  rest(): void {
    const hash = this.hash();
    if (hash === this.shown) return;
    this.shown = hash;
    history.pushState(null, "", hash);
  }

  private release(): void {
    if (!this.holding) return;
    this.holding = false;
    this.onRest();
  }
}
