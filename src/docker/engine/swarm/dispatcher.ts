/**
 * The manager's side of nodes: lets them in, gives them their tasks, hears how they fare, passes on where endpoints are.
 * @see swarmkit manager/dispatcher/dispatcher.go, ca/server.go: IssueNodeCertificate
 */
import { MS, SECOND } from '../../../base/clock.ts';
import { formatIp, parseIp } from '../../../base/ip.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Fd, Sys } from '../../../linux/kernel/sys.ts';
import type { Node, Task } from '../../api/swarm.ts';
import { Failure } from '../../errdefs.ts';
import { run } from '../../libnetwork/task.ts';
import { joinHostPort } from '../../swarm/address.ts';
import { attach, attachments, nodeAddress, release, releaseNode } from '../../swarm/attachments.ts';
import { errors, rpc } from '../../swarm/errors.ts';
import { newId } from '../../swarm/ids.ts';
import type { Manager } from '../../swarm/manager.ts';
import { addNode } from '../../swarm/nodes.ts';
import { neededBy } from '../../swarm/payloads.ts';
import type { FromManager, FromNode, Presence, Table } from '../../swarm/protocol.ts';
import type { LogLine } from '../log.ts';
import type { LogOptions } from '../logs.ts';
import { LogBroker } from './logs.ts';
import type { Member } from './member.ts';
import { serviceRecords } from './records.ts';
import { presenceOf } from './table.ts';
import { Wire } from './wire.ts';

type Line = Wire<FromNode, FromManager>;
type LogLines = AsyncIterable<LogLine>;

/** Changes that come together are told at once. */
const SETTLE = 5 * MS;
/** Beats that may be missed before a node is down, of the period that the spec says. */
const MISSED = 3;

export class Dispatcher {
  readonly #sessions = new Map<string, { readonly line: Line; heard: bigint }>();
  readonly #presence = new Map<string, Presence>();
  readonly #logs = new LogBroker();
  #due = false;
  #stopped = false;

  constructor(
    readonly member: Member,
    readonly manager: Manager,
  ) {
    this.#watch();
  }

