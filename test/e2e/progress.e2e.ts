/** What is kept of a learner's way through the course, and what helps on it. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { compileLesson, sound } from '../../src/course/compile/compile.ts';
import { foldersOf } from '../../src/course/outline.ts';
import { course, filesOf } from '../course/files.ts';
import { type Stage, stage, type Visit } from './browser.ts';

let theatre: Stage;
let visit: Visit;
let page: Page;

beforeAll(async () => {
  theatre = await stage();
});
afterEach(() => visit?.close());
afterAll(() => theatre?.close());

const PROMPT = /root@node1:~# *$/m;
const RUN = 'docker run -d -P training/webapp python app.py';
const lessons = foldersOf(course).map(({ folder }) => sound(folder, compileLesson(filesOf(folder))));

async function open(where: string, options: Parameters<Stage['open']>[0] = {}): Promise<void> {
  visit = await theatre.open(options, where);
  page = visit.page;
  await page.locator('.steps > li.open').first().waitFor();
}

/** Presses a key until something has the focus, as one who has no mouse. */
async function tabTo(selector: string, key = 'Tab'): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press(key);
    if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
  }
  throw new Error(`${key} does not reach ${selector}`);
}

/** Opens the outline. @returns what it says of a lesson */
async function outlined(id: string): Promise<string> {
  await page.getByRole('button', { name: 'Course outline' }).click();
  return (await page.locator(`dialog a[href="#/${id}"]`).textContent()) ?? '';
}

it('goes through the outline by keyboard', async () => {
  await open('#/random-port');
  await visit.sees(PROMPT);
  await visit.at('node1');
  await page.keyboard.press('Shift+F6');
  await tabTo('.course [aria-haspopup="dialog"]', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.locator('dialog[open]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Course outline');
  await page.keyboard.press('Enter');
  await page.locator('dialog[open]').waitFor();
  await tabTo('a[href="#/chosen-port"]');
  await page.keyboard.press('Enter');
  await page.locator('#step-chosen').waitFor();
  expect(await page.locator('dialog[open]').count()).toBe(0);
  expect(page.url()).toBe(`${theatre.address}#/chosen-port`);
  await visit.sees(PROMPT);
  await visit.at('node1');
  await page.keyboard.press('Shift+F6');
  await tabTo('.course [aria-haspopup="dialog"]', 'Shift+Tab');
  await page.keyboard.press('Enter');
  expect(await page.locator('dialog a[aria-current="page"]').getAttribute('href')).toBe('#/chosen-port');
  await tabTo('a[href="#/free"]');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Free play' }).waitFor();
  expect(visit.noise).toEqual([]);
});

it('keeps progress over a reload, and takes it along in a file', async () => {
  await open('#/random-port');
  await visit.sees(PROMPT);
  await visit.type(RUN);
  await page.locator('li.done #step-random').waitFor();
  await page.waitForFunction(() => localStorage.getItem('drydock.log.random-port') !== null);
  await page.reload();
  await page.locator('li.done #step-random').waitFor();
  await page.locator('svg .card').waitFor();
  await visit.sees(RUN);

  expect(await outlined('random-port')).toContain('1 of 4 steps done');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save progress as a file' }).click(),
  ]);
  const saved = await download.path();
  expect(visit.noise).toEqual([]);

  const other = await theatre.open({}, '#/chosen-port');
  page = other.page;
  expect(await outlined('random-port')).toContain('0 of 4 steps done');
  const file = page.locator('dialog input[type=file]');
  const none = join(tmpdir(), 'drydock-no-progress.json');
  writeFileSync(none, '{"lessons": {}}');
  await file.setInputFiles(none);
  await page.getByText('That file holds no progress of this course.').waitFor();
  await file.setInputFiles(saved);
  await page.getByText('The progress of that file has been added.').waitFor();
  expect(await page.locator('dialog a[href="#/random-port"]').textContent()).toContain('1 of 4 steps done');
  await page.reload();
  expect(await outlined('random-port')).toContain('1 of 4 steps done');
  expect(other.noise).toEqual([]);
  await other.close();
});

it('starts at the step of a link, which does not count what came before it', async () => {
  await open('#/under-the-hood/clear');
  const start = page.locator('#body-clear').getByRole('button', { name: 'Start here' });
  await start.waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('step-clear');
  await start.click();
  await page.locator('li.open #step-clear').waitFor();
  expect(await visit.done()).toBe(2);
  await visit.sees(PROMPT);
  await visit.type('docker ps --format "{{.Names}} is there"');
  await visit.sees('moved is there');
  expect(await outlined('under-the-hood')).toContain('0 of 3 steps done');
  expect(visit.noise).toEqual([]);
});

it('changes language and theme in the middle of a lesson and loses nothing', async () => {
  await open('#/under-the-hood');
  await visit.sees(PROMPT);
  const question = page.locator('#body-rules .question');
  await question.locator('input[value="none"]').check();
  await question.locator('button[type="submit"]').click();
  await question.locator('.reply.waiting').waitFor();
  await page.locator('#body-rules').getByRole('button', { name: 'A hint' }).click();
  await visit.at('node1');
  await page.keyboard.type('echo begun');
  await visit.sees('echo begun');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Dark' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '中文' }).click();
  await page.locator('html[lang="zh-CN"][data-theme="dark"]').waitFor();
  const zh = lessons.find((l) => l.plan.id === 'under-the-hood')?.text.zh;
  await page
    .locator('h2.name')
    .getByText(zh?.title as string, { exact: true })
    .waitFor();
  expect(await question.locator('input[value="none"]').isChecked()).toBe(true);
  expect(await question.locator('.reply').getAttribute('class')).toContain('waiting');
  expect(await page.locator('#body-rules .hint').count()).toBe(1);
  await visit.at('node1');
  await page.keyboard.type(' and ended');
  await page.keyboard.press('Enter');
  await visit.sees(/\nbegun and ended\s/);
  await visit.at('node3');
  await visit.type('curl http://192.168.56.11:8080/');
  await page.locator('li.done #step-rules').waitFor();
  await question.locator('.reply.wrong').waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await question.getByText('Not so.').waitFor();
  await page.reload();
  await page.locator('html[lang="en"][data-theme="dark"]').waitFor();
  expect(visit.noise).toEqual([]);
});

