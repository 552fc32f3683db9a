/** The first load: how many bytes come before the prompt, as a server that compresses with Brotli would send them. */
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage } from './browser.ts';

/** Bytes that may be sent before the prompt can be used. */
const BUDGET = 400_000;

let theatre: Stage;
beforeAll(async () => {
  theatre = await stage();
});
afterAll(() => theatre?.close());

it('sends no more than the budget before the prompt', async () => {
  const visit = await theatre.open();
  const asked = new Map<string, number>();
  visit.page.context().on('requestfinished', (r) => {
    if (!r.url().startsWith('data:')) asked.set(r.url(), r.timing().startTime);
  });
  await visit.page.reload();
  await visit.sees('root@node1');
  await visit.page.waitForTimeout(1000);
  const [from, ready] = await visit.page.evaluate(() => [
    performance.timeOrigin,
    performance.getEntriesByName('drydock:prompt')[0]?.startTime ?? -1,
  ]);
  const before = [...asked].filter(([, at]) => at <= (from as number) + (ready as number)).map(([url]) => url);
  // What comes after it is there, too: the filter must have had something to do.
  expect(before.length).toBeLessThan(asked.size);
  const sent = await Promise.all(
    before.map(async (url) => {
      const body = new Uint8Array(await (await fetch(url)).arrayBuffer());
      return [url, brotliCompressSync(body).length] as const;
    }),
  );
  const bytes = sent.reduce((sum, [, n]) => sum + n, 0);
  console.log(`${sent.length} files, ${bytes} bytes compressed, first output after ${Math.round(ready as number)} ms`);
  // The worker and its core must be among what is counted.
  expect(sent.some(([url]) => url.includes('.wasm'))).toBe(true);
  expect(sent.filter(([url]) => url.includes('worker')).some(([, n]) => n > 100_000)).toBe(true);
  expect(bytes).toBeLessThan(BUDGET);
  expect(ready).toBeGreaterThan(0);
  await visit.close();
});
