/** The sockets that the server listens on: one for each address of `bind`. @see redis src/server.c: listenToPort, src/anet.c */
import { type IpAddr, ip4, ip6, isLoopback } from '../../../../base/ip.ts';
import { EADDRNOTAVAIL, EAFNOSUPPORT, EPROTONOSUPPORT, type Errno, isErr } from '../../../../linux/kernel/errno.ts';
import type { Fd, Sys } from '../../../../linux/kernel/sys.ts';
import { GAI_TEXT, getaddrinfo } from '../../../../linux/programs/resolve.ts';

/** The addresses of `bind`; `*` and `::*` are all of a family, a dash before one says that it may be missing. */
export const bindAddresses = (bind: string): string[] => bind.split(' ').filter((a) => a !== '');

interface Refusal {
  readonly text: string;
  /** Absent where a name has no address. */
  readonly errno?: Errno;
}

/**
 * Listens on all addresses or on none.
 * @param warn gets a line for each address that cannot be had, also where the server goes on without it
 */
export async function listenOn(
  sys: Sys,
  { bind, port, backlog }: { readonly bind: string; readonly port: number; readonly backlog: number },
  warn: (line: string) => Promise<void>,
): Promise<Fd[] | undefined> {
  const fds: Fd[] = [];
  for (const given of bindAddresses(bind)) {
    const address = given.replace(/^-/, '');
    const got = await listenAt(sys, address, port, backlog);
    if (typeof got === 'number') {
      fds.push(got);
      continue;
    }
    await warn(`Warning: Could not create server TCP listening socket ${address}:${port}: ${got.text}`);
    if (got.errno === EADDRNOTAVAIL && given !== address) continue;
    if (got.errno === EAFNOSUPPORT || got.errno === EPROTONOSUPPORT) continue;
    for (const fd of fds) sys.close(fd);
    return undefined;
  }
  return fds;
}

async function listenAt(sys: Sys, address: string, port: number, backlog: number): Promise<Fd | Refusal> {
  const ip = await resolve(sys, address);
  if (typeof ip === 'string') return { text: ip };
  const fd = sys.socket(ip.v === 6 ? 'inet6' : 'inet', 'stream');
  if (isErr(fd)) return { text: `unable to bind socket, errno: ${fd.code}`, errno: fd };
  if (ip.v === 6) sys.setsockopt(fd, 'v6only', 1);
  sys.setsockopt(fd, 'reuseaddr', 1);
  const bound = sys.bind(fd, { ip, port });
  const failed = isErr(bound) ? bound : sys.listen(fd, backlog);
  if (!isErr(failed)) return fd;
  sys.close(fd);
  return { text: `${isErr(bound) ? 'bind' : 'listen'}: ${failed.text}`, errno: failed };
}

/** @returns why there is no address */
async function resolve(sys: Sys, address: string): Promise<IpAddr | string> {
  if (address === '*') return ip4(0);
  if (address === '::*') return ip6(0n);
  const found = await getaddrinfo(sys, address, address.includes(':') ? 6 : 4);
  return typeof found === 'string' ? GAI_TEXT[found] : (found.addrs[0] as IpAddr);
}

/**
 * What a client hears that protected mode keeps out: one from elsewhere, while no password is set.
 * @see redis src/networking.c: clientAcceptHandler
 */
export const DENIED =
  '-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. ' +
  'In this mode connections are only accepted from the loopback interface. ' +
  'If you want to connect from external computers to Redis you may adopt one of the following solutions: ' +
  "1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis " +
  'from the same host the server is running, however MAKE SURE Redis is not publicly accessible from internet if you do so. ' +
  'Use CONFIG REWRITE to make this change permanent. ' +
  '2) Alternatively you can just disable the protected mode by editing the Redis configuration file, and setting the protected mode ' +
  "option to 'no', and then restarting the server. " +
  "3) If you started the server manually just for testing, restart it with the '--protected-mode no' option. " +
  '4) Set up an authentication password for the default user. ' +
  'NOTE: You only need to do one of the above things in order for the server to start accepting connections from the outside.\r\n';

/** Whether a peer is of the same machine. @see redis src/socket.c: connSocketIsLocal */
export const isLocal = (ip: IpAddr | undefined): boolean => ip === undefined || isLoopback(ip);
