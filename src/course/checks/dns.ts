/** `dns`: a name was asked for, and answered so, since the step began. */
import * as v from 'valibot';
import type { ViewDns, ViewFrame } from '../../lab/view.ts';
import type { Evidence } from '../evidence.ts';
import { about, machine, text } from './fields.ts';

export const dns = v.strictObject({
  machine,
  container: about(v.optional(text), 'Who asks; without it, the machine itself.'),
  name: about(text, 'Without the dot at its end.'),
  type: v.optional(v.picklist(['A', 'AAAA', 'PTR'])),
  server: about(v.optional(text), "Address of the server that is asked: `127.0.0.11` is the engine's."),
  answer: about(
    v.optional(text, 'any'),
    'An address that the answer holds, `NXDOMAIN`, `empty` (no such record), or `any` answer.',
  ),
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
