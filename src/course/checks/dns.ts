/** `dns`: a name was asked for, and answered so, since the step began. */
import * as v from 'valibot';
import type { ViewDns, ViewFrame } from '../../lab/view.ts';
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

const NXDOMAIN = 3;

export function judgeDns(want: DnsCheck, { frames }: Evidence): boolean {
  const own = frames.filter((f) => f.machine === want.machine && f.container === want.container && isAbout(f, want));
  return own.some((f) => f.dns?.rcode !== undefined && (!want.server || f.src === want.server) && says(f.dns, want));
}

const isAbout = ({ dns }: ViewFrame, want: DnsCheck): boolean =>
  dns?.name.toLowerCase() === want.name.toLowerCase() && (want.type === undefined || dns.type === want.type);

function says({ rcode, answers = [] }: ViewDns, { answer }: DnsCheck): boolean {
  if (answer === 'any') return true;
  if (answer === 'NXDOMAIN') return rcode === NXDOMAIN;
  if (answer === 'empty') return rcode === 0 && answers.length === 0;
  return answers.some((a) => a === answer || a === `${answer}.`);
}
