/** The list of packets in a real browser: filter, one frame by layers and bytes, its way, the file. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPcapng } from '../../src/linux/core/pcapng-read.ts';
import { type Stage, stage, type Visit } from './browser.ts';

/** Where pictures go, when someone wants to look at them. */
const pictures = process.env.DRYDOCK_PICTURES;

let theatre: Stage;
let visit: Visit;
beforeAll(async () => {
  theatre = await stage();
  visit = await theatre.open();
  await visit.sees('root@node1');
  await visit.type('docker run -d --name web -p 8080:80 nginx && docker ps --format "up {{.Names}}"');
  await visit.sees('up web');
  await visit.page.getByRole('tab', { name: 'Packets' }).click();
  await visit.at('node3');
  await visit.type('curl -s http://192.168.56.11:8080/ | grep -c nginx');
  await visit.sees(/^\d+$/m);
});
afterAll(async () => {
  expect(visit.noise).toEqual([]);
  await visit.close();
  await theatre.close();
});

const picture = async (name: string): Promise<void> => {
  if (pictures) await visit.page.screenshot({ path: `${pictures}/${name}.png` });
};
const rows = () => visit.page.locator('.row');
const rowTexts = async (): Promise<string[]> => (await rows().allTextContents()).map((t) => t.replace(/\s+/g, ' '));

async function filter(text: string): Promise<void> {
  const box = visit.page.getByLabel('Filter', { exact: true });
  await box.fill(text);
  await box.press('Enter');
}

/** Waits until every row in sight has a text. */
async function onlyRows(with_: string): Promise<void> {
  await visit.page.waitForFunction((text) => {
    const all = [...document.querySelectorAll('.row')];
    return all.length > 0 && all.every((r) => r.textContent?.includes(text));
  }, with_);
}

describe('packets', () => {
  it('lists what fits a filter, and says what is wrong with one', async () => {
    await filter('tcp[13] = 2');
    await onlyRows('Flags [S]');
    const places = (await rowTexts()).map((t) => t.split(' ').slice(2, 4).join(' '));
    expect(places).toContain('node3 eth0');
    expect(places).toContain('web eth0');
    await filter('tcp prt 80');
    await visit.page.locator('#filter-error:not([hidden])').waitFor();
    expect(await rows().count()).toBe(places.length);
    await filter('');
  });

  it('lists what fits the chips', async () => {
    await visit.page.locator('.chips').getByRole('button', { name: 'ARP' }).click();
    await onlyRows('ARP');
    await visit.page.getByLabel('Place').selectOption('node1/web');
    await onlyRows('web eth0');
    await visit.page.getByLabel('Place').selectOption('');
    await visit.page.locator('.chips').getByRole('button', { name: 'ARP' }).click();
  });

  it('tells the way of a packet, translation included', async () => {
    await filter('tcp[13] = 2 and dst host 172.17.0.2');
    await onlyRows('172.17.0.2.80');
    await rows().first().click();
    await visit.page.getByRole('button', { name: 'Its way' }).click();
    await visit.page.locator('.journeys li').first().waitFor();
    const way = (await visit.page.locator('.journeys').textContent()) ?? '';
    expect(way).toContain('curl');
    expect(way).toMatch(/chain DOCKER, rule \d+.*destination rewritten from 192\.168\.56\.11:8080 to 172\.17\.0\.2:80/);
    expect(way).toContain('delivered to the listening TCP socket of nginx');
    await picture('packets-way');
  });

  it('links fields and bytes both ways', async () => {
    const { page } = visit;
    expect(await visit.faults()).toEqual([]);
    await page.getByRole('button', { name: 'Layers and bytes' }).click();
    await page.getByRole('button', { name: 'Destination port' }).focus();
    const lit = () => page.locator('.hex .lit').allTextContents();
    expect(await lit()).toEqual(['00', '50']);
    await picture('packets-field');
    await page.locator('.hex [data-at="22"]').hover();
    expect(await page.locator('.layers .lit .key').allTextContents()).toEqual(['Time to live']);
    await page.locator('.bytes').focus();
    for (let i = 0; i < 14; i++) await page.keyboard.press('ArrowRight');
    expect(await page.locator('.place [aria-live]').textContent()).toContain('IPv4, Version: 4');
  });

  it('has no accessibility faults', async () => {
    expect(await visit.faults()).toEqual([]);
  });

  it('moves by keyboard', async () => {
    await visit.page.getByRole('listbox', { name: 'Frames' }).focus();
    await visit.page.keyboard.press('End');
    await visit.page.locator('.row[aria-selected="true"]').waitFor();
    const last = await visit.page.locator('.row[aria-selected="true"]').getAttribute('aria-posinset');
    await visit.page.keyboard.press('ArrowUp');
    await visit.page.waitForFunction(
      (n) => document.querySelector('.row[aria-selected="true"]')?.getAttribute('aria-posinset') === n,
      String(Number(last) - 1),
    );
  });

  it('saves the frames of the list', async () => {
    const download = visit.page.waitForEvent('download');
    await visit.page.getByRole('button', { name: 'Save as pcapng' }).click();
    const file = readPcapng(new Uint8Array(readFileSync(await (await download).path())));
    expect(file?.packets.length).toBe(await rows().count());
    const names = file?.interfaces.map((i) => `${i.description} ${i.name}`);
    expect(names).toContain('node1/web eth0');
  });

  it('stops and goes on', async () => {
    const { page } = visit;
    await filter('icmp');
    await page.getByText('Nothing has crossed yet that fits.').waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await visit.type('clear; ping -c 1 192.168.56.11 | grep received');
    await visit.sees('1 received');
    expect(await rows().count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await onlyRows('ICMP echo');
  });

  it('fits a telephone', async () => {
    await visit.page.setViewportSize({ width: 360, height: 740 });
    await visit.page.getByRole('tab', { name: 'Network', exact: true }).click();
    await rows().last().click();
    await visit.page.locator('.layers').waitFor();
    await picture('packets-narrow');
    expect(await visit.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(await visit.faults()).toEqual([]);
  });
});
