/** The packet core's TCP, its network card in the test's hands; each call is made at the time at which the kernel's was. */
import { type Core, SockType } from '../../../src/linux/core/core.ts';
import type { TcpSysctlName } from '../../../src/linux/core/tcp-sysctls.ts';
import { a4, address, machine, newCore } from '../../wasm/world.ts';
import type { Frame } from './segment.ts';
import type { OptionName, Stack } from './stack.ts';

const MS = 1e6;
const OUTGOING = 4;

export class CoreStack implements Stack {
  readonly #ns: number;
  readonly #dev: number;
  readonly #capture: number;

  readonly #start: number;
  #calls = 0;

  /** @param times of the calls to come, in ms of any clock */
  constructor(
    readonly core: Core,
    readonly times: readonly number[],
  ) {
    this.#start = core.now();
    this.#ns = machine(core);
    this.#dev = core.nicAdd(this.#ns, 'eth0', 0x020000000001);
    core.devSet(this.#dev, 'up', 1);
    address(core, this.#ns, this.#dev, '192.0.2.1', 24);
    core.neighSet(this.#dev, a4('192.0.2.2'), 0x020000000002, true);
    this.#capture = core.captureAdd(this.#ns, this.#dev, 0);
  }

  static async make(times: readonly number[]): Promise<CoreStack> {
    return new CoreStack(await newCore(), times);
  }

  /** The core's time goes on to that of the next call. */
  #next(): Core {
    const first = this.times[0] ?? 0;
    const due = this.#start + Math.round(((this.times[this.#calls++] ?? first) - first) * MS);
    this.core.run(Math.max(due, this.core.now()));
    return this.core;
  }

  socket = async (): Promise<number> => this.#next().sockOpen(this.#ns, SockType.TCP, 4, 0);
  bind = async (fd: number, port: number): Promise<number> => this.#next().sockBind(fd, a4('0.0.0.0'), port);
  listen = async (fd: number, backlog: number): Promise<number> => this.#next().sockListen(fd, backlog);
  accept = async (fd: number): Promise<number> => this.#next().sockAccept(fd);
  connect = async (fd: number, port: number): Promise<number> => this.#next().sockConnect(fd, a4('192.0.2.2'), port);
  write = async (fd: number, bytes: number): Promise<number> =>
    this.#next().sockSend(fd, new Uint8Array(bytes).fill(0x78));
  async read(fd: number, most: number): Promise<number> {
    const got = this.#next().sockRecv(fd, most);
    return typeof got === 'number' ? got : got.length;
  }
  shutdown = async (fd: number, how: 'read' | 'write'): Promise<number> =>
    this.#next().sockShutdown(fd, how === 'read' ? 1 : 2);
  async close(fd: number): Promise<number> {
    this.#next().sockClose(fd);
    return 0;
  }
  option = async (fd: number, name: OptionName, value: number): Promise<number> =>
    this.#next().sockSet(fd, name, value);
  async setting(name: string, value: number): Promise<number> {
    return this.#next().nsSet(this.#ns, name as TcpSysctlName, value) ?? 0;
  }
  async inject(frame: Uint8Array): Promise<void> {
    this.#next().frameReceive(this.#dev, frame);
    this.core.run(this.core.now());
  }
  async pass(): Promise<Frame[]> {
    this.#next();
    const out: Frame[] = [];
    for (let f = this.core.captureRead(this.#capture); f; f = this.core.captureRead(this.#capture))
      if (f.pkttype === OUTGOING) out.push({ at: f.time / MS, bytes: f.bytes });
    return out;
  }
  end(): void {}
}
