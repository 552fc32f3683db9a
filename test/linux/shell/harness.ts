/** Runs scripts in the simulated bash, and in the real one for comparison; types at shells on terminals. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ashProgram, bashProgram, dashProgram, type ShellProgramOptions } from '../../../src/linux/shell/bash.ts';
import { openPty } from '../../../src/linux/tty/pty.ts';
import { makeRig, type Rig, utf8 } from '../kernel/rig.ts';
import { TEST_PROGRAMS } from './programs.ts';

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** A machine with the shells and the test's programs. */
export async function machine(options: ShellProgramOptions = {}): Promise<Rig> {
  const rig = await makeRig();
  for (const p of TEST_PROGRAMS) rig.install(p);
  rig.install(bashProgram(options), '/usr/bin/bash', '/bin/bash');
  rig.install(dashProgram(options), '/usr/bin/sh', '/usr/bin/dash');
  rig.install(ashProgram(options), '/usr/bin/ash');
  return rig;
}

/** `bash -c script` (or another argv) to its end. */
export async function run(
  script: string,
  argv: readonly string[] = ['bash', '-c', script],
  rig?: Rig,
  stdin = '',
): Promise<Result> {
  const r = await (rig ?? (await machine())).run(argv, { stdin, cwd: '/root', env: { LC_ALL: 'C.UTF-8' } });
  return { stdout: r.stdout, stderr: r.stderr, exit: r.signal ? 128 + r.signal : r.code };
}

export const haveBash = existsSync('/bin/bash');

/**
 * The same in the real bash, each script in an empty directory of its own. One process starts them all: starting each
 * from here would take most of the time.
 */
export function real(scripts: readonly string[]): Result[] {
  const dir = mkdtempSync(join(tmpdir(), 'sh-'));
  try {
    for (const [i, script] of scripts.entries()) {
      mkdirSync(join(dir, String(i)));
      writeFileSync(join(dir, `${i}.sh`), script);
    }
    const one =
      '(cd $i && exec -a bash /bin/bash -c "$(< ../$i.sh)") < /dev/null > $i.out 2> $i.err; echo $? > $i.exit';
    const all = `for ((i = 0; i < ${scripts.length}; i++)); do { ${one}; } & done; wait`;
    const env = { PATH: '/usr/bin:/bin', HOME: '/root', LC_ALL: 'C.UTF-8' };
    spawnSync('/bin/bash', ['-c', all], { cwd: dir, env });
    const read = (name: string): string => readFileSync(join(dir, name), 'utf8');
    return scripts.map((_, i) => ({
      stdout: read(`${i}.out`),
      stderr: read(`${i}.err`),
      exit: Number(read(`${i}.exit`)),
    }));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

export const PROMPT = 'root@node1:~# ';

/** A shell on a terminal: type, and wait for what the screen shows. */
export class Terminal {
  /** Output since the last wait. */
  text = '';
  exited: number | undefined;
  /** Output is not taken while this is set: a terminal that does not keep up. */
  paused = false;

  private constructor(
    readonly rig: Rig,
    readonly pty: ReturnType<typeof openPty>,
  ) {
    pty.onOutput(() => this.drain());
  }

  static async open(
    options: ShellProgramOptions & { argv?: readonly string[]; cols?: number } = {},
  ): Promise<Terminal> {
    const rig = await machine(options);
    const pty = openPty(rig.kernel, { cols: options.cols ?? 80, rows: 24 });
    const t = new Terminal(rig, pty);
    const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', TERM: 'xterm' };
    const p = rig.start(options.argv ?? ['bash'], { env, fds: [pty.slave, pty.slave, pty.slave], tty: pty.slave.tty });
    void p.exited.then((st) => {
      t.exited = st.signal ? 128 + st.signal : st.code;
    });
    return t;
  }

  drain(): void {
    while (!this.paused) {
      const b = this.pty.take(4096);
      if (b.length === 0) return;
      this.text += Buffer.from(b)
        .toString()
        .replace(/\x1b\[\?2004[hl]\r?/g, '');
    }
  }

  type(keys: string): void {
    this.pty.input(utf8(keys));
  }

  /** Lets things happen until `done`, or until nothing happens any more. */
  async settle(done: () => boolean = () => false): Promise<boolean> {
    const { world } = this.rig;
    for (let idle = 0; idle < 20; ) {
      await new Promise((r) => setImmediate(r));
      if (world.bugs.length > 0) throw world.bugs[0]?.error;
      this.drain();
      if (done()) return true;
      if (this.rig.held() > 0 || world.pump()) {
        idle = 0;
        continue;
      }
      const t = world.next();
      if (t === Number.POSITIVE_INFINITY) idle++;
      else {
        world.advance(t);
        idle = 0;
      }
    }
    return false;
  }

  /** Waits until the output since the last wait holds a text; gives and drops it. */
  async until(what: string): Promise<string> {
    if (!(await this.settle(() => this.text.includes(what)))) {
      throw new Error(
        `never saw ${JSON.stringify(what)}; the terminal shows ${JSON.stringify(this.text.slice(-2000))}`,
      );
    }
    const end = this.text.indexOf(what) + what.length;
    const got = this.text.slice(0, end);
    this.text = this.text.slice(end);
    return got;
  }

  /** Waits for the shell's end; gives its status. */
  async end(): Promise<number | undefined> {
    await this.settle(() => this.exited !== undefined);
    return this.exited;
  }

  /** Types a line at the prompt and gives all up to the next prompt. */
  async line(text: string): Promise<string> {
    this.type(`${text}\r`);
    return this.until(PROMPT);
  }
}
