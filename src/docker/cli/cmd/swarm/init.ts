import { NO_SPEC } from '../../../api/swarm.ts';
import { Failure, failed } from '../../failure.ts';
import { command, flag, NONE } from '../../spec.ts';
import { mergeSpec, SPEC_FLAGS } from './flags.ts';
import { printJoinCommand, printUnlockKey } from './shared.ts';

const AVAILABILITIES = ['active', 'pause', 'drain'];

/** The port that nodes listen on when none is named. */
export const LISTEN_FLAG = flag('listen-addr', 'node-addr', 'Where to listen (format: "<ip|interface>[:port]")', {
  default: '0.0.0.0:2377',
  check: (text) => ({ value: /:\d+$/.test(text) ? text : `${text}:2377` }),
});
export const ADVERTISE_FLAG = flag(
  'advertise-addr',
  'string',
  'What others are told (format: "<ip|interface>[:port]")',
);
export const DATA_PATH_FLAG = flag(
  'data-path-addr',
  'string',
  'Address or interface for containers\' traffic (format: "<ip|interface>")',
);
export const AVAILABILITY_FLAG = flag(
  'availability',
  'string',
  'What the node is ready for ("active", "pause", "drain")',
  { default: 'active' },
);

/** The availability asked for, '' when none was; or what is wrong with it. */
export function availabilityOf(text: string, given: boolean): string | Failure {
  if (!given) return '';
  const lower = text.toLowerCase();
  return AVAILABILITIES.includes(lower)
    ? lower
    : new Failure(`invalid availability ${JSON.stringify(text)}, only active, pause and drain are supported`);
}

/** `docker swarm init` */
export const swarmInit = command({
  path: ['swarm', 'init'],
  use: '[OPTIONS]',
  short: 'Begin a swarm',
  args: NONE,
  flags: [
    LISTEN_FLAG,
    ADVERTISE_FLAG,
    DATA_PATH_FLAG,
    flag('data-path-port', 'uint', "Port for containers' traffic (1024 - 49151); 4789 when it is 0"),
    flag('force-new-cluster', 'bool', 'Begin anew from the present state'),
    flag('autolock', 'bool', 'Ask for a key before a stopped manager starts'),
    AVAILABILITY_FLAG,
    flag('default-addr-pool', 'ipNetSlice', 'Addresses that networks are given, in CIDR form', { default: '[]' }),
    flag('default-addr-pool-mask-length', 'uint', 'Length of the mask of such networks', { default: '24' }),
    ...SPEC_FLAGS,
  ],
  run: async (ctx, o) => {
    const availability = availabilityOf(o.string('availability'), o.changed('availability'));
    if (failed(availability)) return availability;
    const id = await ctx.client.post<string>('/swarm/init', {
      body: {
        ListenAddr: o.string('listen-addr'),
        AdvertiseAddr: o.string('advertise-addr'),
        DataPathAddr: o.string('data-path-addr'),
        DataPathPort: o.int('data-path-port'),
        ForceNewCluster: o.bool('force-new-cluster'),
        Spec: mergeSpec(NO_SPEC, o),
        AutoLockManagers: o.bool('autolock'),
        Availability: availability,
        DefaultAddrPool: o.list('default-addr-pool'),
        SubnetSize: o.int('default-addr-pool-mask-length'),
      },
    });
    if (failed(id)) return needsChoice(id);
    await ctx.out(`Swarm initialized: current node (${id}) is now a manager.\n\n`);
    const unable = await printJoinCommand(ctx, id, 'worker');
    if (unable) return unable;
    await ctx.out(
      "To add a manager to this swarm, run 'docker swarm join-token manager' and follow the instructions.\n",
    );
    return (o.bool('autolock') ? await printUnlockKey(ctx) : undefined) ?? 0;
  },
});

function needsChoice(f: Failure): Failure {
  return /could not choose an IP address to advertise|could not find the system's IP address/.test(f.message)
    ? new Failure(`${f.message} - specify one with --advertise-addr`)
    : f;
}
