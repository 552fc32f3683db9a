/** `docker compose version`. @see docker/compose cmd/compose/version.go */
import { flag, NONE } from '../../cli/spec.ts';
import { PLUGIN_VERSION } from '../labels.ts';
import { composeCommand } from '../spec.ts';

/** `docker compose version` */
export const version = composeCommand({
  name: 'version',
  use: '[OPTIONS]',
  short: 'Show the version of compose',
  args: NONE,
  flags: [
    flag('format', 'string', 'How to print it (pretty | json)', { short: 'f' }),
    flag('short', 'bool', 'The number alone'),
  ],
  run: async (c, o) => {
    if (o.bool('short')) await c.ctx.out(`${PLUGIN_VERSION.replace(/^v/, '')}\n`);
    else if (o.string('format') === 'json') await c.ctx.out(`{"version":"${PLUGIN_VERSION}"}\n`);
    else await c.ctx.out(`Docker Compose version ${PLUGIN_VERSION}\n`);
    return 0;
  },
});
