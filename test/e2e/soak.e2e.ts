/**
 * A page with traffic for a while: memory must not grow with time, and the frames of the screen are measured. Seconds by
 * DRYDOCK_SOAK, of each pane in front in turn.
 */
import type { CDPSession } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage } from './browser.ts';

const SECONDS = Number(process.env.DRYDOCK_SOAK ?? 8);
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

/** Bytes in use by the script of a page and of its worker, after a collection. */
class Heaps {
  #worker = '';
  #calls = 0;
  readonly #waiting = new Map<number, (result: { usedSize?: number }) => void>();

  constructor(readonly cdp: CDPSession) {}

  async attach(): Promise<void> {
    const attached = new Promise<void>((resolve) => {
      this.cdp.on('Target.attachedToTarget', ({ sessionId }) => {
        this.#worker = sessionId;
        resolve();
      });
    });
    this.cdp.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as { id: number; result: { usedSize?: number } };
      this.#waiting.get(id)?.(result);
    });
    await this.cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    await attached;
  }

  async #ofWorker(method: string): Promise<number> {
    const id = ++this.#calls;
    const answer = new Promise<{ usedSize?: number }>((resolve) => this.#waiting.set(id, resolve));
    await this.cdp.send('Target.sendMessageToTarget', {
      sessionId: this.#worker,
      message: JSON.stringify({ id, method }),
    });
    return (await answer).usedSize ?? 0;
  }

  async used(): Promise<{ page: number; worker: number }> {
    await this.cdp.send('HeapProfiler.collectGarbage');
    await this.#ofWorker('HeapProfiler.collectGarbage');
    const { usedSize } = await this.cdp.send('Runtime.getHeapUsage');
    return { page: usedSize, worker: await this.#ofWorker('Runtime.getHeapUsage') };
  }
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const rounded = (n: number): number => Math.round(n * 10) / 10;

it(`stays as it is for ${SECONDS} seconds of traffic`, { timeout: (SECONDS + 240) * 1000 }, async () => {
  const visit = await theatre.open();
  const { page } = visit;
  await visit.sees('root@node1');
  const heaps = new Heaps(await page.context().newCDPSession(page));
  await heaps.attach();
  await visit.type(TRAFFIC);
  await page.locator('svg .card').nth(1).waitFor();
  await page.locator('.flights > svg').first().waitFor({ state: 'attached' });
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
  const used: { page: number; worker: number }[] = [];
  for (let half = 0; half < 2; half++) {
    for (const name of panes) {
      await page.getByRole('tab', { name, exact: true }).click();
      await page.waitForTimeout((SECONDS * 1000) / (2 * panes.length));
    }
    used.push(await heaps.used());
  }
  const times = await page.evaluate(() => (window as unknown as { frameTimes: number[] }).frameTimes);
  const sorted = [...times].sort((a, b) => a - b);
  const figures = [0.5, 0.95, 0.99, 1].map((share) => `${share * 100} %: ${rounded(at(sorted, share))} ms`);
  const memory = (of: 'page' | 'worker') => used.map((u) => `${rounded(u[of] / 1e6)} MB`).join(' → ');
  console.log(`soak of ${SECONDS} s: ${times.length} frames, ${figures.join(', ')}`);
  console.log(`heap of the page ${memory('page')}, of the worker ${memory('worker')}`);
  await page.getByRole('tab', { name: 'Packets', exact: true }).click();
  await page.locator('.row').first().waitFor();
  expect(times.length).toBeGreaterThan(0);
  const [half, end] = used;
  if (!half || !end) throw new Error('nothing was measured');
  expect(half.worker).toBeGreaterThan(1_000_000);
  expect(end.page - half.page).toBeLessThan(GROWTH);
  // The worker's rings fill in the first minutes: only then must it stay as it is.
  if (SECONDS >= 300) expect(end.worker - half.worker).toBeLessThan(4 * GROWTH);
  expect(visit.noise).toEqual([]);
  await visit.close();
});
