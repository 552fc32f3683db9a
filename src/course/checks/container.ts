/** `container`: containers of a machine that have all of this. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { about, machine, port, range, text, transport } from './fields.ts';
import { inRange } from './look.ts';
import { matching } from './matching.ts';

const published = v.strictObject({
  hostIp: about(v.optional(text), 'Address on the machine: `0.0.0.0`, `127.0.0.1`, `::`.'),
  hostPort: v.optional(range),
  port: about(port, 'Port in the container.'),
  proto: v.optional(transport, 'tcp'),
});

export const container = v.strictObject({
  machine,
  image: about(v.optional(text), 'Image reference; `!ref` means any other.'),
  name: v.optional(text),
  state: v.optional(v.picklist(['created', 'running', 'exited', 'paused', 'restarting', 'dead'])),
  published: v.optional(v.array(published)),
  listening: about(v.optional(v.array(port)), 'Ports that something listens on inside.'),
  networks: about(v.optional(v.array(text)), 'Networks that it is on; others may be there too.'),
  count: about(v.optional(range), 'How many; one or more when absent.'),
});
export type ContainerCheck = v.InferOutput<typeof container>;

export const judgeContainer = (want: ContainerCheck, { view }: Evidence): boolean =>
  inRange(matching(view, want).length, want.count);
