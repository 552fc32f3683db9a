/** `docker swarm unlock` and `docker swarm unlock-key` */
import { text } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Swarm, SwarmInfo } from '../../../api/swarm.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { command, flag, NONE } from '../../spec.ts';
import { printUnlockKey, updateSwarm } from './shared.ts';

export const swarmUnlock = command({
  path: ['swarm', 'unlock'],
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

/** A line that a terminal does not show. */
async function readKey(ctx: Ctx): Promise<string> {
  const shown = ctx.sys.isatty(0) ? ctx.sys.tcgetattr(0) : undefined;
  const terminal = shown && !isErr(shown) ? shown : undefined;
  if (terminal) {
    await ctx.out('Enter unlock key: ');
    ctx.sys.tcsetattr(0, { ...terminal, echo: false });
  }
  let line = '';
  while (!line.includes('\n')) {
    const got = await ctx.sys.read(0);
    if (isErr(got) || got.length === 0) break;
    line += text(got);
  }
  if (terminal) {
    ctx.sys.tcsetattr(0, terminal);
    await ctx.out('\n');
  }
  return line.trim();
}

export const swarmUnlockKey = command({
  path: ['swarm', 'unlock-key'],
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
