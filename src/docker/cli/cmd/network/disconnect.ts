import { failed } from '../../failure.ts';
import { anyEmpty } from '../../names.ts';
import { command, exactly, flag } from '../../spec.ts';

/** `docker network disconnect` */
export const networkDisconnect = command({
  path: ['network', 'disconnect'],
  use: '[OPTIONS] NETWORK CONTAINER',
  short: 'Disconnect a container from a network',
  args: exactly(2),
  flags: [flag('force', 'bool', 'Whatever state the container is in', { short: 'f' })],
  names: ['network', 'container'],
  run: async (ctx, o, args) => {
    const [network = '', container = ''] = args;
    const unnamed = anyEmpty({ network, container });
    if (unnamed) return unnamed;
    const got = await ctx.client.call('POST', `/networks/${network}/disconnect`, {
      body: { Container: container, Force: o.bool('force') },
    });
    return failed(got) ? got : 0;
  },
});
