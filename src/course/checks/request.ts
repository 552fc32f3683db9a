/** `request`: data went both ways on a connection, seen on one side since the step began. */
import * as v from 'valibot';
import type { ViewFrame } from '../../lab/view.ts';
import type { Evidence } from '../evidence.ts';
import { about, machine, port, text, transport } from './fields.ts';
import { machineOf } from './look.ts';
import { imageMatches } from './matching.ts';

export const request = v.strictObject({
  machine,
  image: about(
    v.optional(text),
    "Image of the container on whose side it was seen; without it and `container`: on the machine's own interfaces.",
  ),
  container: v.optional(text),
  proto: v.optional(transport, 'tcp'),
  port,
  from: about(v.optional(text), 'Address that the server sees.'),
});
export type RequestCheck = v.InferOutput<typeof request>;

const isTransport = (f: ViewFrame): boolean => f.sport !== undefined && f.dport !== undefined;
const carriesData = (f: ViewFrame): boolean => isTransport(f) && (f.flags === undefined || f.flags.includes('P'));

export function judgeRequest(want: RequestCheck, { frames, view }: Evidence): boolean {
  const inside = new Set(
    (machineOf(view, want.machine)?.containers ?? [])
      .filter((c) => want.image !== undefined && imageMatches(c.image, want.image))
      .map((c) => c.name),
  );
  const here = (f: ViewFrame): boolean => {
    if (f.machine !== want.machine || !carriesData(f) || (f.flags === undefined) !== (want.proto === 'udp'))
      return false;
    if (want.container !== undefined) return f.container === want.container;
    if (want.image !== undefined) return f.container !== undefined && inside.has(f.container);
    return f.container === undefined;
  };
  return frames.some(
    (ask) =>
      ask.dport === want.port &&
      here(ask) &&
      (want.from === undefined || ask.src === want.from) &&
      frames.some(
        (f) =>
          here(f) &&
          f.sport === want.port &&
          f.dport === ask.sport &&
          f.dst === ask.src &&
          f.container === ask.container,
      ),
  );
}
