/**
 * An engine begins a swarm, leaves it, and comes back to it after a restart.
 * @see moby daemon/cluster/swarm.go: Init, Leave; swarmkit manager/manager.go: becomeLeader
 */
import { MS } from '../../../base/clock.ts';
import { type Prefix, parsePrefix } from '../../../base/ip.ts';
import type { InitRequest, NodeDescription, TLSInfo } from '../../api/swarm.ts';
import { Failure } from '../../errdefs.ts';
import { OverlayDriver } from '../../libnetwork/drivers/overlay/overlay.ts';
import {
  joinHostPort,
  localAddress,
  resolveAdvertise,
  resolveDataPath,
  resolveListen,
  splitHostPort,
} from '../../swarm/address.ts';
import { INGRESS_SPEC } from '../../swarm/allocator.ts';
import { nodeAddress } from '../../swarm/attachments.ts';
import { errors } from '../../swarm/errors.ts';
import { isUnlockKey, newId } from '../../swarm/ids.ts';
import { Manager, type Time } from '../../swarm/manager.ts';
import { addNode, isAvailability, managers } from '../../swarm/nodes.ts';
import { Orchestrator } from '../../swarm/orchestrator.ts';
import { payloads } from '../../swarm/payloads.ts';
import { initialSpec } from '../../swarm/spec.ts';
import { type Daemon, VERSION } from '../daemon.ts';
import { CPUS, PLUGINS } from '../info.ts';
import { MEMORY } from '../stats.ts';
import { Dispatcher } from './dispatcher.ts';
import { Ears } from './ears.ts';
import { tellEvent } from './events.ts';
import { Executor } from './executor.ts';
import { type Addresses, Member } from './member.ts';
import { gatewayNetwork, instantiate } from './networks.ts';
import { closeSandbox, openSandbox } from './sandboxes.ts';

const DATA_PATH_PORT = 4789;
/** Of the address pools' subnets, in bits. */
const SUBNET_SIZE = 24;
/** Until a manager is elected, and until its node is ready. */
const ELECTION = 140 * MS;
const READY = 560 * MS;
const LEAVE = 300 * MS;

/** POST /swarm/init. @returns the node's id */
export async function initSwarm(daemon: Daemon, asked: InitRequest): Promise<string | Failure> {
  if (daemon.swarm && !asked.ForceNewCluster) return errors.exists;
  if (daemon.swarm) {
    if (!daemon.swarm.manager) return errors.isWorker;
    await leave(daemon, daemon.swarm);
  }
  const spec = initialSpec({
    ...asked.Spec,
    EncryptionConfig: {
      AutoLockManagers: asked.AutoLockManagers || asked.Spec?.EncryptionConfig?.AutoLockManagers || false,
    },
  });
  if (spec instanceof Failure) return spec;
  const addresses = resolve(daemon, asked);
  if (addresses instanceof Failure) return addresses;
  const pools = asked.DefaultAddrPool ?? [];
  const subnetSize = asked.SubnetSize || SUBNET_SIZE;
  const dataPathPort = asked.DataPathPort || DATA_PATH_PORT;
  const bad =
    checkPools(pools, subnetSize) ?? checkDataPathPort(dataPathPort) ?? checkAvailability(asked.Availability ?? '');
  if (bad) return bad;
  const ears = new Ears(daemon.controller.daemon.sys);
  const deaf = ears.open(addresses.listen);
  if (deaf) return deaf;
  const { rng } = daemon;
  const manager = new Manager(rng, timeOf(daemon), { spec, dataPathPort, pools, subnetSize });
  const member = new Member(daemon, newId(rng), rng.hex(12), addresses, ears, manager);
  daemon.swarm = member;
  lead(member, manager);
  const ingress = manager.allocator.addNetwork(INGRESS_SPEC);
  await daemon.sleep(ELECTION);
  addNode(manager.store, member.nodeId, {
    role: 'manager',
    availability: asked.Availability ?? '',
    description: describe(daemon, manager.ca.info),
    address: addresses.advertise.host,
    manager: joinHostPort(addresses.advertise),
  });
  daemon.controller.addDriver(new OverlayDriver(daemon.kernel, rng, dataPathPort));
  await daemon.sleep(READY);
  const network = instantiate(daemon, ingress);
  const address = nodeAddress(manager, member.nodeId, ingress.ID);
  const gateway = gatewayNetwork(daemon);
  for (const made of [network, address, gateway]) if (made instanceof Failure) return abandon(daemon, member, made);
  const failure = openSandbox(member, network as Exclude<typeof network, Failure>, address as string);
  return failure ? abandon(daemon, member, failure) : member.nodeId;
}

