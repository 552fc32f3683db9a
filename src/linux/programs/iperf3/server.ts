/** `iperf3 -s`: serves one test after the other. Limits: who comes during a test waits, instead of being turned away. */
import { formatIp, ip4, ip6 } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import type { Context } from '../spec.ts';
import { COOKIE, Control, type Params, type Results, State, streamId } from './protocol.ts';
import { Report } from './report.ts';
import { ends, type Flow, flow, receiveTcp, receiveUdp, sendTcp, sendUdp, type Until } from './stream.ts';

const LINE = '-----------------------------------------------------------\n';
/** What a UDP client says first, and what it is told. @see iperf.h: UDP_CONNECT_MSG, UDP_CONNECT_REPLY */
export const UDP_HELLO = Uint8Array.of(0x36, 0x37, 0x38, 0x39);
export const UDP_REPLY = Uint8Array.of(0x39, 0x38, 0x37, 0x36);
const MAX_STREAMS = 128;

interface Options {
  readonly port: number;
  readonly once: boolean;
  readonly interval: number;
}

/** Runs the server. @returns the exit code, once it is told to stop after one test or cannot go on */
export async function serve(ctx: Context, o: Options): Promise<number> {
  const { sys } = ctx;
  const listener = listenOn(sys, o.port);
  if (typeof listener === 'string') {
    await ctx.err(`iperf3: error - unable to start listener for connections: ${listener}\niperf3: exiting\n`);
    return 1;
  }
  for (let n = 1; ; n++) {
    await ctx.out(`${LINE}Server listening on ${o.port} (test #${n})\n${LINE}`);
    const got = await sys.accept(listener);
    if (isErr(got)) continue;
    const from = got.peer.ip ? formatIp(got.peer.ip) : '?';
    const error = await new Test(ctx, listener, new Control(sys, got.fd), o).run(`${from}, port ${got.peer.port}`);
    if (error !== undefined) await ctx.err(`iperf3: error - ${error}\n`);
    if (o.once) return error === undefined ? 0 : 1;
  }
}

/** A listener for both families where there are both. @returns its descriptor, or what went wrong */
function listenOn(sys: Sys, port: number): Fd | string {
  for (const [family, ip] of [
    ['inet6', ip6(0n)],
    ['inet', ip4(0)],
  ] as const) {
    const fd = sys.socket(family, 'stream');
    if (isErr(fd)) continue;
    sys.setsockopt(fd, 'reuseaddr', 1);
    if (family === 'inet6') sys.setsockopt(fd, 'v6only', 0);
    const e = sys.bind(fd, { ip, port });
    const l = isErr(e) ? e : sys.listen(fd, 32);
    if (!isErr(l)) return fd;
    sys.close(fd);
    if (family === 'inet') return l.text;
  }
  return 'Address family not supported by protocol';
}

/** One test as the server sees it. */
class Test {
  readonly #flows: Flow[] = [];
  #closed = false;
  readonly #until: Until = { at: Number.POSITIVE_INFINITY, bytes: 0, stopped: false };

  constructor(
    readonly ctx: Context,
    readonly listener: Fd,
    readonly control: Control,
    readonly options: Options,
  ) {}

  /** @returns what went wrong, or undefined */
  async run(from: string): Promise<string | undefined> {
    const { control, ctx } = this;
    try {
      const cookie = await control.take(COOKIE);
      if (!cookie) return 'unable to receive cookie at server';
      await control.tell(State.PARAM_EXCHANGE);
      const params = await control.json<Params>();
      if (!params) return 'unable to receive parameters from client';
      await ctx.out(`Accepted connection from ${from}\n`);
      const bad = await this.#streams(params, cookie);
      return bad ?? (await this.#measure(params));
    } finally {
      this.#until.stopped = true;
      this.#closeStreams();
      control.close();
    }
  }

  #closeStreams(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const f of this.#flows) this.ctx.sys.close(f.fd);
  }

