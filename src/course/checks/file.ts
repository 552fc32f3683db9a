/** `file`: what a file of a machine or a running container holds now: `/etc/hosts`, `/etc/resolv.conf`. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { about, machine, text } from './fields.ts';

export const file = v.strictObject({
  machine,
  container: about(v.optional(text), 'In this container; without it, on the machine.'),
  path: v.pipe(v.string(), v.startsWith('/')),
  contains: about(v.optional(v.string()), 'A text that stands in it; absent: it exists.'),
});
export type FileCheck = v.InferOutput<typeof file>;

export function judgeFile(want: FileCheck, evidence: Evidence): boolean {
  const found = evidence.file(want.machine, want.container, want.path);
  return found?.includes(want.contains ?? '') === true;
}
