/** A session in a link, in a file, and in the browser's keeping. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

let theatre: Stage;
beforeAll(async () => {
  theatre = await stage();
});
afterAll(() => theatre?.close());

const PROMPT = /root@node1:~#\s*$/;
const ID = /[0-9a-f]{64}\s/;

/** A visit in which a container runs and a shell in it has a tab of its own. */
async function worked(): Promise<Visit> {
  const visit = await theatre.open();
  await visit.sees(PROMPT);
  await visit.type('docker run -d -P --name web training/webapp');
  await visit.sees(ID);
  await visit.page.locator('.steps > li.done').first().waitFor();
  await visit.page.getByRole('button', { name: 'Another terminal' }).click();
  await visit.page.getByRole('menuitem', { name: 'Shell in web' }).click();
  await visit.sees(/docker exec -it web bash\s+root@[0-9a-f]{12}:/);
  await visit.type('hostname -i');
  await visit.sees('172.17.0.2');
  return visit;
}

/** What is on the page must be what `worked` left. */
async function isThere(visit: Visit): Promise<void> {
  await visit.page.locator('svg .card').waitFor();
  await visit.page.locator('[role=toolbar][aria-busy=false]').waitFor();
  expect(await visit.done()).toBe(1);
  await visit.at('node1');
  await visit.sees(ID);
  await visit.page.getByRole('tab', { name: 'web' }).click();
  await visit.sees(/hostname -i\s+172\.17\.0\.2\s+root@/);
  await visit.type('echo go on');
  await visit.sees(/\ngo on\s/);
  expect(visit.noise).toEqual([]);
}

async function share(visit: Visit): Promise<void> {
  await visit.page.getByRole('button', { name: 'Share' }).click();
  await visit.page.getByRole('button', { name: 'Save as a file' }).waitFor();
}

it('opens a link to the same lab', async () => {
  const visit = await worked();
  await share(visit);
  expect(await visit.faults()).toEqual([]);
  const link = await visit.page.getByLabel('Link').inputValue();
  expect(link).toMatch(/#\/[a-z0-9-]+\?s=/);
  expect(await visit.page.getByLabel('Code to embed').inputValue()).toContain(`<iframe src="${link}"`);
  const other = await theatre.open();
  await other.page.goto('about:blank');
  other.noise.length = 0;
  await other.page.goto(link);
  await isThere(other);
  expect(other.page.url()).not.toContain('s=');
  await visit.close();
  await other.close();
});

it('goes on where it was when the page is loaded again, unless that is not wanted', async () => {
  const visit = await worked();
  await visit.page.waitForTimeout(1200);
  await visit.page.reload();
  await isThere(visit);

  await share(visit);
  await visit.page.getByLabel('Go on from here').uncheck();
  await visit.page.getByRole('button', { name: 'Close', exact: true }).click();
  await visit.page.reload();
  await visit.sees(/^root@node1:~#\s*$/);
  expect(await visit.page.locator('svg .card').count()).toBe(0);

  await share(visit);
  await visit.page.getByLabel('Go on from here').check();
  await visit.page.getByRole('button', { name: 'Close', exact: true }).click();
  await visit.page.getByRole('button', { name: 'Start over' }).first().click();
  await visit.page.locator('dialog').getByRole('button', { name: 'Start over' }).click();
  await visit.sees(/^root@node1:~#\s*$/);
  await visit.page.reload();
  await visit.sees(/^root@node1:~#\s*$/);
  expect(await visit.page.locator('svg .card').count()).toBe(0);
  await visit.close();
});

it('saves to a file and opens it', async () => {
  const visit = await worked();
  await share(visit);
  const [download] = await Promise.all([
    visit.page.waitForEvent('download'),
    visit.page.getByRole('button', { name: 'Save as a file' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.drydock$/);
  const other = await theatre.open();
  await other.sees(PROMPT);
  await share(other);
  await other.page.locator('input[type=file]').setInputFiles(await download.path());
  await isThere(other);
  await visit.close();
  await other.close();
});

it('offers a file when a link would be too long', async () => {
  const visit = await theatre.open();
  await visit.sees(PROMPT);
  const noise = Array.from({ length: 45_000 }, () => Math.floor(Math.random() * 36).toString(36)).join('');
  await visit.page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData('text/plain', `: ${text}`);
    const at = document.querySelector('.shell:not([hidden]) textarea');
    at?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, noise);
  await visit.page.waitForTimeout(500);
  await share(visit);
  await visit.page.getByText('Save it as a file instead').waitFor();
  expect(await visit.page.getByLabel('Link').count()).toBe(0);
  expect(await visit.faults()).toEqual([]);
  await visit.close();
});

it('says so and gives a clean lab when a link is broken, also where a session is kept', async () => {
  const visit = await worked();
  const { page } = visit;
  await page.waitForTimeout(1200);
  const keeps = await page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('drydock.log.')));
  expect(keeps).toHaveLength(1);
  const lesson = (keeps[0] as string).slice('drydock.log.'.length);
  // no log, no base64url, characters that something has added
  for (const log of ['AAAA', 'A', 'AAAA).']) {
    await page.goto('about:blank');
    await page.goto(`${theatre.address}#/${lesson}?s=${log}`);
    await page.getByRole('alert').getByText('could not be played').waitFor();
    await visit.sees(/^root@node1:~#\s*$/);
    expect(await page.locator('svg .card').count()).toBe(0);
    expect(await visit.done()).toBe(0);
  }
  await visit.type('echo works');
  await visit.sees(/\nworks\s/);
  await visit.close();
});
