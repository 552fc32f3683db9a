/** drydock serve: the Engine API of the lab's machines on unix sockets and TCP ports of this computer. */
import { existsSync, mkdirSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import type { Lab, Machine } from '../lab/lab.ts';
import { readArgs, type Subcommand, usageError, wholeNumber } from './command.ts';
import { openLab } from './host.ts';
import { httpServer } from './http-server.ts';
import { Pacer } from './pacer.ts';
import { PublishedPorts } from './publish.ts';
import { type TlsFlags, tlsOptions } from './tls.ts';
import { openUplink, type Peering } from './uplink.ts';

/** Where the API of node1 is when no -H is given. */
const defaultSocket = (): string => `unix://${join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), 'drydock.sock')}`;

export const serve: Subcommand = {
  name: 'serve',
  usage:
    'serve [-H unix://PATH | -H tcp://ADDRESS:PORT]... [--seed S] [--pace fast|real] [--uplink unix:PATH] [--publish ADDRESS]\n' +
    '       [--tls] [--tlsverify] [--tlscacert FILE] [--tlscert FILE] [--tlskey FILE]',
  summary: 'serve the Docker Engine API of node1 (repeat -H for node2, node3)',
  async run(args) {
    const parsed = readArgs(this, args, {
      host: { type: 'string', short: 'H', multiple: true },
      seed: { type: 'string' },
      pace: { type: 'string' },
      uplink: { type: 'string' },
      publish: { type: 'string' },
      tls: { type: 'boolean' },
      tlsverify: { type: 'boolean' },
      tlscacert: { type: 'string' },
      tlscert: { type: 'string' },
      tlskey: { type: 'string' },
    });
    if (!parsed) return 2;
    const tls = secured(parsed.values as TlsFlags);
    if (tls === null) return 1;
    const seed = wholeNumber(parsed.values.seed ?? '1');
    const pace = parsed.values.pace ?? 'real';
    if (seed === undefined) return usageError(this, '--seed takes a whole number');
    if (pace !== 'fast' && pace !== 'real') return usageError(this, '--pace takes fast or real');
    const uplink = parsed.values.uplink;
    if (uplink !== undefined && !/^unix:./.test(uplink)) return usageError(this, '--uplink takes unix:PATH');
    const addresses = parsed.values.host ?? [defaultSocket()];
    // a real client counts ages by this computer's clock
    const epochNs = BigInt(Date.now()) * 1_000_000n;
    const lab = await openLab({ seed, epochNs, hosts: Math.max(3, addresses.length), uplink: uplink !== undefined });
    const pacer = new Pacer(lab, pace);
    const servers: ReturnType<typeof httpServer>[] = [];
    const published: PublishedPorts[] = [];
    for (const [i, address] of addresses.entries()) {
      const machine = lab.machines[i];
      if (!machine) break;
      const ports = parsed.values.publish === undefined ? undefined : publish(machine, pacer, parsed.values.publish);
      if (ports) published.push(ports);
      const server = httpServer(ports?.api ?? machine.docker, pacer, address.startsWith('tcp://') ? tls : undefined);
      const error = await listen(server, address, tls?.requestCert === true);
      if (error) {
        process.stderr.write(`drydock serve: ${address}: ${error}\n`);
        for (const other of servers) other.close();
        return 1;
      }
      servers.push(server);
      process.stdout.write(`${machine.name}: export DOCKER_HOST=${address}\n`);
    }
    const peering = await tie(lab, pacer, uplink);
    if (peering === null) return 1;
    pacer.start();
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
    pacer.stop();
    peering?.close();
    for (const ports of published) ports.close();
    for (const server of servers) {
      server.close();
      for (const socket of server.connections) socket.destroy();
    }
    return 0;
  },
};

/** @returns null when files are missing, and says which */
function secured(flags: TlsFlags): TlsOptions | undefined | null {
  try {
    return tlsOptions(flags);
  } catch (e) {
    process.stderr.write(`drydock serve: ${(e as Error).message}\n`);
    return null;
  }
}

function publish(machine: Machine, pacer: Pacer, address: string): PublishedPorts {
  return new PublishedPorts(machine, pacer, address, (text) => process.stderr.write(`drydock serve: ${text}\n`));
}

/** Ties the LAN to a unix socket, if that is asked for. @returns null when it cannot be, and says why */
async function tie(lab: Lab, pacer: Pacer, address: string | undefined): Promise<Peering | undefined | null> {
  if (!lab.uplink || address === undefined) return undefined;
  const path = address.replace(/^unix:(\/\/)?/, '');
  try {
    const peering = await openUplink(lab.uplink, pacer, path);
    process.stdout.write(`uplink: ${peering.role === 'connected' ? 'connected to' : 'listening at'} ${path}\n`);
    return peering;
  } catch (e) {
    process.stderr.write(`drydock serve: ${address}: ${(e as Error).message}\n`);
    return null;
  }
}

/** What dockerd says of an address that others can reach. @see moby cmd/dockerd/daemon.go: loadListeners */
const OPEN = [
  'Binding to IP address without --tlsverify is insecure and gives root access on this machine to everyone who has access to your network.',
  'Binding to an IP address, even on localhost, can also give access to scripts run in a browser. Be safe out there!',
];

function warn(message: string, host: string): void {
  const time = new Date().toISOString();
  process.stderr.write(`time="${time}" level=warning msg="${message}" host="${host}"\n`);
}

/** @param verified who connects has shown a certificate @returns what went wrong, or undefined */
function listen(server: Server, address: string, verified: boolean): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (e) => resolve(e.message));
    const done = (): void => resolve(undefined);
    if (address.startsWith('unix://')) {
      const path = address.slice(7);
      mkdirSync(dirname(path), { recursive: true });
      if (existsSync(path)) unlinkSync(path);
      server.listen(path, done);
    } else if (address.startsWith('tcp://')) {
      const at = address.lastIndexOf(':');
      const host = address.slice(6, at).replace(/^\[|\]$/g, '') || '127.0.0.1';
      if (!verified && !['127.0.0.1', '::1', 'localhost'].includes(host)) for (const why of OPEN) warn(why, address);
      server.listen(Number(address.slice(at + 1)), host, done);
    } else resolve('an address begins with unix:// or tcp://');
  });
}
