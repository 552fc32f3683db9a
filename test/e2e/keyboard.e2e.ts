/** The page by keyboard alone: what Tab reaches and in which order, that it can be seen, and what Escape leaves. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

let theatre: Stage;
let visit: Visit;
beforeAll(async () => {
  theatre = await stage();
  visit = await theatre.open({ reducedMotion: 'reduce' });
  await visit.sees('root@node1');
  await visit.type('docker run -d --name web -p 8080:80 nginx');
  await visit.page.locator('svg .card').waitFor();
});
afterAll(async () => {
  expect(visit.noise).toEqual([]);
  await visit.close();
  await theatre.close();
});

/** Where the focus is: part of the page, what it is on, and whether that can be seen. */
const focus = () =>
  visit.page.evaluate(() => {
    const at = document.activeElement as HTMLElement;
    const ring = (e: Element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(e);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0;
    };
    const inner = at.querySelector('rect');
    const box = at.getBoundingClientRect();
    return {
      part: at.closest('header, section[id], main')?.id || at.closest('header, main')?.localName || '',
      name: at.getAttribute('aria-label') ?? at.textContent?.trim().slice(0, 30) ?? '',
      seen: box.width > 0 && (ring(at) || (inner !== null && getComputedStyle(inner).strokeWidth === '2.5px')),
      terminal: at.classList.contains('xterm-helper-textarea'),
      body: at === document.body,
    };
  });

/** Presses Tab until the focus is in a terminal or has left the page. */
async function walk(): Promise<Awaited<ReturnType<typeof focus>>[]> {
  const stops: Awaited<ReturnType<typeof focus>>[] = [];
  for (let i = 0; i < 120; i++) {
    await visit.page.keyboard.press('Tab');
    const stop = await focus();
    if (stop.terminal || stop.body) return stops;
    stops.push(stop);
  }
  throw new Error('the focus goes round and round');
}

it('reaches everything in the order in which it stands, and shows where it is', async () => {
  const { page } = visit;
  // From the page's beginning.
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
  });
  const before = await walk();
  const order = [...new Set(before.map((s) => s.part))];
  expect(order.filter((p) => p !== 'main')).toEqual(['header', 'region-lesson', 'region-terminal']);
  // Tab is the shell's in a terminal: F6 leads out of it.
  await page.keyboard.press('F6');
  const after = await walk();
  const names = after.map((s) => s.name);
  for (const name of ['Map', 'Drawing', 'web 172.17.0.2', 'Show all'])
    expect(
      names.findIndex((n) => n.startsWith(name)),
      name,
    ).toBeGreaterThanOrEqual(0);
  expect([...before, ...after].filter((s) => !s.seen)).toEqual([]);
});

it('leaves by Escape what it has opened, and is where it was', async () => {
  const { page } = visit;
  const card = page.getByRole('button', { name: 'web 172.17.0.2' });
  await card.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'web' }).waitFor();
  await page.keyboard.press('Escape');
  expect((await focus()).name).toBe('web 172.17.0.2');

  for (const name of ['Settings', 'Share', 'Start over', 'Course outline']) {
    const button = page.locator('header').getByRole('button', { name, exact: true });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    expect((await focus()).name, name).toBe(name);
  }

  await page.locator('#pane-tab-map').focus();
  await page.keyboard.press('ArrowRight');
  const list = page.getByRole('listbox');
  await list.focus();
  await page.locator('.row').first().waitFor();
  await page.keyboard.press('End');
  await page.locator('.detail header').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await page.locator('.detail').waitFor({ state: 'detached' });
  expect(await list.evaluate((e) => e === document.activeElement)).toBe(true);
});
