/** The session as the browser keeps it, one for each lesson: loading the page again goes on where it was. */
import { decode, encode } from './link.ts';

const key = (lesson: string): string => `drydock.log.${lesson}`;
/** Characters of a log that is kept: a browser gives a page some five million. */
const MOST = 1_000_000;

export function kept(lesson: string): Uint8Array | undefined {
  try {
    const text = localStorage.getItem(key(lesson));
    return text === null ? undefined : decode(text);
  } catch {
    return undefined;
  }
}

export function keep(lesson: string, log: Uint8Array): void {
  try {
    const text = encode(log);
    if (text.length <= MOST) localStorage.setItem(key(lesson), text);
  } catch {
    // A browser that keeps nothing, or no more: the session lasts as long as the page.
  }
}

export function forget(lesson: string): void {
  try {
    localStorage.removeItem(key(lesson));
  } catch {
    // Nothing was kept.
  }
}