  /** Answers who comes to a listening socket. */
  listen(sys: Sys, listener: Fd): void {
    run(this.#accept(sys, listener));
  }

  async #accept(sys: Sys, listener: Fd): Promise<void> {
    for (;;) {
      const got = await sys.accept(listener);
      if (this.#stopped) return;
      if (isErr(got) && got.name !== 'ECONNABORTED' && got.name !== 'EINTR') return;
      if (!isErr(got)) run(this.#serve(new Wire(sys, got.fd), got.peer.ip ? formatIp(got.peer.ip) : ''));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.hangUp(false);
  }

  /** @param dead the process whose sockets they are is over */
  hangUp(dead: boolean): void {
    for (const { line } of this.#sessions.values()) dead ? line.lost() : line.close();
    this.#sessions.clear();
  }

  async #serve(line: Line, from: string): Promise<void> {
    const { info, digest } = this.manager.ca;
    line.send({ t: 'ca', info, digest });
    let node: Node | undefined;
    await line.read((m) => {
      if (node) this.#heed(node, m);
      else if (m.t === 'join' || m.t === 'session') {
        const got = m.t === 'join' ? this.#admit(m, from) : this.#again(m.node);
        if (got instanceof Failure) line.send({ t: 'refused', why: got });
        else {
          node = got;
          this.#begin(node, line);
        }
      }
    });
    if (!node || this.#sessions.get(node.ID)?.line !== line) return;
    this.#sessions.delete(node.ID);
    this.#logs.lost(node.ID);
  }

  #admit(m: FromNode & { t: 'join' }, from: string): Node | Failure {
    const role = this.manager.roleOf(m.token);
    if (!role) return errors.noToken;
    if (role === 'manager')
      return new Failure('notImplemented', 'a swarm of several managers is not part of this laboratory yet');
    const { availability, description, address } = m;
    return addNode(this.manager.store, newId(this.manager.rng), {
      role,
      availability,
      description,
      address: address || from,
    });
  }

  #again(id: string): Node | Failure {
    const node = this.manager.store.nodes.get(id);
    if (!node) return rpc('NotFound', `node ${id} not found`);
    this.manager.store.nodes.update(node, { Status: { State: 'ready', Addr: node.Status.Addr } });
    return node;
  }

  #begin(node: Node, line: Line): void {
    const { manager, member } = this;
    this.#sessions.set(node.ID, { line, heard: manager.now() });
    const network = manager.store.ingress;
    const address = network && nodeAddress(manager, node.ID, network.ID);
    line.send({
      t: 'joined',
      node: node.ID,
      manager: { NodeID: member.nodeId, Addr: joinHostPort(member.addresses.advertise) },
      dataPathPort: manager.cluster.DataPathPort,
      ingress: network && address && !(address instanceof Failure) ? { network, address } : undefined,
    });
    this.changed();
  }

  #heed(node: Node, m: FromNode): void {
    const { manager } = this;
    const session = this.#sessions.get(node.ID);
    if (session) session.heard = manager.now();
    switch (m.t) {
      case 'status': {
        const task = manager.store.tasks.get(m.task);
        if (task) manager.store.tasks.update(task, { Status: m.status });
        return;
      }
      case 'attach':
        session?.line.send({ t: 'attached', seq: m.seq, got: this.#attach(node, m) });
        return;
      case 'detach':
        for (const t of attachments(manager, node.ID, m.container))
          if (m.network === '' || t.NetworksAttachments?.[0]?.Network.ID === m.network) release(manager, t);
        return;
      case 'left':
        releaseNode(manager, node.ID, m.network);
        return;
      case 'line':
      case 'log-end':
        this.#logs.take(m);
        return;
      case 'presence':
        this.#presence.set(node.ID, m.presence);
        this.changed();
        return;
      default:
        return;
    }
  }

  #attach(node: Node, m: FromNode & { t: 'attach' }): (FromManager & { t: 'attached' })['got'] {
    const got = attach(this.manager, node.ID, m.container, m.network, m.address ? parseIp(m.address) : undefined);
    if (got instanceof Failure) return got;
    const address = nodeAddress(this.manager, node.ID, got.network.ID);
    return address instanceof Failure ? address : { attached: got, address };
  }

  /** The log of a task on another node; undefined: that node is not here. */
  readLog({ ID: task, NodeID = '' }: Task, options: LogOptions, gone: Promise<void> | undefined): LogLines | undefined {
    const line = this.#sessions.get(NodeID)?.line;
    if (!line) return undefined;
    const { stdout, stderr, follow, tail, since, until } = options;
    const request = {
      ...{ task, stdout, stderr, follow },
      ...(tail === undefined ? {} : { tail }),
      ...(since === undefined ? {} : { since: String(since) }),
      ...(until === undefined ? {} : { until: String(until) }),
    };
    return this.#logs.read(NodeID, request, (m) => line.send(m), gone);
  }

  /** Tells everybody soon. */
  changed(): void {
    if (this.#due || this.#stopped) return;
    this.#due = true;
    this.manager.time.after(SETTLE, () => {
      this.#due = false;
      if (!this.#stopped) this.#tell();
    });
  }

  #tell(): void {
    const { member, manager } = this;
    this.#presence.set(member.nodeId, presenceOf(member));
    const all = [...this.#presence].filter(([id]) => manager.store.nodes.get(id)?.Status.State === 'ready');
    const table: Table = {
      records: all.flatMap(([, p]) => p.records),
      peers: all.map(([, p]) => p.peer),
      services: serviceRecords(manager),
    };
    member.take(table);
    for (const [id, { line }] of this.#sessions) {
      this.#work(id, line);
      line.send({ t: 'table', table });
    }
  }

  #work(node: string, line: Line): void {
    const { store } = this.manager;
    const tasks = [...store.tasks.all()].filter((t) => t.NodeID === node && t.ServiceID !== undefined);
    const addresses: Record<string, string> = {};
    for (const t of tasks)
      for (const { Network } of t.NetworksAttachments ?? []) {
        const address = nodeAddress(this.manager, node, Network.ID);
        if (!(address instanceof Failure)) addresses[Network.ID] = address;
      }
    const services = [...store.services.all()].filter((s) => tasks.some((t) => t.ServiceID === s.ID));
    const specs = tasks.map((t) => t.Spec.ContainerSpec);
    const secrets = neededBy(store, 'secret', specs);
    const configs = neededBy(store, 'config', specs);
    line.send({ t: 'work', tasks, services, secrets, configs, addresses });
  }

  /** A node that is not heard any more is down; one that was removed is shown the door. */
  #watch(): void {
    const { manager } = this;
    const period = manager.cluster.Spec.Dispatcher.HeartbeatPeriod || 5 * SECOND;
    manager.time.after(period, () => {
      if (this.#stopped) return;
      for (const node of manager.store.nodes.all()) this.#check(node, period);
      for (const [id, { line }] of this.#sessions)
        if (!manager.store.nodes.get(id)) {
          line.close();
          this.#sessions.delete(id);
          this.#presence.delete(id);
        }
      this.#watch();
    });
  }

  readonly #silent = new Map<string, number>();

  #check(node: Node, period: number): void {
    if (node.ID === this.member.nodeId || node.Status.State === 'down') return;
    const session = this.#sessions.get(node.ID);
    const fresh = session !== undefined && this.manager.now() - session.heard <= BigInt(period);
    const silent = fresh ? 0 : (this.#silent.get(node.ID) ?? 0) + 1;
    this.#silent.set(node.ID, silent);
    if (silent < MISSED) return;
    const Message = 'heartbeat failure';
    this.manager.store.nodes.update(node, { Status: { State: 'down', Message, Addr: node.Status.Addr } });
    this.changed();
  }
}
