/** The built page in a real browser: it starts, answers, stays responsive, and is accessible. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

/** Where pictures go, when someone wants to look at them. */
const pictures = process.env.DRYDOCK_PICTURES;

let theatre: Stage;
let visit: Visit;
let page: Page;

beforeAll(async () => {
  theatre = await stage();
});
afterAll(() => theatre?.close());
afterEach(async () => {
  await visit?.close();
  expect(visit.noise).toEqual([]);
});

async function open(options: BrowserContextOptions = {}): Promise<void> {
  visit = await theatre.open(options);
  ({ page } = visit);
  await visit.sees('root@node1');
}

async function picture(name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

describe('the page', () => {
  it('runs a container, ticks the step and draws both', async () => {
    await open();
    await visit.type('docker run -d -P training/webapp python app.py');
    await page.locator('.steps > li.done').first().waitFor();
    expect(await visit.done()).toBe(1);
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
    await visit.type('while true; do echo flood; done');
    await visit.sees('flood');
    await page.waitForTimeout(1000);
    await page.keyboard.press('Control+c');
    await visit.type('echo still $((40 + 2))');
    await visit.sees('still 42');
  });

  it('starts over', async () => {
    await open();
    await visit.type('docker run -d -P training/webapp');
    await page.locator('svg .card').first().waitFor();
    await page.getByRole('button', { name: 'Start over' }).first().click();
    await page.locator('dialog').getByRole('button', { name: 'Start over' }).click();
    await visit.sees('root@node1');
    expect(await page.locator('svg .card').count()).toBe(0);
    expect(await visit.done()).toBe(0);
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
    await visit.type('docker run -d -P training/webapp');
    await page.locator('svg .card').first().waitFor();
    expect(await visit.faults()).toEqual([]);
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await visit.faults()).toEqual([]);
  });
});
