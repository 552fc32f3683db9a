/** `iperf3 -c HOST`: asks for a test, plays its part and prints both sides' results. */
import { type IpAddr, parseIp } from '../../../base/ip.ts';
import { type Errno, ETIMEDOUT, isErr } from '../../kernel/errno.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { getaddrinfo } from '../resolve.ts';
import type { Context } from '../spec.ts';
import { Control, makeCookie, type Params, type Results, State, streamId } from './protocol.ts';
import { Report } from './report.ts';
import { UDP_HELLO } from './server.ts';
import { ends, type Flow, flow, receiveTcp, receiveUdp, sendTcp, sendUdp, type Until } from './stream.ts';

/** How often a UDP stream says hello, and how long it waits for the answer, ns. */
const HELLOS = 10;
const HELLO_WAIT = 3e9;
const STREAMS_FULL = 'unable to create a new stream';

interface Options {
  readonly host: string;
  readonly port: number;
  readonly interval: number;
  readonly params: Params;
}

/** Runs a test. @returns the exit code */
export async function ask(ctx: Context, o: Options): Promise<number> {
  const error = await new Test(ctx, o).run();
  if (error === undefined) return 0;
  await ctx.err(`iperf3: error - ${error}\n`);
  return 1;
}

async function dial(sys: Sys, ip: IpAddr, port: number, type: 'stream' | 'dgram'): Promise<Fd | Errno> {
  const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', type);
  if (isErr(fd)) return fd;
  const e = await sys.connect(fd, { ip, port });
  if (!isErr(e)) return fd;
  sys.close(fd);
  return e;
}

class Test {
  readonly #flows: Flow[] = [];
  readonly #cookie: Uint8Array;
  #ip: IpAddr | undefined;

  constructor(
    readonly ctx: Context,
    readonly o: Options,
  ) {
    this.#cookie = makeCookie(ctx.sys);
  }

  /** @returns what went wrong, or undefined */
  async run(): Promise<string | undefined> {
    const { ctx, o } = this;
    await ctx.out(`Connecting to host ${o.host}, port ${o.port}\n`);
    this.#ip = parseIp(o.host) ?? (await this.#resolve());
    if (!this.#ip) return 'unable to send control message: Bad file descriptor';
    const fd = await dial(ctx.sys, this.#ip, o.port, 'stream');
    if (isErr(fd)) return `unable to connect to server: ${fd.text}`;
    const control = new Control(ctx.sys, fd);
    await control.write(this.#cookie);
    const error = await this.#talk(control);
    for (const f of this.#flows) ctx.sys.close(f.fd);
    control.close();
    return error;
  }

  async #resolve(): Promise<IpAddr | undefined> {
    const found = await getaddrinfo(this.ctx.sys, this.o.host, 0);
    return typeof found === 'string' ? undefined : found.addrs[0];
  }

  /** Follows the server's states up to the results. */
  async #talk(control: Control): Promise<string | undefined> {
    for (;;) {
      const state = await control.state();
      switch (state) {
        case undefined:
          return 'control socket has closed unexpectedly';
        case State.ACCESS_DENIED:
          return 'the server is busy running a test. try again later';
        case State.SERVER_ERROR:
          return 'the server refused the test';
        case State.SERVER_TERMINATE:
          return 'the server has terminated';
        case State.PARAM_EXCHANGE:
          await control.tellJson(this.o.params);
          break;
        case State.CREATE_STREAMS: {
          const bad = await this.#streams();
          if (bad !== undefined) return bad;
          break;
        }
        case State.TEST_START:
          break;
        case State.TEST_RUNNING:
          return this.#measure(control);
      }
    }
  }

  async #streams(): Promise<string | undefined> {
    const { ctx, o } = this;
    for (let i = 0; i < (o.params.parallel ?? 1); i++) {
      const fd = await dial(ctx.sys, this.#ip as IpAddr, o.port, o.params.udp ? 'dgram' : 'stream');
      if (isErr(fd)) return `${STREAMS_FULL}: ${fd.text}`;
      const e = o.params.udp ? await this.#hello(fd) : await new Control(ctx.sys, fd).write(this.#cookie);
      if (isErr(e)) return `${STREAMS_FULL}: ${e.text}`;
      this.#flows.push(flow(fd));
      await ctx.out(`[${String(fd).padStart(3)}] ${ends(ctx.sys, fd)}\n`);
    }
    return undefined;
  }

  async #hello(fd: Fd): Promise<0 | Errno> {
    const { sys } = this.ctx;
    for (let i = 0; i < HELLOS; i++) {
      await sys.sendto(fd, UDP_HELLO);
      const ready = await sys.poll([{ fd, in: true }], HELLO_WAIT);
      if (isErr(ready) || ready.length === 0) continue;
      const reply = await sys.recvfrom(fd);
      return isErr(reply) ? reply : 0;
    }
    return ETIMEDOUT;
  }

  async #measure(control: Control): Promise<string | undefined> {
    const { ctx, o } = this;
    const { sys } = ctx;
    const p = o.params;
    const sends = p.reverse !== true;
    const began = sys.now();
    const until: Until = {
      at: p.num ? Number.POSITIVE_INFINITY : began + (p.time ?? 10) * 1e9,
      bytes: p.num ?? 0,
      stopped: false,
    };
    const report = new Report(sys, this.#flows, began, sends, p.udp === true, o.interval);
    const work = this.#flows.map((f) => {
      if (sends) return (p.udp ? sendUdp : sendTcp)(sys, f, this.#flows, p.len ?? 0, p.bandwidth ?? 0, until);
      return p.udp ? receiveUdp(sys, f, false) : receiveTcp(sys, f);
    });
    const reporting = report.run(() => until.stopped);
    if (sends) await Promise.all(work);
    else await this.#receiveAll(until);
    until.stopped = true;
    await report.lap();
    void reporting;
    const seconds = (sys.now() - began) / 1e9;
    await control.tell(State.TEST_END);
    return this.#results(control, report, seconds);
  }

  /** Waits until the time is over or the bytes are there. */
  async #receiveAll(until: Until): Promise<void> {
    const { sys } = this.ctx;
    const got = (): number => this.#flows.reduce((n, f) => n + f.meter.bytes, 0);
    while (sys.now() < until.at && (until.bytes === 0 || got() < until.bytes))
      await sys.sleep(Math.min(10e6, until.at - sys.now()));
  }

  async #results(control: Control, report: Report, seconds: number): Promise<string | undefined> {
    for (;;) {
      const state = await control.state();
      if (state === undefined) return 'control socket has closed unexpectedly';
      if (state !== State.EXCHANGE_RESULTS) continue;
      const streams = this.#flows.map((f, i) => f.meter.result(streamId(i), seconds));
      await control.tellJson({
        cpu_util_total: 0,
        cpu_util_user: 0,
        cpu_util_system: 0,
        sender_has_retransmits: 0,
        streams,
      });
      const theirs = await control.json<Results>();
      if (!theirs) return 'unable to receive results';
      await control.state();
      await report.finish(seconds, theirs, true);
      await control.tell(State.IPERF_DONE);
      await this.ctx.out('\niperf Done.\n');
      return undefined;
    }
  }
}
