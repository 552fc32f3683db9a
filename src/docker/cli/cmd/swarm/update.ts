import type { Swarm } from '../../../api/swarm.ts';
import { failed } from '../../failure.ts';
import { commandHelp } from '../../help.ts';
import { type CommandSpec, command, flag, NONE } from '../../spec.ts';
import { mergeSpec, SPEC_FLAGS } from './flags.ts';
import { printUnlockKey, updateSwarm } from './shared.ts';

/** `docker swarm update` */
export const swarmUpdate: CommandSpec = command({
  path: ['swarm', 'update'],
  swarm: 'manager',
  use: '[OPTIONS]',
  short: 'Change the swarm',
  args: NONE,
  flags: [flag('autolock', 'bool', 'Whether managers are locked (true|false)'), ...SPEC_FLAGS],
  run: async (ctx, o) => {
    if (!swarmUpdate.flags.some((f) => o.changed(f.name))) {
      await ctx.out(commandHelp(swarmUpdate, ctx.invoked));
      return 0;
    }
    const swarm = await ctx.client.get<Swarm>('/swarm');
    if (failed(swarm)) return swarm;
    const spec = mergeSpec(swarm.Spec, o, swarm.TLSInfo.TrustRoot);
    const failure = await updateSwarm(ctx, swarm, spec);
    if (failure) return failure;
    await ctx.out('Swarm updated.\n');
    const locks = spec.EncryptionConfig.AutoLockManagers && !swarm.Spec.EncryptionConfig.AutoLockManagers;
    return (locks ? await printUnlockKey(ctx) : undefined) ?? 0;
  },
});
