/**
 * A namespace's addresses or routes: one order for all, and what belongs to each device at hand, so that what a device
 * costs does not grow with the number of the others.
 */
export class DeviceList<T extends { readonly ifindex?: number }> {
  #all: T[] = [];
  readonly #of = new Map<number | undefined, T[]>();

  /** Everything, in order. */
  get all(): readonly T[] {
    return this.#all;
  }

  /** What belongs to one device, in the same order. @param ifindex undefined: what belongs to none */
  of(ifindex: number | undefined): readonly T[] {
    return this.#of.get(ifindex) ?? [];
  }

  push(item: T): void {
    this.#all.push(item);
    const group = this.#of.get(item.ifindex);
    if (group) group.push(item);
    else this.#of.set(item.ifindex, [item]);
  }

  delete(item: T): void {
    const at = this.#all.lastIndexOf(item);
    if (at < 0) return;
    this.#all.splice(at, 1);
    const group = this.#of.get(item.ifindex) as T[];
    group.splice(group.indexOf(item), 1);
    if (group.length === 0) this.#of.delete(item.ifindex);
  }

  /** Makes it these, in this order. */
  set(items: readonly T[]): void {
    this.#all = [];
    this.#of.clear();
    for (const item of items) this.push(item);
  }
}
