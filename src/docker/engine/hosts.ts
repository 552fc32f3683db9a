/**
 * Where the engine listens: `hosts` of its configuration, as sockets of its process.
 * Limits: no TLS; groups of sockets are as they are.
 * @see moby cmd/dockerd/daemon.go: loadListeners; opts/hosts.go: ParseHost
 */
import { SECOND } from '../../base/clock.ts';
import type { HttpService } from '../../base/http.ts';
import { serveConnection } from '../../base/http1/server.ts';
import { formatIp, type IpAddr, isLoopback, parseIp } from '../../base/ip.ts';
import { type Errno, isErr } from '../../linux/kernel/errno.ts';
import type { Kernel } from '../../linux/kernel/machine.ts';
import { SocketStream } from '../../linux/kernel/socketstream.ts';
import type { Fd, Sys } from '../../linux/kernel/sys.ts';
import { lookup } from '../images/dial.ts';
import { run, whileAlive } from '../libnetwork/task.ts';
import type { Config } from './config/config.ts';
import { type Daemon, SOCKET } from './daemon.ts';
import type { Say } from './dockerd.ts';

/** One place to listen on. */
type Host =
  | { readonly proto: 'unix'; readonly path: string }
  | { readonly proto: 'tcp'; readonly name: string; readonly port: number };

