/** Time in hand: what was done taken back, done again, played again, one event after another. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

let theatre: Stage;
beforeAll(async () => {
  theatre = await stage();
});
afterAll(() => theatre?.close());

const PROMPT = /root@node1:~#\s*$/;
const ID = /[0-9a-f]{64}\s/;

/** A visit that has seen the prompt and the tools of time. */
async function visitor(options = {}): Promise<Visit> {
  const visit = await theatre.open(options);
  await visit.sees(PROMPT);
  await visit.page.getByRole('toolbar', { name: 'Time' }).waitFor();
  return visit;
}

/** Waits until no log is being played. */
const calm = (visit: Visit) => visit.page.locator('[role=toolbar][aria-busy=false]').waitFor();

/** Waits until the map shows so many containers. */
const cards = (visit: Visit, n: number) =>
  visit.page.waitForFunction((want) => document.querySelectorAll('svg .card').length === want, n);

async function press(visit: Visit, name: RegExp): Promise<void> {
  await visit.page.getByRole('button', { name }).click();
  await calm(visit);
}

it('takes back the last command and does it again', async () => {
  const visit = await visitor();
  const { page } = visit;
  await visit.type('docker run -d -P --name web training/webapp');
  await visit.sees(ID);
  await page.locator('.steps > li.done').first().waitFor();
  const before = (await visit.screen()).trim();
  await visit.type('docker rm -f web');
  await visit.sees(/\nweb\s+root@/);
  await cards(visit, 0);

  await press(visit, /^Undo$/);
  await cards(visit, 1);
  await visit.sees(PROMPT);
  expect((await visit.screen()).trim()).toBe(before);
  expect(await visit.done()).toBe(1);

  await press(visit, /^Redo$/);
  await cards(visit, 0);
  await visit.sees(/docker rm -f web\s+web\s+root@/);

  await press(visit, /^Undo$/);
  await page.keyboard.press('Control+Alt+z');
  await cards(visit, 0);
  await calm(visit);
  await visit.sees(/^root@node1:~#\s*$/);
  expect(await visit.done()).toBe(0);
  expect(await page.getByRole('button', { name: /^Undo$/ }).isDisabled()).toBe(true);

  await visit.type('echo and on');
  await visit.sees(/\nand on\s/);
  expect(await page.getByRole('button', { name: /^Redo$/ }).isDisabled()).toBe(true);
  expect(visit.noise).toEqual([]);
  await visit.close();
});

it('undoes many times without keeping the labs', async () => {
  const visit = await visitor();
  await visit.type('docker run -d -P --name web training/webapp');
  await visit.sees(ID);
  for (let i = 0; i < 6; i++) {
    await press(visit, /^Undo$/);
    await cards(visit, 0);
    await press(visit, /^Redo$/);
    await cards(visit, 1);
  }
  await visit.type('sleep 1; curl -s localhost:32768');
  await visit.sees('Hello world!');
  expect(visit.noise).toEqual([]);
  await visit.close();
});

it('stops, goes event by event and says what happened', async () => {
  const visit = await visitor();
  const { page } = visit;
  await page.keyboard.press('F8');
  const clock = page.locator('[role=toolbar] time');
  await page.waitForTimeout(400);
  const still = await clock.textContent();
  await visit.type('ping -c 1 192.168.56.12');
  await page.waitForTimeout(600);
  expect((await clock.textContent())?.slice(0, 10)).toBe(still?.slice(0, 10));
  const events = page.getByRole('log', { name: 'What happened' });
  const replied = events.filter({ hasText: 'echo reply' });
  for (let i = 0; i < 40 && (await replied.count()) === 0; i++) {
    const count = await events.locator('p').count();
    await page.keyboard.press('F10');
    await page.waitForFunction((n) => document.querySelectorAll('.events p').length > n, count);
  }
  const told = (await events.textContent()) ?? '';
  expect(told).toContain('node1 eth0 sends ARP, Request who-has 192.168.56.12');
  expect(told).toMatch(/node2 eth0 receives IP 192\.168\.56\.11 > 192\.168\.56\.12: ICMP echo request/);
  expect(told).toContain('node1: the process ping');
  expect(await visit.faults()).toEqual([]);
  await page.keyboard.press('F8');
  await visit.sees('1 packets transmitted, 1 received');
  expect(await events.count()).toBe(0);
  expect(visit.noise).toEqual([]);
  await visit.close();
});

it('plays a command again for the eyes, and ends where it was', async () => {
  const visit = await visitor();
  const { page } = visit;
  await visit.type('docker run -d -P --name web training/webapp');
  await visit.sees(ID);
  await visit.type('sleep 1; curl -s localhost:32768');
  await visit.sees(/Hello world!root@node1:~#/);
  await visit.type('docker rm -f web');
  await visit.sees(/\nweb\s+root@/);
  await cards(visit, 0);
  const before = (await visit.screen()).trim();
  await page.getByRole('button', { name: 'Commands' }).click();
  expect(await visit.faults()).toEqual([]);
  await page.getByRole('menuitem', { name: /curl/ }).click();
  await page.getByText('Playing it again').waitFor();
  await cards(visit, 1);
  await calm(visit);
  await cards(visit, 0);
  expect((await visit.screen()).trim()).toBe(before);
  expect(await page.getByRole('button', { name: '1×' }).first().getAttribute('aria-pressed')).toBe('true');
  expect(visit.noise).toEqual([]);
  await visit.close();
});
