/** The first load: how many bytes come before the prompt, as a server that compresses with Brotli would send them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { firstVisit, MOST_BYTES } from '../../src/node/bench/first.ts';
import { type Stage, stage } from './browser.ts';

let theatre: Stage;
beforeAll(async () => {
  theatre = await stage();
});
afterAll(() => theatre?.close());

it('sends no more than the budget before the prompt', async () => {
  const visit = await theatre.open();
  const { promptMs, before, after } = await firstVisit(visit.page, theatre.address);
  const sent = [...before];
  const bytes = sent.reduce((sum, [, n]) => sum + n, 0);
  console.log(`${sent.length} files, ${bytes} bytes compressed, first output after ${Math.round(promptMs)} ms`);
  // What comes after it is there, too: the filter must have had something to do.
  expect(after).toBeGreaterThan(0);
  // The worker and its core must be among what is counted.
  expect(sent.some(([url]) => url.includes('.wasm'))).toBe(true);
  expect(sent.filter(([url]) => url.includes('worker')).some(([, n]) => n > 100_000)).toBe(true);
  expect(bytes).toBeLessThan(MOST_BYTES);
  expect(promptMs).toBeGreaterThan(0);
  await visit.close();
});
