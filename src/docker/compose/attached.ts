/**
 * `up` in the foreground: what all containers write, until they have ended or somebody presses ^C.
 * Limits: no menu of keys.
 * @see docker/compose pkg/compose/up.go, printer.go; cmd/formatter/stopping.go
 */
import { isErr } from '../../linux/kernel/errno.ts';
import { SIGNALS } from '../../linux/kernel/signal.ts';
import { Failure, failed } from '../cli/failure.ts';
import type { Compose } from './compose.ts';
import { byName, containersOf, shortName } from './containers.ts';
import { LogConsumer } from './log/consumer.ts';
import { attachTo, logsOf } from './log/stream.ts';
import type { Project } from './model/project.ts';
import { type Happening, Monitor } from './monitor.ts';
import type { ProgressEvent } from './progress/event.ts';
import { type StartOptions, start } from './start.ts';
import { kill, stop } from './stop.ts';

/** What is shown, and what ends it. */
interface AttachedOptions {
  /** Services whose output is shown. */
  readonly attachTo: readonly string[];
  /** Services asked for. */
  readonly services: readonly string[];
  /** What the end of a container means for the others. */
  readonly onExit: 'ignore' | 'stop' | 'fail';
  readonly exitCodeFrom: string;
  readonly timeout?: number;
  readonly colour: boolean;
  readonly prefix: boolean;
  readonly timestamps: boolean;
  readonly start: StartOptions;
}

const BANNER = 'Gracefully Stopping... press Ctrl+C again to force';
const TICK = 100e6;

class Session {
  readonly #consumer: LogConsumer;
  readonly #attached = new Set<string>();
  readonly #work: Promise<unknown>[] = [];
  #errors: Failure[] = [];
  #exitCode = 0;
  #interrupts = 0;
  #aborted = false;
  #captured = false;
  #over = false;

  constructor(
    readonly c: Compose,
    readonly project: Project,
    readonly o: AttachedOptions,
  ) {
    this.#consumer = new LogConsumer(c, { colour: o.colour, prefix: o.prefix, timestamps: o.timestamps });
  }

