/** `docker service logs`. @see docker/cli cli/command/service/logs.go */
import { text, utf8 } from '../../../../base/http.ts';
import type { Node, Service, Task } from '../../../api/swarm.ts';
import type { Ctx } from '../../context.ts';
import { DaemonError, Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { truncateId } from '../../formatter/units.ts';
import { command, exactly, flag } from '../../spec.ts';
import { copyOut, Demux } from '../../stream.ts';
import { timeParameter } from '../timestamp.ts';

interface Target {
  readonly path: string;
  readonly tty: boolean;
  /** The highest number a task may have. */
  readonly most: number;
}

const absent = (f: Failure): boolean => f instanceof DaemonError && f.status === 404;

async function targetOf(ctx: Ctx, term: string): Promise<Target | Failure> {
  const service = await ctx.client.get<Service>(`/services/${term}`, { insertDefaults: 'false' });
  if (!failed(service)) {
    const { TaskTemplate, Mode } = service.Spec;
    const tty = TaskTemplate.ContainerSpec?.TTY ?? false;
    return { path: `/services/${term}/logs`, tty, most: Mode.Replicated?.Replicas ?? 1 };
  }
  if (!absent(service)) return service;
  const task = await ctx.client.get<Task>(`/tasks/${term}`);
  if (failed(task)) return absent(task) ? new Failure(`no such task or service: ${term}`) : task;
  return { path: `/tasks/${term}/logs`, tty: task.Spec.ContainerSpec?.TTY ?? false, most: task.Slot ?? 0 };
}

export const serviceLogs = command({
  path: ['service', 'logs'],
  use: '[OPTIONS] SERVICE|TASK',
  short: 'Print what a service or task has written',
  args: exactly(1),
  flags: [
    flag('details', 'bool', 'Show extra details of the log driver'),
    flag('follow', 'bool', 'Go on as more comes', { short: 'f' }),
    flag('no-resolve', 'bool', 'Leave ids as they are'),
    flag('no-task-ids', 'bool', 'Leave ids of tasks out'),
    flag('no-trunc', 'bool', 'Show everything in full length'),
    flag('raw', 'bool', 'Print the lines only'),
    flag('since', 'string', 'From this time on ("2013-01-02T13:23:37Z", or "42m" ago)'),
    flag('tail', 'string', 'Lines from the end', { short: 'n', default: 'all' }),
    flag('timestamps', 'bool', 'Print the time of each line', { short: 't' }),
  ],
  run: async (ctx, o, [term = '']) => {
    const target = await targetOf(ctx, term);
    if (failed(target)) return target;
    const raw = o.bool('raw');
    if (target.tty && !raw) return new Failure('tty service logs only supported with --raw');
    const since = timeParameter(ctx, o.string('since'));
    if (failed(since)) return new Failure(`invalid value for "since": ${since.message}`);
    const on = (is: boolean): string | undefined => (is ? '1' : undefined);
    const reply = await ctx.client.call('GET', target.path, {
      query: {
        details: on(o.bool('details') || !raw),
        follow: on(o.bool('follow')),
        since,
        stderr: '1',
        stdout: '1',
        tail: o.string('tail'),
        timestamps: on(o.bool('timestamps')),
      },
    });
    if (failed(reply)) return reply;
    try {
      if (raw) await copyOut(ctx, reply.chunks(), !target.tty);
      else return (await new Printer(ctx, o, String(target.most).length).print(reply.chunks())) ?? 0;
    } finally {
      reply.hangUp();
    }
    return 0;
  },
});

const ORIGIN = ['node', 'service', 'task'].map((kind) => `com.docker.swarm.${kind}.id`);

/** Tells of each line where it comes from. */
class Printer {
  readonly #known = new Map<string, string>();

  /** @param width of the tasks' numbers */
  constructor(
    readonly ctx: Ctx,
    readonly o: Options,
    readonly width: number,
  ) {}

  async print(chunks: AsyncIterable<Uint8Array>): Promise<Failure | undefined> {
    const demux = new Demux();
    for await (const chunk of chunks)
      for (const [stream, data] of demux.push(chunk)) {
        const line = await this.#line(text(data));
        if (failed(line)) return line;
        await this.ctx.bytes(stream === 2 ? 2 : 1, utf8(line));
      }
    return undefined;
  }

  async #line(said: string): Promise<string | Failure> {
    const words = said.split(' ');
    const stamp = this.o.bool('timestamps') ? `${words.shift() ?? ''} ` : '';
    const details = new Map(
      (words.shift() ?? '').split(',').map((d) => d.split('=').map(decodeURIComponent) as [string, string]),
    );
    for (const key of ORIGIN)
      if (!details.has(key)) return new Failure(`missing ${key.split('.')[3]} id in details: map[]`);
    const [node = '', service = '', task = ''] = ORIGIN.map((key) => details.get(key) as string);
    for (const key of ORIGIN) details.delete(key);
    const from = this.#known.get(task) ?? (await this.#from(node, service, task));
    if (failed(from)) return from;
    this.#known.set(task, from);
    const more = this.o.bool('details')
      ? `${[...details]
          .map(([k, v]) => `${k}=${v}`)
          .sort()
          .join(',')} `
      : '';
    return `${stamp}${from}    | ${more}${words.join(' ')}`;
  }

  async #from(nodeId: string, serviceId: string, taskId: string): Promise<string | Failure> {
    const { ctx, o, width } = this;
    const names = !o.bool('no-resolve');
    const node = names ? await ctx.client.get<Node>(`/nodes/${nodeId}`) : undefined;
    const service = names ? await ctx.client.get<Service>(`/services/${serviceId}`) : undefined;
    const task = await ctx.client.get<Task>(`/tasks/${taskId}`);
    if (failed(task)) return task;
    const slot = String(task.Slot ?? 0);
    const id = o.bool('no-task-ids') ? '' : `.${o.bool('no-trunc') ? task.ID : truncateId(task.ID)}`;
    const where = node && !failed(node) ? node.Spec.Name || node.Description.Hostname : nodeId;
    const what = service && !failed(service) ? service.Spec.Name : serviceId;
    return `${what}.${slot}${id}@${where}${' '.repeat(Math.max(0, width - slot.length))}`;
  }
}
