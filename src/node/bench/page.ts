/**
 * The page in Chromium: how long a first visit waits for its prompt and what is sent by then, how long undo and redo take, and
 * how evenly frames come while containers talk. Budgets stand beside the figures; what holds them is test/e2e.
 */
import type { Browser, Page } from 'playwright-core';
import { firstVisit, MOST_BYTES, promptOf } from './first.ts';
import { serveFolder } from './static.ts';

/** Bytes, and milliseconds on an idle machine, before the prompt can be used. */
const BUDGET = { bytes: MOST_BYTES, promptMs: 1000, frameMs: 1000 / 60 };

/** Traffic while frames are measured: a download, name look-ups, pings and short connections at once. */
const TRAFFIC = [
  'docker network create talk >/dev/null',
  'for i in 1 2 3 4 5 6 7 8; do docker run -d --name c$i --network talk training/webapp >/dev/null; done',
  'for i in 1 2 3 4; do docker exec -d c$i sh -c "while :; do curl -s http://c$((i+4)):5000/ >/dev/null; done"; done',
  'docker exec c8 ping c1',
].join('; ');

/** A sitting to be taken back command by command: what a learner has done by the end of a lesson. */
const SITTING = [
  'docker network create app',
  'docker run -d --name db --network app redis',
  'docker run -d --name web --network app -p 8080:80 nginx',
  'docker exec web getent hosts db',
  'curl -s http://127.0.0.1:8080/ | grep -c nginx',
  'docker run -d --name peer alpine sleep 1000',
  'docker exec peer ping -c 2 -i 0.2 172.17.0.1',
  'docker rm -f peer',
];

const percentile = (sorted: readonly number[], p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0;
const ascending = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);
const round = (n: number): number => Math.round(n * 10) / 10;

/** @param web the built page's folder @param runs first visits, each with an empty cache @param seconds of traffic */
export async function benchPage(
  web: string,
  runs: number,
  seconds: number,
): Promise<{ load: object[]; time: object[]; frames: object[] }> {
  const { chromium } = await import('playwright-core');
  const server = await serveFolder(web);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'],
  });
  try {
    const prompts: number[] = [];
    let before: ReadonlyMap<string, number> = new Map();
    for (let run = 0; run < runs; run++) {
      const page = await blank(browser);
      const first = await firstVisit(page, server.address);
      prompts.push(first.promptMs);
      ({ before } = first);
      await page.context().close();
    }
    const sorted = ascending(prompts);
    const load = [
      {
        what: 'first prompt',
        runs,
        medianMs: Math.round(percentile(sorted, 0.5)),
        minMs: Math.round(sorted[0] ?? 0),
        budgetMs: BUDGET.promptMs,
        files: before.size,
        bytes: [...before.values()].reduce((sum, n) => sum + n, 0),
        budgetBytes: BUDGET.bytes,
      },
    ];
    const time = await undoing(browser, server.address);
    const page = await visit(browser, server.address);
    await promptOf(page);
    const quiet = await frames(page, Math.min(seconds, 5));
    await page.locator('.xterm').first().click();
    await page.keyboard.type(`${TRAFFIC}\n`);
    await page.waitForTimeout(8000);
    const busy = await frames(page, seconds);
    await page.context().close();
    return {
      load,
      time,
      frames: [
        { what: 'idle lab', ...quiet },
        { what: 'containers that talk', ...busy },
      ].map((row) => ({ ...row, budgetMs: round(BUDGET.frameMs) })),
    };
  } finally {
    await browser.close();
    server.close();
  }
}

async function blank(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
  return context.newPage();
}

async function visit(browser: Browser, address: string): Promise<Page> {
  const page = await blank(browser);
  await page.goto(address);
  return page;
}

/** Commands typed one after another, all taken back and all done again: ms from the press to the lab's being at rest. */
async function undoing(browser: Browser, address: string): Promise<object[]> {
  const page = await visit(browser, address);
  await promptOf(page);
  const tool = (name: string) => page.getByRole('button', { name, exact: true });
  await tool('Undo').waitFor();
  await page.locator('.xterm').first().click();
  for (const [i, line] of SITTING.entries()) {
    await page.keyboard.type(`${line}; echo "ended"$((${i}+1))\n`);
    await page
      .locator('.xterm-rows')
      .getByText(`ended${i + 1}`)
      .first()
      .waitFor();
  }
  const times: Record<string, number[]> = { Undo: [], Redo: [] };
  for (const [name, list] of Object.entries(times))
    for (const _ of SITTING) list.push(await page.evaluate(`(${PRESS})('${name}')`));
  await page.context().close();
  return Object.entries(times).map(([name, list]) => {
    const sorted = ascending(list);
    return {
      what: name.toLowerCase(),
      commands: list.length,
      medianMs: Math.round(percentile(sorted, 0.5)),
      minMs: Math.round(sorted[0] ?? 0),
      longestMs: Math.round(sorted.at(-1) ?? 0),
    };
  });
}

/** Runs in the page: presses a tool of time and waits until its bar is at rest, looking at each change. */
const PRESS = `async (name) => {
  const button = [...document.querySelectorAll('.time button')].find((b) => (b.ariaLabel ?? b.textContent.trim()) === name);
  const bar = button.closest('[role=toolbar]');
  const from = performance.now();
  button.click();
  return new Promise((resolve) => {
    const look = () => {
      if (bar.getAttribute('aria-busy') !== 'false') return;
      observer.disconnect();
      resolve(performance.now() - from);
    };
    const observer = new MutationObserver(look);
    observer.observe(bar, { attributes: true, attributeFilter: ['aria-busy'] });
  });
}`;

/** Runs in the page, whose globals Node's types do not have: gaps between frames for so many milliseconds. */
const GAPS = `(ms) => new Promise((resolve) => {
  const heap = () => performance.memory?.usedJSHeapSize ?? 0;
  const before = heap();
  const gaps = [];
  const start = performance.now();
  let last = start;
  const tick = (now) => {
    gaps.push(now - last);
    last = now;
    if (now - start < ms) requestAnimationFrame(tick);
    else resolve({ gaps: gaps.slice(1), heap: [before, heap()] });
  };
  requestAnimationFrame(tick);
})`;

/** Times between drawn frames, and what the page's own heap did meanwhile. */
async function frames(page: Page, seconds: number) {
  const seen = (await page.evaluate(`(${GAPS})(${seconds * 1000})`)) as { gaps: number[]; heap: [number, number] };
  const sorted = ascending(seen.gaps);
  return {
    seconds,
    framesPerSecond: round(seen.gaps.length / seconds),
    p50Ms: round(percentile(sorted, 0.5)),
    p95Ms: round(percentile(sorted, 0.95)),
    p99Ms: round(percentile(sorted, 0.99)),
    longestMs: round(sorted.at(-1) ?? 0),
    heapMiB: round(seen.heap[1] / 2 ** 20),
    heapGrowthMiB: round((seen.heap[1] - seen.heap[0]) / 2 ** 20),
  };
}
