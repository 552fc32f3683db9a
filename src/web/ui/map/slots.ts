/**
 * Places that are kept: who comes takes the first free one, who goes leaves it empty, nobody else moves. Everything on
 * the map that may come and go stands in slots.
 */

export class Slots {
  #at: (string | undefined)[] = [];

  /** Gives places to those that are here now. @returns their numbers, in the order of `keys` */
  place(keys: readonly string[]): number[] {
    const here = new Set(keys);
    for (const [i, key] of this.#at.entries()) if (key !== undefined && !here.has(key)) this.#at[i] = undefined;
    return keys.map((key) => {
      const old = this.#at.indexOf(key);
      if (old >= 0) return old;
      const free = this.#at.indexOf(undefined);
      const at = free >= 0 ? free : this.#at.length;
      this.#at[at] = key;
      return at;
    });
  }

  /** Closes the gaps; the order stays. */
  close(): void {
    this.#at = this.#at.filter((key) => key !== undefined);
  }
}
