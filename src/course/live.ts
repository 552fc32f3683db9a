/** Values of the lab that stand in a lesson's words as `{{name}}`. */
import type { LabView } from '../lab/view.ts';
import { showOf } from './checks/matching.ts';
import type { LessonPlan } from './schema.ts';

/** Each live value now, or its stand-in. The newest container that matches gives it. */
export function liveValues(plan: LessonPlan, view: LabView | undefined): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [key, live] of Object.entries(plan.live)) {
    const value = view && showOf(view, live.container, live.show);
    values[key] = value === undefined || value === '' ? live.until : `${value}`;
  }
  return values;
}

/** Puts the values in. */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{\{\s*([a-z0-9-]+)\s*\}\}/g, (whole, key: string) => values[key] ?? whole);
