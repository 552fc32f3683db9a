/** `container`: containers of a machine that have all of this. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { machine, port, range, text, transport } from './fields.ts';
import { inRange } from './look.ts';
import { matching } from './matching.ts';

const published = v.strictObject({
  /** Address on the machine: `0.0.0.0`, `127.0.0.1`, `::`. */
  hostIp: v.optional(text),
  hostPort: v.optional(range),
  /** Port in the container. */
  port,
  proto: v.optional(transport, 'tcp'),
});

export const container = v.strictObject({
  machine,
  /** Image reference; `!ref` means any other. */
  image: v.optional(text),
  name: v.optional(text),
  state: v.optional(v.picklist(['created', 'running', 'exited', 'paused', 'restarting', 'dead'])),
  published: v.optional(v.array(published)),
  /** Ports that something listens on inside. */
  listening: v.optional(v.array(port)),
  /** Networks that it is on; others may be there too. */
  networks: v.optional(v.array(text)),
  /** How many; one or more when absent. */
  count: v.optional(range),
});
export type ContainerCheck = v.InferOutput<typeof container>;

export const judgeContainer = (want: ContainerCheck, { view }: Evidence): boolean =>
  inRange(matching(view, want).length, want.count);
