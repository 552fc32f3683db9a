import type { NetworkInspect } from '../../../api/types.ts';
import { DaemonError, Failure, failed } from '../../failure.ts';
import { atLeast, command, flag } from '../../spec.ts';

/** `docker network rm` */
export const networkRm = command({
  path: ['network', 'rm'],
  aliases: ['network rm', 'network remove'],
  use: 'NETWORK [NETWORK...]',
  short: 'Remove networks',
  args: atLeast(1),
  flags: [flag('force', 'bool', 'Say nothing when there is no such network', { short: 'f' })],
  names: ['network'],
  run: async (ctx, o, args) => {
    let status = 0;
    for (const name of args) {
      const info = await ctx.client.get<NetworkInspect>(`/networks/${name}`);
      if (
        !failed(info) &&
        info.Ingress &&
        !(await ctx.confirm(
          'WARNING! Before removing the routing-mesh network, make sure all the nodes in your swarm run the same docker engine version. Otherwise, removal may not be effective and functionality of newly created ingress networks will be impaired.\nAre you sure you want to continue?',
        ))
      )
        continue;
      const got = await ctx.client.call('DELETE', `/networks/${name}`);
      if (!failed(got)) {
        await ctx.out(`${name}\n`);
        continue;
      }
      if (o.bool('force') && got instanceof DaemonError && got.status === 404) continue;
      await ctx.err(`${got.message}\n`);
      status = 1;
    }
    return status === 0 ? 0 : new Failure('exit status 1', 1);
  },
});
