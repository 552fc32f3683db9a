/**
 * What the service manager answers `systemctl` and `journalctl`; loaded when one of them asks.
 * @see systemd src/core/unit.c, src/core/service.c
 */
import { civil, DAY_NAMES, two } from '../base/civil.ts';
import { SECOND } from '../base/clock.ts';
import { type HttpRequest, type HttpResponse, utf8 } from '../base/http.ts';
import { signalName } from '../linux/kernel/signal.ts';
import { type ServiceManager, type Unit, USUAL } from './systemd.ts';
import { readUnit, type UnitText } from './unit.ts';

const DOCKER = 'docker.service';
/** `RestartSec=` of it, ns. */
const RESTART = 2 * SECOND;

/** Answers one request. */
export async function answer(m: ServiceManager, r: HttpRequest): Promise<HttpResponse> {
  const [, kind = '', name = '', action = ''] = r.path.split('/');
  if (kind === 'journal') return journal(m, r);
  if (kind === 'reload') {
    m.docker = readUnit(m.fs, DOCKER);
    return json(200, {});
  }
  if (kind !== 'units') return json(404, {});
  if (name === '')
    return json(
      200,
      [...m.units.values()].map((u) => shown(m, u)),
    );
  const unit = m.units.get(name.includes('.') ? name : `${name}.service`);
  if (!unit) return json(404, {});
  const isDocker = unit.name === DOCKER;
  const { files }: UnitText = isDocker ? readUnit(m.fs, DOCKER) : { files: [], commands: [] };
  const changed = isDocker && JSON.stringify(files) !== JSON.stringify(m.docker.files);
  const bad = r.method === 'POST' && isDocker && (action === 'start' || action === 'restart') && refused(m);
  if (r.method === 'POST' && !bad) await order(m, unit, action);
  return json(200, { ...shown(m, unit), files, changed, bad });
}

/** Whether docker.service cannot be started as it is. */
function refused(m: ServiceManager): boolean {
  const n = m.docker.commands.length;
  if (n === 1) return false;
  const why =
    n === 0
      ? 'Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing.'
      : 'Service has more than one ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.';
  m.log(1, `${DOCKER}: ${why}`, DOCKER, 'systemd');
  return true;
}

/** What dockerd is given on its command line; undefined for the usual. */
function argsOf(m: ServiceManager): readonly string[] | undefined {
  const [command] = m.docker.commands;
  return command && command.join(' ') !== USUAL.join(' ') ? command.slice(1) : undefined;
}

/** Its process has ended, but not by an order: it is started again in a while. @see systemd src/core/service.c: service_enter_restart */
export async function ended(m: ServiceManager, signal?: number): Promise<void> {
  const u = m.units.get(DOCKER) as Unit;
  const note = (text: string): void => m.log(1, `${u.name}: ${text}`, u.name, 'systemd');
  if (signal === undefined) note('Deactivated successfully.');
  else {
    note(`Main process exited, code=killed, status=${signal}/${signalName(signal)?.slice(3)}`);
    note("Failed with result 'signal'.");
  }
  const mark = {};
  u.waiting = mark;
  u.active = false;
  u.failed = signal !== undefined;
  u.since = m.now();
  await m.sleep(RESTART);
  if (u.waiting !== mark) return;
  u.restarts = (u.restarts ?? 0) + 1;
  note(`Scheduled restart job, restart counter is at ${u.restarts}.`);
  await order(m, u, 'start');
}

/** What a unit is told to do comes after what it was told before. */
function order(m: ServiceManager, u: Unit, action: string): Promise<void> {
  u.job = (u.job ?? Promise.resolve()).then(() => act(m, u, action));
  return u.job;
}

async function act(m: ServiceManager, u: Unit, action: string): Promise<void> {
  const say = (what: string): void =>
    m.log(1, `${what} ${u.name} - ${u.description}${what.endsWith('ing') ? '...' : '.'}`, u.name, 'systemd');
  if (action === 'stop' && u.waiting) {
    u.failed = false;
    say('Stopped');
  }
  if (action === 'stop' || action === 'start' || action === 'restart') u.waiting = undefined;
  if ((action === 'stop' || action === 'restart') && u.active) {
    say('Stopping');
    await u.stop();
    u.active = false;
    u.since = m.now();
    m.log(1, `${u.name}: Deactivated successfully.`, u.name, 'systemd');
    say('Stopped');
  }
  if ((action === 'start' || action === 'restart') && !u.active) {
    say('Starting');
    u.active = await u.start(argsOf(m));
    u.failed = !u.active;
    u.since = m.now();
    if (u.active) say('Started');
    else {
      const note = (text: string): void => m.log(1, `${u.name}: ${text}`, u.name, 'systemd');
      note('Main process exited, code=exited, status=1/FAILURE');
      note("Failed with result 'exit-code'.");
      say('Failed to start');
    }
  }
  if (action === 'reload' && u.active && u.reload) {
    say('Reloading');
    await u.reload();
    say('Reloaded');
  }
  if (action === 'enable') u.enabled = true;
  if (action === 'disable') u.enabled = false;
}

function shown(m: ServiceManager, u: Unit): Record<string, unknown> {
  const c = civil(u.since);
  const day = (DAY_NAMES[c.weekday] as string).slice(0, 3);
  return {
    name: u.name,
    description: u.description,
    docs: u.docs,
    enabled: u.enabled,
    active: u.active,
    failed: u.failed,
    waiting: u.waiting !== undefined,
    canReload: u.reload !== undefined,
    main: u.main,
    pid: u.active ? u.pid() : 0,
    since: `${day} ${c.year}-${two(c.month)}-${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)} UTC`,
    ago: Number((m.now() - u.since) / 1_000_000_000n),
  };
}

/** `?after=N&wait=1`: lines from the N-th on; waits for one when there is none. */
async function journal(m: ServiceManager, r: HttpRequest): Promise<HttpResponse> {
  const after = Number(r.query.get('after') ?? 0);
  if (r.query.get('wait') === '1' && m.journal.length <= after)
    await Promise.race([new Promise<void>((resolve) => m.wake.push(resolve)), r.gone ?? new Promise<void>(() => {})]);
  const lines = m.journal.slice(after).map((e) => ({ ...e, time: String(e.time) }));
  return json(200, { next: m.journal.length, lines });
}

const json = (status: number, value: unknown): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: utf8(JSON.stringify(value)),
});
