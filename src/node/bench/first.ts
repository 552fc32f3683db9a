/** A first visit to the page: when its prompt could be used, and what had been asked for by then. */
import { brotliCompressSync } from 'node:zlib';
import type { Page, Request } from 'playwright-core';

/** Bytes that may be sent before the prompt can be used. */
export const MOST_BYTES = 400_000;

/** What the page says of its prompt: ms since navigation. */
export async function promptOf(page: Page): Promise<number> {
  const mark = await page.waitForFunction(() => performance.getEntriesByName('drydock:prompt')[0]?.startTime);
  return (await mark.jsonValue()) as number;
}

/** What came before the prompt. */
export interface FirstVisit {
  /** From the navigation to the prompt, ms. */
  readonly promptMs: number;
  /** Bytes of each file that was asked for before the prompt, by address, as a server that compresses with Brotli sends them. */
  readonly before: ReadonlyMap<string, number>;
  /** How many files were asked for in the first second after it. */
  readonly after: number;
}

/**
 * Goes to the page and waits for its prompt. A file counts by the time at which it was asked for: what the prompt did not wait
 * for may be on its way when it appears.
 * @param page its cache should be empty where the time is to say something
 */
export async function firstVisit(page: Page, address: string): Promise<FirstVisit> {
  const asked = new Map<string, number>();
  const note = (r: Request): void => {
    if (!r.url().startsWith('data:')) asked.set(r.url(), r.timing().startTime);
  };
  page.context().on('requestfinished', note);
  await page.goto(address);
  const promptMs = await promptOf(page);
  await page.waitForTimeout(1000);
  page.context().off('requestfinished', note);
  const ready = (await page.evaluate(() => performance.timeOrigin)) + promptMs;
  const urls = [...asked].filter(([, at]) => at <= ready).map(([url]) => url);
  const sizes = urls.map(async (url) => {
    const body = new Uint8Array(await (await fetch(url)).arrayBuffer());
    return [url, brotliCompressSync(body).length] as const;
  });
  return { promptMs, before: new Map(await Promise.all(sizes)), after: asked.size - urls.length };
}
