/** Values of the lab that stand in a lesson's words as `{{name}}`. */
import type { LabView } from '../lab/view.ts';
import { matching } from './checks.ts';
import type { LessonPlan } from './schema.ts';

/** Each live value now, or its stand-in. The newest container that matches gives it. */
export function liveValues(plan: LessonPlan, view: LabView | undefined): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [key, live] of Object.entries(plan.live)) {
    const found = view ? matching(view, live.container).at(-1) : undefined;
    const port = found?.ports[0]?.hostPort;
    const value = { name: found?.name, ip: found?.networks[0]?.ip, port: port === undefined ? undefined : `${port}` };
    values[key] = value[live.show] ?? live.until;
  }
  return values;
}

/** Puts the values in. */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{\{\s*([a-z0-9-]+)\s*\}\}/g, (whole, key: string) => values[key] ?? whole);
