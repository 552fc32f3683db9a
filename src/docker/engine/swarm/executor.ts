/**
 * Runs the tasks that managers give this node, each as a container, and tells how they fare.
 * Limits: templates in secrets and configs are not filled in.
 * @see swarmkit agent/exec/controller.go: Do, moby daemon/cluster/executor/container/{controller,adapter,container}.go
 */
import { bytesFromBase64 } from '../../../base/base64.ts';
import type {
  ContainerSpec,
  Payload,
  Service,
  ServicePort,
  Task,
  TaskSpec,
  TaskState,
  TaskStatus,
} from '../../api/swarm.ts';
import type { CreateBody, PortMap } from '../../api/types.ts';
import { Failure } from '../../errdefs.ts';
import { bare } from '../../swarm/attachments.ts';
import { type PayloadKind, referencesOf } from '../../swarm/payloads.ts';
import type { Change } from '../../swarm/store.ts';
import { rfc3339Nano } from '../../time.ts';
import type { Container, PayloadFile } from '../container.ts';
import { createContainer } from '../create.ts';
import { deleteContainer } from '../remove.ts';
import { startContainer } from '../start.ts';
import { stopContainer } from '../stop.ts';
import { bring, leaveEmpty } from './attach.ts';
import type { Member } from './member.ts';
import { ingressPort } from './table.ts';

/** Seconds, when a service does not say. */
const GRACE = 10;
const WANTED: readonly TaskState[] = ['running', 'complete'];
const OVER: readonly TaskState[] = ['shutdown', 'remove'];

/** Where a node learns what its tasks are of and refer to. */
export interface TaskSource {
  service(id: string): Service | undefined;
  payload(kind: PayloadKind, id: string): Payload | undefined;
}

export class Executor {
  readonly #running = new Map<string, Run>();

  constructor(
    readonly member: Member,
    /** Takes what is told of a task. */
    readonly report: (task: Task, status: TaskStatus) => void,
    readonly source: TaskSource,
  ) {}

  /** A task of this node is there, is another way, or has gone. */
  heed({ action, object }: Change): void {
    const task = object as Task;
    if (task.NodeID !== this.member.nodeId || !task.Spec.ContainerSpec) return;
    const run = this.#running.get(task.ID);
    if (action === 'remove') {
      this.#running.delete(task.ID);
      if (run) void run.remove();
    } else if (run) void run.follow();
    else if (task.Status.State === 'assigned') {
      const begun = new Run(this, task);
      this.#running.set(task.ID, begun);
      void begun.begin();
    }
  }

  /** What runs, or ran, for a task. */
  container(task: string): Container | undefined {
    return this.#running.get(task)?.container;
  }

  /** All of them go: the node leaves the swarm. */
  async removeAll(): Promise<void> {
    for (const run of this.#running.values()) await run.remove();
    this.#running.clear();
  }
}

/** One task on its way. */
class Run {
  #container: Container | undefined;
  #started = false;
  #stopping = false;

  constructor(
    readonly executor: Executor,
    readonly task: Task,
  ) {}

  get container(): Container | undefined {
    return this.#container;
  }

  get #member(): Member {
    return this.executor.member;
  }

