/** Runs scripts in the simulated bash, and in the real one for comparison. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ashProgram, bashProgram, dashProgram, type ShellProgramOptions } from '../../../src/linux/shell/bash.ts';
import { openPty } from '../../../src/linux/tty/pty.ts';
import { FakeKernel } from './fake.ts';
import { TEST_PROGRAMS } from './programs.ts';
import { isErr } from '../../../src/linux/kernel/errno.ts';

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

export function machine(options: ShellProgramOptions = {}): FakeKernel {
  const k = new FakeKernel(TEST_PROGRAMS);
  k.install('bash', bashProgram(options));
  k.install('sh', dashProgram(options));
  k.install('ash', ashProgram(options));
  return k;
}

const ENV = { PATH: '/bin', HOME: '/root', LC_ALL: 'C' };

/** `bash -c script` (or another argv) with standard input closed. */
export async function run(script: string, argv: readonly string[] = ['bash', '-c', script], k = machine(), stdin = ''): Promise<Result> {
  const collect = (): [ReturnType<FakeKernel['pipe']>[1], Promise<string>] => {
    const [r, w] = k.pipe();
    const text = (async () => {
      const parts: Uint8Array[] = [];
      for (;;) {
        const b = await r.read(65536, { nonBlocking: false, onInterrupt: () => () => {} });
        if (isErr(b) || b.length === 0) break;
        parts.push(b);
      }
      return Buffer.concat(parts).toString();
    })();
    return [w, text];
  };
  const [out, outText] = collect();
  const [err, errText] = collect();
  const [ir, iw] = k.pipe();
  await iw.write(new TextEncoder().encode(stdin), { nonBlocking: false, onInterrupt: () => () => {} });
  iw.release();
  const program = k.programs.get((argv[0] as string).replace(/^.*\//, '')) as { main(sys: never): Promise<number> };
  const done = new Promise<number>((resolve) => {
    const before = k.onExit;
    k.onExit = (p) => {
      before?.(p);
      if (p === proc && p.status) resolve(p.status.state === 'exited' ? p.status.code : 128 + p.status.signal);
    };
  });
  const proc = k.start(undefined, {}, (sys) => program.main(sys as never), [ir, out, err]);
  proc.argv = argv;
  proc.env = { ...ENV };
  const exit = await done;
  return { stdout: await outText, stderr: await errText, exit };
}

export const haveBash = existsSync('/bin/bash');

/** The same in the real bash, in an empty directory. */
export function real(script: string, stdin = ''): Result {
  const dir = mkdtempSync(join(tmpdir(), 'sh-'));
  try {
    const r = spawnSync('/bin/bash', ['-c', script], { cwd: dir, input: stdin, encoding: 'utf8', argv0: 'bash', env: { PATH: '/usr/bin:/bin', HOME: dir, LC_ALL: 'C.UTF-8' } });
    return { stdout: r.stdout, stderr: r.stderr, exit: r.status ?? 128 };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** A shell on a terminal: type, and wait for what the screen shows. */
export class Terminal {
  text = '';
  readonly k: FakeKernel;
  readonly pty: ReturnType<typeof openPty>;
  exited: number | undefined;
  constructor(options: ShellProgramOptions & { argv?: readonly string[]; cols?: number } = {}) {
    this.k = machine(options);
    this.pty = openPty(this.k, { cols: options.cols ?? 80, rows: 24 });
    const argv = options.argv ?? ['bash'];
    const program = this.k.programs.get((argv[0] as string).replace(/^-/, '')) as { main(sys: never): Promise<number> };
    const proc = this.k.start(undefined, {}, (sys) => program.main(sys as never), [this.pty.slave, this.pty.slave, this.pty.slave]);
    proc.argv = argv;
    proc.env = { ...ENV, TERM: 'xterm' };
    proc.tty = this.pty.slave.tty;
    this.pty.slave.tty.session = proc.pid;
    this.pty.slave.tty.foreground = proc.pid;
    this.k.onExit = (p) => {
      if (p === proc) this.exited = p.status?.code;
    };
    this.pump();
  }
  paused = false;
  pump(): void {
    const drain = (): void => {
      while (!this.paused) {
        const b = this.pty.take(4096);
        if (b.length === 0) return;
        this.text += Buffer.from(b).toString();
      }
    };
    this.pty.onOutput(drain);
    drain();
  }
  type(keys: string): void {
    this.pty.input(new TextEncoder().encode(keys));
  }
  /** Waits until the output since the last wait holds a text (or matches); gives and drops it. */
  async until(what: string | RegExp): Promise<string> {
    for (let i = 0; i < 20000; i++) {
      const at = typeof what === 'string' ? this.text.indexOf(what) : this.text.search(what);
      if (at >= 0) {
        const length = typeof what === 'string' ? what.length : (what.exec(this.text) as RegExpExecArray)[0].length;
        const got = this.text.slice(0, at + length);
        this.text = this.text.slice(at + length);
        return got;
      }
      await new Promise((r) => setImmediate(r));
    }
    throw new Error(`never saw ${what}; the terminal shows ${JSON.stringify(this.text.slice(-2000))}`);
  }
  /** Types a line at the prompt and gives all up to the next prompt. */
  async line(text: string): Promise<string> {
    this.type(`${text}\r`);
    return this.until(PROMPT);
  }
}

export const PROMPT = 'root@node1:~# ';
