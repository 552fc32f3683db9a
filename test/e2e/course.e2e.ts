/**
 * One lesson of each part, from its first key to its summary, as a learner does it. `DRYDOCK_LESSONS` names others: ids
 * with commas between, or `all`.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { foldersOf } from '../../src/course/outline.ts';
import { course } from '../course/files.ts';
import { type Stage, stage } from './browser.ts';
import { type Help, Learner } from './learner.ts';

const artifacts = fileURLToPath(new URL('../artifacts', import.meta.url));
let theatre: Stage;
let learner: Learner | undefined;

beforeAll(async () => {
  mkdirSync(artifacts, { recursive: true });
  theatre = await stage();
});
afterEach(() => learner?.close());
afterAll(() => theatre?.close());

const all = foldersOf(course);
const first = course.parts.flatMap((p) => all.find((l) => l.part === p.id) ?? []);
const wanted = process.env.DRYDOCK_LESSONS?.split(',');
const played = wanted ? all.filter((l) => wanted.includes('all') || wanted.includes(l.id)) : first;
/** Where help is looked at: by place of the step. */
const HELP: Readonly<Record<number, Help>> = { 0: 'hints', 1: 'solution' };

it.each(played)('part $part: $id', async ({ folder, id }) => {
  learner = await Learner.begin(theatre, folder);
  const { plan, visit } = learner;
  const { page } = visit;
  for (const [i, step] of plan.steps.entries()) {
    await learner.step(step, HELP[i]);
    if (i < plan.steps.length - 1)
      await page.locator(`#body-${step.id}`).getByRole('button', { name: 'Next step' }).click();
  }

  const points = plan.steps.reduce((n, s) => n + s.points, 0);
  const lost = plan.steps[1]?.points ?? 0;
  const questions = plan.steps.flatMap((s) => s.answer).length;
  const summary = page.locator('.summary');
  await summary.scrollIntoViewIfNeeded();
  const score = await summary.locator('.score').textContent();
  expect(score).toContain(`${points - lost} of ${points} points`);
  if (questions > 0) expect(score).toContain(`${questions - learner.missed} of ${questions} questions right`);
  await page.screenshot({ path: `${artifacts}/course-${id}.png` });
  expect(visit.noise).toEqual([]);

  const next = all[all.findIndex((l) => l.id === id) + 1];
  if (!next) return;
  await summary.getByRole('link', { name: 'Next lesson' }).click();
  await page.waitForURL(`**/#/${next.id}`);
  await page.locator('.steps > li.open').first().waitFor();
  await visit.sees(/root@node1:~# *$/m);
  expect(await visit.done()).toBe(0);
  expect(visit.noise).toEqual([]);
});

const picture = process.env.DRYDOCK_SCREENSHOT;
it.runIf(picture)('makes the picture of the README', async () => {
  learner = await Learner.begin(theatre, '03-networks/03-two-networks');
  const { plan, visit } = learner;
  const { page } = visit;
  await page.setViewportSize({ width: 1400, height: 860 });
  const [first, second] = plan.steps;
  if (!first || !second) return;
  await learner.step(first);
  await learner.step(second);
  await page.locator(`#step-${second.id}`).evaluate((e) => e.scrollIntoView({ block: 'start' }));
  await visit.type('docker exec -d myapp ping -i 0.4 203.0.113.10');
  await visit.type('while :; do docker exec myapp curl -s http://web/; sleep 0.2; done >/dev/null &');
  await page.keyboard.press('Control+l');
  await visit.type('docker network ls');
  await visit.type('docker exec myapp curl -s http://web/ | grep title');
  await visit.sees('Welcome to nginx!');
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.waitForFunction(() => {
    const kinds = [...document.querySelectorAll('.flights > svg')].map((e) => e.getAttribute('class'));
    return kinds.length >= 3 && kinds.includes('frame-TCP') && kinds.includes('frame-ICMP');
  });
  await page.screenshot({ path: picture as string });
});
