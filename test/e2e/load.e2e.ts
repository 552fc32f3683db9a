/** The first load: how many bytes come before the prompt, as a server that compresses with Brotli would send them. */
import { brotliCompressSync } from 'node:zlib';
import type { Request } from 'playwright-core';
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
  const requests: Request[] = [];
  visit.page.context().on('request', (r) => {
    if (!r.url().startsWith('data:')) requests.push(r);
  });
  await visit.page.reload();
  await visit.sees('root@node1');
  // What is asked for after the prompt is on the screen does not keep anybody waiting for it.
  const prompt = await visit.page.evaluate(
    () => performance.timeOrigin + (performance.getEntriesByName('drydock:prompt')[0]?.startTime ?? 0),
  );
  const asked = new Set(requests.filter((r) => r.timing().startTime <= prompt).map((r) => r.url()));
  const sent = await Promise.all(
    [...asked].map(async (url) => {
      const body = new Uint8Array(await (await fetch(url)).arrayBuffer());
      return [url, brotliCompressSync(body).length] as const;
    }),
  );
  const bytes = sent.reduce((sum, [, n]) => sum + n, 0);
  const ready = await visit.page.evaluate(() => performance.getEntriesByName('drydock:prompt')[0]?.startTime ?? -1);
  console.log(`${sent.length} files, ${bytes} bytes compressed, first output after ${Math.round(ready)} ms`);
  // The worker and its core must be among what is counted.
  expect(sent.some(([url]) => url.includes('.wasm'))).toBe(true);
  expect(sent.filter(([url]) => url.includes('worker')).some(([, n]) => n > 100_000)).toBe(true);
  expect(bytes).toBeLessThan(BUDGET);
  expect(ready).toBeGreaterThan(0);
  await visit.close();
});