/** What a manager does besides answering. */
function lead(member: Member, manager: Manager): void {
  const { daemon } = member;
  const { store } = manager;
  const orchestrator = new Orchestrator(manager);
  const executor = new Executor(member, (task, Status) => store.tasks.update(task, { Status }), {
    service: (id) => store.services.get(id),
    payload: (kind, id) => payloads(store, kind).get(id),
  });
  member.executor = executor;
  const dispatcher = new Dispatcher(member, manager);
  member.dispatcher = dispatcher;
  const stop = store.listen((change) => {
    tellEvent(daemon, change);
    if (change.kind === 'task') executor.heed(change);
    dispatcher.changed();
  });
  hear(member);
  member.endings.push(
    stop,
    () => orchestrator.stop(),
    () => dispatcher.stop(),
  );
}

/** Others may come. */
function hear({ ears, dispatcher }: Member): void {
  if (ears.remote !== undefined) dispatcher?.listen(ears.sys, ears.remote);
}

const timeOf = (daemon: Daemon): Time => ({
  now: () => daemon.now(),
  after: (ns, callback) => daemon.kernel.world.clock.after(ns, callback),
});

async function abandon(daemon: Daemon, member: Member, why: Failure): Promise<Failure> {
  await leave(daemon, member);
  return why;
}

function resolve(daemon: Daemon, asked: InitRequest): Addresses | Failure {
  const net = daemon.kernel.net(daemon.kernel.hostNetns);
  const text = asked.ListenAddr ?? '';
  if (text === '') return new Failure('invalid', 'invalid ListenAddr "": invalid empty address');
  const given = splitHostPort(text);
  if (!given) return new Failure('system', `could not parse listen address ${text}`);
  const listen = resolveListen(net, given);
  if (listen instanceof Failure) return listen;
  const mine = ownSubnets(daemon);
  const advertise = resolveAdvertise(net, asked.AdvertiseAddr ?? '', listen.port, mine);
  if (advertise instanceof Failure) return advertise;
  const dataPath = resolveDataPath(net, asked.DataPathAddr ?? '');
  if (dataPath instanceof Failure) return dataPath;
  const local = localAddress(net, listen, advertise, mine);
  return local instanceof Failure ? local : { listen, advertise, dataPath, local };
}

/** Subnets of the engine's networks. */
const ownSubnets = (daemon: Daemon): Prefix[] =>
  [...daemon.controller.networks.values()].flatMap((n) => n.pools.map((p) => p.pool.subnet));

/** @see moby daemon/cluster/utils.go: validateDefaultAddrPool */
function checkPools(pools: readonly string[], size: number): Failure | undefined {
  if (pools.length > 0 && size > 29) return new Failure('invalid', 'subnet size is out of range: 0');
  const seen: Prefix[] = [];
  for (const text of pools) {
    const pool = parsePrefix(text);
    if (!pool) return new Failure('invalid', `invalid base pool ${text}: invalid CIDR address: ${text}`);
    if (pool.bits > size)
      return new Failure('system', `Subnet size is less than base pool size. subnet=${size} base=${pool.bits}`);
    seen.push(pool);
  }
  return undefined;
}

