/**
 * Connections of the engine itself, from the machine's own namespace; what goes wrong is told in Go's words.
 * @see Go net/dial.go, net/dnsclient_unix.go
 */
import { formatIp, type IpAddr } from '../../base/ip.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { Sys } from '../../linux/kernel/sys.ts';
import { getaddrinfo, resolvConf } from '../../linux/programs/resolve.ts';
import { connectBy, Wire } from '../../linux/programs/wire.ts';

/** How long the engine waits for a connection, and for an answer, ns. */
const PATIENCE = 15e9;

/** An IPv4 address of a name; undefined when it has none. */
export async function lookup(sys: Sys, name: string): Promise<IpAddr | undefined> {
  const found = await getaddrinfo(sys, name, 4);
  return typeof found === 'string' ? undefined : found.addrs[0];
}

/** @returns a connected stream, or `dial tcp …: why` */
export async function dial(sys: Sys, name: string, port: number): Promise<Wire | string> {
  const found = await getaddrinfo(sys, name, 4);
  if (typeof found === 'string') {
    const server = resolvConf(sys).nameservers[0];
    const why = found === 'EAI_AGAIN' ? 'server misbehaving' : 'no such host';
    return `dial tcp: lookup ${name} on ${server ? formatIp(server) : '127.0.0.1'}:53: ${why}`;
  }
  const ip = found.addrs[0];
  const fd = ip && sys.socket('inet', 'stream');
  if (ip === undefined || fd === undefined || isErr(fd)) return `dial tcp: lookup ${name}: no such host`;
  const e = await connectBy(sys, fd, { ip, port }, sys.now() + PATIENCE);
  if (!isErr(e)) return new Wire(sys, fd, sys.now() + PATIENCE);
  sys.close(fd);
  if (e.name === 'ETIMEDOUT')
    return 'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)';
  return `dial tcp ${formatIp(ip)}:${port}: connect: ${e.text.toLowerCase()}`;
}

/** The first words of TLS, and the first of the answer. @returns the answer, or what went wrong */
export async function greet(sys: Sys, wire: Wire): Promise<Uint8Array | string> {
  await wire.write(clientHello(sys));
  const reply = await wire.read();
  if (isErr(reply)) return `read tcp: ${reply.text.toLowerCase()}`;
  return reply.length === 0 ? 'EOF' : reply;
}

/** A record of TLS: type handshake, version, length, and what nobody can read. @see RFC 8446 §5.1 */
function clientHello(sys: Sys): Uint8Array {
  const out = new Uint8Array(517);
  for (let i = 5; i < out.length; i++) out[i] = sys.rng.below(256);
  out.set([22, 3, 1, 2, 0]);
  return out;
}
