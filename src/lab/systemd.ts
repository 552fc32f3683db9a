/**
 * The service manager of a machine: units, their states, and the journal. `systemctl` and `journalctl` ask it over
 * /run/systemd/private.
 *
 * Limits: the units are docker.service and containerd.service; nothing else is started or stopped by it. A unit's files are
 * read for the command that it starts (`unit.ts`), and for nothing else.
 */
import { type HttpService, utf8 } from '../base/http.ts';
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

/** A unit and what can be done with it. */
export interface Unit {
  readonly name: string;
  readonly description: string;
  readonly docs: string;
  enabled: boolean;
  /** Unix ns of the last change. */
  since: bigint;
  active: boolean;
  /** Its last start, or its process, ended so. */
  failed: boolean;
  /** While it waits to be started again: this time's mark. */
  waiting?: object;
  /** The last order to it. */
  job?: Promise<void>;
  /** How often it was started again. */
  restarts?: number;
  readonly main: string;
  pid(): number;
  /** @returns whether it runs */
  start(args?: readonly string[]): Promise<boolean>;
  stop(): Promise<void>;
  reload?(): Promise<void>;
}

const TITLE = 'Docker Application Container Engine';
/** docker.service as it is shipped: where, what it starts, its text. */
const UNIT_PATH = '/usr/lib/systemd/system/docker.service';
export const USUAL = ['/usr/bin/dockerd', '-H', 'fd://', '--containerd=/run/containerd/containerd.sock'];
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

/** Units and journal of one machine; `orders.ts` is what they are asked and told. */
export class ServiceManager {
  readonly journal: Entry[] = [];
  readonly units = new Map<string, Unit>();
  /** Who waits for the next line. */
  wake: (() => void)[] = [];
  /** docker.service as it was read last. */
  docker: UnitText = { files: [{ path: UNIT_PATH, text: UNIT }], commands: [USUAL] };

  constructor(
    readonly now: () => bigint,
    readonly fs: FileSystem,
    /** Holds virtual time while a module is loaded. */
    readonly hold: <T>(work: Promise<T>) => Promise<T>,
    readonly sleep: (ns: number) => Promise<void>,
  ) {
    fs.writeFile(UNIT_PATH, utf8(UNIT), { parents: true });
  }

  /** Takes a line of dockerd's log. */
  log(pid: number, message: string, unit = 'docker.service', ident = 'dockerd'): void {
    this.journal.push({ time: this.now(), unit, ident, pid, message });
    const { wake } = this;
    this.wake = [];
    for (const w of wake) w();
  }

  /** Makes the engine a unit. */
  manage(dockerd: Dockerd): void {
    const since = this.now();
    const common = { enabled: true, since, active: true, failed: false };
    this.units.set('docker.service', {
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
    this.units.set('containerd.service', {
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

  /** The engine has ended by itself. @param signal that killed it */
  async ended(signal?: number): Promise<void> {
    await (await this.hold(import('./orders.ts'))).ended(this, signal);
  }

  get service(): HttpService {
    return {
      handle: async (request) => (await this.hold(import('./orders.ts'))).answer(this, request),
    };
  }
}
