/**
 * What happens to a project's containers, as the engine tells of it, until the last one has ended.
 * @see docker/compose pkg/compose/monitor.go
 */
import type { ContainerInspect, ContainerSummary } from '../api/types.ts';
import { filterQuery } from '../cli/client.ts';
import { type Failure, failed } from '../cli/failure.ts';
import type { Compose } from './compose.ts';
import { containersOf, label, serviceOf } from './containers.ts';
import { NUMBER, PROJECT, REPLACE, SERVICE } from './labels.ts';

/** An event as the engine sends it. */
export interface EngineEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Record<string, string> };
  readonly time: number;
  readonly timeNano: number;
}

/** What has happened to a container. */
export interface Happening {
  readonly type: 'created' | 'recreated' | 'started' | 'exited';
  readonly id: string;
  /** `web-1` */
  readonly source: string;
  readonly service: string;
  readonly exitCode: number;
  readonly restarting: boolean;
  /** Name of the container that this one replaces. */
  readonly replaces?: string;
}

function happening(c: Compose, e: EngineEvent, type: Happening['type'], restarting = false): Happening {
  const { ID, Attributes: a } = e.Actor;
  const project = a[PROJECT] ?? '';
  const usual = [project, a[SERVICE] ?? '', a[NUMBER] ?? ''].join(c.separator);
  const name = a.name ?? '';
  return {
    type,
    id: ID,
    source: name === usual ? name.slice(project.length + 1) : name,
    service: a[SERVICE] ?? '',
    exitCode: Number(a.exitCode ?? 0),
    restarting,
    replaces: a[REPLACE],
  };
}

/** Listens to the engine's events for one project. */
export class Monitor {
  readonly #containers = new Set<string>();
  readonly #restarting = new Set<string>();
  #hangUp = (): void => {};
  #over = false;

  constructor(
    readonly c: Compose,
    readonly project: string,
    /** Services that count; empty: all. */
    readonly services: readonly string[],
    readonly listener: (h: Happening) => void,
  ) {}

  #counts(service: string): boolean {
    return this.services.length === 0 || this.services.includes(service);
  }

  /** Begins to listen. @returns what runs until nothing runs any more */
  async begin(): Promise<{ ended: Promise<Failure | undefined> } | Failure> {
    const list = await containersOf(this.c, this.project, {});
    if (failed(list)) return list;
    for (const x of list as ContainerSummary[]) if (this.#counts(serviceOf(x))) this.#containers.add(x.Id);
    const reply = await this.c.ctx.client.call('GET', '/events', {
      query: { filters: filterQuery(['type=container', label(PROJECT, this.project)]) },
    });
    if (failed(reply)) return reply;
    this.#hangUp = reply.hangUp;
    const listen = async (): Promise<Failure | undefined> => {
      if (this.#containers.size === 0) return undefined;
      for await (const e of reply.values<EngineEvent>()) {
        if (this.#over) return undefined;
        if (!this.#counts(e.Actor.Attributes[SERVICE] ?? '')) continue;
        const bad = await this.#take(e);
        if (bad) return bad;
        if (this.#containers.size === 0) break;
      }
      this.stop();
      return undefined;
    };
    const ended = listen();
    ended.catch(() => {});
    return { ended };
  }

  /** Nobody listens any more. */
  stop(): void {
    this.#over = true;
    this.#hangUp();
  }

  async #take(e: EngineEvent): Promise<Failure | undefined> {
    const { ID } = e.Actor;
    switch (e.Action) {
      case 'create':
        this.#containers.add(ID);
        this.listener(happening(this.c, e, e.Actor.Attributes[REPLACE] ? 'recreated' : 'created'));
        break;
      case 'start':
        this.#containers.add(ID);
        this.listener(happening(this.c, e, 'started', this.#restarting.has(ID)));
        break;
      case 'die': {
        const info = await this.c.ctx.client.get<ContainerInspect>(`/containers/${ID}/json`);
        const again = !failed(info) && (info.State.Restarting || info.State.Running);
        if (again) this.#restarting.add(ID);
        else this.#containers.delete(ID);
        this.listener(happening(this.c, e, 'exited', again));
        break;
      }
      default:
    }
    return undefined;
  }
}
