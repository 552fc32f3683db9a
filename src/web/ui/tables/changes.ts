/** Which cells of a table have changed lately: what is new, and counters that have moved. */
import type { ColumnKey, KernelTable } from '../../worker/api.ts';

/** ms for which a change is shown. */
const SHOWN = 2000;
/** Columns that change by themselves as time goes. */
const CLOCKS: readonly ColumnKey[] = ['timeout', 'age'];

export class Changes {
  #cells: Map<string, string> | undefined;
  #until = new Map<string, number>();

  /** The table is another one: nothing in it is a change. */
  forget(): void {
    this.#cells = undefined;
    this.#until.clear();
  }

  /** @param now ms @returns `KEY COLUMN` of cells that have changed, and `KEY` of rows that are new */
  look({ columns, groups }: KernelTable, now: number): ReadonlySet<string> {
    const cells = new Map<string, string>();
    const note = (name: string): void => {
      this.#until.set(name, now + SHOWN);
    };
    for (const { rows } of groups)
      for (const row of rows) {
        if (this.#cells && !this.#cells.has(row.key)) note(row.key);
        cells.set(row.key, '');
        row.cells.forEach((cell, i) => {
          if (CLOCKS.includes(columns[i] as ColumnKey)) return;
          const name = `${row.key} ${i}`;
          const before = this.#cells?.get(name);
          if (before !== undefined && before !== cell) note(name);
          cells.set(name, cell);
        });
      }
    this.#cells = cells;
    for (const [name, until] of this.#until) if (until <= now) this.#until.delete(name);
    return new Set(this.#until.keys());
  }
}
