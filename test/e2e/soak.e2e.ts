/**
 * A page with traffic for a while: memory must not grow with time, and the frames of the screen are measured. Seconds by
 * DRYDOCK_SOAK, of each pane in front in turn.
 */
import type { CDPSession } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage } from './browser.ts';

const SECONDS = Number(process.env.DRYDOCK_SOAK ?? 20);
/** Bytes by which what is in use may grow between the middle and the end: caches still fill, code is still compiled. */
const GROWTH = 8_000_000;
const TRAFFIC =
  'docker run -d --name web -p 8080:80 nginx >/dev/null; docker run -d --name peer alpine sleep 100000 >/dev/null; ' +
  'while true; do curl -s http://192.168.56.11:8080/ >/dev/null; docker exec peer ping -c 2 -i 0.2 172.17.0.2 >/dev/null; done';

let theatre: Stage;
beforeAll(async () => {
  theatre = await stage();
});
afterAll(() => theatre?.close());

/** Bytes in use by the page's own script, after a collection. */
async function heap(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return usedSize;
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const rounded = (n: number): number => Math.round(n * 10) / 10;

it(`stays as it is for ${SECONDS} seconds of traffic`, { timeout: (SECONDS + 240) * 1000 }, async () => {
  const visit = await theatre.open();
  const { page } = visit;
  await visit.sees('root@node1');
  const cdp = await page.context().newCDPSession(page);
  await visit.type(TRAFFIC);
  await page.locator('svg .card').nth(1).waitFor();
  await page.locator('.flights > g').first().waitFor({ state: 'attached' });
  await page.evaluate(() => {
    const times: number[] = [];
    let last = performance.now();
    const tick = (now: number) => {
      times.push(now - last);
      if (times.length > 50_000) times.shift();
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    (window as unknown as { frameTimes: number[] }).frameTimes = times;
  });
  const panes = ['Map', 'Packets', 'Tables'];
  const used: number[] = [];
  for (let half = 0; half < 2; half++) {
    for (const name of panes) {
      await page.getByRole('tab', { name, exact: true }).click();
      await page.waitForTimeout((SECONDS * 1000) / (2 * panes.length));
    }
    used.push(await heap(cdp));
  }
  const times = await page.evaluate(() => (window as unknown as { frameTimes: number[] }).frameTimes);
  const sorted = [...times].sort((a, b) => a - b);
  const figures = [0.5, 0.95, 0.99, 1].map((share) => `${share * 100} %: ${rounded(at(sorted, share))} ms`);
  const memory = used.map((n) => `${rounded(n / 1e6)} MB`).join(' → ');
  console.log(`soak of ${SECONDS} s: ${times.length} frames, ${figures.join(', ')}; heap ${memory}`);
  await page.getByRole('tab', { name: 'Packets', exact: true }).click();
  await page.locator('.row').first().waitFor();
  expect(times.length).toBeGreaterThan(0);
  expect((used[1] ?? 0) - (used[0] ?? 0)).toBeLessThan(GROWTH);
  expect(visit.noise).toEqual([]);
  await visit.close();
});