  get #unwanted(): boolean {
    return OVER.includes(this.task.DesiredState);
  }

  #tell(State: TaskState, Message: string, more: Partial<TaskStatus> = {}): void {
    const Timestamp = rfc3339Nano(this.#member.daemon.now());
    const c = this.#container;
    const ContainerStatus = c && {
      ContainerID: c.id,
      PID: c.running?.process.pid ?? 0,
      ExitCode: c.exitCode,
    };
    const { Err, PortStatus = {} } = more;
    this.executor.report(this.task, {
      Timestamp,
      State,
      Message,
      ...(Err === undefined ? {} : { Err }),
      ...(ContainerStatus ? { ContainerStatus } : {}),
      PortStatus,
    });
  }

  /** From assigned to ready, and on when it is wanted. */
  async begin(): Promise<void> {
    await this.#member.absence;
    this.#tell('preparing', 'preparing');
    const made = await this.#prepare();
    if (made instanceof Failure) return this.#tell('rejected', 'preparing', { Err: made.message });
    this.#container = made;
    if (this.#unwanted) return this.#tell('shutdown', 'shutdown');
    if (this.task.DesiredState === 'ready') return this.#tell('ready', 'prepared');
    return this.#start();
  }

  async #start(): Promise<void> {
    const c = this.#container;
    if (!c || this.#started) return;
    this.#started = true;
    await this.#member.absence;
    const { daemon } = this.#member;
    this.#tell('starting', 'starting');
    const failed = await startContainer(daemon, c);
    if (failed) return this.#tell('failed', 'starting', { Err: failed.message });
    if (!c.isRunning) return this.#ended(c);
    this.#tell('running', 'started', { PortStatus: portStatus(c) });
    void c.wait('not-running').then(() => this.#ended(c));
    if (this.#unwanted) await this.follow();
  }

  #ended(c: Container): void {
    if (this.#stopping || this.#unwanted) this.#tell('shutdown', 'shutdown');
    else if (c.exitCode === 0) this.#tell('complete', 'finished');
    else this.#tell('failed', 'started', { Err: `task: non-zero exit (${c.exitCode})` });
  }

  /** What managers want of it is another thing now. */
  async follow(): Promise<void> {
    const c = this.#container;
    if (WANTED.includes(this.task.DesiredState) && this.task.Status.State === 'ready') return this.#start();
    if (!this.#unwanted || this.#stopping || !c) return undefined;
    this.#stopping = true;
    if (!c.isRunning) {
      if (!this.#started) this.#tell('shutdown', 'shutdown');
      return undefined;
    }
    const grace = this.task.Spec.ContainerSpec?.StopGracePeriod;
    await stopContainer(this.#member.daemon, c, { timeout: grace === undefined ? GRACE : Math.trunc(grace / 1e9) });
    return undefined;
  }

  /** Nobody remembers the task: its container goes, and networks that were here for it. */
  async remove(): Promise<void> {
    const { daemon } = this.#member;
    this.#stopping = true;
    const c = this.#container;
    if (c && daemon.containers.has(c.id)) await deleteContainer(daemon, c.name, c, { force: true, volumes: true });
    for (const { Network } of this.task.NetworksAttachments ?? []) leaveEmpty(this.#member, Network.ID);
    this.#member.announce();
  }

  async #prepare(): Promise<Container | Failure> {
    const { daemon } = this.#member;
    for (const { Network } of this.task.NetworksAttachments ?? []) {
      const there = bring(this.#member, Network);
      if (there instanceof Failure) return there;
    }
    const spec = this.task.Spec.ContainerSpec as ContainerSpec;
    const image = await this.#image(spec.Image);
    if (image instanceof Failure) return image;
    const service = this.executor.source.service(this.task.ServiceID ?? '');
    const name = `${service?.Spec.Name}.${this.task.Slot || this.task.NodeID}.${this.task.ID}`;
    const made = await createContainer(daemon, name, bodyOf(this.task, spec, { image, name, service }));
    if (made instanceof Failure) return made;
    const c = daemon.containers.get(made.Id) as Container;
    c.managed = true;
    c.ingressPorts = (service?.Endpoint.Ports ?? []).filter((p) => p.PublishMode === 'ingress').map(ingressPort);
    c.payloads.push(...filesOf(spec, this.executor.source));
    return c;
  }

  /** What the image is called here; it is fetched when it is not here. */
  async #image(ref: string): Promise<string | Failure> {
    const { daemon } = this.#member;
    const local = ref.replace(/@sha256:.*$/, '');
    if (!(daemon.images.get(local) instanceof Failure)) return local;
    const { pullImage } = await daemon.kernel.world.hold(import('../pull.ts'));
    const pulled = await pullImage(daemon, local, '');
    if (pulled instanceof Failure) return new Failure('notFound', `No such image: ${local}`);
    for await (const _ of pulled);
    return local;
  }
}

function bodyOf(
  task: Task,
  spec: ContainerSpec,
  { image: Image, name, service }: { image: string; name: string; service: Service | undefined },
): CreateBody {
  const networks = (task.NetworksAttachments ?? []).map(({ Network, Addresses }) => ({
    name: Network.Spec.Name ?? '',
    settings: { IPAMConfig: { IPv4Address: bare(Addresses[0] ?? '') }, NetworkID: Network.ID },
  }));
  const user = networks.filter((n) => n.name !== 'ingress');
  const host = (service?.Endpoint.Ports ?? []).filter((p) => p.PublishMode === 'host');
  return {
    Image,
    ...(spec.Command ? { Entrypoint: spec.Command } : {}),
    ...(spec.Args ? { Cmd: spec.Args } : {}),
    ...(spec.Env ? { Env: spec.Env } : {}),
    ...(spec.Hostname ? { Hostname: spec.Hostname } : {}),
    ...(spec.Dir ? { WorkingDir: spec.Dir } : {}),
    ...(spec.User ? { User: spec.User } : {}),
    ...(spec.StopSignal ? { StopSignal: spec.StopSignal } : {}),
    ...(spec.Healthcheck ? { Healthcheck: spec.Healthcheck as NonNullable<CreateBody['Healthcheck']> } : {}),
    Tty: spec.TTY ?? false,
    OpenStdin: spec.OpenStdin ?? false,
    Labels: {
      ...spec.Labels,
      'com.docker.swarm.node.id': task.NodeID ?? '',
      'com.docker.swarm.service.id': task.ServiceID ?? '',
      'com.docker.swarm.service.name': service?.Spec.Name ?? '',
      'com.docker.swarm.task': '',
      'com.docker.swarm.task.id': task.ID,
      'com.docker.swarm.task.name': name,
    },
    ExposedPorts: Object.fromEntries(host.map((p) => [`${p.TargetPort}/${p.Protocol}`, {}])),
    HostConfig: {
      NetworkMode: (user[0] ?? networks[0])?.name ?? 'default',
      PortBindings: bindingsOf(host),
      ...(spec.Init === undefined ? {} : { Init: spec.Init }),
      ...(spec.Mounts?.length ? { Mounts: spec.Mounts } : {}),
      ...(spec.ReadOnly ? { ReadonlyRootfs: true } : {}),
      ...(spec.Hosts ? { ExtraHosts: spec.Hosts.map(extraHost) } : {}),
      ...(spec.DNSConfig?.Nameservers ? { Dns: spec.DNSConfig.Nameservers } : {}),
      ...(spec.DNSConfig?.Search ? { DnsSearch: spec.DNSConfig.Search } : {}),
      ...(spec.DNSConfig?.Options ? { DnsOptions: spec.DNSConfig.Options } : {}),
      ...limitsOf(task.Spec, spec),
    },
    ...(networks.length > 0
      ? { NetworkingConfig: { EndpointsConfig: Object.fromEntries(networks.map((n) => [n.name, n.settings])) } }
      : {}),
  };
}

/** What a task is held to. @see moby daemon/cluster/executor/container/container.go: hostConfig, resources */
function limitsOf({ Resources, LogDriver }: TaskSpec, spec: ContainerSpec): Record<string, unknown> {
  const limits = (Resources?.Limits ?? {}) as { NanoCPUs?: number; MemoryBytes?: number; Pids?: number };
  const reserved = (Resources?.Reservations ?? {}) as { MemoryBytes?: number };
  const given = {
    NanoCpus: limits.NanoCPUs,
    Memory: limits.MemoryBytes,
    PidsLimit: limits.Pids,
    MemoryReservation: reserved.MemoryBytes,
    CapAdd: spec.CapabilityAdd,
    CapDrop: spec.CapabilityDrop,
    Sysctls: spec.Sysctls,
    Ulimits: spec.Ulimits,
    GroupAdd: spec.Groups,
    LogConfig: LogDriver?.Name ? { Type: LogDriver.Name, Config: LogDriver.Options ?? {} } : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined && v !== null));
}

/** Secrets and configs as files of a container. @see moby container/container_unix.go: SecretMounts, ConfigMounts */
function filesOf(spec: ContainerSpec, source: TaskSource): PayloadFile[] {
  return (['secret', 'config'] as const).flatMap((kind) =>
    referencesOf(spec, kind).flatMap(({ id, file }) => {
      const data = source.payload(kind, id)?.Spec.Data;
      const bytes = data === undefined ? undefined : bytesFromBase64(data);
      if (!file || !bytes) return [];
      const folder = kind === 'secret' ? '/run/secrets/' : '/';
      const path = file.Name.startsWith('/') ? file.Name : `${folder}${file.Name}`;
      return [{ id, path, bytes, uid: Number(file.UID) || 0, gid: Number(file.GID) || 0, mode: file.Mode ?? 0 }];
    }),
  );
}

/** `10.0.0.1 name` as `name:10.0.0.1`. */
function extraHost(text: string): string {
  const [ip = '', name = ''] = text.split(/\s+/);
  return `${name}:${ip}`;
}

function bindingsOf(ports: readonly ServicePort[]): PortMap {
  const out: PortMap = {};
  for (const p of ports) {
    const key = `${p.TargetPort}/${p.Protocol}`;
    out[key] = [...(out[key] ?? []), { HostIp: '', HostPort: p.PublishedPort ? String(p.PublishedPort) : '' }];
  }
  return out;
}

function portStatus(c: Container): TaskStatus['PortStatus'] {
  const ports = (c.sandbox?.endpoints ?? []).flatMap((e) =>
    e.bindings.map(
      (b): ServicePort => ({
        Protocol: b.proto,
        TargetPort: b.port,
        PublishedPort: b.hostPort,
        PublishMode: 'host',
      }),
    ),
  );
  return ports.length > 0 ? { Ports: ports } : {};
}
