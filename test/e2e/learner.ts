/**
 * A learner at the page: does a lesson as its plan says, by mouse and keyboard. Answers that are read from the lab come
 * from a twin, the same lesson done in Node; a port that is taken at random, from the page's terminal.
 */
import { expect } from 'vitest';
import { compileLesson, sound } from '../../src/course/compile/compile.ts';
import { Stage as Twin } from '../../src/course/prove/stage.ts';
import type { LessonPlan, Question, StepPlan } from '../../src/course/schema.ts';
import { goalsOf, isGuard } from '../../src/course/steps.ts';
import type { Lesson } from '../../src/course/text.ts';
import { filesOf, makeLab } from '../course/files.ts';
import type { Stage, Visit } from './browser.ts';

/** A question with what is right, and what is wrong in a way that has words of its own. */
interface Known {
  readonly question: Question;
  readonly right: string;
  readonly wrong?: string;
}

const escaped = (s: string): string => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A twin's answer as it is in the page's lab: what the page has printed where the twin has printed its own. */
function translated(right: string, twins: string, pages: string): string {
  const whole = new RegExp(`(?<![\\w.])${escaped(right)}(?![\\w.])`);
  if (whole.test(pages)) return right;
  for (const line of twins.split('\n')) {
    const at = whole.exec(line)?.index;
    const there = at && new RegExp(`^${escaped(line.slice(0, at))}([\\w.]+)`, 'm').exec(pages);
    if (there) return there[1] as string;
  }
  return right;
}

/** What is looked at before the commands are run. */
export type Help = 'hints' | 'solution';

export class Learner {
  /** Questions that were answered wrongly at first. */
  missed = 0;
  #commands = 0;
  /** What the twin and the page's terminals have printed in this step. */
  #twins = '';
  #pages = '';

  private constructor(
    readonly visit: Visit,
    readonly lesson: Lesson,
    readonly twin: Twin,
  ) {}

  /** Opens the page at a lesson of which nothing is done. @param folder below lessons/ */
  static async begin(theatre: Stage, folder: string): Promise<Learner> {
    const lesson = sound(folder, compileLesson(filesOf(folder)));
    const twin = await Twin.open(lesson.plan, makeLab);
    const visit = await theatre.open({ viewport: { width: 1440, height: 900 } }, `#/${lesson.plan.id}`);
    await visit.sees(/root@node1:~# *$/m);
    await visit.page.locator(`li.open #step-${lesson.plan.steps[0]?.id}`).waitFor();
    expect(await visit.done()).toBe(0);
    return new Learner(visit, lesson, twin);
  }

  get plan(): LessonPlan {
    return this.lesson.plan;
  }

  /** Does a step: nothing of it holds before, all of it after. */
  async step(step: StepPlan, help?: Help): Promise<void> {
    const { page } = this.visit;
    const known = await this.#foresee(step);
    const goals = page.locator(`#body-${step.id} .goals li`);
    await page.locator(`li.open #step-${step.id}`).waitFor();
    const early = goalsOf(step).flatMap((goal, n) => (isGuard(goal) ? [] : [n]));
    for (const n of early)
      expect(await goals.nth(n).locator('.reached').count(), `goal ${n + 1} of ${step.id} before`).toBe(0);

    for (const k of known) if (k.question.predict) await this.#answer(step, k, k.right, 'waiting');
    if (help) await this.#look(step, help);
    for (const { machine, run } of step.run) await this.run(step, machine, run.trim());
    for (const k of known) {
      if (k.question.predict) continue;
      if (k.wrong !== undefined) {
        this.missed++;
        await this.#answer(step, k, k.wrong, 'wrong');
      }
      // What the lesson itself says is the same in every lab; what is read from a lab may not be.
      const said = k.question.type === 'choice' || typeof k.question.is !== 'object';
      const right = said ? k.right : translated(k.right, this.#twins, this.#pages);
      await this.#answer(step, k, right, 'right');
    }

    await page.locator(`li.done #step-${step.id}`).waitFor();
    expect(await goals.locator('.reached').count(), `goals of ${step.id} reached`).toBe(await goals.count());
    const replies = page.locator(`#body-${step.id} .question .reply.right`);
    if (known.length > 0) await replies.nth(known.length - 1).waitFor();
    expect(await replies.count(), `answers of ${step.id} that are right`).toBe(known.length);
  }

  /** Runs a command: by its triangle every other time, if the words have one; else typed. */
  async run(step: StepPlan, machine: string, command: string): Promise<void> {
    const { visit } = this;
    await visit.at(machine);
    await visit.page.keyboard.press('Control+l');
    await visit.sees(new RegExp(`^root@${machine}:~# *\\s*$`));
    const triangles = visit.page.locator(`#body-${step.id} .run .go`);
    const label = `Run in the terminal of ${machine}: ${command}`;
    const at = await triangles.evaluateAll(
      (all, wanted) => all.findIndex((b) => b.getAttribute('aria-label')?.trim() === wanted),
      label,
    );
    if (at >= 0 && this.#commands++ % 2 === 0) await triangles.nth(at).click();
    else await visit.type(command);
    await visit.ended(machine, command.split('\n').at(-1) as string);
    this.#pages += await visit.screen();
  }

  /** Does the step in the twin. @returns its questions with their answers */
  async #foresee(step: StepPlan): Promise<Known[]> {
    const { twin } = this;
    await twin.pass();
    twin.foretell(step);
    this.#twins = await twin.play(step.run);
    this.#pages = '';
    await twin.pass();
    const known: Known[] = [];
    for (const question of step.answer) {
      const words = Object.keys(this.lesson.text.en.steps[step.id]?.questions[question.id]?.wrong ?? {});
      let wrong: string | undefined;
      if (question.type === 'choice') wrong = question.choices.find((c) => c !== question.is && words.includes(c));
      else for (const w of question.wrong) wrong ??= (await twin.truths(step, w.is))[0];
      const right = await twin.reply(step, question);
      if (right === undefined) throw new Error(`the lab has no answer to ${question.id}`);
      known.push({ question, right, wrong });
    }
    await twin.look();
    return known;
  }

  async #answer(step: StepPlan, { question }: Known, given: string, verdict: string): Promise<void> {
    const { page } = this.visit;
    const asked = this.lesson.text.en.steps[step.id]?.blocks.flatMap((b) => (b.kind === 'ask' ? [b.question] : []));
    const form = page.locator(`#body-${step.id} .question`).nth(asked?.indexOf(question.id) ?? -1);
    if (question.type === 'choice') {
      await form.locator(`input[value="${given}"]`).check();
      await form.locator('button[type="submit"]').click();
    } else {
      await form.locator('input.typed').fill(given);
      await page.keyboard.press('Enter');
    }
    await form.locator(`.reply.${verdict}`).waitFor();
    expect(await form.locator('.reply > *').count()).toBeGreaterThan(verdict === 'wrong' ? 1 : 0);
  }

  /** Climbs the ladder of hints, up to the solution or not quite. */
  async #look(step: StepPlan, help: Help): Promise<void> {
    const body = this.visit.page.locator(`#body-${step.id}`);
    const words = this.lesson.text.en.steps[step.id];
    const rungs = ['A hint', 'Another hint', 'The command'].slice(0, Object.keys(words?.hints ?? {}).length);
    for (const rung of help === 'hints' ? rungs : [...rungs, 'Solution'])
      await body.getByRole('button', { name: rung, exact: true }).click();
    expect(await body.locator('.hint:not(.fits)').count()).toBe(rungs.length + (help === 'hints' ? 0 : 1));
  }

  close(): Promise<void> {
    return this.visit.close();
  }
}
