/**
 * The session as the browser keeps it, one for each lesson: loading the page again goes on where it was. A tab has its
 * own; a tab that has none yet begins with the one that was kept last.
 */
import { decode, encode } from './link.ts';

const key = (lesson: string): string => `drydock.log.${lesson}`;
/** Characters of a log that is kept: a browser gives a page some five million. */
const MOST = 1_000_000;
const STORES = ['sessionStorage', 'localStorage'] as const;

/** Does something with each store, the tab's own first; a browser may refuse any of it. */
function each<T>(does: (store: Storage) => T): (T | undefined)[] {
  return STORES.map((name) => {
    try {
      return does(globalThis[name]);
    } catch {
      return undefined;
    }
  });
}

export function kept(lesson: string): Uint8Array | undefined {
  const text = each((store) => store.getItem(key(lesson))).find((t) => t !== null && t !== undefined);
  return text ? decode(text) : undefined;
}

/** In a browser that keeps nothing, or no more, the session lasts as long as the page. */
export function keep(lesson: string, log: Uint8Array): void {
  const text = encode(log);
  if (text.length <= MOST) each((store) => store.setItem(key(lesson), text));
}

export function forget(lesson: string): void {
  each((store) => store.removeItem(key(lesson)));
}
