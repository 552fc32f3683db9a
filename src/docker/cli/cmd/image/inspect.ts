import { failed } from '../../failure.ts';
import { inspectAll } from '../../inspector.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';
import { fetchKind } from '../system/inspect.ts';
import { platformQuery } from './platform.ts';

/** `docker image inspect` */
export const imageInspect = command({
  path: ['image', 'inspect'],
  use: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Show everything about images',
  args: atLeast(1),
  flags: [
    flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' }),
    flag('platform', 'string', 'Platform to show ("os[/arch[/variant]]")'),
  ],
  names: ['image'],
  run: async (ctx, o, args) => {
    const platform = platformQuery(o.string('platform'));
    if (failed(platform)) return platform;
    return inspectAll(ctx, args, o.string('format'), (name) => fetchKind(ctx, 'image', name, { platform }));
  },
});
