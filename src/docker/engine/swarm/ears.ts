/**
 * The sockets of an engine in a swarm: 2377/tcp of managers, 7946/tcp and udp of those who tell each other of endpoints.
 * @see swarmkit manager/manager.go: BindRemote; moby daemon/libnetwork/networkdb/cluster.go, hashicorp/memberlist net_transport.go
 */
import { type IpAddr, ip6, parseIp } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../../linux/kernel/errno.ts';
import type { Fd, Sys } from '../../../linux/kernel/sys.ts';
import { Failure } from '../../errdefs.ts';
import { whileAlive } from '../../libnetwork/task.ts';
import type { HostPort } from '../../swarm/address.ts';

/** Of gossip. */
const GOSSIP_PORT = 7946;
const BACKLOG = 4096;

export class Ears {
  #fds: Fd[] = [];
  /** Where others come to a manager; undefined: nowhere. */
  remote: Fd | undefined;

  /** @param sys of dockerd's process */
  constructor(public sys: Sys) {}

  /** Opens all of a node's sockets. @param remote where a manager listens; a worker does not */
  open(remote: HostPort | undefined): Failure | undefined {
    const failed = remote && this.#listen(remote);
    if (failed) {
      this.close();
      return new Failure('system', `manager stopped: failed to listen on remote API address: listen tcp ${failed}`);
    }
    this.remote = remote && this.#fds[0];
    const all: HostPort = { host: '0.0.0.0', port: GOSSIP_PORT };
    const deaf = this.#listen(all) ?? this.#datagrams(all);
    if (!deaf) return undefined;
    this.close();
    return new Failure('system', `failed to start gossip: listen tcp ${deaf}`);
  }

  close(): void {
    for (const fd of this.#fds) whileAlive(() => this.sys.close(fd));
    this.#fds = [];
    this.remote = undefined;
  }

  /** @returns why not, as Go words it */
  #listen(at: HostPort): string | undefined {
    const fd = this.#bound(at, 'stream');
    if (isErr(fd)) return refused(at, fd);
    const heard = this.sys.listen(fd, BACKLOG);
    return isErr(heard) ? refused(at, heard) : undefined;
  }

  #datagrams(at: HostPort): string | undefined {
    const fd = this.#bound(at, 'dgram');
    return isErr(fd) ? refused(at, fd) : undefined;
  }

  #bound({ host, port }: HostPort, type: 'stream' | 'dgram'): Fd | Errno {
    const ip = wildcard(parseIp(host));
    const fd = this.sys.socket(ip.v === 4 ? 'inet' : 'inet6', type);
    if (isErr(fd)) return fd;
    this.#fds.push(fd);
    if (type === 'stream') this.sys.setsockopt(fd, 'reuseaddr', 1);
    const bound = this.sys.bind(fd, { ip, port });
    return isErr(bound) ? bound : fd;
  }
}

/** Go listens on both families where any address is meant. */
const wildcard = (ip: IpAddr | undefined): IpAddr => (ip && BigInt(ip.value) !== 0n ? ip : ip6(0n));

const refused = ({ host, port }: HostPort, e: Errno): string => `${host}:${port}: bind: ${e.text.toLowerCase()}`;
