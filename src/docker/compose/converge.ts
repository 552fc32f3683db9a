/**
 * From the containers that a service has to those that it is to have: recreated when they differ, more, or fewer.
 * @see docker/compose pkg/compose/convergence.go: ensureService, mustRecreate
 */
import type { ContainerSummary } from '../api/types.ts';
import { Failure, failed } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import { providerFault } from './beyond.ts';
import type { Compose } from './compose.ts';
import { byName, isOneOff, numberOf, serviceOf } from './containers.ts';
import { imageOf } from './create/body.ts';
import { createContainer, recreateContainer } from './create/container.ts';
import { all, dependents, inDependencyOrder } from './graph.ts';
import type { Images } from './images.ts';
import { CONFIG_HASH, IMAGE_DIGEST } from './labels.ts';
import { serviceHash } from './model/hash.ts';
import type { Project, ServiceConfig } from './model/project.ts';
import type { NetworkIds } from './networks.ts';
import { say, stop, stopAndRemove } from './stop.ts';
import { scaleOf } from './wait.ts';

/** When containers are made anew: if they differ, always, never. */
export type Recreate = 'diverged' | 'force' | 'never';

/** How far a project is changed. */
interface ConvergeOptions {
  /** Services that were asked for. */
  readonly services: readonly string[];
  readonly recreate: Recreate;
  readonly recreateDependencies: Recreate;
  /** Keep anonymous volumes of containers that are replaced. */
  readonly inherit: boolean;
  readonly timeout?: number;
}

/** The containers of a project on their way to what the files say. */
export class Convergence {
  readonly #observed = new Map<string, ContainerSummary[]>();

  constructor(
    readonly c: Compose,
    readonly project: Project,
    state: readonly ContainerSummary[],
    readonly images: Images,
    readonly networks: NetworkIds,
    readonly volumes: Readonly<Record<string, string>>,
  ) {
    for (const x of state) {
      if (isOneOff(x)) continue;
      const list = this.#observed.get(serviceOf(x)) ?? [];
      list.push(x);
      this.#observed.set(serviceOf(x), list);
    }
  }

  /** All services, each when those before it are done. */
  apply(o: ConvergeOptions): Promise<Failure | undefined> {
    return inDependencyOrder(this.project, async (name) => {
      const service = this.project.services[name] as ServiceConfig;
      const recreate = o.services.includes(name) ? o.recreate : o.recreateDependencies;
      return this.#ensure(service, recreate, o);
    });
  }

