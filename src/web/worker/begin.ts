/** A lesson taken up in its middle: the steps before it are done as their solutions say. */
import { Stage } from '../../course/prove/stage.ts';
import type { LessonRunner } from '../../course/runner.ts';
import type { Lab } from '../../lab/lab.ts';

/** Does every step before `step`; all of them, when there is no such step. */
export async function solveBefore(lab: Lab, runner: LessonRunner, step: string): Promise<void> {
  const stage = new Stage(lab, runner);
  await stage.pass();
  for (const each of runner.plan.steps) {
    if (each.id === step) return;
    await stage.solve(each);
  }
}
