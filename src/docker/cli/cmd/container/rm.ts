import { Failure } from '../../failure.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { forEach } from './each.ts';

/** `docker rm` */
export const rm = command({
  path: ['rm'],
  aliases: ['container rm', 'container remove', 'rm'],
  use: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Remove containers',
  args: atLeast(1),
  flags: [
    flag('force', 'bool', 'Remove it though it runs (it is killed)', { short: 'f' }),
    flag('link', 'bool', 'Remove this link', { short: 'l' }),
    flag('volumes', 'bool', 'Remove its anonymous volumes too', { short: 'v' }),
  ],
  names: ['container'],
  run: (ctx, o, args) =>
    forEach(
      ctx,
      args,
      (given) => {
        const name = given.replace(/^\/+/, '');
        if (name === '') return Promise.resolve(new Failure('container name cannot be empty'));
        const on = (flag: string): string | undefined => (o.bool(flag) ? '1' : undefined);
        return ctx.client.call('DELETE', `/containers/${name}`, {
          query: { force: on('force'), link: on('link'), v: on('volumes') },
        });
      },
      (error) => o.bool('force') && error.status === 404,
    ),
});
