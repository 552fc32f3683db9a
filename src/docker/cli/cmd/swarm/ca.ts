/**
 * `docker swarm ca`
 * Limits: a CA of one's own (--ca-cert, --ca-key) cannot be brought; a new root is there at once, without progress.
 */
import type { Swarm } from '../../../api/swarm.ts';
import { Failure, failed } from '../../failure.ts';
import { command, flag, NONE } from '../../spec.ts';
import { CA_FLAGS, mergeCa } from './flags.ts';
import { updateSwarm } from './shared.ts';

const NEED_ROTATE = ['ca-cert', 'ca-key', 'cert-expiry', 'external-ca'];

export const swarmCa = command({
  path: ['swarm', 'ca'],
  swarm: 'manager',
  use: '[OPTIONS]',
  short: 'Show the root CA, or turn it over',
  args: NONE,
  flags: [
    ...CA_FLAGS,
    flag('rotate', 'bool', 'Turn it over; without a certificate and key new ones are made'),
    flag('ca-cert', 'string', 'File of the root certificate to use, in PEM form'),
    flag('ca-key', 'string', 'File of its key, in PEM form'),
    flag('detach', 'bool', 'Do not wait until all nodes have followed', { short: 'd' }),
    flag('quiet', 'bool', 'Say nothing of the progress', { short: 'q' }),
  ],
  run: async (ctx, o) => {
    const swarm = await ctx.client.get<Swarm>('/swarm');
    if (failed(swarm)) return swarm;
    const show = async (s: Swarm): Promise<number> => {
      await ctx.out(`${s.TLSInfo.TrustRoot.trim()}\n`);
      return 0;
    };
    if (!o.bool('rotate')) {
      const given = NEED_ROTATE.find((f) => o.changed(f));
      if (given) return new Failure(`\`--${given}\` flag requires the \`--rotate\` flag to update the CA`);
      return show(swarm);
    }
    if (o.changed('ca-cert') || o.changed('ca-key'))
      return new Failure(`docker: '${ctx.invoked} --ca-cert' is not part of this laboratory yet`);
    const ca = mergeCa(swarm.Spec.CAConfig, o, '');
    const turned = { ...swarm.Spec, CAConfig: { ...ca, ForceRotate: (ca.ForceRotate ?? 0) + 1 } };
    const failure = await updateSwarm(ctx, swarm, turned);
    if (failure) return failure;
    if (o.bool('detach')) return 0;
    const now = await ctx.client.get<Swarm>('/swarm');
    if (failed(now)) return now;
    return o.bool('quiet') ? 0 : show(now);
  },
});
