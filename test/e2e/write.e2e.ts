/** Writing a lesson: the files on the page, in a folder, in a folder that is watched; faults, preview, proof. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

const NAMES = ['lesson.yaml', 'en.md', 'zh.md'];
const example = (name: string): string =>
  readFileSync(new URL(`../../src/web/ui/write/example/${name}`, import.meta.url), 'utf8');
const pictures = process.env.DRYDOCK_PICTURES;

let theatre: Stage;
let visit: Visit;
let root: string;
/** A lesson's folder on the disk. */
let folder: string;

beforeAll(async () => {
  theatre = await stage();
  root = mkdtempSync(join(tmpdir(), 'drydock-'));
  folder = join(root, '07-mine');
  mkdirSync(folder);
});
afterAll(async () => {
  rmSync(root, { recursive: true });
  await theatre?.close();
});
afterEach(async () => {
  expect(visit.noise).toEqual([]);
  await visit.close();
});

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const look = async (name: string) => {
  if (pictures) await visit.page.screenshot({ path: join(pictures, `write-${name}.png`) });
};
const choose = () => visit.page.locator('input[type=file]').setInputFiles(folder);
const open = () => visit.page.getByRole('button', { name: 'Open the preview' }).click();
const title = () => visit.page.locator('#region-lesson h2').textContent();
const waitForTitle = (text: string) => visit.page.getByRole('heading', { level: 2, name: text }).waitFor();

it('opens its example, which can be played and changed in words while the lab goes on', async () => {
  visit = await theatre.open({}, '#/write');
  await waitForTitle('Write a lesson');
  expect(await visit.faults()).toEqual([]);
  await look('page');
  await open();
  await waitForTitle('A server and its visitor');
  await visit.sees('root@node1');
  await visit.page.locator('.run .go').first().click();
  await visit.page.locator('.steps > li.done').waitFor();
  expect(await visit.faults()).toEqual([]);
  await look('preview');
  await visit.page.getByRole('link', { name: 'Back to writing' }).click();
  await waitForTitle('Write a lesson');
  expect(new URL(visit.page.url()).hash).toBe('#/write');
});

it('shows a folder that was chosen, its faults by line, and it again when it has been mended', async () => {
  for (const name of NAMES) put(name, example(name));
  put('en.md', example('en.md').replace('The neighbour,', 'The <b>neighbour</b>,'));
  visit = await theatre.open({}, '#/write');
  await waitForTitle('Write a lesson');
  await choose();
  const line = example('en.md').split('\n').indexOf('The neighbour, node2, is 192.168.56.12.') + 1;
  await visit.page
    .getByRole('button', { name: `en.md:${line}` })
    .first()
    .click();
  const selected = await visit.page.evaluate(() => {
    const field = document.activeElement as HTMLTextAreaElement;
    return field.value.slice(field.selectionStart, field.selectionEnd);
  });
  expect(selected).toBe('The <b>neighbour</b>, node2, is 192.168.56.12.');
  expect(await visit.page.getByRole('button', { name: 'Open the preview' }).isDisabled()).toBe(true);
  expect(await visit.faults()).toEqual([]);
  await look('faults');

  put('en.md', example('en.md'));
  await choose();
  await visit.page.getByText('No faults.').waitFor();
  await open();
  await visit.page.getByText('Preview of 07-mine').waitFor();
  await visit.sees('root@node1');

  // Words change: the lab goes on.
  await visit.type('touch /tmp/still-here');
  put('en.md', example('en.md').replace('# A server and its visitor', '# Another name'));
  await choose();
  await waitForTitle('Another name');
  await visit.type('ls /tmp');
  await visit.sees('still-here');

  // A fault: what was sound stays, and the fault is told.
  put('zh.md', `${example('zh.md')}\n<b>no</b>\n`);
  await choose();
  const last = example('zh.md').split('\n').length + 1;
  await visit.page.getByText(`zh.md:${last}`).first().waitFor();
  expect(await title()).toBe('Another name');
  await look('fault-in-preview');

  // Data changes: a fresh lab.
  put('zh.md', example('zh.md'));
  put('lesson.yaml', example('lesson.yaml').replace('machines: 2', 'machines: 3'));
  await choose();
  await visit.page.waitForFunction(() => !document.querySelector('.xterm-rows')?.textContent?.includes('still-here'));
  await visit.sees('root@node1');
});

