/**
 * A tiny world for tests: one machine, a driver of its time, and ways to run programs on it and see what they print.
 *
 *     const rig = await makeRig();                      // { network: true } for the real packet core
 *     rig.program('hello', async (sys) => { await sys.write(1, utf8('hi\n')); return 0; });
 *     expect(await rig.run(['hello'])).toEqual({ code: 0, signal: 0, stdout: 'hi\n', stderr: '' });
 */
import { Clock } from '../../../src/base/clock.ts';
import { text, utf8 } from '../../../src/base/http.ts';
import { Rng } from '../../../src/base/rng.ts';
import type { Core } from '../../../src/linux/core/core.ts';
import { isErr } from '../../../src/linux/kernel/errno.ts';
import { createKernel, type Machine } from '../../../src/linux/kernel/kernel.ts';
import type { LayerSpec, OpenFile, Process, Program, SpawnRequest } from '../../../src/linux/kernel/machine.ts';
import type { Sys } from '../../../src/linux/kernel/sys.ts';
import { createWorld, type LabWorld } from '../../../src/linux/kernel/world.ts';
import { freshCore } from '../core/build.ts';
import { nullCore } from './null-core.ts';

export interface RunResult {
  readonly code: number;
  /** Signal that ended it, or 0. */
  readonly signal: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly request?: Partial<SpawnRequest>;
}

export interface Rig {
  readonly world: LabWorld;
  readonly kernel: Machine;
  /** How many modules are on their way: time stands still meanwhile. */
  held(): number;
  /** Registers a program and installs it as /usr/bin/NAME. */
  program(name: string, main: Program['main']): void;
  /** Installs a loaded program at its paths (default /usr/bin/NAME). */
  install(program: Program, ...paths: string[]): void;
  /** Runs a command (looked up in $PATH) to its end. */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Runs a function as a process to its end. */
  exec(main: (sys: Sys) => Promise<number>, options?: RunOptions): Promise<RunResult>;
  /** Starts without waiting; give it descriptors in `request.fds`. */
  start(argv: readonly string[], request?: Partial<SpawnRequest>): Process;
  /** Moves time on until the promise settles (throws when nothing can happen any more). */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Moves time on by so many virtual ns. */
  pass(ns: number): Promise<void>;
  /** Everything that comes out of the read end of a pipe until its end. */
  drain(file: OpenFile): Promise<string>;
}

const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', USER: 'root' };
const FOREVER = { onInterrupt: () => () => {}, nonBlocking: false };
const hostTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The driver of a world's time: see the head of world.ts. */
export function driver(world: LabWorld, held: () => number) {
  return async (done: () => boolean): Promise<void> => {
    for (;;) {
      await hostTurn();
      if (world.bugs.length > 0) throw world.bugs[0]?.error;
      if (done()) return;
      if (held() > 0 || world.pump()) continue;
      const t = world.next();
      if (t === Number.POSITIVE_INFINITY) throw new Error('nothing will ever happen any more');
      world.advance(t);
    }
  };
}

export async function makeRig(
  options: { files?: LayerSpec; hostname?: string; seed?: number; core?: Core; network?: boolean } = {},
): Promise<Rig> {
  let held = 0;
  const world = createWorld({
    core: options.core ?? (options.network ? await freshCore(options.seed ?? 1) : nullCore()),
    clock: new Clock(1_795_500_000_000_000_000n),
    rng: new Rng(options.seed ?? 1),
    hold: async (work) => {
      held++;
      try {
        return await work;
      } finally {
        held--;
      }
    },
  });
  const kernel = createKernel(world, { hostname: options.hostname ?? 'node1' });
  if (options.files) kernel.root.mount('/mnt', kernel.overlay([kernel.layer(options.files)]), { source: 'test' });
  const drive = driver(world, () => held);

  const until = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    const end = (): void => {
      settled = true;
    };
    promise.then(end, end);
    await drive(() => settled);
    return promise;
  };
  const drain = async (file: OpenFile): Promise<string> => {
    let out = '';
    const decoder = new TextDecoder();
    for (;;) {
      const bytes = await file.read(65536, FOREVER);
      if (isErr(bytes) || bytes.length === 0) return out + decoder.decode();
      out += decoder.decode(bytes, { stream: true });
    }
  };
  const start = (argv: readonly string[], request: Partial<SpawnRequest> = {}): Process => {
    const p = kernel.spawn({ argv, env: ENV, cwd: '/root', search: true, ...request });
    if (isErr(p)) throw new Error(`${argv[0]}: ${p.text}`);
    return p;
  };
  const install = (program: Program, ...paths: string[]): void => {
    world.programs.set(program.name, program);
    for (const path of paths.length > 0 ? paths : [`/usr/bin/${program.name}`])
      kernel.root.fs.install(path, program.name);
  };
  const run = async (argv: readonly string[], o: RunOptions = {}): Promise<RunResult> => {
    const [inR, inW] = kernel.pipe();
    const [outR, outW] = kernel.pipe();
    const [errR, errW] = kernel.pipe();
    const p = start(argv, {
      env: { ...ENV, ...o.env },
      cwd: o.cwd ?? '/root',
      fds: [inR, outW, errW],
      ...o.request,
    });
    const feed = (async () => {
      if (o.stdin) await inW.write(utf8(o.stdin), FOREVER);
      inW.release();
    })();
    const [status, stdout, stderr] = await until(Promise.all([p.exited, drain(outR), drain(errR)]));
    void feed;
    return { code: status.code, signal: status.signal, stdout, stderr };
  };
  let serial = 0;
  return {
    world,
    kernel,
    held: () => held,
    install,
    program: (name, main) => install({ name, main }),
    run,
    exec: async (main, o) => {
      const name = `test-${++serial}`;
      install({ name, main }, `/usr/bin/${name}`);
      return run([name], o);
    },
    start,
    until,
    pass: async (ns) => {
      const end = world.clock.now + ns;
      let passed = false;
      world.clock.at(end, () => {
        passed = true;
      });
      await drive(() => passed);
    },
    drain,
  };
}

export { text, utf8 };
