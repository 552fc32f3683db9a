import type { SwarmInfo } from '../../../api/swarm.ts';
import { failed } from '../../failure.ts';
import { command, exactly, flag } from '../../spec.ts';
import { ADVERTISE_FLAG, AVAILABILITY_FLAG, availabilityOf, DATA_PATH_FLAG, LISTEN_FLAG } from './init.ts';

/** `docker swarm join` */
export const swarmJoin = command({
  path: ['swarm', 'join'],
  use: '[OPTIONS] HOST:PORT',
  short: 'Join a swarm as a node',
  args: exactly(1),
  flags: [
    LISTEN_FLAG,
    ADVERTISE_FLAG,
    DATA_PATH_FLAG,
    flag('token', 'string', 'Token that lets a node in'),
    AVAILABILITY_FLAG,
  ],
  run: async (ctx, o, args) => {
    const availability = availabilityOf(o.string('availability'), o.changed('availability'));
    if (failed(availability)) return availability;
    const got = await ctx.client.call('POST', '/swarm/join', {
      body: {
        ListenAddr: o.string('listen-addr'),
        AdvertiseAddr: o.string('advertise-addr'),
        DataPathAddr: o.string('data-path-addr'),
        RemoteAddrs: args,
        JoinToken: o.string('token'),
        Availability: availability,
      },
    });
    if (failed(got)) return got;
    const info = await ctx.client.get<{ Swarm: SwarmInfo }>('/info');
    if (failed(info)) return info;
    await ctx.out(`This node joined a swarm as a ${info.Swarm.ControlAvailable ? 'manager' : 'worker'}.\n`);
    return 0;
  },
});