  /** Containers of a service as they were seen last. */
  #of(name: string): ContainerSummary[] {
    return this.#observed.get(name) ?? [];
  }

  /** A service whose `service:web` stand as `container:ID`. */
  resolved(service: ServiceConfig): ServiceConfig | Failure {
    const out: ServiceConfig = { ...service };
    const first = (name: string): string | undefined => byName(this.#of(name))[0]?.Id;
    const volumesFrom: string[] = [];
    for (const spec of service.volumes_from ?? []) {
      const [name = '', second = '', mode] = spec.split(':');
      const direct = name === 'container';
      const id = direct ? second : first(name);
      if (id === undefined) return new Failure(`cannot share volume with service ${name}: container missing`);
      const access = direct ? mode : second;
      volumesFrom.push(access ? `${id}:${access}` : id);
    }
    if (service.volumes_from) out.volumes_from = volumesFrom;
    const spaces = { network_mode: 'network', ipc: 'IPC', pid: 'PID' } as const;
    for (const [key, what] of Object.entries(spaces) as [keyof typeof spaces, string][]) {
      const mode = service[key] ?? '';
      if (!mode.startsWith('service:')) continue;
      const name = mode.slice('service:'.length);
      const id = first(name);
      if (id === undefined)
        return new Failure(`cannot share ${what} namespace with service ${name}: container missing`);
      out[key] = `container:${id}`;
    }
    return out;
  }

  async #ensure(given: ServiceConfig, recreate: Recreate, o: ConvergeOptions): Promise<Failure | undefined> {
    const { c } = this;
    const provider = providerFault(c, given);
    if (provider) return provider;
    const expected = scaleOf(given);
    if (expected > 1 && given.container_name)
      return new Failure(
        `WARNING: The ${goQuote(given.name)} service is using the custom container name ${goQuote(given.container_name)}. Docker requires each container to have a unique name. Remove the custom name to scale the service.\n`,
      );
    const service = this.resolved(given);
    if (failed(service)) return service;
    const old = this.#of(service.name);
    const obsolete = (x: ContainerSummary): boolean => this.#mustRecreate(service, x, recreate);
    // the ones to keep first: up to date, then by number
    const sorted = [...old].sort(
      (a, b) => Number(obsolete(a)) - Number(obsolete(b)) || numberOf(a) - numberOf(b) || a.Created - b.Created,
    );
    const updated: ContainerSummary[] = [];
    const tasks: Promise<Failure | undefined>[] = [];
    const place = async (i: number, work: Promise<ContainerSummary | Failure>): Promise<Failure | undefined> => {
      const made = await work;
      if (failed(made)) return made;
      updated[i] = made;
      return undefined;
    };
    for (const [i, x] of sorted.entries()) {
      if (i >= expected) tasks.push(stopAndRemove(c, x, o.timeout, false, this.project));
      else if (obsolete(x)) {
        const stopped = await this.#stopDependents(service.name);
        if (stopped) return stopped;
        tasks.push(place(i, recreateContainer(c, this.#making(service), x, o)));
      } else {
        tasks.push(this.#keep(x));
        updated[i] = x;
      }
    }
    const next = Math.max(0, ...old.map((x) => numberOf(x) || 0)) + 1;
    for (let i = 0; i < expected - old.length; i++)
      tasks.push(place(old.length + i, createContainer(c, this.#making(service), next + i)));
    const bad = await all(tasks);
    this.#observed.set(service.name, updated.filter(Boolean));
    return bad;
  }

  #making(service: ServiceConfig): { project: Project; service: ServiceConfig; images: Images } {
    return { project: this.project, service, images: this.images };
  }

  async #keep(x: ContainerSummary): Promise<Failure | undefined> {
    if (x.State === 'running') say(this.c, x, 'done', 'Running');
    else if (x.State === 'exited') say(this.c, x, 'done', 'Created');
    if (['running', 'exited', 'created', 'restarting'].includes(x.State)) return undefined;
    say(this.c, x, 'working', 'Restart');
    const got = await this.c.ctx.client.call('POST', `/containers/${x.Id}/start`);
    if (failed(got)) return got;
    say(this.c, x, 'done', 'Restarted');
    return undefined;
  }

  /** Those that are to restart with a service which is recreated are stopped, and started again later. */
  async #stopDependents(name: string): Promise<Failure | undefined> {
    const { services: all } = this.project;
    const services = (dependents(this.project).get(name) ?? []).filter((s) => all[s]?.depends_on?.[name]?.restart);
    if (services.length === 0) return undefined;
    const bad = await stop(this.c, this.project.name, { services, project: this.project });
    if (bad) return bad;
    for (const s of services)
      this.#observed.set(
        s,
        this.#of(s).map((x) => ({ ...x, State: 'exited' })),
      );
    return undefined;
  }

  #mustRecreate(service: ServiceConfig, x: ContainerSummary, recreate: Recreate): boolean {
    if (recreate !== 'diverged') return recreate === 'force';
    const digest = this.images.get(imageOf(this.c, this.project, service))?.Id;
    if (x.Labels[CONFIG_HASH] !== serviceHash(service)) return true;
    if (digest !== undefined && x.Labels[IMAGE_DIGEST] !== digest) return true;
    if (x.State === 'running' && !this.#connected(service, x)) return true;
    return !this.#mounted(service, x);
  }

  #connected(service: ServiceConfig, x: ContainerSummary): boolean {
    const there = Object.values(x.NetworkSettings.Networks).map((n) => n.NetworkID);
    return Object.keys(service.networks ?? {}).every((key) => {
      const id = this.networks[key];
      return id === undefined || id === 'swarm' || there.includes(id);
    });
  }

  #mounted(service: ServiceConfig, x: ContainerSummary): boolean {
    const there = (x.Mounts as { Type: string; Name?: string }[]).filter((m) => m.Type === 'volume').map((m) => m.Name);
    return (service.volumes ?? []).every((v) => {
      const name = v.type === 'volume' && v.source ? this.volumes[v.source] : undefined;
      return name === undefined || there.includes(name);
    });
  }
}