const checkDataPathPort = (port: number): Failure | undefined =>
  port < 1024 || port > 49_151
    ? new Failure('invalid', 'Datapath port is not in valid range (1024 to 49151)')
    : undefined;

export const checkAvailability = (text: string): Failure | undefined =>
  text === '' || isAvailability(text)
    ? undefined
    : new Failure('system', `invalid Availability: ${JSON.stringify(text)}`);

/** What a node says of itself. */
export function describe(daemon: Daemon, ca: TLSInfo): NodeDescription {
  const labels = Object.fromEntries(daemon.config.labels.map((l) => l.split('=')).map(([k, ...v]) => [k, v.join('=')]));
  return {
    Hostname: daemon.kernel.uts.hostname,
    Platform: { Architecture: 'x86_64', OS: 'linux' },
    Resources: { NanoCPUs: CPUS * 1e9, MemoryBytes: MEMORY },
    Engine: {
      EngineVersion: VERSION,
      ...(Object.keys(labels).length > 0 ? { Labels: labels } : {}),
      Plugins: (['Log', 'Network', 'Volume'] as const).flatMap((Type) => PLUGINS[Type].map((Name) => ({ Type, Name }))),
    },
    TLSInfo: ca,
  };
}

/** POST /swarm/leave */
export async function leaveSwarm(daemon: Daemon, force: boolean): Promise<Failure | undefined> {
  const member = daemon.swarm;
  if (!member) return errors.noSwarm;
  if (member.locked && !force) return errors.leaveLocked;
  if (member.manager && !force)
    return managers(member.manager.store).length === 1 ? errors.lastManager : errors.leaveManager;
  await daemon.sleep(LEAVE);
  await leave(daemon, member);
  return undefined;
}

/** All of the swarm goes from this machine, but for docker_gwbridge. */
export async function leave(daemon: Daemon, member: Member): Promise<void> {
  member.agent?.stop();
  for (const end of member.endings.splice(0)) end();
  await member.executor?.removeAll();
  for (const id of [...member.sandboxes.keys()]) closeSandbox(member, id);
  for (const n of [...daemon.controller.networks.values()])
    if (n.info.scope === 'swarm' && !daemon.controller.deleteNetwork(n)) daemon.networkEvent(n, 'destroy');
  member.ears.close();
  daemon.swarm = undefined;
}

/** The engine stops: its process takes sockets and sandboxes along. */
export function suspendSwarm({ swarm }: Daemon): void {
  if (!swarm) return;
  swarm.ears.close();
  swarm.dispatcher?.hangUp(false);
  swarm.agent?.lost();
  for (const id of [...swarm.sandboxes.keys()]) closeSandbox(swarm, id);
}

/** The engine has started again; a manager that is locked waits for its key. */
export function resumeSwarm(daemon: Daemon): void {
  const { swarm } = daemon;
  if (!swarm) return;
  swarm.ears.sys = daemon.controller.daemon.sys;
  swarm.locked = swarm.manager?.cluster.Spec.EncryptionConfig.AutoLockManagers ?? false;
  if (!swarm.locked) takePart(daemon, swarm);
  swarm.wake();
}

function takePart(daemon: Daemon, member: Member): void {
  member.ears.open(member.manager ? member.addresses.listen : undefined);
  hear(member);
  member.agent?.resume();
  for (const [id, address] of member.attachments) {
    const network = daemon.controller.networks.get(id);
    if (network) openSandbox(member, network, address);
  }
}

/** POST /swarm/unlock */
export function unlockSwarm(daemon: Daemon, key: string): Failure | undefined {
  const { swarm } = daemon;
  if (!swarm) return errors.noManager;
  if (!swarm.locked) return swarm.manager ? errors.notLocked : errors.isWorker;
  if (!isUnlockKey(key)) return new Failure('invalid', 'invalid key string');
  if (key !== swarm.manager?.unlockKey) return errors.badKey;
  swarm.locked = false;
  takePart(daemon, swarm);
  return undefined;
}
