import { Failure, failed } from '../../failure.ts';
import { command, exactly, flag } from '../../spec.ts';

/** `docker volume update`: of volumes of a cluster only, which no driver here can make. @see docker/cli cli/command/volume/update.go */
export const volumeUpdate = command({
  path: ['volume', 'update'],
  use: '[OPTIONS] [VOLUME]',
  swarm: 'manager',
  short: 'Change a volume of a cluster',
  args: exactly(1),
  names: ['volume'],
  flags: [flag('availability', 'string', 'Whether it may be used ("active", "pause", "drain")', { default: 'active' })],
  run: async (ctx, _o, [name]) => {
    const got = await ctx.client.get(`/volumes/${name}`);
    return failed(got) ? got : new Failure('Can only update cluster volumes');
  },
});
