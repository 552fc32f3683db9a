/**
 * Queries that the engine cannot answer, asked of other servers one after the other: each from a new socket, in the
 * host's namespace or the container's.
 * @see moby daemon/libnetwork/resolver.go: forwardExtDNS, exchange, dialExtDNS
 */
import { SECOND } from '../../../base/clock.ts';
import { type DnsMessage, decodeMessage, framed, unframed } from '../../../base/dns.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Fd, Sys } from '../../../linux/kernel/sys.ts';
import type { ExtServer } from './answer.ts';

/** How long one server may take. */
const TIMEOUT = 4 * SECOND;
/** Servers that are tried. */
const MAX_SERVERS = 3;
const PORT = 53;
const SERVFAIL = 2;
const REFUSED = 5;

/** @param sysOf system calls in the namespace from which a server is asked @returns the first good answer */
export async function forward(
  servers: readonly ExtServer[],
  sysOf: (server: ExtServer) => Sys,
  proto: 'udp' | 'tcp',
  query: DnsMessage,
  bytes: Uint8Array,
): Promise<Uint8Array | undefined> {
  for (const server of servers.slice(0, MAX_SERVERS)) {
    const sys = sysOf(server);
    const fd = sys.socket(server.ip.v === 4 ? 'inet' : 'inet6', proto === 'udp' ? 'dgram' : 'stream');
    if (isErr(fd)) continue;
    const got = isErr(await sys.connect(fd, { ip: server.ip, port: PORT }))
      ? undefined
      : await (proto === 'udp' ? askUdp(sys, fd, bytes) : askTcp(sys, fd, bytes));
    sys.close(fd);
    const message = got && decodeMessage(got);
    if (got && message?.id === query.id && message.rcode !== SERVFAIL && message.rcode !== REFUSED) return got;
  }
  return undefined;
}

async function askUdp(sys: Sys, fd: Fd, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  if (isErr(await sys.sendto(fd, bytes))) return undefined;
  const ready = await sys.poll([{ fd, in: true }], TIMEOUT);
  if (isErr(ready) || ready.length === 0) return undefined;
  const got = await sys.recvfrom(fd);
  return isErr(got) ? undefined : got.data;
}

async function askTcp(sys: Sys, fd: Fd, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  if (isErr(await sys.write(fd, framed(bytes)))) return undefined;
  return readFramed(sys, fd, TIMEOUT);
}

/** One message from a stream; undefined at its end, or when it took too long. */
export async function readFramed(sys: Sys, fd: Fd, timeoutNs: number): Promise<Uint8Array | undefined> {
  let got = new Uint8Array(0);
  for (;;) {
    const message = unframed(got);
    if (message) return message;
    const ready = await sys.poll([{ fd, in: true }], timeoutNs);
    if (isErr(ready) || ready.length === 0) return undefined;
    const part = await sys.read(fd, 65537 - got.length);
    if (isErr(part) || part.length === 0) return undefined;
    got = Uint8Array.from([...got, ...part]);
  }
}