it('watches a folder', async () => {
  visit = await theatre.open();
  // A folder of the browser's own, which has the same face as one of the disk: no test can answer the system's dialog.
  await visit.page.evaluate(
    async (files) => {
      const dir = await (await navigator.storage.getDirectory()).getDirectoryHandle('08-watched', { create: true });
      const write = async (name: string, text: string) => {
        const out = await (await dir.getFileHandle(name, { create: true })).createWritable();
        await out.write(text);
        await out.close();
      };
      for (const [name, text] of files) await write(name, text);
      Object.assign(window, { write, showDirectoryPicker: async () => dir });
    },
    NAMES.filter((n) => n !== 'zh.md').map((n) => [n, example(n)] as [string, string]),
  );
  await visit.page.evaluate(() => {
    location.hash = '#/write';
  });
  await visit.page.getByRole('button', { name: 'Watch a folder' }).click();
  await visit.page.getByText('zh.md: not there yet').waitFor();
  await open();
  await visit.page.getByText('Preview of 08-watched').waitFor();
  const save = (name: string, text: string) =>
    visit.page.evaluate(
      ([n, x]) => (window as unknown as { write(n: string, x: string): Promise<void> }).write(n as string, x as string),
      [name, text],
    );
  await save('en.md', example('en.md').replace('# A server and its visitor', '# Saved in an editor'));
  await waitForTitle('Saved in an editor');
});

it('proves the lesson in the page', async () => {
  visit = await theatre.open({}, '#/write');
  await visit.page.getByText('No faults.').waitFor();
  await visit.page.getByRole('button', { name: 'Prove it here' }).click();
  await visit.page.getByText('Proven: everything holds.').waitFor();
  expect(await visit.page.getByText('serve: the solution passes').count()).toBe(1);
  await look('proof');
  // A solution that does nothing is found.
  await visit.page
    .getByLabel('lesson.yaml')
    .fill(example('lesson.yaml').replace(/docker run -d -p 8080:80 .*/, 'echo'));
  await visit.page.getByText('Proven').waitFor({ state: 'detached' });
  await visit.page.getByRole('button', { name: 'Prove it here' }).click();
  await visit.page.getByText(/findings? to look at/).waitFor();
  expect(await visit.faults()).toEqual([]);
});

it('reads a folder of its own site', async () => {
  visit = await theatre.open({}, '#/write');
  const address = visit.page.getByLabel('Address of a folder');
  for (const name of NAMES)
    await visit.page.route(`**/mine/${name}`, (route) =>
      route.fulfill({ contentType: 'text/plain', body: example(name).replace('# A server', '# A fetched server') }),
    );
  await address.fill('mine');
  await address.press('Enter');
  await visit.page.getByText('As they are in mine').waitFor();
  await open();
  await waitForTitle('A fetched server and its visitor');
});

it('brings a lesson from another site in an address, and links to what is written', async () => {
  const elsewhere = createServer((request, answer) => {
    const name = request.url?.split('/').at(-1) ?? '';
    answer.setHeader('Access-Control-Allow-Origin', '*');
    if (!NAMES.includes(name)) answer.writeHead(404);
    answer.end(NAMES.includes(name) ? example(name).replace('# A server', '# A distant server') : '');
  });
  await new Promise<void>((done) => elsewhere.listen(0, 'localhost', done));
  const folder = `http://localhost:${(elsewhere.address() as AddressInfo).port}/lessons/mine`;
  visit = await theatre.open({}, `#/try?url=${encodeURIComponent(folder)}`);
  await waitForTitle('A distant server and its visitor');
  await visit.sees('root@node1');
  await visit.page.getByText(`Preview of ${folder}`).waitFor();
  expect(await visit.faults()).toEqual([]);
  // The address holds the lesson: it opens again without the other site.
  elsewhere.close();
  elsewhere.closeAllConnections();
  await visit.page.reload();
  await waitForTitle('A distant server and its visitor');
  // The learner's page itself has fetched nothing from there; what has is the document that brings.
  const asked = visit.noise.splice(0);
  expect(asked.map((n) => n.split('/').at(-1)).sort()).toEqual([...NAMES].sort());

  await visit.page.getByRole('link', { name: 'Back to writing' }).click();
  await waitForTitle('Write a lesson');
  await visit.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await visit.page.getByRole('button', { name: 'Copy a link to it' }).click();
  await visit.page.getByRole('button', { name: 'Copied' }).waitFor();
  const link = await visit.page.evaluate(() => navigator.clipboard.readText());
  await visit.page.goto('about:blank');
  visit.noise.length = 0;
  await visit.page.goto(link);
  await waitForTitle('A distant server and its visitor');
});

it('says what is wrong with a lesson that an address brings', async () => {
  visit = await theatre.open({}, '#/try');
  await waitForTitle('Write a lesson');
  await visit.page.getByText('This one brings none').waitFor();
  await visit.page.goto(`${theatre.address}#/try?lesson=AAAA`);
  await visit.page.getByText('The lesson of this address cannot be shown').waitFor();
  await visit.page.getByText('There is no lesson.yaml').waitFor();
  await visit.page.goto(`${theatre.address}bring.html#url=${encodeURIComponent(`${theatre.address}nothing/`)}`);
  await visit.page.getByText('There is no lesson.yaml at').waitFor();
  visit.noise.splice(0);
});
