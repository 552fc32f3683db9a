import { inspectAll } from '../../inspector.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';
import { fetchKind } from '../system/inspect.ts';

/** `docker network inspect` */
export const networkInspect = command({
  path: ['network', 'inspect'],
  use: '[OPTIONS] NETWORK [NETWORK...]',
  short: 'Show everything about networks',
  args: atLeast(1),
  flags: [
    flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' }),
    flag('verbose', 'bool', 'Show more, for diagnosis', { short: 'v' }),
  ],
  names: ['network'],
  run: (ctx, o, args) =>
    inspectAll(ctx, args, o.string('format'), (name) =>
      fetchKind(ctx, 'network', name, o.bool('verbose') ? { verbose: 'true' } : undefined),
    ),
});
