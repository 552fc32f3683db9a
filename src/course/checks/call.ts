/** `call`: such a request reached dockerd by its socket since the step began. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { machine, range, text } from './fields.ts';
import { within } from './look.ts';

export const call = v.strictObject({
  machine,
  method: v.optional(v.picklist(['GET', 'POST', 'PUT', 'DELETE', 'HEAD']), 'GET'),
  /** Without the version; `*` stands for one segment. */
  path: v.pipe(v.string(), v.startsWith('/')),
  /** `name=value` that the query must hold. */
  query: v.optional(text),
  status: v.optional(range),
  /** The answer has ended (or still flows, when false). */
  ended: v.optional(v.boolean()),
});
export type CallCheck = v.InferOutput<typeof call>;

export const judgeCall = (want: CallCheck, { calls }: Evidence): boolean => calls.some((c) => callMatches(c, want));

function callMatches(call: Evidence['calls'][number], want: CallCheck): boolean {
  const path = want.path.split('/');
  const have = call.path.split('/');
  return (
    call.machine === want.machine &&
    call.method === want.method &&
    path.length === have.length &&
    path.every((p, i) => p === '*' || p === have[i]) &&
    (want.query === undefined || `&${call.query}&`.includes(`&${want.query}&`)) &&
    within(call.status, want.status) &&
    (want.ended === undefined || want.ended === !call.open)
  );
}
