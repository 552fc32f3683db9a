/**
 * The service manager of a machine: units, their states, and the journal. `systemctl` and `journalctl` ask it over
 * /run/systemd/private.
 *
 * Limits: the units are docker.service and containerd.service; nothing else is started or stopped by it. A unit's files are
 * read for the command that it starts (`unit.ts`), and for nothing else.
 */
import { civil, DAY_NAMES, two } from '../base/civil.ts';
import { type HttpRequest, type HttpResponse, type HttpService, utf8 } from '../base/http.ts';
import type { Dockerd } from '../docker/engine/dockerd.ts';
import type { FileSystem } from '../linux/kernel/machine.ts';
import type { UnitText } from './unit.ts';

/** Where it listens. */
export const SYSTEMD_SOCKET = '/run/systemd/private';

/** One line of the journal. */
interface Entry {
  /** Unix ns. */
  readonly time: bigint;
  readonly unit: string;
  readonly ident: string;
  readonly pid: number;
  readonly message: string;
}

interface Unit {
  readonly name: string;
  readonly description: string;
  readonly docs: string;
  enabled: boolean;
  /** Unix ns of the last change. */
  since: bigint;
  active: boolean;
  /** Its last start ended so. */
  failed: boolean;
  readonly main: string;
  pid(): number;
  /** @returns whether it runs */
  start(args?: readonly string[]): Promise<boolean>;
  stop(): Promise<void>;
  reload?(): void;
}

const TITLE = 'Docker Application Container Engine';
const UNIT_PATH = '/usr/lib/systemd/system/docker.service';
/** What it starts as it is shipped. */
const USUAL = ['/usr/bin/dockerd', '-H', 'fd://', '--containerd=/run/containerd/containerd.sock'];
const UNIT = `[Unit]
Description=${TITLE}
Documentation=https://docs.docker.com
After=network-online.target docker.socket containerd.service
Wants=network-online.target containerd.service
Requires=docker.socket

[Service]
Type=notify
ExecStart=${USUAL.join(' ')}
ExecReload=/bin/kill -s HUP $MAINPID
Restart=always
Delegate=yes
KillMode=process

[Install]
WantedBy=multi-user.target
`;

export class ServiceManager {
  readonly #journal: Entry[] = [];
  readonly #units = new Map<string, Unit>();
  #wake: (() => void)[] = [];

  /** docker.service as it was read last; the machine's own is not read. */
  #docker: UnitText | undefined;

  constructor(
    readonly now: () => bigint,
    readonly fs: FileSystem,
    /** Holds virtual time while a module is loaded. */
    readonly hold: <T>(work: Promise<T>) => Promise<T>,
  ) {
    fs.writeFile(UNIT_PATH, utf8(UNIT), { parents: true });
  }

  /** Takes a line of dockerd's log. */
  log(pid: number, message: string, unit = 'docker.service', ident = 'dockerd'): void {
    this.#journal.push({ time: this.now(), unit, ident, pid, message });
    const wake = this.#wake;
    this.#wake = [];
    for (const w of wake) w();
  }

