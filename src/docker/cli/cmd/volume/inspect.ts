import { failed } from '../../failure.ts';
import { inspectAll } from '../../inspector.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';
import { fetchKind } from '../system/inspect.ts';

/** `docker volume inspect` */
export const volumeInspect = command({
  path: ['volume', 'inspect'],
  use: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Show everything about volumes',
  args: atLeast(1),
  flags: [flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' })],
  names: ['volume'],
  run: (ctx, o, args) =>
    inspectAll(ctx, args, o.string('format'), async (name) => {
      const found = await fetchKind(ctx, 'volume', name);
      return failed(found) ? found : { ...found, typedOnly: true };
    }),
});
