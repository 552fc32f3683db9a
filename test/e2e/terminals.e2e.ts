/** Terminals: tabs, shells in containers, the clipboard, search, links, type, the transcript, and the way out by keyboard. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Stage, stage, type Visit } from './browser.ts';

let theatre: Stage;
beforeAll(async () => {
  theatre = await stage();
});
afterAll(() => theatre?.close());

const PROMPT = /root@node1:~#\s*$/;

async function visitor(): Promise<Visit> {
  const visit = await theatre.open();
  await visit.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await visit.sees(PROMPT);
  await visit.page.getByRole('button', { name: 'Terminal menu' }).waitFor();
  return visit;
}

const clipboard = (visit: Visit): Promise<string> => visit.page.evaluate(() => navigator.clipboard.readText());

/** Where a cell of the screen in front is on the page. */
async function cell(visit: Visit, row: number, col: number): Promise<{ x: number; y: number }> {
  const box = await visit.page.locator('.shell:not([hidden]) .xterm-rows > div').nth(row).boundingBox();
  if (!box) throw new Error(`no row ${row}`);
  return { x: box.x + col * 7.8 + 4, y: box.y + box.height / 2 };
}

/** The terminals' tabs. */
const tabs = (visit: Visit, which: { selected?: boolean } = {}) =>
  visit.page.getByRole('tablist', { name: 'Terminals' }).getByRole('tab', which);

/** Picks from the menu of the terminal in front. */
async function choose(visit: Visit, name: string): Promise<void> {
  await visit.page.getByRole('button', { name: 'Terminal menu' }).click();
  await visit.page.getByRole(/Transcript|Tab leaves/.test(name) ? 'menuitemcheckbox' : 'menuitem', { name }).click();
}

