/** The kernel's TCP, behind stack.c. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Frame } from './segment.ts';
import type { OptionName, Stack } from './stack.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const program = `${root}.cache/differential-stack`;

/** Levels and names of Linux. */
const OPTIONS: Readonly<Record<OptionName, readonly [number, number]>> = {
  nodelay: [6, 1],
  cork: [6, 3],
  keepidle: [6, 4],
  keepintvl: [6, 5],
  keepcnt: [6, 6],
  keepalive: [1, 9],
  linger: [1, 13],
};

/** Compiles the helper and tries it. @returns why there is no real TCP to compare with, or undefined */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'not root';
  for (const tool of ['cc', 'ip'])
    if (spawnSync(tool, [tool === 'ip' ? '-V' : '--version']).status !== 0) return `there is no ${tool}`;
  mkdirSync(`${root}.cache`, { recursive: true });
  const cc = spawnSync('cc', ['-O1', '-o', program, fileURLToPath(new URL('stack.c', import.meta.url))], {
    encoding: 'utf8',
  });
  if (cc.status !== 0) return `the helper does not compile: ${cc.stderr}`;
  const trial = spawnSync(program, { input: 's\n', encoding: 'utf8' });
  if (trial.status !== 0) return `no namespace with a TAP: ${trial.stderr.trim()}`;
  return trial.stdout.split(' ')[2]?.startsWith('-') ? 'cubic is not there' : undefined;
}

/** The helper ended before the script did. */
export class AbortedReal extends Error {}

export class RealStack implements Stack {
  readonly #child: ChildProcess;
  /** When each call was made, in ms of the kernel's clock. */
  readonly times: number[] = [];
  readonly #answers: ((n: number) => void)[] = [];
  #frames: Frame[] = [];
  #rest = '';

  constructor() {
    this.#child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString('latin1')).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const l of lines) this.#line(l);
    });
  }

  #line(l: string): void {
    const words = l.split(' ');
    if (words[0] === '=') {
      this.times.push(Number(words[1]) / 1000);
      this.#answers.shift()?.(Number(words[2]));
    } else
      this.#frames.push({ at: Number(words[1]) / 1000, bytes: Uint8Array.from(Buffer.from(words[2] ?? '', 'hex')) });
  }

  #call(line: string): Promise<number> {
    if (this.#child.exitCode !== null) throw new AbortedReal('the helper is gone');
    return new Promise((resolve) => {
      this.#answers.push(resolve);
      this.#child.stdin?.write(`${line}\n`);
    });
  }

  socket(): Promise<number> {
    return this.#call('s');
  }
  bind(fd: number, port: number): Promise<number> {
    return this.#call(`b ${fd} ${port}`);
  }
  listen(fd: number, backlog: number): Promise<number> {
    return this.#call(`l ${fd} ${backlog}`);
  }
  accept(fd: number): Promise<number> {
    return this.#call(`a ${fd}`);
  }
  connect(fd: number, port: number): Promise<number> {
    return this.#call(`c ${fd} ${port}`);
  }
  write(fd: number, bytes: number): Promise<number> {
    return this.#call(`w ${fd} ${bytes}`);
  }
  read(fd: number, most: number): Promise<number> {
    return this.#call(`r ${fd} ${most}`);
  }
  shutdown(fd: number, how: 'read' | 'write'): Promise<number> {
    return this.#call(`h ${fd} ${how === 'read' ? 0 : 1}`);
  }
  close(fd: number): Promise<number> {
    return this.#call(`x ${fd}`);
  }
  option(fd: number, name: OptionName, value: number): Promise<number> {
    return this.#call(`o ${fd} ${OPTIONS[name].join(' ')} ${value}`);
  }
  setting(name: string, value: number): Promise<number> {
    return this.#call(`n ${name} ${value}`);
  }
  async inject(frame: Uint8Array): Promise<void> {
    await this.#call(`i ${Buffer.from(frame).toString('hex')}`);
  }
  async pass(ms: number): Promise<Frame[]> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    await this.#call('p');
    const out = this.#frames;
    this.#frames = [];
    return out;
  }
  end(): void {
    this.#child.kill();
  }
}
