/** `docker compose down`. @see docker/compose cmd/compose/down.go */
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import { ANY, flag } from '../../cli/spec.ts';
import { truth } from '../compose.ts';
import { down as downAll } from '../down.ts';
import { composeCommand } from '../spec.ts';
import { timeoutOf } from './create.ts';

/** `docker compose down` */
export const down = composeCommand({
  name: 'down',
  use: '[OPTIONS] [SERVICES]',
  short: 'Stop and remove containers and networks',
  args: ANY,
  flags: [
    flag('remove-orphans', 'bool', 'Remove containers of services that the file does not have'),
    flag('rmi', 'string', 'Remove images too: those without a name of their own ("local"), or "all"'),
    flag('timeout', 'int', 'Seconds until a container that stops is killed', { short: 't' }),
    flag('volumes', 'bool', 'Remove volumes of the file, and anonymous ones', { short: 'v' }),
  ],
  run: async (c, o, services) => {
    const images = o.string('rmi');
    if (images !== '' && images !== 'all' && images !== 'local')
      return new Failure(`invalid value for --rmi: ${goQuote(images)}`);
    const found = await c.projectOrName();
    if (failed(found)) return found;
    const removeOrphans = o.changed('remove-orphans')
      ? o.bool('remove-orphans')
      : truth(c.ctx.sys.env.COMPOSE_REMOVE_ORPHANS);
    const bad = await c.run('Running', () =>
      downAll(c, found.name, {
        project: found.project,
        services,
        removeOrphans,
        timeout: timeoutOf(o),
        images,
        volumes: o.bool('volumes'),
      }),
    );
    return bad ?? 0;
  },
});