it('has tabs that are opened, gone through by keyboard and closed', async () => {
  const visit = await visitor();
  const { page } = visit;
  await page.getByRole('button', { name: 'Another terminal' }).click();
  expect(await visit.faults()).toEqual([]);
  await page.getByRole('menuitem', { name: 'Shell on node2' }).click();
  await visit.sees('root@node2:~#');
  await page.getByRole('button', { name: 'Another terminal' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await visit.sees(PROMPT);
  await visit.type('tty');
  await visit.sees('/dev/pts/1');
  expect(await tabs(visit).count()).toBe(4);
  await tabs(visit, { selected: true }).focus();
  await page.keyboard.press('ArrowLeft');
  expect(await tabs(visit, { selected: true }).textContent()).toContain('node2');
  await page.keyboard.press('Delete');
  expect(await tabs(visit).count()).toBe(3);
  await tabs(visit).last().click();
  await page.getByRole('button', { name: 'Close the terminal node1' }).click();
  expect(await tabs(visit).count()).toBe(2);
  await visit.at('node1');
  await visit.type('ps -e | grep -c bash');
  await visit.sees(/\n1\s/);
  expect(visit.noise).toEqual([]);
  await visit.close();
});

it('tells that a shell has ended and opens a new one', async () => {
  const visit = await visitor();
  await visit.type('exit 3');
  await visit.page.getByText('The shell has ended with status 3.').waitFor();
  expect(await visit.faults()).toEqual([]);
  await visit.page.getByRole('button', { name: 'New shell' }).click();
  await visit.sees(/new one\.\s+root@node1:~#\s*$/);
  await visit.type('exit');
  await visit.page.getByText('The shell has ended with status 0.').waitFor();
  await visit.page.locator('.shell:not([hidden]) .xterm').click();
  await visit.page.keyboard.press('Enter');
  await visit.sees(PROMPT);
  await visit.type('echo again');
  await visit.sees(/\nagain\s/);
  await visit.close();
});

it('copies, and asks before it pastes what would run at once', async () => {
  const visit = await visitor();
  const { page } = visit;
  await visit.type('echo first word');
  await visit.sees(/\nfirst word\s/);
  await choose(visit, 'Copy everything');
  expect(await clipboard(visit)).toMatch(/^root@node1:~# echo first word\nfirst word\nroot@node1:~#/);
  const { x, y } = await cell(visit, 1, 2);
  await page.mouse.dblclick(x, y);
  await page.locator('.corner').getByRole('button', { name: 'Copy' }).waitFor();
  await page.keyboard.press('Control+Shift+c');
  expect((await clipboard(visit)).trim()).toBe('first');

  await page.evaluate(() => navigator.clipboard.writeText('echo one\necho two\n'));
  await page.locator('.shell:not([hidden]) .xterm').click({ button: 'right' });
  expect(await visit.faults()).toEqual([]);
  await page.getByRole('menuitem', { name: 'Paste' }).click();
  await page.getByRole('heading', { name: 'Paste 2 lines?' }).waitFor();
  expect(await visit.faults()).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+v');
  await page.getByRole('button', { name: 'Paste as one line' }).click();
  await visit.sees(/# echo one echo two\s*$/);
  await page.keyboard.press('Control+u');
  await page.keyboard.press('Control+v');
  await page.getByRole('button', { name: 'Paste', exact: true }).click();
  await page.keyboard.press('Enter');
  await visit.sees(/\none\s+.*\s*two\s/);

  await page.evaluate(() => navigator.clipboard.writeText('echo single'));
  await page.keyboard.press('Control+v');
  await visit.sees(/# echo single\s*$/);
  expect(visit.noise).toEqual([]);
  await visit.close();
});

it('finds text in what has scrolled away', async () => {
  const visit = await visitor();
  const { page } = visit;
  await visit.type('seq 1000; clear -x; echo end');
  await visit.sees(/end\s+root@/);
  await page.keyboard.press('Control+Shift+f');
  await page.getByLabel('Find in the terminal').fill('77');
  await page.getByText('19 of 19').waitFor();
  expect(await visit.faults()).toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByText('18 of 19').waitFor();
  await visit.sees(/\n877\s/);
  await page.keyboard.press('Escape');
  await page.keyboard.type('echo typed');
  await page.keyboard.press('Enter');
  await visit.sees(/\ntyped\s/);
  await visit.close();
});

it('has links: the lab’s own to its browser, others to a tab of their own', async () => {
  const visit = await visitor();
  const { page } = visit;
  await visit.type('clear; echo; echo http://localhost:32768/x; echo https://docs.docker.com/');
  await visit.sees(/docs\.docker\.com\/\s+root@/);
  const click = async (row: number) => {
    const { x, y } = await cell(visit, row, 12);
    await page.mouse.move(x, y);
    await page.waitForTimeout(300);
    await page.mouse.click(x, y);
  };
  await click(1);
  await page.getByRole('textbox', { name: 'Address' }).waitFor();
  expect(await page.getByRole('textbox', { name: 'Address' }).inputValue()).toBe('http://localhost:32768/x');
  await page.context().route('https://docs.docker.com/**', (route) => route.fulfill({ body: 'docs' }));
  const [other] = await Promise.all([page.context().waitForEvent('page'), click(2)]);
  expect(other.url()).toBe('https://docs.docker.com/');
  expect(await other.evaluate(() => window.opener === null)).toBe(true);
  await visit.close();
});

it('has larger and smaller type, and keeps the choice', async () => {
  const visit = await visitor();
  const { page } = visit;
  const size = () => page.locator('.shell:not([hidden]) .xterm-rows').evaluate((e) => getComputedStyle(e).fontSize);
  expect(await size()).toBe('13px');
  await page.locator('.shell:not([hidden]) .xterm').click();
  await page.keyboard.press('Control+=');
  await page.keyboard.press('Control+=');
  expect(await size()).toBe('15px');
  await page.reload();
  await visit.sees(PROMPT);
  expect(await size()).toBe('15px');
  await page.getByRole('button', { name: 'Terminal menu' }).waitFor();
  await page.locator('.shell:not([hidden]) .xterm').click();
  await page.keyboard.press('Control+0');
  expect(await size()).toBe('13px');
  await visit.close();
});

it('is told as text to those who cannot see it', async () => {
  const visit = await visitor();
  const { page } = visit;
  await choose(visit, 'Transcript');
  const log = page.getByRole('log', { name: 'Transcript of node1' });
  await log.waitFor();
  expect(await log.getAttribute('aria-live')).toBe('polite');
  await visit.type('echo hello; seq 3');
  await visit.sees(/\n3\s+root@/);
  await page.waitForFunction(() => document.querySelectorAll('.transcript p').length >= 5);
  expect(await log.locator('p').allTextContents()).toEqual(['root@node1:~# echo hello; seq 3', 'hello', '1', '2', '3']);
  expect(await visit.faults()).toEqual([]);
  await visit.type('watch -n 1 date');
  await visit.sees('Every 1.0s');
  await page.keyboard.press('Control+c');
  await visit.type('echo bye');
  await visit.sees(/\nbye\s/);
  const lines = await log.locator('p').allTextContents();
  expect(lines.some((l) => l.includes('Every'))).toBe(false);
  expect(lines.at(-1)).toBe('bye');
  await visit.close();
});

it('lets go of the keyboard', async () => {
  const visit = await visitor();
  const { page } = visit;
  const inTerminal = () => page.evaluate(() => document.activeElement?.closest('.xterm') !== null);
  await page.locator('.shell:not([hidden]) .xterm').click();
  await page.keyboard.type('dock');
  await page.keyboard.press('Tab');
  await visit.sees(/# docker/);
  expect(await inTerminal()).toBe(true);
  await page.keyboard.press('F6');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('region-map');
  await page.keyboard.press('Shift+F6');
  expect(await inTerminal()).toBe(true);
  await choose(visit, 'Tab leaves the terminal');
  await page.locator('.shell:not([hidden]) .xterm').click();
  await page.keyboard.press('Tab');
  expect(await inTerminal()).toBe(false);
  await visit.close();
});