  async #streams(params: Params, cookie: Uint8Array): Promise<string | undefined> {
    const { sys } = this.ctx;
    const count = Math.min(MAX_STREAMS, Math.max(1, params.parallel ?? 1));
    if (params.bidirectional) {
      await this.control.tell(State.SERVER_ERROR);
      return 'bidirectional tests are not supported here';
    }
    let udp = params.udp ? this.#udpSocket() : undefined;
    await this.control.tell(State.CREATE_STREAMS);
    while (this.#flows.length < count) {
      const fd = params.udp ? await this.#udpStream(udp) : await this.#tcpStream(cookie);
      if (fd === undefined) return 'unable to accept stream';
      if (params.udp && this.#flows.length + 1 < count) udp = this.#udpSocket();
      this.#flows.push(flow(fd));
      await this.ctx.out(`[${String(fd).padStart(3)}] ${ends(sys, fd)}\n`);
    }
    return undefined;
  }

  async #tcpStream(cookie: Uint8Array): Promise<Fd | undefined> {
    const { sys } = this.ctx;
    for (;;) {
      const got = await sys.accept(this.listener);
      if (isErr(got)) return undefined;
      const theirs = await new Control(sys, got.fd).take(COOKIE);
      if (theirs?.every((b, i) => b === cookie[i])) return got.fd;
      sys.close(got.fd);
    }
  }

  #udpSocket(): Fd | undefined {
    const { sys } = this.ctx;
    const fd = sys.socket('inet', 'dgram');
    if (isErr(fd)) return undefined;
    sys.setsockopt(fd, 'reuseaddr', 1);
    return isErr(sys.bind(fd, { ip: ip4(0), port: this.options.port })) ? undefined : fd;
  }

  async #udpStream(fd: Fd | undefined): Promise<Fd | undefined> {
    if (fd === undefined) return undefined;
    const { sys } = this.ctx;
    const hello = await sys.recvfrom(fd);
    if (isErr(hello) || isErr(await sys.connect(fd, hello.from))) return undefined;
    await sys.sendto(fd, UDP_REPLY);
    return fd;
  }

  async #measure(params: Params): Promise<string | undefined> {
    const { control, ctx } = this;
    const { sys } = ctx;
    const sends = params.reverse === true;
    await control.tell(State.TEST_START);
    await control.tell(State.TEST_RUNNING);
    const began = sys.now();
    const report = new Report(sys, this.#flows, began, sends, params.udp === true, this.options.interval);
    const wide = (params.udp_counters_64bit ?? 0) !== 0;
    for (const f of this.#flows) {
      if (sends) {
        const [len, rate] = [params.len ?? 131072, params.bandwidth ?? 0];
        void (params.udp ? sendUdp : sendTcp)(sys, f, this.#flows, len, rate, this.#until);
      } else void (params.udp ? receiveUdp(sys, f, wide) : receiveTcp(sys, f));
    }
    void report.run(() => this.#until.stopped);
    const end = await control.state();
    this.#until.stopped = true;
    if (end === State.CLIENT_TERMINATE) return 'the client has terminated';
    if (end !== State.TEST_END) return 'the client has unexpectedly closed the connection';
    await report.lap();
    // A client that reads whole blocks waits for the end of its streams before it looks at the control connection.
    this.#closeStreams();
    const seconds = (sys.now() - began) / 1e9;
    await control.tell(State.EXCHANGE_RESULTS);
    const theirs = await control.json<Results>();
    if (!theirs) return 'unable to receive results';
    const streams = this.#flows.map((f, i) => f.meter.result(streamId(i), seconds));
    await control.tellJson({
      cpu_util_total: 0,
      cpu_util_user: 0,
      cpu_util_system: 0,
      sender_has_retransmits: 0,
      streams,
    });
    await control.tell(State.DISPLAY_RESULTS);
    await report.finish(seconds, theirs, false);
    await control.state();
    return undefined;
  }
}
