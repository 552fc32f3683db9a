/** `docker swarm unlock` and `docker swarm unlock-key` */
import type { Swarm, SwarmInfo } from '../../../api/swarm.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { command, flag, NONE } from '../../spec.ts';
import { printUnlockKey, updateSwarm } from './shared.ts';

export const swarmUnlock = command({
  path: ['swarm', 'unlock'],
  swarm: 'manager',
  use: '',
  short: 'Unlock a swarm',
  args: NONE,
  flags: [],
  run: async (ctx) => {
    const info = await ctx.client.get<{ Swarm: SwarmInfo }>('/info');
    if (failed(info)) return info;
    const { LocalNodeState: state } = info.Swarm;
    if (state === 'inactive') return new Failure('Error: This node is not part of a swarm');
    if (state !== 'locked') return new Failure('Error: swarm is not locked');
    const got = await ctx.client.call('POST', '/swarm/unlock', { body: { UnlockKey: await readKey(ctx) } });
    return failed(got) ? got : 0;
  },
});

/** A line that a terminal does not show; only a terminal is asked for it. */
async function readKey(ctx: Ctx): Promise<string> {
  const shown = ctx.sys.isatty(0);
  const key = await ctx.ask(shown ? 'Enter unlock key: ' : '', true);
  if (shown) await ctx.out('\n');
  return key;
}

export const swarmUnlockKey = command({
  path: ['swarm', 'unlock-key'],
  swarm: 'manager',
  use: '[OPTIONS]',
  short: 'Show the key that unlocks it',
  args: NONE,
  flags: [flag('rotate', 'bool', 'Make a new key'), flag('quiet', 'bool', 'Print the key only', { short: 'q' })],
  run: async (ctx, o) => {
    if (o.bool('rotate')) {
      const swarm = await ctx.client.get<Swarm>('/swarm');
      if (failed(swarm)) return swarm;
      if (!swarm.Spec.EncryptionConfig.AutoLockManagers)
        return new Failure('cannot rotate because autolock is not turned on');
      const failure = await updateSwarm(ctx, swarm, swarm.Spec, { unlockKey: true });
      if (failure) return failure;
      if (!o.bool('quiet')) await ctx.out('Successfully rotated manager unlock key.\n');
    }
    return (await printUnlockKey(ctx, o.bool('quiet'))) ?? 0;
  },
});
