/** A machine with dockerd for tests: the compiled core from dist/, virtual time driven as fast as it goes. */
import { Clock } from '../../src/base/clock.ts';
import { collect, type HttpResponse, text, utf8 } from '../../src/base/http.ts';
import { parsePrefix } from '../../src/base/ip.ts';
import { Rng } from '../../src/base/rng.ts';
import { type Dockerd, startDockerd } from '../../src/docker/engine/dockerd.ts';
import { imagePrograms } from '../../src/docker/images/apps/index.ts';
import { createKernel, type Machine } from '../../src/linux/kernel/kernel.ts';
import type { Program } from '../../src/linux/kernel/machine.ts';
import { createWorld, type LabWorld } from '../../src/linux/kernel/world.ts';
import { openPty } from '../../src/linux/tty/pty.ts';
import { freshCore } from '../core.ts';

const EPOCH = 1795473608_000_000_000n;

export interface Rig {
  readonly world: LabWorld;
  readonly kernel: Machine;
  readonly dockerd: Dockerd;
  /** Drives until the work is done. */
  run<T>(work: Promise<T> | (() => Promise<T>)): Promise<T>;
  /** Lets virtual time pass. */
  pass(ns: number): Promise<void>;
  /** One request; JSON bodies are parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: any; response: HttpResponse }>;
  /** Runs a program on the machine. @returns its standard output and exit code */
  exec(main: Program['main'], name?: string): Promise<{ out: string; code: number }>;
}

/** Runs a script as the program its file names. */
const python: Program = {
  name: 'python',
  main: async (sys) => {
    await sys.exec(sys.argv[1] ?? '', sys.argv);
    return 2;
  },
};

export async function makeRig(programs: readonly Program[] = []): Promise<Rig> {
  const core = await freshCore();
  // While a program's module is on its way, time stands still.
  let loading = 0;
  const hold = <T>(work: Promise<T>): Promise<T> => {
    loading++;
    return work.finally(() => loading--);
  };
  const world = createWorld({ core, clock: new Clock(EPOCH), rng: new Rng(1), hold });
  for (const [name, load] of imagePrograms) world.programs.set(name, load);
  for (const p of [python, ...programs]) world.programs.set(p.name, p);
  const kernel = createKernel(world, { hostname: 'node1' });
  const net = kernel.net(kernel.hostNetns);
  net.setLink('lo', { up: true });
  net.addDummy('eth0');
  net.addAddr('eth0', parsePrefix('192.168.56.11/24') as never);
  net.setLink('eth0', { up: true });
  kernel.root.fs.writeFile('/etc/resolv.conf', utf8('nameserver 192.168.56.1\n'));
  const dockerd = startDockerd(kernel, { openPty: (size) => openPty(kernel, size) });
  const drive = async (done: () => boolean): Promise<void> => {
    for (let idle = 0; !done(); ) {
      await new Promise((resolve) => setImmediate(resolve));
      if (world.bugs.length > 0) throw world.bugs[0]?.error;
      if (done() || world.pump() || loading > 0) continue;
      const t = world.next();
      if (t === Number.POSITIVE_INFINITY) {
        if (++idle > 50) throw new Error('nothing will happen any more');
        continue;
      }
      idle = 0;
      world.advance(t);
    }
  };
  const run = async <T>(work: Promise<T> | (() => Promise<T>)): Promise<T> => {
    let settled = false;
    const promise = typeof work === 'function' ? work() : work;
    const mark = (): void => {
      settled = true;
    };
    promise.then(mark, mark);
    await drive(() => settled);
    return promise;
  };
  return {
    world,
    kernel,
    dockerd,
    run,
    pass: (ns) => run(world.clock.sleep(ns)),
    async api(method, path, body) {
      const [p = '', query = ''] = path.split('?');
      const response = await run(
        dockerd.service.handle({
          method,
          path: p,
          query: new URLSearchParams(query),
          headers: body === undefined ? {} : { 'content-type': 'application/json' },
          body: body === undefined ? new Uint8Array(0) : utf8(JSON.stringify(body)),
        }),
      );
      const bytes = await run(collect(response.body));
      const isJson = response.headers['content-type'] === 'application/json';
      return { status: response.status, body: isJson ? JSON.parse(text(bytes)) : bytes, response };
    },
    async exec(main, name = 'test') {
      world.programs.set(name, { name, main });
      kernel.root.fs.writeFile(`/tmp/${name}`, new Uint8Array(0), { parents: true });
      const [outR, outW] = kernel.pipe();
      const layer = kernel.overlay([kernel.layer({ [`/bin/${name}`]: { program: name } })]);
      const mounts = kernel.mounts(layer, { pidns: kernel.pidns, netns: kernel.hostNetns });
      const process = kernel.spawn({ argv: [`/bin/${name}`], env: {}, root: mounts, fds: [undefined, outW, outW] });
      if (!('exited' in process)) throw new Error(process.text);
      let out = '';
      const reading = (async () => {
        for (;;) {
          const b = await outR.read(65536, { onInterrupt: () => () => undefined, nonBlocking: false });
          if (!(b instanceof Uint8Array) || b.length === 0) return;
          out += text(b);
        }
      })();
      const status = await run(process.exited);
      await run(reading);
      return { out, code: status.code };
    },
  };
}
