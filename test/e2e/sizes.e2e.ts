/** The page for a projector, and on a phone. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

const pictures = process.env.DRYDOCK_PICTURES;
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

let theatre: Stage;
let visit: Visit;
beforeAll(async () => {
  theatre = await stage();
});
afterAll(() => theatre?.close());
afterEach(async () => {
  expect(visit.noise).toEqual([]);
  await visit.close();
});

const look = async (name: string) => {
  if (pictures) await visit.page.screenshot({ path: join(pictures, `sizes-${name}.png`) });
};
const sizeOf = (selector: string): Promise<number> =>
  visit.page
    .locator(selector)
    .first()
    .evaluate(
      (e) => Number.parseFloat(getComputedStyle(e).fontSize) * ((e as SVGTextElement).getScreenCTM?.()?.a ?? 1),
    );

it('has large type, which a second visit remembers', async () => {
  visit = await theatre.open({ viewport: { width: 1920, height: 1080 } });
  await visit.sees('root@node1');
  await visit.page.locator('#pane svg text').first().waitFor();
  const places = ['.steps h3', '.xterm-rows', '#pane svg text', '#pane-tab-map'];
  const before = await Promise.all(places.map(sizeOf));
  await visit.page.getByRole('button', { name: 'Settings' }).click();
  await visit.page.getByRole('button', { name: 'Large' }).click();
  await look('settings');
  expect(await visit.faults()).toEqual([]);
  await visit.page.getByRole('button', { name: 'Close', exact: true }).click();
  const after = await Promise.all(places.map(sizeOf));
  // The map grows as far as it fits.
  for (const [i, place] of places.entries())
    expect((after[i] as number) / (before[i] as number), place).toBeGreaterThan(place.includes('svg') ? 1.1 : 1.3);
  await look('large');
  expect(await visit.faults()).toEqual([]);
  await visit.page.reload();
  await visit.sees('root@node1');
  expect(await Promise.all(places.slice(0, 2).map(sizeOf))).toEqual(after.slice(0, 2));
  expect(await visit.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1920);
});

it('fits a phone: one row of header, three parts, dialogs', async () => {
  visit = await theatre.open(PHONE);
  await visit.page.getByRole('tab', { name: 'Terminal' }).waitFor();
  const rows = await visit.page
    .locator('header')
    .first()
    .evaluate(
      (header) =>
        new Set(
          [...header.querySelectorAll('button, a, .progress')]
            .filter((e) => e.checkVisibility())
            .map((e) => {
              const box = e.getBoundingClientRect();
              return Math.round((box.top + box.bottom) / 2 / 12);
            }),
        ).size,
    );
  expect(rows).toBe(1);
  for (const tab of ['Lesson', 'Terminal', 'Network']) {
    await visit.page.getByRole('tab', { name: tab, exact: true }).click();
    await visit.page.waitForTimeout(800);
    await look(`phone-${tab}`);
    expect(await visit.page.evaluate(() => document.documentElement.scrollWidth), tab).toBeLessThanOrEqual(360);
    expect(await visit.faults()).toEqual([]);
  }
  for (const dialog of ['Settings', 'Course outline', 'Share', 'Start over']) {
    await visit.page.getByRole('button', { name: dialog, exact: true }).first().click();
    const box = await visit.page.locator('dialog[open]').boundingBox();
    await look(`phone-${dialog}`);
    expect(box?.x, dialog).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0), dialog).toBeLessThanOrEqual(360);
    expect((box?.y ?? 0) + (box?.height ?? 0), dialog).toBeLessThanOrEqual(740);
    await visit.page.keyboard.press('Escape');
    await visit.page.locator('dialog[open]').waitFor({ state: 'detached' });
  }
});

it('has the keys that a phone lacks', async () => {
  visit = await theatre.open(PHONE);
  await visit.page.getByRole('tab', { name: 'Terminal' }).click();
  await visit.sees('root@node1');
  const tap = (name: string) =>
    visit.page.getByRole('toolbar', { name: 'Keys' }).getByText(name, { exact: true }).tap();
  await visit.type('echo once');
  await visit.sees(/\nonce/);
  await tap('↑');
  await visit.page.keyboard.press('Enter');
  await visit.sees(/once[\s\S]*\nonce[\s\S]*\nonce/);
  await visit.page.keyboard.type('ifconf');
  await tap('Tab');
  await visit.sees('ifconfig');
  await tap('^C');
  await visit.sees(/\^C/);
  await visit.page.keyboard.type('sleep 1000');
  await visit.page.keyboard.press('Enter');
  await tap('Ctrl');
  await visit.page.keyboard.type('c');
  await visit.sees(/sleep 1000[\s\S]*\^C[\s\S]*root@node1/);
  await visit.page.keyboard.type('c');
  await visit.sees(/# c$/m);
});

it('keeps header and clock to a row each on a small laptop, and zoomed to twice the size', async () => {
  visit = await theatre.open({ viewport: { width: 1024, height: 700 } }, '#/chosen-port');
  await visit.sees('root@node1');
  const box = async (selector: string) =>
    (await visit.page.locator(selector).first().boundingBox()) ?? { y: 0, height: 0 };
  const middle = async (selector: string) => ((b) => b.y + b.height / 2)(await box(selector));
  await visit.page.locator('.time time').waitFor();
  expect(Math.abs((await middle('.time time')) - (await middle('.time .segments')))).toBeLessThan(4);
  for (const width of [1024, 768, 720]) {
    await visit.page.setViewportSize({ width, height: 450 });
    expect((await box('header')).height, `${width}`).toBeLessThan(60);
  }
});
