/** Opens a lab: core, world, machines, dockerd on each node. */

import { Clock } from '../base/clock.ts';
import { Rng } from '../base/rng.ts';
import { type Dockerd, startDockerd } from '../docker/engine/dockerd.ts';
import { MADE } from '../docker/images/catalog.ts';
import type { Core } from '../linux/core/core.ts';
import { loadCore } from '../linux/core/load.ts';
import { machineLayer } from '../linux/kernel/base-files.ts';
import { isErr } from '../linux/kernel/errno.ts';
import { layerOf } from '../linux/kernel/fs/layer.ts';
import type { Machine as KernelMachine } from '../linux/kernel/kernel.ts';
import type { FileSystem, Process, SpawnRequest } from '../linux/kernel/machine.ts';
import type { NetnsKey } from '../linux/kernel/netadmin.ts';
import { SESSION_LIMITS } from '../linux/kernel/rlimits.ts';
import type { WaitStatus, WinSize } from '../linux/kernel/sys.ts';
import { createWorld, type LabWorld } from '../linux/kernel/world.ts';
import { openPty } from '../linux/tty/pty.ts';
import { CallLog } from './calls.ts';
import { Displays } from './display.ts';
import { Driver } from './drive.ts';
import { FrameTap } from './frames.ts';
import type { Tracer } from './journey/journey.ts';
import type { Capture, CommandResult, Host, Inside, Lab, LabOptions, Machine, RunOptions, Terminal } from './lab.ts';
import type { Asker } from './probe/names.ts';
import type { Attempt, Outcome, Prober } from './probe/probe.ts';
import { installedPrograms, registerPrograms } from './programs.ts';
import { Sink, Source } from './sink.ts';
import { ServiceManager, SYSTEMD_SOCKET } from './systemd.ts';
import { addUplink, buildTopology, engineIdentity } from './topology.ts';
import type { Uplink } from './uplink.ts';
import { viewOf } from './views.ts';

/** Virtual seconds after which a command of `run` is taken to hang. */
const LIMIT = 3600e9;

/** What is said of a command that hangs. */
const HUNG = 124;

const SHELL_ENV = {
  HOME: '/root',
  LANG: 'C.UTF-8',
  LOGNAME: 'root',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  PWD: '/root',
  SHELL: '/bin/bash',
  USER: 'root',
};

/** A machine with its engine. */
interface Node extends Machine {
  readonly kernel: KernelMachine;
  readonly dockerd: Dockerd;
}

/** What the lab was made of and may need again. */
interface Origin {
  /** Names that the router's DNS server knows. */
  readonly zone: ReadonlyMap<string, string>;
  /** A core of the same build to try things out in. */
  readonly spareCore: () => Promise<Core>;
}

/** One for all labs of a build: whoever tries something out makes it his core's double first, and is done at once. */
const spares = new WeakMap<BufferSource, Promise<Core>>();

function spareCore(wasm: BufferSource): Promise<Core> {
  const core = spares.get(wasm) ?? loadCore(wasm, { seed: 0 });
  spares.set(wasm, core);
  return core;
}

/** `$?` of a shell that ended. */
const codeOf = (s: WaitStatus): number => (s.state === 'signaled' ? 128 + s.signal : s.code);

class DrydockLab implements Lab {
  readonly #driver: Driver;
  readonly #calls: CallLog;
  readonly #displays: Displays;
  /** There once somebody traces: its code is loaded then. */
  #tracer: Tracer | undefined;
  #prober: Prober | undefined;
  readonly #origin: Origin;

  constructor(
    readonly world: LabWorld,
    readonly options: Required<LabOptions>,
    readonly machines: readonly Node[],
    driver: Driver,
    calls: CallLog,
    readonly tap: FrameTap,
    readonly uplink: Uplink | undefined,
    origin: Origin,
  ) {
    this.#origin = origin;
    this.#driver = driver;
    this.#calls = calls;
    this.#displays = new Displays(world.clock);
  }

  machine(name: string): Node | undefined {
    return this.machines.find((m) => m.name === name);
  }

  inside(name: string, container?: string): Inside | undefined {
    return this.#place(name, container);
  }

