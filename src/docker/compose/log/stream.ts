/** What one container writes: from its log, or as it comes. @see docker/compose pkg/compose/logs.go, attach.go */
import type { ContainerInspect } from '../../api/types.ts';
import { type Failure, failed } from '../../cli/failure.ts';
import { attachQuery, Demux } from '../../cli/stream.ts';
import type { Compose } from '../compose.ts';
import { LineCutter } from './lines.ts';

/** Takes a whole line and the stream that it came by. @returns a promise: no more is read until it is written */
export type Print = (fd: 1 | 2, line: string) => Promise<void>;

/** Cuts what comes into lines, each stream by itself. */
class Splitter {
  readonly #demux = new Demux();
  readonly #cut: readonly [LineCutter<Promise<void>>, LineCutter<Promise<void>>];

  constructor(
    print: Print,
    readonly tty: boolean,
  ) {
    this.#cut = [new LineCutter((l) => print(1, l)), new LineCutter((l) => print(2, l))];
  }

  async push(chunk: Uint8Array): Promise<void> {
    if (this.tty) return this.#cut[0].push(chunk);
    for (const [stream, data] of this.#demux.push(chunk)) await this.#cut[stream === 2 ? 1 : 0].push(data);
  }

  end(): void {
    for (const c of this.#cut) c.end();
  }
}

/** Which part of a log; times as the API takes them. */
export interface LogOptions {
  readonly follow?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly tail?: string;
  readonly timestamps?: boolean;
}

/** Ends when the log does, or the container when it is followed. */
export async function logsOf(c: Compose, id: string, o: LogOptions, print: Print): Promise<Failure | undefined> {
  const info = await c.ctx.client.get<ContainerInspect>(`/containers/${id}/json`);
  if (failed(info)) return info;
  const on = (b: boolean | undefined): string | undefined => (b ? '1' : undefined);
  const reply = await c.ctx.client.call('GET', `/containers/${info.Id}/logs`, {
    query: {
      follow: on(o.follow),
      since: o.since || undefined,
      stderr: '1',
      stdout: '1',
      tail: o.tail,
      timestamps: on(o.timestamps),
      until: o.until || undefined,
    },
  });
  if (failed(reply)) return reply;
  const splitter = new Splitter(print, info.Config.Tty);
  try {
    for await (const chunk of reply.chunks()) await splitter.push(chunk);
  } finally {
    reply.hangUp();
  }
  splitter.end();
  return undefined;
}

/** @returns a promise of its end; what comes before that is printed as it comes */
export async function attachTo(c: Compose, id: string, print: Print): Promise<{ ended: Promise<void> } | Failure> {
  const info = await c.ctx.client.get<ContainerInspect>(`/containers/${id}/json`);
  if (failed(info)) return info;
  const link = await c.ctx.client.hijack(`/containers/${id}/attach`, {
    query: attachQuery({ stdin: false, stdout: true, stderr: true }),
  });
  if (failed(link)) return link;
  link.stream.closeWrite();
  const splitter = new Splitter(print, info.Config.Tty);
  const copy = async (): Promise<void> => {
    for (;;) {
      const part = await c.ctx.client.until(link.stream.read());
      if (part === null) break;
      await splitter.push(part);
    }
    splitter.end();
  };
  const ended = copy();
  ended.catch(() => {});
  return { ended };
}
