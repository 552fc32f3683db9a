/** What follows from the steps of a plan. Without the schema, which the page has no use for. */
import type { Check } from './checks/tree.ts';
import type { LessonPlan, StepPlan } from './schema.ts';

/** The checks that a step's goals stand for. */
export const goalsOf = (step: StepPlan): readonly Check[] => ('all' in step.check ? step.check.all : [step.check]);

/** A goal that may hold from the beginning: something must not happen. */
export const isGuard = (c: Check): boolean => 'not' in c || ('frame' in c && c.frame.unseen === true);

/** Steps that must be done before this one. */
export function needsOf(plan: LessonPlan, index: number): readonly string[] {
  const step = plan.steps[index] as StepPlan;
  return step.needs ?? (index === 0 ? [] : [(plan.steps[index - 1] as StepPlan).id]);
}
