/** Time in hand: what was done taken back, done again, played again, one event after another. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage } from './browser.ts';

let theatre: Stage;
beforeAll(async () => {
  theatre = await stage();
});
afterAll(() => theatre?.close());

it('takes back the last command and does it again', async () => {
  const visit = await theatre.open();
  const { page } = visit;
  await visit.sees('root@node1:~#');
  await visit.type('docker run -d -P --name web training/webapp');
  await visit.sees(/^[0-9a-f]{64}/m);
  await page.locator('.steps > li.done').first().waitFor();
  const before = await visit.screen();
  await visit.type('docker rm -f web');
  await visit.sees(/^web\s*$/m);
  await page.waitForFunction(() => document.querySelectorAll('svg .card').length === 0);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.locator('svg .card').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.replay'));
  expect((await visit.screen()).trim()).toBe(before.trim());
  expect(await visit.done()).toBe(1);
  await page.getByRole('button', { name: /^Redo/ }).click();
  await visit.sees(/docker rm -f web\s+web\s/);
  await page.waitForFunction(() => document.querySelectorAll('svg .card').length === 0);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await visit.sees(/[0-9a-f]{64}\s+root@node1:~#\s*$/);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.waitForFunction(() => document.querySelectorAll('svg .card').length === 0);
  expect((await visit.screen()).trim()).toBe('root@node1:~#');
  expect(await visit.done()).toBe(0);
  await visit.type('echo and on');
  await visit.sees(/\nand on/);
  expect(await page.getByRole('button', { name: /^Redo/ }).isDisabled()).toBe(true);
  expect(visit.noise).toEqual([]);
  await visit.close();
});
