/** Commands on secrets and configs of a swarm. */
import type { CommandSpec } from '../../spec.ts';
import { type Kind, payloadCreate } from './create.ts';
import { payloadInspect } from './inspect.ts';
import { payloadLs } from './ls.ts';
import { payloadRm } from './rm.ts';

const KINDS: readonly Kind[] = ['config', 'secret'];

/** The subcommands of this folder. */
export const PAYLOAD_COMMANDS: readonly CommandSpec[] = KINDS.flatMap((kind) => [
  payloadCreate(kind),
  payloadInspect(kind),
  payloadLs(kind),
  payloadRm(kind),
]);