const breakable = lessons.flatMap(({ plan }) => {
  const [step] = plan.steps;
  const fault = step?.fail.find((f) => f.break && f.back !== 'restart');
  return step && fault ? [{ id: plan.id, step: step.id, commands: fault.break ?? [] }] : [];
});

it.each(breakable.slice(0, 1))('says what is broken in $id, and mends it', async ({ id, step, commands }) => {
  await open(`#/${id}`);
  await visit.sees(PROMPT);
  for (const { machine, run } of commands) {
    await visit.at(machine);
    await visit.type(run.trim());
  }
  const broken = page.locator(`#body-${step}`).locator('xpath=.').locator('.broken');
  await broken.getByText('Something is in the way').waitFor();
  expect(await visit.faults()).toEqual([]);
  await broken.getByRole('button', { name: 'Mend it' }).click();
  await broken.waitFor({ state: 'detached' });
  expect(await page.locator(`li.open #step-${step}`).count()).toBe(1);
  expect(visit.noise).toEqual([]);
});

it('has a hint that looks at the state', async () => {
  await open('#/chosen-port');
  await visit.sees(PROMPT);
  await visit.type('docker run -d -p 8000:5000 --name web training/webapp python app.py');
  await visit.sees(/[0-9a-f]{64}/);
  await page.locator('#body-chosen').getByRole('button', { name: 'A hint' }).click();
  await page.locator('#body-chosen .hint.fits').getByText('What the lab shows').waitFor();
  await visit.type('docker rm -f web');
  await page.locator('#body-chosen .hint.fits').waitFor({ state: 'detached' });
  expect(visit.noise).toEqual([]);
});

it('is done on a telephone by touch, from the first step to the summary', async () => {
  await open('#/random-port', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  const lesson = page.getByRole('tab', { name: 'Lesson', exact: true });
  /** Taps a command or key of a step, and comes back to the lesson. */
  const tap = async (step: string, what: string, shows: RegExp): Promise<void> => {
    await page.locator(`#body-${step}`).locator(what).tap();
    await visit.sees(shows);
    await lesson.tap();
  };
  const next = (step: string) => page.locator(`#body-${step}`).getByText('Next step').tap();
  const go = (n: number) => `.run .go >> nth=${n}`;
  // What is done is told where the lesson is not in sight, and the way on where its words are.
  const standing = page.locator('.standing');
  await page.locator('.news').waitFor({ state: 'detached' });
  await page.locator('#body-random').locator(go(0)).tap();
  await page.locator('.news').waitFor();
  await lesson.tap();
  await page.locator('.news').waitFor({ state: 'detached' });
  await standing.getByText('Next step').tap();
  await page.locator('#step-look').and(page.locator(':focus')).waitFor();
  await standing.getByText('2. Which port was it?').waitFor();
  expect(await standing.locator('.goals').getAttribute('aria-label')).toBe('0 of 2 to do are done');
  await tap('look', go(0), /CONTAINER ID/);
  await tap('look', go(1), /5000\/tcp -> 0\.0\.0\.0:\d+/);
  await page.locator('li.done #step-look').waitFor();
  await next('look');
  await tap('visit', go(0), /Hello world!/);
  await page.locator('li.done #step-visit').waitFor();
  await next('visit');
  await page.locator('#body-logs .question input').nth(2).tap();
  await page.locator('#body-logs .question button[type="submit"]').tap();
  await tap('logs', go(0), /Running on/);
  await tap('logs', go(1), /Hello world!/);
  await tap('logs', '.key', /\^C/);
  await page.locator('li.done #step-logs').waitFor();
  const on = page.locator('.summary').getByRole('link', { name: 'Next lesson' });
  await on.scrollIntoViewIfNeeded();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  if (process.env.DRYDOCK_PICTURES)
    await page.screenshot({ path: `${process.env.DRYDOCK_PICTURES}/phone-summary.png` });
  expect(await visit.faults()).toEqual([]);
  await on.tap();
  await page.locator('#step-chosen').waitFor();
  expect(visit.noise).toEqual([]);
});

it('keeps still for those who want no motion', async () => {
  await open('#/random-port', { reducedMotion: 'reduce' });
  await page.evaluate(() => {
    const moved: string[] = [];
    for (const type of ['transitionrun', 'animationstart'])
      document.addEventListener(type, (e) => moved.push(`${type} ${(e.target as Element).outerHTML.slice(0, 80)}`));
    Object.assign(window, { moved });
  });
  await visit.sees(PROMPT);
  await visit.type(RUN);
  await page.locator('li.done #step-random').waitFor();
  await page.locator('svg .card').waitFor();
  await page.locator('#body-random').getByText('Next step').click();
  const top = () => page.locator('#step-look').evaluate((e) => e.getBoundingClientRect().top);
  const at = await top();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await top()).toBe(at);
  expect(await page.evaluate(() => (window as unknown as { moved: string[] }).moved)).toEqual([]);
  expect(visit.noise).toEqual([]);
});
