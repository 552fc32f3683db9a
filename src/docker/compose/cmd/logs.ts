/** `docker compose logs`. @see docker/compose cmd/compose/logs.go, pkg/compose/logs.go */

import { timeParameter } from '../../cli/cmd/timestamp.ts';
import { Failure, failed } from '../../cli/failure.ts';
import type { Options } from '../../cli/flags/options.ts';
import { ANY, flag } from '../../cli/spec.ts';
import type { Compose } from '../compose.ts';
import { byName, containersOf, serviceOf, shortName } from '../containers.ts';
import { all } from '../graph.ts';
import { LogConsumer } from '../log/consumer.ts';
import { type LogOptions, logsOf } from '../log/stream.ts';
import { Monitor } from '../monitor.ts';
import { composeCommand } from '../spec.ts';
import { INDEX } from './exec.ts';

async function run(c: Compose, o: Options, services: readonly string[]): Promise<number | Failure> {
  const found = await c.projectOrName(services);
  if (failed(found)) return found;
  const { project, name } = found;
  if (o.int('index') > 0 && services.length !== 1) return new Failure('--index requires one service to be selected');
  const since = timeParameter(c.ctx, o.string('since'));
  if (failed(since)) return since;
  const until = timeParameter(c.ctx, o.string('until'));
  if (failed(until)) return until;
  const known = project ? Object.keys(project.services) : undefined;
  const wanted = services.length > 0 ? services : (known?.filter((s) => project?.services[s]?.attach !== false) ?? []);
  const list = await containersOf(c, name, { services: wanted, index: o.int('index') });
  if (failed(list)) return list;
  const mine = byName(list.filter((x) => wanted.length === 0 || wanted.includes(serviceOf(x))));
  const consumer = new LogConsumer(c, { colour: !o.bool('no-color'), prefix: !o.bool('no-log-prefix') });
  const how: LogOptions = {
    follow: o.bool('follow'),
    since,
    until,
    tail: o.string('tail'),
    timestamps: o.bool('timestamps'),
  };
  const show = (id: string, source: string, options: LogOptions): Promise<Failure | undefined> =>
    logsOf(c, id, options, (_fd, line) => consumer.line(1, source, line));
  const work: Promise<unknown>[] = [];
  if (how.follow) {
    const seen = new Set(mine.map((x) => x.Id));
    const monitor = new Monitor(c, name, wanted, (h) => {
      if (h.type === 'exited')
        consumer.status(h.source, `exited with code ${h.exitCode}${h.restarting ? ' (restarting)' : ''}`);
      // what is there already is followed as long as it runs
      if (h.type !== 'started' || (seen.has(h.id) && !h.restarting)) return;
      work.push(show(h.id, h.source, { ...how, tail: undefined, since: String(Number(c.ctx.sys.realtime()) / 1e9) }));
    });
    const listening = await monitor.begin();
    if (failed(listening)) return listening;
    work.push(listening.ended);
  }
  for (const x of mine) work.push(show(x.Id, shortName(x, c.separator), how));
  const bad = await all(work as Promise<unknown>[]);
  await consumer.flush();
  return bad ?? 0;
}

/** `docker compose logs` */
export const logs = composeCommand({
  name: 'logs',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Print what containers have written',
  args: ANY,
  flags: [
    flag('follow', 'bool', 'Go on as more comes', { short: 'f' }),
    INDEX,
    flag('no-color', 'bool', 'No colours'),
    flag('no-log-prefix', 'bool', 'No names before lines'),
    flag('since', 'string', 'From this time on ("2013-01-02T13:23:37Z", or "42m" ago)'),
    flag('tail', 'string', 'Lines from the end of each', { short: 'n', default: 'all' }),
    flag('timestamps', 'bool', 'The time before each line', { short: 't' }),
    flag('until', 'string', 'Up to this time ("2013-01-02T13:23:37Z", or "42m" ago)'),
  ],
  run,
});
