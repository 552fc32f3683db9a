/** The page in a frame of another site's page, by the code that the share dialog gives. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

const pictures = process.env.DRYDOCK_PICTURES;
let theatre: Stage;
let host: Server;
/** Another site: another host, so that storage is partitioned. */
let foreign: string;
let markup = '';
beforeAll(async () => {
  theatre = await stage();
  host = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end(`<!doctype html><title>A blog</title><input autofocus><p>Try it:</p>${markup}<p style="height:2000px">`);
  });
  await new Promise<void>((done) => host.listen(0, 'localhost', done));
  foreign = `http://localhost:${(host.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  host?.close();
  await theatre?.close();
});

/** The code for a session with a container, with some of the page's parts. */
async function code(without: readonly string[]): Promise<string> {
  const visit = await theatre.open();
  await visit.sees('root@node1');
  await visit.type('docker run -d --name web -p 8080:80 nginx');
  await visit.sees(/[0-9a-f]{64}/);
  await visit.page.getByRole('button', { name: 'Share' }).click();
  const field = visit.page.getByLabel('Code to embed');
  await field.waitFor();
  for (const name of without) await visit.page.getByRole('checkbox', { name }).uncheck();
  const text = await field.inputValue();
  expect(await visit.faults()).toEqual([]);
  await visit.close();
  return text;
}

/** Opens the other site's page, and waits for the lab in it. */
async function embedded(visit: Visit) {
  await visit.page.goto(foreign);
  const frame = visit.page.frameLocator('iframe');
  await frame.locator('[role=toolbar][aria-busy=false]').waitFor({ state: 'attached' });
  await frame.locator('svg .card').waitFor();
  return frame;
}
const ownNoise = (visit: Visit) => visit.noise.filter((n) => n !== `request to ${foreign}` && !n.includes('favicon'));

it('works on another site, in parts, and takes neither its focus nor its wheel', async () => {
  markup = await code(['Lesson']);
  const visit = await theatre.open();
  const frame = await embedded(visit);
  if (pictures) await visit.page.screenshot({ path: join(pictures, 'embed.png') });
  expect(await frame.locator('#region-lesson').isVisible()).toBe(false);
  expect(await frame.locator('#region-terminal').isVisible()).toBe(true);
  expect(await visit.page.evaluate(() => document.activeElement?.tagName)).not.toBe('IFRAME');
  const map = frame.locator('.map[role=group]');
  const drawing = () => map.locator('svg > g').first().getAttribute('transform');
  const before = await drawing();
  await map.hover();
  await visit.page.mouse.wheel(0, 200);
  await visit.page.waitForFunction(() => scrollY > 0);
  expect(await drawing()).toBe(before);
  await frame.locator('.xterm').first().click();
  await visit.page.keyboard.type('curl -s localhost:8080 | grep -c nginx\n');
  await frame.locator('.xterm-rows').getByText('grep -c nginx').waitFor();
  await frame.locator('.xterm-rows > div', { hasText: /^\d+\s*$/ }).waitFor();
  // It keeps nothing: loaded again it is what was embedded.
  await visit.page.reload();
  await frame.locator('svg .card').waitFor();
  expect(await frame.locator('.xterm-rows').getByText('grep -c nginx').count()).toBe(0);
  expect(ownNoise(visit)).toEqual([]);
  await visit.close();
});

it('works where the browser keeps nothing for it, with the map alone', async () => {
  markup = await code(['Lesson', 'Terminal']);
  const visit = await theatre.open();
  await visit.page.addInitScript(() => {
    if (window === window.parent) return;
    const refuse = () => {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    };
    Object.defineProperty(window, 'localStorage', { get: refuse });
    Object.defineProperty(window, 'sessionStorage', { get: refuse });
    Object.defineProperty(window, 'indexedDB', { get: refuse });
  });
  const frame = await embedded(visit);
  expect(await frame.locator('#region-terminal').isVisible()).toBe(false);
  expect(await frame.locator('#region-map').isVisible()).toBe(true);
  const [inside, all] = [
    await frame.locator('#region-map').boundingBox(),
    await visit.page.locator('iframe').boundingBox(),
  ];
  expect(inside?.width).toBeGreaterThan((all?.width ?? 0) - 10);
  expect(ownNoise(visit)).toEqual([]);
  await visit.close();
});