  async run(): Promise<number | Failure> {
    const { c, o, project } = this;
    for (const name of ['SIGINT', 'SIGTERM'] as const) c.ctx.sys.sigaction(SIGNALS[name], () => this.#interrupt());
    const attached = await this.#attach();
    if (failed(attached)) return attached;
    const watched = o.services.length > 0 ? o.services : o.attachTo;
    const monitor = new Monitor(c, project.name, watched, (h) => this.#happened(h));
    const listening = await monitor.begin();
    if (failed(listening)) return listening;
    const print = (source: string, line: string): void => void this.#consumer.line(1, source, line);
    const bad = await start(c, project.name, { ...o.start, project, print });
    if (bad && this.#interrupts === 0) {
      monitor.stop();
      await this.#consumer.flush();
      return bad;
    }
    const lost = await c.ctx.client.until(listening.ended);
    if (lost) this.#errors.push(lost);
    await c.ctx.client.until(Promise.all(this.#work));
    this.#over = true;
    await this.#clear();
    await this.#consumer.flush();
    return this.#result();
  }

  #result(): number | Failure {
    const message = this.#errors.map((e) => e.message).join('\n');
    if (this.#interrupts > 0) return 130;
    if (this.#exitCode !== 0) return message === '' ? this.#exitCode : new Failure(message, this.#exitCode);
    return message === '' ? 0 : new Failure(message);
  }

  /** Containers of the services to show: attached before they start. */
  async #attach(): Promise<undefined | Failure> {
    const { c, o, project } = this;
    const list = await containersOf(c, project.name, { services: o.attachTo });
    if (failed(list)) return list;
    const mine = o.attachTo.length > 0 ? byName(list) : [];
    if (mine.length === 0) return undefined;
    const names = mine.map((x) => shortName(x, c.separator));
    await c.ctx.out(`Attaching to ${names.join(', ')}\n`);
    for (const [i, x] of mine.entries()) {
      const link = await attachTo(c, x.Id, (fd, line) => this.#consumer.line(fd, names[i] as string, line));
      if (failed(link)) return link;
      this.#attached.add(x.Id);
      this.#work.push(link.ended);
    }
    return undefined;
  }

  #happened(h: Happening): void {
    switch (h.type) {
      case 'exited':
        this.#consumer.status(h.source, `exited with code ${h.exitCode}${h.restarting ? ' (restarting)' : ''}`);
        this.#ended(h);
        break;
      case 'recreated':
        this.#consumer.status(h.replaces ?? '', 'has been recreated');
        break;
      case 'started':
        this.#follow(h);
        break;
      default:
    }
  }

  /** One that was started later, or again: its log from there on. */
  #follow(h: Happening): void {
    const { o } = this;
    if (o.attachTo.length > 0 && !o.attachTo.includes(h.service)) return;
    if (this.#attached.has(h.id) && !h.restarting) return;
    const since = String(Number(this.c.ctx.sys.realtime()) / 1e9);
    const print = (fd: 1 | 2, line: string): Promise<void> => this.#consumer.line(fd, h.source, line);
    this.#work.push(logsOf(this.c, h.id, { follow: true, since }, print));
  }

  #ended(h: Happening): void {
    const { o } = this;
    if (o.exitCodeFrom !== '' && h.service === o.exitCodeFrom && !this.#captured) {
      this.#captured = true;
      this.#exitCode = h.exitCode;
    }
    if (o.onExit === 'ignore' || this.#aborted || this.#interrupts > 0) return;
    if (o.onExit === 'fail' && h.exitCode === 0) return;
    this.#aborted = true;
    if (o.exitCodeFrom === '') this.#exitCode = h.exitCode;
    const text = 'Aborting on container exit...';
    this.#work.push(this.c.ctx.err(`${this.c.ctx.sys.env.NO_COLOR ? text : `\x1b[31m${text}\x1b[0m`}\n`));
    this.#halt();
  }

  #interrupt(): void {
    this.#interrupts++;
    if (this.#interrupts === 1) {
      this.#banner();
      this.#halt();
    } else if (this.#interrupts === 2) this.#force();
  }

  /** Stops everything, and says so among what the containers write. */
  #halt(): void {
    const { c, o, project } = this;
    this.#shown(() => stop(c, project.name, { services: o.services, project, timeout: o.timeout }));
  }

  #force(): void {
    const { c, o, project } = this;
    const work = kill(c, project.name, { services: o.services, project, all: true });
    // those that have ended in the meantime are no fault
    this.#work.push(work);
  }

  #shown(work: () => Promise<Failure | undefined>): void {
    const done = this.c
      .mixed((e) => this.#said(e), work)
      .then((bad) => {
        if (bad) this.#errors.push(bad);
      });
    this.#work.push(done);
  }

  #said(e: ProgressEvent): void {
    const text = this.c.ctx.sys.env.NO_COLOR ? e.statusText : `\x1b[32m${e.statusText}\x1b[0m`;
    this.#consumer.status('', `${e.id} ${e.text ?? ''} ${text}`);
  }

  /** On the terminal's last line, while containers stop. */
  #banner(): void {
    const { c } = this;
    if (!c.coloured || !c.automatic) return;
    const began = c.ctx.sys.now();
    let spin = 0;
    const draw = async (): Promise<void> => {
      while (!this.#over) {
        const size = c.ctx.sys.winsize(1);
        const [rows, cols] = isErr(size) ? [24, 80] : [size.rows, size.cols];
        const timer = `${((c.ctx.sys.now() - began) / 1e9).toFixed(1)}s `;
        const mark = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'][spin++ % 10];
        const pad = ' '.repeat(Math.max(0, cols - timer.length - BANNER.length - 5));
        await c.ctx.out(
          `\r\x1b7\x1b[${rows};0H\x1b[2K\x1b[33m${mark}\x1b[0m ${BANNER} ${pad} \x1b[34m${timer}\x1b[0m\r\x1b8`,
        );
        await c.ctx.sys.sleep(TICK);
      }
    };
    draw().catch(() => {});
  }

  async #clear(): Promise<void> {
    if (this.#interrupts > 0 && this.c.coloured && this.c.automatic) await this.c.ctx.out('\r\x1b[J');
  }
}

/** Starts what was created and stays with it. @returns the exit code */
export const attachedUp = (c: Compose, project: Project, o: AttachedOptions): Promise<number | Failure> =>
  new Session(c, project, o).run();
