/**
 * Ports that containers publish, on an address of this computer: who connects there is taken to the same port of the
 * lab's machine, as if from that machine itself, and so meets docker-proxy. Clients that test what they started (by
 * HTTP, or by seeing whether somebody listens) find it.
 *
 * Limits: TCP only; ports of services are not among them; who comes is seen by the container as the bridge's gateway.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { HttpRequest, HttpService } from '../base/http.ts';
import { type IpAddr, parseIp } from '../base/ip.ts';
import type { Machine } from '../lab/lab.ts';
import { isErr } from '../linux/kernel/errno.ts';
import type { DaemonSys } from '../linux/kernel/machine.ts';
import { SIGNALS } from '../linux/kernel/signal.ts';
import { socketDuplex } from './http-server.ts';
import type { Pacer } from './pacer.ts';

/** Bytes that are read at once. */
const PIECE = 65_536;
/** Events after which ports may be others. */
const FILTERS = '{"event":["start","die","connect","disconnect"]}';

interface Port {
  readonly IP?: string;
  readonly PublicPort?: number;
  readonly Type: string;
}

export class PublishedPorts {
  readonly #servers = new Map<number, Server>();
  readonly #sockets = new Set<Socket>();
  #process: DaemonSys | undefined;
  #looking: Promise<void> | undefined;
  #end: () => void = () => undefined;
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  /** @param warn is told why a port could not be taken */
  constructor(
    readonly machine: Machine,
    readonly pacer: Pacer,
    readonly address: string,
    readonly warn: (text: string) => void,
  ) {
    void this.#follow();
  }

  /** The engine's API, whose answers come when the ports are as they say. */
  get api(): HttpService {
    const { docker } = this.machine;
    return {
      handle: async (request) => {
        const answer = await docker.handle(request);
        if (request.method !== 'GET' && answer.status < 300 && !answer.hijacked) await this.#look();
        return answer;
      },
    };
  }

  close(): void {
    this.#end();
    for (const server of this.#servers.values()) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #ask(path: string, query: string): HttpRequest {
    const body = new Uint8Array(0);
    return { method: 'GET', path, query: new URLSearchParams(query), headers: {}, body, gone: this.#ended };
  }

  async #follow(): Promise<void> {
    const { body } = await this.machine.docker.handle(this.#ask('/events', `filters=${FILTERS}`));
    if (!(body instanceof Uint8Array)) for await (const _ of body) await this.#look();
  }

  /** Looks once more when the look that goes on has ended. */
  async #look(): Promise<void> {
    while (this.#looking) await this.#looking;
    this.#looking = this.#match().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async #match(): Promise<void> {
    const answer = await this.machine.docker.handle(this.#ask('/containers/json', ''));
    const wanted = new Map<number, IpAddr>();
    for (const { Ports } of (answer.value ?? []) as readonly { readonly Ports: readonly Port[] }[])
      for (const { IP = '', PublicPort, Type } of Ports) {
        const ip = parseIp(IP === '0.0.0.0' || IP === '::' ? '127.0.0.1' : IP);
        if (PublicPort && Type === 'tcp' && ip?.v === 4) wanted.set(PublicPort, ip);
      }
    for (const [port, server] of this.#servers) {
      if (wanted.has(port)) continue;
      server.close();
      this.#servers.delete(port);
    }
    for (const [port, ip] of wanted) if (!this.#servers.has(port)) await this.#listen(port, ip);
  }

  #listen(port: number, ip: IpAddr): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      void this.#carry(socket, ip, port);
    });
    this.#servers.set(port, server);
    return new Promise((resolve) => {
      server.once('error', (e) => {
        this.warn(`published port ${port}: ${e.message}`);
        resolve();
      });
      server.listen(port, this.address, resolve);
    });
  }

  /** Carries bytes both ways until both sides have ended. */
  async #carry(socket: Socket, ip: IpAddr, port: number): Promise<void> {
    const duplex = socketDuplex(socket);
    const turn = (): Promise<void> => new Promise((resolve) => this.pacer.soon(resolve));
    await turn();
    const { sys } = this.#daemon();
    const fd = sys.socket('inet', 'stream');
    if (isErr(fd) || isErr(await sys.connect(fd, { ip, port }))) {
      if (!isErr(fd)) sys.close(fd);
      socket.resetAndDestroy();
      return;
    }
    const up = async (): Promise<void> => {
      for (let part = await duplex.read(); part !== null; part = await duplex.read()) {
        await turn();
        if (isErr(await sys.write(fd, part))) break;
      }
      await turn();
      sys.shutdown(fd, socket.destroyed ? 'both' : 'write');
    };
    const down = async (): Promise<void> => {
      for (let part = await sys.read(fd, PIECE); !isErr(part) && part.length > 0; part = await sys.read(fd, PIECE)) {
        if (socket.destroyed) break;
        await duplex.write(part);
      }
      duplex.closeWrite();
    };
    await Promise.all([up(), down()]);
    await turn();
    sys.close(fd);
    duplex.close();
  }

  /** The process of the machine that connects. */
  #daemon(): DaemonSys {
    if (!this.#process) {
      this.#process = this.machine.kernel.daemon(['drydock-publish']);
      this.#process.sys.sigaction(SIGNALS.SIGPIPE, 'ignore');
    }
    return this.#process;
  }
}
