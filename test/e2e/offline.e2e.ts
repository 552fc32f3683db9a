/** The page without a network, after one visit. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage } from './browser.ts';

let theatre: Stage;
beforeAll(async () => {
  theatre = await stage();
});
afterAll(() => theatre?.close());

it('starts and works offline after the first visit, with commands that were never used', async () => {
  const visit = await theatre.open({ serviceWorkers: 'allow' });
  await visit.sees('root@node1');
  await visit.page.evaluate(() => navigator.serviceWorker.ready);
  await visit.page.context().setOffline(true);
  await visit.page.reload();
  await visit.sees('root@node1');
  expect(await visit.page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
  await visit.type(
    'docker run -d -p 8080:5000 training/webapp && sleep 1 && curl -s localhost:8080 && tcpdump --version',
  );
  await visit.sees('Hello world!');
  await visit.sees(/tcpdump version \d/);
  expect(visit.noise).toEqual([]);
  await visit.close();
});

it('keeps every file of the build', async () => {
  const visit = await theatre.open({ serviceWorkers: 'allow' });
  await visit.sees('root@node1');
  await visit.page.evaluate(() => navigator.serviceWorker.ready);
  const kept = await visit.page.evaluate(async () => {
    const [name] = await caches.keys();
    return (await (await caches.open(name as string)).keys()).map((r) => new URL(r.url).pathname);
  });
  const { readdirSync } = await import('node:fs');
  const built = readdirSync('dist/web', { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => `${e.parentPath.slice('dist/web'.length)}/${e.name}`)
    .filter((name) => name !== '/sw.js')
    .map((name) => (name === '/index.html' ? '/' : name));
  expect(kept.sort()).toEqual(built.sort());
  await visit.close();
});
