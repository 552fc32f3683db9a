/** The built page in a real browser: it starts, answers, stays responsive, and is accessible. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { preview } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BLOCKED } from './browser.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where pictures go, when someone wants to look at them. */
const pictures = process.env.DRYDOCK_PICTURES;

let server: Awaited<ReturnType<typeof preview>>;
let browser: Browser;
let page: Page;
let noise: string[] = [];

beforeAll(async () => {
  server = await preview({ root, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});
afterEach(async () => {
  await page?.context().close();
  expect(noise).toEqual([]);
});

const address = (): string => `http://127.0.0.1:${(server.httpServer.address() as { port: number }).port}/`;

/** Opens the page afresh; whatever it complains about, or fetches from elsewhere, is kept in `noise`. */
async function open(options: BrowserContextOptions = {}, shown = true): Promise<void> {
  noise = [];
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en',
    serviceWorkers: 'block',
    ...options,
  });
  page = await context.newPage();
  page.on('console', (m) => {
    if (m.type() !== 'error' && m.type() !== 'warning') return;
    if (m.text() !== BLOCKED) noise.push(m.text());
  });
  page.on('pageerror', (e) => noise.push(e.message));
  page.on('request', (r) => {
    if (!r.url().startsWith(address()) && !r.url().startsWith('data:')) noise.push(`request to ${r.url()}`);
  });
  await page.goto(address());
  if (shown) await screenHas('root@node1');
}

async function screenHas(text: string): Promise<void> {
  await page.waitForFunction(
    (t) =>
      document.querySelector('.shell:not([hidden]) .xterm-rows')?.textContent?.replaceAll('\u00a0', ' ').includes(t),
    text,
  );
}

async function type(command: string): Promise<void> {
  await page.locator('.shell:not([hidden]) .xterm').click();
  await page.keyboard.type(command);
  await page.keyboard.press('Enter');
}

const stepsDone = (): Promise<number> => page.locator('.steps > li.done').count();

async function picture(name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

/** Serious faults of the page, as axe names them. */
async function faults(): Promise<string[]> {
  // As a debugger would: the page's own policy forbids it scripts from elsewhere.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const run = (
      window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe;
    const { violations } = await run.run();
    return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`);
  });
}

describe('the page', () => {
  it('runs a container, ticks the step and draws both', async () => {
    await open();
    await type('docker run -d -P training/webapp python app.py');
    await page.locator('.steps > li.done').first().waitFor();
    expect(await stepsDone()).toBe(1);
    await page.locator('svg .socket').first().waitFor();
    expect(await page.locator('svg .card').count()).toBe(1);
    await picture('light');
  });

  it('runs a lesson’s command by a click', async () => {
    await open();
    await page.locator('.run .go').first().click();
    await page.locator('svg .card').first().waitFor();
  });

  it('speaks Chinese at once', async () => {
    await open({ colorScheme: 'dark' });
    await page.getByRole('button', { name: '中文' }).click();
    // Its words are fetched when they are asked for.
    await page
      .locator('article h2')
      .filter({ hasText: /^随机端口$/ })
      .waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await picture('dark-zh');
  });

  it('interrupts a flood at once', async () => {
    await open();
    await type('while true; do echo flood; done');
    await screenHas('flood');
    await page.waitForTimeout(1000);
    const before = Date.now();
    await page.keyboard.press('Control+c');
    await type('echo still here');
    await screenHas('still here');
    // Not a benchmark: a page that froze would take tens of seconds.
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  it('starts over', async () => {
    await open();
    await type('docker run -d -P training/webapp');
    await page.locator('svg .card').first().waitFor();
    await page.getByRole('button', { name: 'Start over' }).first().click();
    await page.locator('dialog').getByRole('button', { name: 'Start over' }).click();
    await screenHas('root@node1');
    expect(await page.locator('svg .card').count()).toBe(0);
    expect(await stepsDone()).toBe(0);
  });

  it('moves its dividers by keyboard', async () => {
    await open();
    const bar = page.getByRole('separator', { name: 'Width of the lesson' });
    const before = Number(await bar.getAttribute('aria-valuenow'));
    await bar.focus();
    await page.keyboard.press('ArrowRight');
    expect(Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(before);
  });

  it('has no accessibility faults, as drawing and as table', async () => {
    await open();
    await type('docker run -d -P training/webapp');
    await page.locator('svg .card').first().waitFor();
    expect(await faults()).toEqual([]);
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await faults()).toEqual([]);
  });

  it('fits a telephone', async () => {
    await open({ viewport: { width: 360, height: 740 } }, false);
    for (const tab of ['Lesson', 'Terminal', 'Network']) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(360);
      expect(await faults()).toEqual([]);
      if (tab === 'Terminal') await screenHas('root@node1');
      await picture(`narrow-${tab.toLowerCase()}`);
    }
  });
});