  #place(name: string, container?: string): (Inside & Asker & { netns: NetnsKey }) | undefined {
    const node = this.machine(name);
    if (!node) return undefined;
    const { kernel, dockerd } = node;
    const of = (netns: NetnsKey, fs: FileSystem, resolver?: Asker['resolver']) => ({
      net: kernel.net(netns),
      fs,
      netns,
      resolver,
    });
    if (container === undefined) return of(kernel.hostNetns, kernel.root.fs);
    const all = [...dockerd.daemon.containers.values()];
    const running = all.find((c) => c.name === container)?.running;
    // A container that shares another one's network has that one's resolver.
    const sandbox = running && all.find((c) => c.sandbox?.netns === running.netns)?.sandbox;
    return running && of(running.netns, running.mounts.fs, sandbox?.names);
  }

  probe(attempt: Attempt): Promise<Outcome> {
    return this.world.hold(this.#probe(attempt));
  }

  async #probe(attempt: Attempt): Promise<Outcome> {
    const from = this.#place(attempt.machine, attempt.container);
    if (!from) return 'unreachable';
    const { Prober } = await import('./probe/probe.ts');
    this.#prober ??= new Prober(this.world, this.#origin.zone, this.#origin.spareCore);
    return this.#prober.probe(attempt, from);
  }

  #node(name: string): Node {
    const node = this.machine(name);
    if (!node) throw new Error(`there is no machine '${name}'`);
    return node;
  }

  async run(host: string, command: string, options: RunOptions = {}): Promise<CommandResult> {
    const node = this.#node(host);
    return options.tty
      ? this.#runOnTerminal(node, command, options.tty, options)
      : this.#withPipes(node, command, options.stdin, (shell) => this.#finish(shell));
  }

  async exec(host: string, command: string, stdin?: Uint8Array): Promise<CommandResult> {
    return this.#withPipes(this.#node(host), command, stdin, async (shell) => codeOf(await shell.exited));
  }

  async #withPipes(
    node: Node,
    command: string,
    stdin: Uint8Array | undefined,
    end: (shell: Process) => Promise<number>,
  ): Promise<CommandResult> {
    const out = new Sink();
    const err = new Sink();
    const source = stdin ? new Source(stdin) : node.kernel.devNull();
    const shell = this.#shell(node, ['bash', '-c', command], SHELL_ENV, { fds: [source, out, err] });
    const exit = await end(shell);
    return { stdout: out.text(), stderr: err.text(), exit };
  }

  async #runOnTerminal(node: Node, command: string, size: WinSize, options: RunOptions): Promise<CommandResult> {
    const pty = openPty(node.kernel, size);
    const env = { ...SHELL_ENV, TERM: 'xterm-256color' };
    const shell = this.#shell(node, ['bash', '-c', command], env, {
      fds: [pty.slave, pty.slave, pty.slave],
      tty: pty.slave.tty,
    });
    const decoder = new TextDecoder();
    let stdout = '';
    const drain = (): void => {
      for (let bytes = pty.take(65536); bytes.length > 0; bytes = pty.take(65536)) {
        options.echo?.(bytes);
        stdout += decoder.decode(bytes, { stream: true });
      }
    };
    pty.onOutput(drain);
    drain();
    const exit = await this.#finish(shell);
    drain();
    pty.close();
    return { stdout, stderr: '', exit };
  }

  #shell(
    node: Node,
    argv: string[],
    env: Record<string, string>,
    how: Pick<SpawnRequest, 'path' | 'fds' | 'tty'>,
  ): Process {
    const shell = node.kernel.spawn({ argv, env, cwd: '/root', search: true, limits: SESSION_LIMITS, ...how });
    if (isErr(shell)) throw new Error(`cannot start ${argv[0]}: ${shell.text}`);
    return shell;
  }

  async #finish(shell: Process): Promise<number> {
    let exit: number | undefined;
    void shell.exited.then((status) => {
      exit = codeOf(status);
    });
    await this.#driver.until(() => exit !== undefined, LIMIT);
    return exit ?? HUNG;
  }

  terminal(host: string, size: WinSize, out?: (bytes: Uint8Array) => void): Terminal {
    const node = this.#node(host);
    const pty = openPty(node.kernel, size);
    const stop = out ? this.#displays.add(pty, out) : undefined;
    const env = { ...SHELL_ENV, TERM: 'xterm-256color', COLORTERM: 'truecolor' };
    const shell = this.#shell(node, ['-bash'], env, {
      path: '/bin/bash',
      fds: [pty.slave, pty.slave, pty.slave],
      tty: pty.slave.tty,
    });
    return {
      pty,
      exited: shell.exited.then(codeOf),
      close() {
        stop?.();
        pty.close();
      },
    };
  }

  async pass(ns: number): Promise<void> {
    await this.#driver.pace(this.world.clock.now + ns, () => true);
  }

  step(until: number, budget: () => boolean): Promise<boolean> {
    return this.#driver.pace(until, budget);
  }

  reach(at: number, budget: () => boolean): Promise<boolean> {
    return this.#driver.reach(at, budget);
  }

  view(): ReturnType<Lab['view']> {
    return viewOf(this.world, this.machines);
  }

  frames(since: number): ReturnType<Lab['frames']> {
    return this.tap.since(since);
  }

  async trace(what: boolean | string): Promise<void> {
    const { world, machines } = this;
    const [{ parseFilter }, { Tracer }] = await Promise.all([
      import('./journey/filter.ts'),
      import('./journey/journey.ts'),
    ]);
    const filters = typeof what === 'string' ? parseFilter(what, { world, machines }) : what;
    if (typeof filters === 'string') throw new RangeError(filters);
    this.#tracer ??= new Tracer(world, machines);
    this.#tracer.trace(filters);
  }

  journeys(since: number): ReturnType<Lab['journeys']> {
    return this.#tracer?.journeys(since) ?? { journeys: [], next: 0, lost: 0 };
  }

  journey(packet: number): ReturnType<Lab['journey']> {
    return this.#tracer?.journey(packet);
  }

  drops(since: number): ReturnType<Lab['drops']> {
    return this.#tracer?.drops(since) ?? [];
  }

  /**
   * Between two steps: takes the core's trace records before they are overwritten, and the terminals' output.
   * @returns whether there was output
   */
  drain(): boolean {
    this.#tracer?.drain();
    return this.#displays.drain();
  }

  async capture(filter = ''): Promise<Capture> {
    const { openCapture } = await import('./capture.ts');
    return openCapture(this.world, this.machines, filter);
  }

  calls(since: number): ReturnType<Lab['calls']> {
    return this.#calls.since(since);
  }

  async clean(host: string): Promise<void> {
    let done = false;
    void this.#node(host)
      .dockerd.clean()
      .then(() => {
        done = true;
      });
    await this.#driver.until(() => done, LIMIT);
  }
}