/** @returns the place, or what is wrong with the text */
function parseHost(text: string): Host | string {
  const trimmed = text.trim();
  const [, proto = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/.exec(trimmed) ?? [];
  if (trimmed === '' || proto === 'fd') return { proto: 'unix', path: SOCKET };
  if (proto === 'unix') return { proto: 'unix', path: rest === '' ? SOCKET : rest };
  if (proto !== 'tcp') return `invalid bind address format: ${trimmed}`;
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(rest);
  const port = parts?.[2] === undefined || parts[2] === '' ? 2375 : Number(parts[2]);
  if (!parts || !Number.isInteger(port) || port < 0 || port > 65535) return `invalid bind address format: ${trimmed}`;
  return { proto: 'tcp', name: (parts[1] as string).replace(/^\[|\]$/g, '') || 'localhost', port };
}

/** As the engine writes it. */
const hostText = (h: Host): string => (h.proto === 'unix' ? `unix://${h.path}` : `tcp://${h.name}:${h.port}`);

/** What the engine says of sockets that anybody may use, and of those that others can reach. */
const INSECURE = [
  'Binding to IP address without --tlsverify is insecure and gives root access on this machine to everyone who has access to your network.',
  'Binding to an IP address, even on localhost, can also give access to scripts run in a browser. Be safe out there!',
  '[DEPRECATION NOTICE] In future versions this will be a hard failure preventing the daemon from starting! Learn more at: https://docs.docker.com/go/api-security/',
];
const SLOWED = [
  'Binding to an IP address without --tlsverify is deprecated. Startup is intentionally being slowed down to show this message',
  'Please consider generating tls certificates with client validation to prevent exposing unauthenticated root access to your network',
  "You can override this by explicitly specifying '--tls=false' or '--tlsverify=false'",
  'Support for listening on TCP without authentication or explicit intent to run without authentication will be removed in the next release',
];
/** Why there is no TLS. @see docker/go-connections tlsconfig/config.go: Server */
function tlsFault({ root: { fs } }: Kernel, { tlscert, tlskey }: Config): string {
  const missing = [tlscert, tlskey].find((path) => isErr(fs.stat(path, true)));
  if (missing === undefined) return 'TLS is not part of this laboratory yet';
  const pair = `(cert: ${JSON.stringify(tlscert)}, key: ${JSON.stringify(tlskey)})`;
  return `invalid TLS configuration: could not load X509 key pair ${pair}: open ${missing}: no such file or directory`;
}

/** What was opened; `close` ends it. */
export interface Listening {
  /** For the log: `/run/docker.sock`, `[::]:2375`. */
  readonly shown: string;
  close(): void;
}

/** Whether the name stands for a loopback address, where nobody else reaches it. */
async function isLocal(sys: Sys, name: string): Promise<boolean> {
  const ip = await addressOf(sys, name);
  return typeof ip !== 'string' && (name === 'localhost' || isLoopback(ip));
}

async function addressOf(sys: Sys, name: string): Promise<IpAddr | string> {
  return parseIp(name) ?? (await lookup(sys, name)) ?? `lookup ${name}: no such host`;
}

/** Opens all that the configuration says; who is to be reached by anybody on the network is warned about, and waits. @param sys of the engine's process @returns the sockets, or what went wrong */
export async function openHosts(
  daemon: Daemon,
  sys: Sys,
  config: Config,
  service: HttpService,
  say: Say,
): Promise<Listening[] | string> {
  const hosts: Host[] = [];
  for (const text of config.hosts.length > 0 ? config.hosts : ['']) {
    const h = parseHost(text);
    if (typeof h === 'string') return `error parsing -H ${text}: ${h}`;
    hosts.push(h);
  }
  daemon.hosts = hosts.map(hostText);
  if (config.tls || config.tlsverify) return tlsFault(daemon.kernel, config);
  const out: Listening[] = [];
  for (const h of hosts) {
    if (h.proto === 'tcp') await warn(daemon, sys, config, h, say);
    const one =
      h.proto === 'unix' ? openUnix(daemon.kernel, h.path, service) : await openTcp(sys, h.name, h.port, service);
    if (typeof one !== 'string') {
      out.push(one);
      continue;
    }
    for (const o of out) o.close();
    return `failed to load listeners: ${one}`;
  }
  return out;
}

async function warn(daemon: Daemon, sys: Sys, config: Config, h: Host & { proto: 'tcp' }, say: Say): Promise<void> {
  const warning = (text: string): void => say('warning', text, ` host=${JSON.stringify(hostText(h))}`);
  INSECURE.forEach(warning);
  await daemon.sleep(SECOND);
  const meant = config.tls === false || config.tlsverify === false;
  if (meant || (await isLocal(sys, h.name))) return;
  SLOWED.forEach(warning);
  await daemon.sleep(15 * SECOND);
}

function openUnix(kernel: Kernel, path: string, service: HttpService): Listening {
  const real = path.replace(/^\/var\/run\//, '/run/');
  return { shown: real, close: kernel.serve(real, service) };
}

async function openTcp(sys: Sys, name: string, port: number, service: HttpService): Promise<Listening | string> {
  const ip = await addressOf(sys, name);
  if (typeof ip === 'string') return ip;
  // Go listens on both families where the address is none in particular.
  const any = ip.value === 0 || ip.value === 0n;
  const at: IpAddr = any ? { v: 6, value: 0n } : ip;
  const shown = at.v === 6 ? `[${formatIp(at)}]:${port}` : `${formatIp(at)}:${port}`;
  const fault = (call: string, e: Errno): string =>
    `listen tcp ${any ? `${formatIp(ip)}:${port}` : shown}: ${call}: ${e.text.toLowerCase()}`;
  const fd = sys.socket(at.v === 6 ? 'inet6' : 'inet', 'stream');
  if (isErr(fd)) return fault('socket', fd);
  const bound = sys.bind(fd, { ip: at, port });
  const listening = isErr(bound) ? bound : sys.listen(fd, 4096);
  if (isErr(listening)) {
    sys.close(fd);
    return fault('bind', listening);
  }
  run(acceptAll(sys, fd, service));
  return { shown, close: () => whileAlive(() => sys.close(fd)) };
}

async function acceptAll(sys: Sys, listener: Fd, service: HttpService): Promise<void> {
  for (;;) {
    const got = await sys.accept(listener);
    if (!isErr(got)) run(serveConnection(new SocketStream(sys, got.fd), service));
    else if (got.name !== 'EINTR' && got.name !== 'ECONNABORTED') return;
  }
}
