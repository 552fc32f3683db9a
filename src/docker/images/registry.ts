/**
 * The way to a registry: its name is looked up and its port 443 connected to, from the machine's own namespace; what
 * goes wrong is told in Go's words. What a registry has is data that ships with the lab (`images/hub`).
 *
 * Limits: the bytes of images do not cross the network; TLS is a greeting of each side.
 * @see Go net/dnsclient_unix.go, net/http/transport.go; moby distribution/registry.go
 */
import { formatIp } from '../../base/ip.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { Sys } from '../../linux/kernel/sys.ts';
import { getaddrinfo, resolvConf } from '../../linux/programs/resolve.ts';
import { connectBy, Wire } from '../../linux/programs/wire.ts';
import { Failure } from '../errdefs.ts';

/** Docker Hub's registry. */
export const HUB = 'registry-1.docker.io';

/** How long the engine waits for a connection, ns. */
const PATIENCE = 15e9;

/** Greets a registry. @param sys the engine's own @param host `registry-1.docker.io`, `localhost:5000` */
export async function reachRegistry(sys: Sys, host: string): Promise<Failure | undefined> {
  const [name = '', port = '443'] = host.split(':');
  const local = name === 'localhost' || name.startsWith('127.');
  const refused = await greet(sys, name, Number(port));
  if (refused === undefined) return undefined;
  return new Failure('system', `Get "${local ? 'http' : 'https'}://${host}/v2/": ${refused}`);
}

async function greet(sys: Sys, name: string, port: number): Promise<string | undefined> {
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
  if (isErr(e)) {
    sys.close(fd);
    if (e.name === 'ETIMEDOUT')
      return 'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)';
    return `dial tcp ${formatIp(ip)}:${port}: connect: ${e.text.toLowerCase()}`;
  }
  const wire = new Wire(sys, fd, sys.now() + PATIENCE);
  await wire.write(clientHello(sys));
  const reply = await wire.read();
  wire.close();
  if (isErr(reply)) return `read tcp: ${reply.text.toLowerCase()}`;
  return reply.length === 0 ? 'EOF' : undefined;
}

/** A record of TLS: type handshake, version, length, and what nobody can read. @see RFC 8446 §5.1 */
function clientHello(sys: Sys): Uint8Array {
  const out = new Uint8Array(517);
  for (let i = 5; i < out.length; i++) out[i] = sys.rng.below(256);
  out.set([22, 3, 1, 2, 0]);
  return out;
}
