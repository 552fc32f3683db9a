/**
 * Lines of several containers, each behind the name of its own.
 * @see docker/compose cmd/formatter/logs.go, colors.go
 */
import { rfc3339NanoFixed } from '../../time.ts';
import type { Compose } from '../compose.ts';

const RAINBOW = ['36', '33', '32', '35', '34', '36;1', '33;1', '32;1', '35;1', '34;1'];
const RESET_LINE = '\r\x1b[K';

interface Presenter {
  readonly name: string;
  readonly colour: string | undefined;
  prefix: string;
}

/** How lines look. */
interface ConsumerOptions {
  readonly colour: boolean;
  readonly prefix: boolean;
  /** The moment of printing stands before each line. */
  readonly timestamps?: boolean;
}

/** Prints lines and what becomes of containers, in the order in which they come. */
export class LogConsumer {
  readonly #presenters = new Map<string, Presenter>();
  readonly #colour: boolean;
  #next = 0;
  #written: Promise<void> = Promise.resolve();

  constructor(
    readonly c: Compose,
    readonly options: ConsumerOptions,
  ) {
    this.#colour = options.colour && c.coloured;
  }

  #paint(colour: string | undefined, s: string): string {
    return colour === undefined ? s : `\x1b[${colour}m${s}\x1b[0m`;
  }

  #presenter(name: string): Presenter {
    const old = this.#presenters.get(name);
    if (old) return old;
    const [root = '', ...more] = name.split(' ');
    const parent = more.length > 0 ? this.#presenter(root) : undefined;
    const colour = parent ? parent.colour : this.#colour && name !== '' ? this.#nextColour() : undefined;
    const made: Presenter = { name, colour, prefix: '' };
    this.#presenters.set(name, made);
    const width = Math.max(...[...this.#presenters.keys()].map((n) => n.length)) + 1;
    if (this.options.prefix)
      for (const p of this.#presenters.values()) p.prefix = this.#paint(p.colour, `${p.name.padEnd(width)} | `);
    return made;
  }

  #nextColour(): string {
    const colour = RAINBOW[this.#next % RAINBOW.length] as string;
    this.#next++;
    return colour;
  }

  #write(fd: 1 | 2, text: string): Promise<void> {
    this.#written = this.#written.then(() => (fd === 1 ? this.c.ctx.out(text) : this.c.ctx.err(text)));
    return this.#written;
  }

  /** A line of a container. */
  line(fd: 1 | 2, name: string, message: string): Promise<void> {
    const p = this.#presenter(name);
    const stamp = this.options.timestamps ? `${rfc3339NanoFixed(this.c.ctx.sys.realtime())} ` : '';
    return this.#write(
      fd,
      message
        .split('\n')
        .map((l) => `${p.prefix}${stamp}${l}\n`)
        .join(''),
    );
  }

  /** What has become of a container. */
  status(name: string, message: string): void {
    const p = this.#presenter(name);
    this.#write(1, this.#paint(p.colour, `${RESET_LINE}${name} ${message}\n`));
  }

  /** Everything is on its way. */
  flush(): Promise<void> {
    return this.#written;
  }
}
