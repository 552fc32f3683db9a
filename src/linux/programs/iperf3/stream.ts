/** The streams of a test: sending and receiving what is measured. @see iperf src/iperf_tcp.c, iperf_udp.c */
import { formatIp } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { Meter } from './meter.ts';

/** Virtual CPU time that a byte sent costs, ns: about a gigabit a second. */
const CPU_PER_BYTE = 8;
/** Longest wait for room in a socket before the time is looked at again, ns. */
const PATIENCE = 100e6;
/** Seconds, microseconds and number of a datagram, four bytes each. */
const UDP_HEAD = 12;

/** One stream. */
export interface Flow {
  readonly fd: Fd;
  readonly meter: Meter;
}

/** What ends a sender. */
export interface Until {
  /** Virtual instant, ns. */
  readonly at: number;
  /** Bytes of all streams together. */
  readonly bytes: number;
  /** Set when the test is over for another reason. */
  stopped: boolean;
}

/** A stream that has moved nothing yet. */
export const flow = (fd: Fd): Flow => ({ fd, meter: new Meter() });

/** `local A port P connected to B port Q` */
export function ends(sys: Sys, fd: Fd): string {
  const [local, peer] = [sys.getsockname(fd), sys.getpeername(fd)];
  const text = (a: typeof local): string =>
    isErr(a) || !a.ip ? '? port 0' : `${formatIp(a.ip)} port ${String(a.port ?? 0)}`;
  return `local ${text(local)} connected to ${text(peer)}`;
}

const over = (sys: Sys, flows: readonly Flow[], until: Until): boolean =>
  until.stopped ||
  sys.now() >= until.at ||
  (until.bytes > 0 && flows.reduce((n, f) => n + f.meter.bytes, 0) >= until.bytes);

/** Writes blocks of `len` bytes to a stream. @param rate bits a second, 0: as fast as it goes */
export async function sendTcp(
  sys: Sys,
  f: Flow,
  flows: readonly Flow[],
  len: number,
  rate: number,
  until: Until,
): Promise<void> {
  const block = new Uint8Array(len);
  const began = sys.now();
  sys.setNonBlocking(f.fd, true);
  while (!over(sys, flows, until)) {
    if (rate > 0) await sys.sleep(Math.max(0, began + (f.meter.bytes * 8e9) / rate - sys.now()));
    const n = await sys.write(f.fd, block);
    if (!isErr(n)) {
      f.meter.bytes += n;
      await sys.cpu(n * CPU_PER_BYTE);
    } else if (n.name === 'EAGAIN')
      await sys.poll([{ fd: f.fd, out: true }], Math.max(0, Math.min(PATIENCE, until.at - sys.now())));
    else if (n.name !== 'EINTR') return;
  }
}

/** Reads a stream to its end. */
export async function receiveTcp(sys: Sys, f: Flow): Promise<void> {
  for (;;) {
    const bytes = await sys.read(f.fd, 131072);
    if (isErr(bytes) && bytes.name === 'EINTR') continue;
    if (isErr(bytes) || bytes.length === 0) return;
    f.meter.bytes += bytes.length;
  }
}

/** Sends numbered datagrams of `len` bytes at `rate` bits a second. */
export async function sendUdp(
  sys: Sys,
  f: Flow,
  flows: readonly Flow[],
  len: number,
  rate: number,
  until: Until,
): Promise<void> {
  const began = sys.now();
  while (!over(sys, flows, until)) {
    const block = new Uint8Array(Math.max(len, UDP_HEAD));
    const view = new DataView(block.buffer);
    const now = sys.now();
    view.setUint32(0, Math.floor(now / 1e9));
    view.setUint32(4, Math.floor((now % 1e9) / 1e3));
    view.setUint32(8, f.meter.packets + 1);
    const n = await sys.sendto(f.fd, block);
    if (!isErr(n)) {
      f.meter.packets++;
      f.meter.bytes += block.length;
    } else if (n.name !== 'ECONNREFUSED' && n.name !== 'ENOBUFS' && n.name !== 'EINTR') return;
    const due = rate > 0 ? began + (f.meter.bytes * 8e9) / rate : 0;
    if (due > sys.now()) await sys.sleep(Math.min(due, until.at) - sys.now());
    else await sys.cpu(block.length * CPU_PER_BYTE);
  }
}

/** Takes numbered datagrams for as long as the socket is open. @param wide the number has eight bytes */
export async function receiveUdp(sys: Sys, f: Flow, wide: boolean): Promise<void> {
  for (;;) {
    const d = await sys.recvfrom(f.fd);
    if (isErr(d)) {
      if (d.name === 'EINTR' || d.name === 'ECONNREFUSED') continue;
      return;
    }
    if (d.data.length < UDP_HEAD + (wide ? 4 : 0)) continue;
    const view = new DataView(d.data.buffer, d.data.byteOffset, d.data.length);
    const sent = view.getUint32(0) * 1e9 + view.getUint32(4) * 1e3;
    const number = wide ? Number(view.getBigUint64(8)) : view.getUint32(8);
    f.meter.datagram(number, d.data.length, sent, sys.now());
  }
}
