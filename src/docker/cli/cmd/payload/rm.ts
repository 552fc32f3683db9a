import { atLeast, type CommandSpec, command } from '../../spec.ts';
import { forEach } from '../container/each.ts';
import type { Kind } from './create.ts';

/** `docker secret rm`, `docker config rm` */
export const payloadRm = (kind: Kind): CommandSpec =>
  command({
    path: [kind, 'rm'],
    aliases: [`${kind} rm`, `${kind} remove`],
    use: `${kind.toUpperCase()} [${kind.toUpperCase()}...]`,
    short: `Remove ${kind}s`,
    args: atLeast(1),
    flags: [],
    run: (ctx, _o, args) => forEach(ctx, args, (name) => ctx.client.call('DELETE', `/${kind}s/${name}`)),
  });
