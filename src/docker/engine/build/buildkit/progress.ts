/** What a build tells on its way, as messages of its stream. @see moby/buildkit solver/progress.go, moby builder/builder-next/builder.go */
import { base64 } from '../../../../base/base64.ts';
import { encodeStatus, type SolveStatus } from '../../../api/buildkit.ts';
import { digest } from '../../../images/digest.ts';
import type { Daemon } from '../../daemon.ts';
import { line } from '../../progress.ts';
import { OutputQueue } from '../../session.ts';

/** The messages of one build. */
export class Progress {
  readonly #queue = new OutputQueue();
  #count = 0;
  /** The first step: the one that reads the Dockerfile. Warnings are its own. */
  definition = '';

  constructor(readonly daemon: Daemon) {}

  tell(status: SolveStatus): void {
    this.say('moby.buildkit.trace', base64(encodeStatus(status)));
  }

  /** A message of a kind. */
  say(id: string, aux: unknown): void {
    this.#queue.push(line({ id, aux }));
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
  }

  /** A step that begins now. */
  begin(name: string): Step {
    const id = digest(`vertex ${++this.#count} ${name}`);
    if (this.definition === '') this.definition = id;
    return new Step(this, name, id, this.daemon.now());
  }

  /** A step from beginning to end. @param work is told of the step; what it throws is the step's error */
  async step<T>(name: string, work: (step: Step) => Promise<T> | T): Promise<T> {
    const step = this.begin(name);
    try {
      const out = await work(step);
      step.end();
      return out;
    } catch (e) {
      step.end((e as Error).message);
      throw e;
    }
  }

  end(): void {
    this.#queue.end();
  }

  body(): AsyncGenerator<Uint8Array> {
    return this.#queue.body();
  }
}

/** A step on its way: it is told of when it begins, and when it ends. */
export class Step {
  isCached = false;
  /** Its error, when that is not the build's. */
  said: string | undefined;

  constructor(
    readonly progress: Progress,
    readonly name: string,
    readonly digest: string,
    readonly started: bigint,
  ) {
    this.#tell(0n, '');
  }

  #tell(completed: bigint, error: string): void {
    const { name, digest: id, started, isCached: cached } = this;
    this.progress.tell({ vertexes: [{ digest: id, inputs: [], name, cached, started, completed, error }] });
  }

  end(error = ''): void {
    this.#tell(this.progress.daemon.now(), error === '' ? '' : (this.said ?? error));
  }

  /** A part of it that is over. */
  done(id: string, since = this.progress.daemon.now(), size: { current?: number; total?: number } = {}): void {
    const now = this.progress.daemon.now();
    const { current = 0, total = 0 } = size;
    this.progress.tell({
      statuses: [{ id, vertex: this.digest, current, total, timestamp: now, started: since, completed: now }],
    });
  }

  log(stream: number, data: Uint8Array): void {
    this.progress.tell({ logs: [{ vertex: this.digest, timestamp: this.progress.daemon.now(), stream, data }] });
  }
}
