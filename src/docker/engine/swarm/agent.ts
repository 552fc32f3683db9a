/**
 * A node's side of a manager: asks to be let in, runs what it is told to, tells what it has.
 * @see swarmkit node/node.go, agent/session.go, ca/certificates.go: GetRemoteCA; moby daemon/cluster/swarm.go: Join
 */
import { SECOND } from '../../../base/clock.ts';
import { parseIp } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../../linux/kernel/errno.ts';
import type { Payload, Service, Task } from '../../api/swarm.ts';
import { Failure } from '../../errdefs.ts';
import { run } from '../../libnetwork/task.ts';
import { type HostPort, joinHostPort } from '../../swarm/address.ts';
import type { Attached } from '../../swarm/attachments.ts';
import { errors, rpc } from '../../swarm/errors.ts';
import { digestOf } from '../../swarm/ids.ts';
import type { PayloadKind } from '../../swarm/payloads.ts';
import type { FromManager, FromNode, Refusal } from '../../swarm/protocol.ts';
import type { Daemon } from '../daemon.ts';
import { LogSender } from './logs.ts';
import type { Member } from './member.ts';
import { presenceOf } from './table.ts';
import { Wire } from './wire.ts';

export type ManagerLine = Wire<FromManager, FromNode>;
type Joined = FromManager & { t: 'joined' };
type Work = FromManager & { t: 'work' };

const TIMEOUT = 20 * SECOND;
const BEAT = 5 * SECOND;

const failureOf = ({ kind, message }: Refusal): Failure => new Failure(kind, message);

/** Connects to a manager. */
export async function dial(daemon: Daemon, to: HostPort): Promise<ManagerLine | Failure> {
  const { sys } = daemon.controller.daemon;
  const ip = parseIp(to.host);
  const fd = ip ? sys.socket(ip.v === 4 ? 'inet' : 'inet6', 'stream') : undefined;
  if (!ip || fd === undefined || isErr(fd)) return unavailable(`lookup ${to.host}: no such host`);
  const tried = await Promise.race([sys.connect(fd, { ip, port: to.port }), daemon.sleep(TIMEOUT)]);
  if (tried === 0) return new Wire(sys, fd);
  sys.close(fd);
  return tried === undefined ? errors.joinTimeout : unavailable(`${joinHostPort(to)}: connect: ${said(tried)}`);
}

const said = (e: Errno): string => e.text.toLowerCase();

const unavailable = (why: string): Failure =>
  rpc('Unavailable', `connection error: desc = "transport: Error while dialing: dial tcp ${why}"`);

/** The first thing that both sides say. @param ask is called with the manager's CA, once it is known to be the right one */
export function introduce(
  line: ManagerLine,
  token: string,
  ask: (ca: FromManager & { t: 'ca' }) => FromNode,
  then: (m: FromManager) => void,
): Promise<Joined | Failure> {
  return new Promise((resolve) => {
    let joined = false;
    run(
      line
        .read((m) => {
          if (joined) then(m);
          else if (m.t === 'ca') {
            const wanted = digestOf(token);
            if (wanted !== undefined && wanted !== m.digest) {
              line.close();
              resolve(errors.wrongCa(wanted));
            } else line.send(ask(m));
          } else if (m.t === 'joined') {
            joined = true;
            resolve(m);
          } else if (m.t === 'refused') {
            line.close();
            resolve(failureOf(m.why));
          }
        })
        .then(() => resolve(rpc('Unavailable', 'transport is closing'))),
    );
  });
}

/** A node's session with its manager, which begins anew when it is cut. */
export class Agent {
  #line: ManagerLine;
  #stopped = false;
  #seq = 0;
  readonly #logs: LogSender;
  readonly #waiting = new Map<number, (got: (FromManager & { t: 'attached' })['got']) => void>();
  readonly #tasks = new Map<string, Task>();
  /** What the manager told last. */
  #work: Work | undefined;

  constructor(
    readonly member: Member,
    readonly manager: HostPort,
    line: ManagerLine,
  ) {
    this.#line = line;
    this.#logs = new LogSender(member, (m) => this.send(m));
    this.#beat();
  }

  /** What tasks here are of and refer to. */
  service(id: string): Service | undefined {
    return this.#work?.services.find((s) => s.ID === id);
  }

  payload(kind: PayloadKind, id: string): Payload | undefined {
    return this.#work?.[`${kind}s`].find((p) => p.ID === id);
  }

  send(message: FromNode): void {
    this.#line.send(message);
  }

  /** Tells what this node has. */
  announce(): void {
    this.send({ t: 'presence', presence: presenceOf(this.member) });
  }

  /** @param address that is wished for, or '' */
  attach(
    container: string,
    network: string,
    address: string,
  ): Promise<{ attached: Attached; address: string } | Failure> {
    if (this.#line.closed) return Promise.resolve(rpc('Unavailable', 'no connection to a manager'));
    const seq = ++this.#seq;
    return new Promise((resolve) => {
      this.#waiting.set(seq, (got) => resolve('attached' in got ? got : failureOf(got)));
      this.send({ t: 'attach', seq, container, network, address });
    });
  }

  take(m: FromManager): void {
    if (m.t === 'table') this.member.take(m.table);
    else if (m.t === 'attached') {
      this.#waiting.get(m.seq)?.(m.got);
      this.#waiting.delete(m.seq);
    } else if (m.t === 'work') this.#begin(m);
    else if (m.t === 'log') this.#logs.begin(m);
    else if (m.t === 'log-stop') this.#logs.stop(m.seq);
  }

  #begin(work: Work): void {
    this.#work = work;
    const { tasks, addresses } = work;
    for (const [network, address] of Object.entries(addresses)) this.member.attachments.set(network, address);
    for (const told of tasks) {
      const known = this.#tasks.get(told.ID);
      const object = known ?? told;
      if (known) known.DesiredState = told.DesiredState;
      else this.#tasks.set(told.ID, told);
      this.member.executor?.heed({ kind: 'task', action: known ? 'update' : 'create', object });
    }
    for (const [id, object] of [...this.#tasks]) {
      if (tasks.some((t) => t.ID === id)) continue;
      this.#tasks.delete(id);
      this.member.executor?.heed({ kind: 'task', action: 'remove', object });
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#line.close();
  }

  /** The process that had the connection is over. */
  lost(): void {
    this.#stopped = true;
    this.#line.lost();
  }

  /** Goes on after {@link lost}. */
  resume(): void {
    this.#stopped = false;
    run(this.#again());
    this.#beat();
  }

  #beat(): void {
    const { clock } = this.member.daemon.kernel.world;
    clock.after(BEAT, () => {
      if (this.#stopped) return;
      if (this.#line.closed) run(this.#again());
      else this.send({ t: 'beat' });
      this.#beat();
    });
  }

  /** Calls the manager again. */
  async #again(): Promise<void> {
    const { daemon, nodeId } = this.member;
    const line = await dial(daemon, this.manager);
    if (line instanceof Failure) return;
    if (this.#stopped) return line.close();
    const got = await introduce(
      line,
      '',
      () => ({ t: 'session', node: nodeId }),
      (m) => this.take(m),
    );
    if (got instanceof Failure) return;
    this.#line = line;
    this.announce();
  }
}
