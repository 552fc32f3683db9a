/**
 * A client that asks the engine, and only says that it changes something: what would be there is remembered.
 * @see docker/compose pkg/api/dryrunclient.go, pkg/dryrun
 */
import { utf8 } from '../../base/http.ts';
import type { ContainerSummary, CreateBody } from '../api/types.ts';
import { type CallOptions, Client, type Hijacked, Reply } from '../cli/client.ts';
import { Failure, failed } from '../cli/failure.ts';

/** A container that is not there. */
interface Imagined {
  name: string;
  readonly labels: Record<string, string>;
  state: string;
}

const text = (value: string | readonly string[] | undefined): string => (typeof value === 'string' ? value : '');

/** Takes the place of the client under `--dry-run`. */
export class DryRunClient extends Client {
  readonly #made = new Map<string, Imagined>();
  readonly #gone = new Set<string>();
  readonly #stopped = new Set<string>();

  #answer(value: unknown): Reply {
    return new Reply({ status: 200, headers: {}, body: utf8(JSON.stringify(value)) }, this, () => {});
  }

  override async call(method: string, path: string, options: CallOptions = {}): Promise<Reply | Failure> {
    if (method === 'GET' || method === 'HEAD') return this.#look(method, path, options);
    const parts = path.split('/').slice(1);
    const [kind = '', name = '', verb = ''] = parts;
    const query = options.query ?? {};
    if (kind === 'containers' && name === 'create') {
      const called = text(query.name);
      const labels = { ...(options.body as CreateBody).Labels };
      this.#made.set(called, { name: called, labels, state: 'created' });
      return this.#answer({ Id: called, Warnings: [] });
    }
    if (name === 'create') return this.#answer({ Id: (options.body as { Name?: string } | undefined)?.Name ?? '' });
    if (kind === 'containers') this.#change(method === 'DELETE' ? 'remove' : verb, name, text(query.name));
    return this.#answer({});
  }

  #change(verb: string, id: string, name: string): void {
    const made = this.#made.get(id);
    if (verb === 'remove') {
      this.#gone.add(id);
      this.#made.delete(id);
    } else if (verb === 'stop' || verb === 'kill') this.#stopped.add(id);
    else if (made && verb === 'rename') made.name = name;
    else if (made && verb === 'start') made.state = 'running';
  }

  async #look(method: string, path: string, options: CallOptions): Promise<Reply | Failure> {
    const [, kind = '', id = ''] = path.split('/');
    const made = kind === 'containers' ? this.#made.get(id) : undefined;
    if (made) return this.#answer(inspection(id, made));
    const real = await super.call(method, path, options);
    if (failed(real) || path !== '/containers/json') return real;
    const list = (await real.json<ContainerSummary[]>()).filter((x) => !this.#gone.has(x.Id));
    const known = list.map((x) => (this.#stopped.has(x.Id) ? { ...x, State: 'exited' } : x));
    return this.#answer([...[...this.#made].map(([i, m]) => summary(i, m)), ...known]);
  }

  override async hijack(path: string): Promise<Hijacked | Failure> {
    return new Failure(`interactive ${path.startsWith('/exec/') ? 'exec' : 'run'} is not supported in dry-run mode`);
  }
}

const inspection = (id: string, m: Imagined): unknown => ({
  Id: id,
  Name: `/${m.name}`,
  Image: '',
  // needed by those who wait
  State: { Status: 'running', Running: true, ExitCode: 0, Health: { Status: 'healthy' } },
  Config: { Image: '', Labels: m.labels, Tty: false },
  HostConfig: { NetworkMode: '' },
  NetworkSettings: { Networks: {} },
});

const summary = (id: string, m: Imagined): ContainerSummary => ({
  Id: id,
  Names: [`/${m.name}`],
  Image: '',
  ImageID: '',
  Command: '',
  Created: 0,
  Ports: [],
  Labels: m.labels,
  State: m.state,
  Status: '',
  HostConfig: { NetworkMode: '' },
  NetworkSettings: { Networks: {} },
  Mounts: [],
});
