/** A step's solution as text. */
import type { LessonPlan } from './schema.ts';

/** What solves a step, one command under the other; a comment stands before those of other machines. */
export function solutionOf(plan: LessonPlan, step: string): string {
  let at = 'node1';
  return (plan.steps.find((s) => s.id === step)?.run ?? [])
    .map(({ machine, run }) => {
      const move = machine === at ? '' : `# ${machine}\n`;
      at = machine;
      return move + run.trim();
    })
    .join('\n');
}
