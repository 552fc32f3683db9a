import type { ContainerInspect } from '../../../api/types.ts';
import { Failure, failed } from '../../failure.ts';
import { command, exactly, flag } from '../../spec.ts';
import { copyOut } from '../../stream.ts';
import { timeParameter } from '../timestamp.ts';

/** `docker logs` */
export const logs = command({
  path: ['logs'],
  aliases: ['container logs', 'logs'],
  use: '[OPTIONS] CONTAINER',
  short: 'Print what a container has written',
  args: exactly(1),
  flags: [
    flag('details', 'bool', 'Show extra details of the log driver'),
    flag('follow', 'bool', 'Go on as more comes', { short: 'f' }),
    flag('since', 'string', 'From this time on ("2013-01-02T13:23:37Z", or "42m" ago)'),
    flag('tail', 'string', 'Lines from the end', { short: 'n', default: 'all' }),
    flag('timestamps', 'bool', 'Print the time of each line', { short: 't' }),
    flag('until', 'string', 'Up to this time ("2013-01-02T13:23:37Z", or "42m" ago)'),
  ],
  names: ['container'],
  run: async (ctx, o, args) => {
    const info = await ctx.client.get<ContainerInspect>(`/containers/${args[0]}/json`);
    if (failed(info)) return info;
    const since = timeParameter(ctx, o.string('since'));
    if (failed(since)) return new Failure(`invalid value for "since": ${since.message}`);
    const until = timeParameter(ctx, o.string('until'));
    if (failed(until)) return new Failure(`invalid value for "until": ${until.message}`);
    const on = (name: string): string | undefined => (o.bool(name) ? '1' : undefined);
    const reply = await ctx.client.call('GET', `/containers/${info.Id}/logs`, {
      query: {
        details: on('details'),
        follow: on('follow'),
        since,
        stderr: '1',
        stdout: '1',
        tail: o.string('tail'),
        timestamps: on('timestamps'),
        until,
      },
    });
    if (failed(reply)) return reply;
    try {
      await copyOut(ctx, reply.chunks(), !info.Config.Tty);
    } finally {
      reply.hangUp();
    }
    return 0;
  },
});
