import { inspectAll } from '../../inspector.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';
import { fetchKind } from '../system/inspect.ts';

/** `docker container inspect` */
export const containerInspect = command({
  path: ['container', 'inspect'],
  use: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Show everything about containers',
  args: atLeast(1),
  flags: [
    flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' }),
    flag('size', 'bool', 'Show the size of their files', { short: 's' }),
  ],
  names: ['container'],
  run: (ctx, o, args) =>
    inspectAll(ctx, args, o.string('format'), (name) =>
      fetchKind(ctx, 'container', name, o.bool('size') ? { size: '1' } : undefined),
    ),
});
