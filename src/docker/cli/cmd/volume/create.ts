import { Failure, failed } from '../../failure.ts';
import { sortedMap } from '../../gojson.ts';
import { label } from '../../opts/validators.ts';
import { between, command, flag } from '../../spec.ts';

/** An empty map is left out. */
const filled = <T extends object>(map: T): T | undefined => (Object.keys(map).length > 0 ? map : undefined);

/** `docker volume create` */
export const volumeCreate = command({
  path: ['volume', 'create'],
  use: '[OPTIONS] [VOLUME]',
  short: 'Make a volume',
  args: between(0, 1),
  flags: [
    flag('driver', 'string', 'Driver that manages it', { short: 'd', default: 'local' }),
    flag('name', 'string', 'Name of the volume', { hidden: true }),
    flag('label', 'list', 'Labels for the volume', { check: label }),
    flag('opt', 'map', 'Options of the driver', { short: 'o' }),
  ],
  run: async (ctx, o, args) => {
    if (args.length > 0 && o.string('name') !== '')
      return new Failure(
        'conflicting options: cannot specify a volume-name through both --name and as a positional arg',
      );
    const labels = Object.fromEntries(
      o.list('label').map((l) => [l.split('=')[0], l.includes('=') ? l.slice(l.indexOf('=') + 1) : '']),
    );
    const made = await ctx.client.post<{ Name: string }>('/volumes/create', {
      body: {
        Driver: o.string('driver'),
        DriverOpts: filled(sortedMap(o.map('opt'))),
        Labels: filled(sortedMap(labels)),
        Name: args[0] ?? (o.string('name') || undefined),
      },
    });
    if (failed(made)) return made;
    await ctx.out(`${made.Name}\n`);
    return 0;
  },
});
