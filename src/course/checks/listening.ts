/** `listening`: something listens on a port of a machine, or of a container. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { about, machine, port, text, transport } from './fields.ts';
import { containerOf, machineOf } from './look.ts';

export const listening = v.strictObject({
  machine,
  container: about(v.optional(text), 'Inside this container instead of on the machine.'),
  proto: v.optional(transport, 'tcp'),
  ip: about(v.optional(text), 'Address it listens on: `127.0.0.1`, `0.0.0.0`, `*` (all of IPv6 and IPv4).'),
  port,
});
export type ListeningCheck = v.InferOutput<typeof listening>;

export function judgeListening(want: ListeningCheck, { view }: Evidence): boolean {
  const place =
    want.container === undefined ? machineOf(view, want.machine) : containerOf(view, want.machine, want.container);
  return (place?.listening ?? []).some(
    (l) =>
      l.startsWith(`${want.proto}/`) &&
      l.endsWith(`:${want.port}`) &&
      (want.ip === undefined || l === `${want.proto}/${want.ip}:${want.port}`),
  );
}
