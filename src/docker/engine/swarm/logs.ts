/**
 * Logs of services and tasks: a manager reads them on the nodes where the tasks are.
 * Limits: lines of several tasks come task by task, or as they are written when they are followed.
 * @see swarmkit manager/logbroker/{broker,subscription}.go, agent/worker.go: Subscribe, moby daemon/cluster/services.go: ServiceLogs
 */
import { base64, bytesFromBase64 } from '../../../base/base64.ts';
import { utf8 } from '../../../base/http.ts';
import { TASK_STATES, type Task } from '../../api/swarm.ts';
import { run } from '../../libnetwork/task.ts';
import type { Manager } from '../../swarm/manager.ts';
import type { FromManager, FromNode, LogRequest } from '../../swarm/protocol.ts';
import type { LogLine } from '../log.ts';
import { encodeLine, type LogOptions, readLines } from '../logs.ts';
import type { StreamId } from '../stdcopy.ts';
import type { Member } from './member.ts';

/** Lines that may wait for one reader. */
const ROOM = 16384;

/** Things that come from elsewhere, for one reader. */
class Inbox<T> {
  readonly #held: T[] = [];
  #wake: (() => void) | undefined;
  /** Who wait for room. */
  #waiting: (() => void)[] = [];
  #ended = false;
  /** What found no room. */
  lost = 0;

  put(value: T): void {
    if (this.#held.length < ROOM) this.#held.push(value);
    else this.lost++;
    this.#wake?.();
  }

  /** The same of one who can wait until there is room. */
  async offer(value: T): Promise<void> {
    while (this.#held.length >= ROOM && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    this.put(value);
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
    this.#room();
  }

  #room(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.#held.length > 0) {
        yield this.#held.shift() as T;
        this.#room();
      }
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** What a reader is told of whom lines were lost. @see moby daemon/cluster/services.go, server/httputils/write_log_stream.go */
function incomplete(node: string, lost: number, { stdout }: LogRequest): LogLine {
  const text = `Error grabbing logs: warning: incomplete log stream. some logs could not be retrieved for the following reasons: node ${node}: ${lost} lines found no room\n`;
  return { stream: stdout ? 1 : 2, time: 0n, bytes: utf8(text) };
}

/** A manager's side of logs that are elsewhere. */
export class LogBroker {
  readonly #open = new Map<number, { readonly node: string; readonly inbox: Inbox<LogLine> }>();
  #seq = 0;

  /** @param send to the node; undefined when it cannot be reached */
  async *read(
    node: string,
    request: LogRequest,
    send: (m: FromManager) => void,
    gone: Promise<void> | undefined,
  ): AsyncGenerator<LogLine> {
    const seq = ++this.#seq;
    const inbox = new Inbox<LogLine>();
    this.#open.set(seq, { node, inbox });
    void gone?.then(() => inbox.end());
    send({ t: 'log', seq, request });
    try {
      yield* inbox;
      if (inbox.lost > 0) yield incomplete(node, inbox.lost, request);
    } finally {
      this.#open.delete(seq);
      send({ t: 'log-stop', seq });
    }
  }

  take(m: FromNode & { t: 'line' | 'log-end' }): void {
    const inbox = this.#open.get(m.seq)?.inbox;
    if (m.t === 'log-end') inbox?.end();
    else
      inbox?.put({
        stream: m.stream as StreamId,
        time: BigInt(m.time),
        bytes: bytesFromBase64(m.bytes) ?? new Uint8Array(),
      });
  }

  /** A node does not answer any more. */
  lost(node: string): void {
    for (const { node: of, inbox } of this.#open.values()) if (of === node) inbox.end();
  }
}

/** A node's side. */
export class LogSender {
  readonly #stops = new Map<number, () => void>();

  constructor(
    readonly member: Member,
    readonly send: (m: FromNode) => void,
  ) {}

  begin({ seq, request }: FromManager & { t: 'log' }): void {
    const gone = new Promise<void>((resolve) => {
      this.#stops.set(seq, resolve);
    });
    run(this.#tell(seq, request, gone));
  }

  stop(seq: number): void {
    this.#stops.get(seq)?.();
    this.#stops.delete(seq);
  }

  async #tell(seq: number, request: LogRequest, gone: Promise<void>): Promise<void> {
    const c = this.member.executor?.container(request.task);
    const { stdout, stderr, follow, tail, since, until } = request;
    const time = (text: string | undefined): bigint | undefined => (text === undefined ? undefined : BigInt(text));
    const options = {
      stdout,
      stderr,
      follow,
      tail,
      since: time(since),
      until: time(until),
      timestamps: false,
      details: false,
    };
    if (c)
      for await (const { stream, time: at, bytes } of readLines(c, options, () => this.member.daemon.now(), gone))
        this.send({ t: 'line', seq, stream, time: String(at), bytes: base64(bytes) });
    this.send({ t: 'log-end', seq });
    this.#stops.delete(seq);
  }
}

const hasRun = (t: Task): boolean => TASK_STATES.indexOf(t.Status.State) >= TASK_STATES.indexOf('running');

function linesOf(
  member: Member,
  task: Task,
  options: LogOptions,
  gone: Promise<void> | undefined,
): AsyncIterable<LogLine> {
  if (task.NodeID !== member.nodeId) return member.dispatcher?.readLog(task, options, gone) ?? none();
  const c = member.executor?.container(task.ID);
  return c ? readLines(c, options, () => member.daemon.now(), gone) : none();
}

async function* none(): AsyncGenerator<LogLine> {}

/** What is written where a line comes from. @see moby api/server/httputils/write_log_stream.go: stringAttrs */
const origin = (t: Task): string =>
  [
    ['node', t.NodeID],
    ['service', t.ServiceID],
    ['task', t.ID],
  ]
    .map(([kind, id]) => `com.docker.swarm.${kind}.id=${id ?? ''}`)
    .join(',');

export interface ServiceLogs {
  readonly options: LogOptions;
  readonly details: boolean;
  readonly tty: boolean;
}

/** Lines of all tasks that are meant. With `follow`, those of tasks to come, too: until `gone`. */
export async function* serviceLogs(
  member: Member,
  { store }: Manager,
  isMeant: (t: Task) => boolean,
  { options, details, tty }: ServiceLogs,
  gone: Promise<void> | undefined,
): AsyncGenerator<Uint8Array> {
  const encode = (t: Task, line: LogLine): Uint8Array =>
    encodeLine(line, options.timestamps, tty, details ? `${origin(t)} ` : '');
  const ready = (t: Task): boolean => isMeant(t) && hasRun(t);
  if (!options.follow) {
    for (const t of [...store.tasks.all()].filter(ready))
      for await (const line of linesOf(member, t, options, gone)) yield encode(t, line);
    return;
  }
  const inbox = new Inbox<Uint8Array>();
  const begun = new Set<string>();
  const begin = (t: Task): void => {
    if (!ready(t) || begun.has(t.ID)) return;
    begun.add(t.ID);
    run(
      (async () => {
        for await (const line of linesOf(member, t, options, gone)) await inbox.offer(encode(t, line));
      })(),
    );
  };
  const unlisten = store.listen(({ kind, action, object }) => {
    if (kind === 'task' && action === 'update') begin(object as Task);
  });
  for (const t of store.tasks.all()) begin(t);
  void gone?.then(() => inbox.end());
  try {
    yield* inbox;
  } finally {
    unlisten();
  }
}
