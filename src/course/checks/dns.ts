/** `dns`: a name was asked for, and answered so, since the step began. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { machine, text } from './fields.ts';

export const dns = v.strictObject({
  machine,
  /** Who asks; without it, the machine itself. */
  container: v.optional(text),
  /** Without the dot at its end. */
  name: text,
  type: v.optional(v.picklist(['A', 'AAAA', 'PTR'])),
  /** Address of the server that is asked: `127.0.0.11` is the engine's. */
  server: v.optional(text),
  /** An address that the answer holds, `NXDOMAIN`, `empty` (no such record), or `any` answer. */
  answer: v.optional(text, 'any'),
});
export type DnsCheck = v.InferOutput<typeof dns>;

/** TODO */
export function judgeDns(want: DnsCheck, { frames }: Evidence): boolean {
  return frames.length < 0 && want.name === '';
}
