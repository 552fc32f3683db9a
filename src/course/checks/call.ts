/** `call`: such a request reached dockerd by its socket since the step began. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { about, machine, range, text } from './fields.ts';
import { within } from './look.ts';

export const call = v.strictObject({
  machine,
  method: v.optional(v.picklist(['GET', 'POST', 'PUT', 'DELETE', 'HEAD']), 'GET'),
  path: about(v.pipe(v.string(), v.startsWith('/')), 'Without the version; `*` stands for one segment.'),
  query: about(v.optional(text), '`name=value` that the query must hold.'),
  status: v.optional(range),
  ended: about(v.optional(v.boolean()), 'The answer has ended (or still flows, when false).'),
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
