/** An engine joins another's swarm. @see moby daemon/cluster/swarm.go: Join */
import { formatIp } from '../../../base/ip.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { JoinRequest } from '../../api/swarm.ts';
import { Failure } from '../../errdefs.ts';
import { OverlayDriver } from '../../libnetwork/drivers/overlay/overlay.ts';
import { type HostPort, resolveAdvertise, resolveDataPath, resolveListen, splitHostPort } from '../../swarm/address.ts';
import { errors } from '../../swarm/errors.ts';
import { digestOf } from '../../swarm/ids.ts';
import type { FromManager } from '../../swarm/protocol.ts';
import type { Daemon } from '../daemon.ts';
import { Agent, dial, introduce, type ManagerLine } from './agent.ts';
import { bring } from './attach.ts';
import { Ears } from './ears.ts';
import { Executor } from './executor.ts';
import { type Addresses, Member } from './member.ts';
import { checkAvailability, describe, leave } from './start.ts';

/** POST /swarm/join */
export async function joinSwarm(daemon: Daemon, asked: JoinRequest): Promise<Failure | undefined> {
  if (daemon.swarm) return errors.exists;
  const addresses = resolve(daemon, asked);
  if (addresses instanceof Failure) return addresses;
  const token = asked.JoinToken ?? '';
  const bad = checkAvailability(asked.Availability ?? '');
  if (bad) return bad;
  if (token !== '' && digestOf(token) === undefined) return errors.badToken;
  const line = await dial(daemon, addresses.remote);
  if (line instanceof Failure) return line;
  return enter(daemon, asked, addresses, line);
}

interface Where {
  readonly listen: HostPort;
  readonly remote: HostPort;
  /** Undefined: as the manager sees it. */
  readonly advertise: HostPort | undefined;
  readonly dataPath: string;
}

function resolve(daemon: Daemon, asked: JoinRequest): Where | Failure {
  const net = daemon.kernel.net(daemon.kernel.hostNetns);
  const invalid = (text: string): Failure => new Failure('invalid', text);
  if (!asked.ListenAddr) return invalid('invalid ListenAddr "": invalid empty address');
  const [first] = asked.RemoteAddrs ?? [];
  if (first === undefined) return invalid('at least 1 RemoteAddr is required to join');
  if (first === '') return invalid('invalid remoteAddr "": invalid empty address');
  const remote = splitHostPort(first);
  const given = splitHostPort(asked.ListenAddr);
  if (!given || !remote) return new Failure('system', `could not parse listen address ${asked.ListenAddr}`);
  const listen = resolveListen(net, given);
  if (listen instanceof Failure) return listen;
  const advertise = asked.AdvertiseAddr ? resolveAdvertise(net, asked.AdvertiseAddr, listen.port, []) : undefined;
  const dataPath = resolveDataPath(net, asked.DataPathAddr ?? '');
  if (dataPath instanceof Failure) return dataPath;
  return { listen, remote, dataPath, advertise: advertise instanceof Failure ? undefined : advertise };
}

async function enter(
  daemon: Daemon,
  asked: JoinRequest,
  where: Where,
  line: ManagerLine,
): Promise<Failure | undefined> {
  const early: FromManager[] = [];
  let take = (m: FromManager): void => void early.push(m);
  const joined = await introduce(
    line,
    asked.JoinToken ?? '',
    ({ info }) => ({
      t: 'join',
      token: asked.JoinToken ?? '',
      availability: asked.Availability ?? '',
      address: where.advertise?.host ?? '',
      description: describe(daemon, info),
    }),
    (m) => take(m),
  );
  if (joined instanceof Failure) return joined;
  const own = line.sys.getsockname(line.fd);
  const local = isErr(own) || !own.ip ? where.listen.host : formatIp(own.ip);
  const { listen, dataPath, remote } = where;
  const addresses: Addresses = {
    listen,
    dataPath,
    local,
    advertise: where.advertise ?? { host: local, port: listen.port },
  };
  const ears = new Ears(daemon.controller.daemon.sys);
  const member = new Member(daemon, joined.node, daemon.rng.hex(12), addresses, ears, undefined);
  daemon.swarm = member;
  daemon.controller.addDriver(new OverlayDriver(daemon.kernel, daemon.rng, joined.dataPathPort));
  const agent = new Agent(member, remote, line);
  member.agent = agent;
  member.remote = joined.manager;
  member.executor = new Executor(
    member,
    (task, status) => {
      task.Status = status;
      agent.send({ t: 'status', task: task.ID, status });
    },
    agent,
  );
  const deaf = ears.open(undefined);
  if (joined.ingress) member.attachments.set(joined.ingress.network.ID, joined.ingress.address);
  const ingress = joined.ingress && !deaf ? bring(member, joined.ingress.network) : undefined;
  const failure = deaf ?? (ingress instanceof Failure ? ingress : undefined);
  if (failure) {
    await leave(daemon, member);
    return failure;
  }
  take = (m) => agent.take(m);
  for (const m of early) agent.take(m);
  agent.announce();
  return undefined;
}