  /** Makes the engine a unit. */
  manage(dockerd: Dockerd): void {
    const since = this.now();
    const common = { enabled: true, since, active: true, failed: false };
    this.#units.set('docker.service', {
      ...common,
      name: 'docker.service',
      description: TITLE,
      docs: 'https://docs.docker.com',
      main: 'dockerd',
      pid: () => dockerd.pid,
      start: (args) => dockerd.up(args),
      stop: () => dockerd.down(),
      reload: () => dockerd.reload(),
    });
    this.#units.set('containerd.service', {
      ...common,
      name: 'containerd.service',
      description: 'containerd container runtime',
      docs: 'https://containerd.io',
      main: 'containerd',
      pid: () => 0,
      start: async () => true,
      stop: async () => {},
    });
    this.log(1, `Started docker.service - ${TITLE}.`, 'docker.service', 'systemd');
  }

  get service(): HttpService {
    return { handle: (request) => this.#handle(request) };
  }

  async #handle(r: HttpRequest): Promise<HttpResponse> {
    const [, kind = '', name = '', action = ''] = r.path.split('/');
    if (kind === 'journal') return this.#journalAnswer(r);
    if (kind === 'reload') {
      this.#docker = await this.#read();
      return json(200, {});
    }
    if (kind !== 'units') return json(404, {});
    if (name === '')
      return json(
        200,
        [...this.#units.values()].map((u) => this.#shown(u)),
      );
    const unit = this.#units.get(name.includes('.') ? name : `${name}.service`);
    if (!unit) return json(404, {});
    const isDocker = unit.name === 'docker.service';
    const files = isDocker ? await this.#read() : { files: [], commands: [] };
    if (isDocker) this.#docker ??= { files: [{ path: UNIT_PATH, text: UNIT }], commands: [USUAL] };
    const changed = isDocker && JSON.stringify(files.files) !== JSON.stringify(this.#docker?.files);
    const bad = r.method === 'POST' && isDocker && (action === 'start' || action === 'restart') && this.#refuse();
    if (r.method === 'POST' && !bad) await this.#act(unit, action);
    return json(200, { ...this.#shown(unit), files: files.files, changed, bad });
  }

  async #read(): Promise<UnitText> {
    const { readUnit } = await this.hold(import('./unit.ts'));
    return readUnit(this.fs, 'docker.service');
  }

  /** Whether docker.service cannot be started as it is. */
  #refuse(): boolean {
    const n = this.#docker?.commands.length ?? 1;
    if (n === 1) return false;
    this.log(
      1,
      n === 0
        ? 'docker.service: Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing.'
        : 'docker.service: Service has more than one ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.',
      'docker.service',
      'systemd',
    );
    return true;
  }

  /** What dockerd is given on its command line; undefined for the usual. */
  get #args(): readonly string[] | undefined {
    const [command] = this.#docker?.commands ?? [];
    return command && command.join(' ') !== USUAL.join(' ') ? command.slice(1) : undefined;
  }

  async #act(u: Unit, action: string): Promise<void> {
    const say = (what: string): void =>
      this.log(1, `${what} ${u.name} - ${u.description}${what.endsWith('ing') ? '...' : '.'}`, u.name, 'systemd');
    if ((action === 'stop' || action === 'restart') && u.active) {
      say('Stopping');
      await u.stop();
      u.active = false;
      u.since = this.now();
      this.log(1, `${u.name}: Deactivated successfully.`, u.name, 'systemd');
      say('Stopped');
    }
    if ((action === 'start' || action === 'restart') && !u.active) {
      say('Starting');
      u.active = await u.start(this.#args);
      u.failed = !u.active;
      u.since = this.now();
      if (u.active) say('Started');
      else {
        const note = (text: string): void => this.log(1, `${u.name}: ${text}`, u.name, 'systemd');
        note('Main process exited, code=exited, status=1/FAILURE');
        note("Failed with result 'exit-code'.");
        say('Failed to start');
      }
    }
    if (action === 'reload' && u.active && u.reload) {
      say('Reloading');
      u.reload();
      say('Reloaded');
    }
    if (action === 'enable') u.enabled = true;
    if (action === 'disable') u.enabled = false;
  }

  #shown(u: Unit): Record<string, unknown> {
    const c = civil(u.since);
    const day = (DAY_NAMES[c.weekday] as string).slice(0, 3);
    return {
      name: u.name,
      description: u.description,
      docs: u.docs,
      enabled: u.enabled,
      active: u.active,
      failed: u.failed,
      canReload: u.reload !== undefined,
      main: u.main,
      pid: u.active ? u.pid() : 0,
      since: `${day} ${c.year}-${two(c.month)}-${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)} UTC`,
      ago: Number((this.now() - u.since) / 1_000_000_000n),
    };
  }

  /** `?after=N&wait=1`: lines from the N-th on; waits for one when there is none. */
  async #journalAnswer(r: HttpRequest): Promise<HttpResponse> {
    const after = Number(r.query.get('after') ?? 0);
    if (r.query.get('wait') === '1' && this.#journal.length <= after)
      await Promise.race([
        new Promise<void>((resolve) => this.#wake.push(resolve)),
        r.gone ?? new Promise<void>(() => {}),
      ]);
    const lines = this.#journal.slice(after).map((e) => ({ ...e, time: String(e.time) }));
    return json(200, { next: this.#journal.length, lines });
  }
}

const json = (status: number, value: unknown): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: utf8(JSON.stringify(value)),
});