/** Few labs have one: its code arrives with the first. */
async function uplinkOf(world: LabWorld, router: Parameters<typeof addUplink>[0]): Promise<Uplink> {
  const { Uplink } = await import('./uplink.ts');
  return new Uplink(world, addUplink(router));
}

/** Starts dockerd on a machine, and the service manager that it is a unit of. */
function withEngine(world: LabWorld, kernel: KernelMachine, calls: CallLog): Node {
  const name = kernel.uts.hostname;
  const manager = new ServiceManager(
    () => world.clock.epochAt(),
    kernel.root.fs,
    (work) => world.hold(work),
    (ns) => world.clock.sleep(ns),
  );
  const dockerd = startDockerd(kernel, {
    openPty: (size, taken) => openPty(kernel, size, taken),
    ...engineIdentity(name),
    log: (line, pid) => manager.log(pid, line),
    wrap: (service) => calls.wrap(name, service),
    ended: (signal) => void manager.ended(signal),
  });
  manager.manage(dockerd);
  kernel.serve(SYSTEMD_SOCKET, manager.service);
  return { name, kernel, docker: dockerd.service, dockerd };
}

/** Opens a fresh lab. @throws Error when the core does not load: a broken build */
export async function createLab(host: Host, options: LabOptions): Promise<Lab> {
  const full: Required<LabOptions> = {
    epochNs: MADE,
    hosts: 3,
    uplink: false,
    without: [],
    mirrors: true,
    ...options,
  };
  const core = await loadCore(host.wasm, { seed: full.seed });
  const held = new Set<Promise<unknown>>();
  const world = createWorld({
    core,
    clock: new Clock(full.epochNs),
    rng: new Rng(full.seed),
    without: full.without,
    hold(work) {
      held.add(work);
      const done = (): boolean => held.delete(work);
      work.then(done, done);
      return work;
    },
  });
  registerPrograms(world);
  const layers = [layerOf(machineLayer(installedPrograms()), 0)];
  const topology = buildTopology(world, full.hosts, layers, full.mirrors);
  const uplink = full.uplink ? await uplinkOf(world, topology.router) : undefined;
  const calls = new CallLog(() => world.clock.now);
  const machines = topology.nodes.map((kernel) => withEngine(world, kernel, calls));
  let lab: DrydockLab | undefined;
  const driver = new Driver(
    {
      clock: world.clock,
      core,
      pump() {
        // Output is a step of its own: whoever waits for it need not wait for what else there is to do.
        return lab?.drain() || world.pump();
      },
      held: () => (held.size === 0 ? undefined : held.values().next().value),
    },
    host.turn,
  );
  const tap = new FrameTap(world, machines);
  await driver.pace(2e9, () => true);
  lab = new DrydockLab(world, full, machines, driver, calls, tap, uplink, {
    zone: topology.zone,
    spareCore: () => spareCore(host.wasm),
  });
  return lab;
}
