/**
 * `systemctl`, `journalctl` and `service`: questions and orders to the machine's service manager.
 * @see systemd src/systemctl, src/journal/journalctl.c
 */
import { civil, MONTH_NAMES, two } from '../../base/civil.ts';
import { collect, type HttpService, text } from '../../base/http.ts';
import { isErr } from '../kernel/errno.ts';
import type { Sys } from '../kernel/sys.ts';
import { type Context, defineProgram } from './spec.ts';

const SOCKET = '/run/systemd/private';

interface Unit {
  readonly name: string;
  readonly description: string;
  readonly docs: string;
  readonly enabled: boolean;
  readonly active: boolean;
  readonly failed: boolean;
  /** It will be started again. */
  readonly waiting: boolean;
  readonly canReload: boolean;
  readonly main: string;
  readonly pid: number;
  readonly since: string;
  readonly ago: number;
  /** Its own file, then what lies over it. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** They are others than those that the manager has read. */
  readonly changed: boolean;
  /** It was to be started, and cannot be. */
  readonly bad: boolean;
}

interface Line {
  /** Unix ns. */
  readonly time: string;
  readonly unit: string;
  readonly ident: string;
  readonly pid: number;
  readonly message: string;
}

async function ask<T>(service: HttpService, method: string, path: string, query = ''): Promise<T | undefined> {
  const reply = await service.handle({
    method,
    path,
    query: new URLSearchParams(query),
    headers: {},
    body: new Uint8Array(0),
  });
  return reply.status === 200 ? (JSON.parse(text(await collect(reply.body))) as T) : undefined;
}

/** The manager; undefined after saying that there is none (in a container). */
async function manager(ctx: Context): Promise<HttpService | undefined> {
  const service = ctx.sys.service(SOCKET);
  if (!isErr(service)) return service;
  await ctx.err(
    "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to system scope bus via local transport: Host is down\n",
  );
  return undefined;
}

const unitName = (s: string): string => (/\.(service|socket|target)$/.test(s) ? s : `${s}.service`);

function ago(s: number): string {
  if (s < 60) return `${s}s ago`;
  if (s < 3600) return `${Math.floor(s / 60)}min${s % 60 ? ` ${s % 60}s` : ''} ago`;
  return `${Math.floor(s / 3600)}h${Math.floor((s % 3600) / 60) ? ` ${Math.floor((s % 3600) / 60)}min` : ''} ago`;
}

async function systemctl(ctx: Context): Promise<number> {
  const words = ctx.args.filter((a) => !a.startsWith('-'));
  const flags = new Set(ctx.args.filter((a) => a.startsWith('-')));
  const service = await manager(ctx);
  if (!service) return 1;
  const [command = 'list-units', ...names] = words;
  if (command === 'list-units' || command === 'list-unit-files') return list(ctx, service, command);
  if (command === 'daemon-reload') {
    await ask(service, 'POST', '/reload');
    return 0;
  }
  if (names.length === 0) {
    await ctx.err('Too few arguments.\n');
    return 1;
  }
  let code = 0;
  for (const n of names.map(unitName)) {
    const got = await one(ctx, service, command, n, flags);
    code = Math.max(code, got);
  }
  return code;
}

async function one(
  ctx: Context,
  service: HttpService,
  command: string,
  name: string,
  flags: ReadonlySet<string>,
): Promise<number> {
  const unit = await ask<Unit>(service, 'GET', `/units/${name}`);
  switch (command) {
    case 'is-active':
      await ctx.out(`${unit ? wordOf(unit) : 'inactive'}\n`);
      return unit?.active ? 0 : unit ? 3 : 4;
    case 'is-enabled':
      if (!unit) {
        await ctx.err('not-found\n');
        return 4;
      }
      await ctx.out(`${unit.enabled ? 'enabled' : 'disabled'}\n`);
      return unit.enabled ? 0 : 1;
    case 'status':
      if (unit) return status(ctx, service, unit, flags);
      await ctx.err(`Unit ${name} could not be found.\n`);
      return 4;
    case 'cat':
      if (!unit) {
        await ctx.err(`No files found for ${name}.\n`);
        return 1;
      }
      if (unit.changed) await ctx.err(changedNote(name));
      await ctx.out(unit.files.map((f) => `# ${f.path}\n${f.text}`).join('\n'));
      return 0;
    case 'start':
    case 'stop':
    case 'restart':
    case 'reload':
      if (!unit) {
        await ctx.err(`Failed to ${command} ${name}: Unit ${name} not ${command === 'stop' ? 'loaded' : 'found'}.\n`);
        return 5;
      }
      return order(ctx, service, command, unit);
    case 'enable':
    case 'disable': {
      if (!unit) {
        await ctx.err(`Failed to ${command} unit: Unit ${name} does not exist\n`);
        return 1;
      }
      const link = `/etc/systemd/system/multi-user.target.wants/${name}`;
      if (command === 'enable' && !unit.enabled)
        await ctx.err(`Created symlink '${link}' → '/usr/lib/systemd/system/${name}'.\n`);
      if (command === 'disable' && unit.enabled) await ctx.err(`Removed '${link}'.\n`);
      await ask(service, 'POST', `/units/${name}/${command}`);
      if (flags.has('--now')) await ask(service, 'POST', `/units/${name}/${command === 'enable' ? 'start' : 'stop'}`);
      return 0;
    }
    default:
      await ctx.err(`Unknown command verb '${command}'.\n`);
      return 1;
  }
}

/** Start, stop, restart, reload. */
async function order(ctx: Context, service: HttpService, command: string, unit: Unit): Promise<number> {
  const { name } = unit;
  if (command === 'reload' && !unit.canReload) {
    await ctx.err(`Failed to reload ${name}: Job type reload is not applicable for unit ${name}.\n`);
    return 1;
  }
  if (command === 'reload' && !unit.active) {
    await ctx.err(`${name} is not active, cannot reload.\n`);
    return 1;
  }
  if (unit.changed) await ctx.err(changedNote(name));
  const now = await ask<Unit>(service, 'POST', `/units/${name}/${command}`);
  if (now?.bad) {
    await ctx.err(
      `Failed to ${command} ${name}: Unit ${name} has a bad unit file setting.\n` +
        `See system logs and 'systemctl status ${name}' for details.\n`,
    );
    return 1;
  }
  if (command === 'stop' || !now?.failed) return 0;
  await ctx.err(
    `Job for ${name} failed because the control process exited with error code.\n` +
      `See "systemctl status ${name}" and "journalctl -xeu ${name}" for details.\n`,
  );
  return 1;
}

const changedNote = (name: string): string =>
  `Warning: The unit file, source configuration file or drop-ins of ${name} changed on disk. Run 'systemctl daemon-reload' to reload units.\n`;

/** The line of status that lists what lies over a unit's file. */
function dropIns(u: Unit): string {
  const paths = u.files.slice(1).map((f) => f.path);
  const [first] = paths;
  if (first === undefined) return '';
  const names = paths.map((p) => p.slice(p.lastIndexOf('/') + 1)).join(', ');
  return `    Drop-In: ${first.slice(0, first.lastIndexOf('/'))}\n             └─${names}\n`;
}

const STATES = {
  active: 'active (running)',
  activating: 'activating (auto-restart)',
  failed: 'failed (Result: exit-code)',
  inactive: 'inactive (dead)',
};

function wordOf(u: Unit): keyof typeof STATES {
  if (u.active) return 'active';
  if (u.waiting) return 'activating';
  return u.failed ? 'failed' : 'inactive';
}

async function status(ctx: Context, service: HttpService, u: Unit, flags: ReadonlySet<string>): Promise<number> {
  const tty = ctx.sys.isatty(1);
  const green = (s: string): string => (tty && u.active ? `\x1b[0;1;32m${s}\x1b[0m` : s);
  const state = `${green(STATES[wordOf(u)])}${u.waiting && u.failed ? ' (Result: signal)' : ''} since ${u.since}; ${ago(u.ago)}`;
  const enabled = u.enabled ? 'enabled' : 'disabled';
  let out = `${green(u.active || u.waiting ? '●' : u.failed ? '×' : '○')} ${u.name} - ${u.description}\n     Loaded: loaded (/usr/lib/systemd/system/${u.name}; ${enabled}; preset: enabled)\n${dropIns(u)}     Active: ${state}\n       Docs: ${u.docs}\n`;
  if (u.changed) await ctx.err(changedNote(u.name));
  if (u.pid > 0)
    out += `   Main PID: ${u.pid} (${u.main})\n     CGroup: /system.slice/${u.name}\n             └─${u.pid} ${u.main}\n`;
  const lines =
    (await ask<{ lines: Line[] }>(service, 'GET', '/journal'))?.lines.filter((l) => l.unit === u.name) ?? [];
  const shown = flags.has('-n0') ? [] : lines.slice(-10);
  await ctx.out(`${out}${shown.length > 0 ? `\n${shown.map((l) => `${lineOf(ctx.sys, l)}\n`).join('')}` : ''}`);
  return u.active ? 0 : 3;
}

async function list(ctx: Context, service: HttpService, command: string): Promise<number> {
  const units = (await ask<Unit[]>(service, 'GET', '/units')) ?? [];
  const w = Math.max(...units.map((u) => u.name.length));
  if (command === 'list-unit-files') {
    await ctx.out(
      `${'UNIT FILE'.padEnd(w)} STATE    PRESET\n${units.map((u) => `${u.name.padEnd(w)} ${(u.enabled ? 'enabled' : 'disabled').padEnd(8)} enabled\n`).join('')}\n${units.length} unit files listed.\n`,
    );
    return 0;
  }
  const shown = units.filter((u) => u.active);
  await ctx.out(
    `  ${'UNIT'.padEnd(w)} LOAD   ACTIVE SUB     DESCRIPTION\n${shown.map((u) => `  ${u.name.padEnd(w)} loaded active running ${u.description}\n`).join('')}\n` +
      'Legend: LOAD   → Reflects whether the unit definition was properly loaded.\n        ACTIVE → The high-level unit activation state, i.e. generalization of SUB.\n' +
      `        SUB    → The low-level unit activation state, values depend on unit type.\n\n${shown.length} loaded units listed. Pass --all to see loaded but inactive units, too.\n`,
  );
  return 0;
}

function lineOf(sys: Sys, l: Line): string {
  const c = civil(BigInt(l.time));
  const at = `${(MONTH_NAMES[c.month - 1] as string).slice(0, 3)} ${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)}`;
  return `${at} ${sys.gethostname()} ${l.ident}[${l.pid}]: ${l.message}`;
}

async function journalctl(ctx: Context): Promise<number> {
  const { options: o, sys } = ctx;
  const service = sys.service(SOCKET);
  if (isErr(service)) {
    await ctx.err('No journal files were found.\n-- No entries --\n');
    return 0;
  }
  const units = o.list.filter((x) => x.name === 'unit').map((x) => unitName(x.value));
  const fits = (l: Line): boolean => units.length === 0 || units.includes(l.unit);
  const shown = (l: Line): string => (o.value('output') === 'cat' ? l.message : lineOf(sys, l));
  const first = await ask<{ next: number; lines: Line[] }>(service, 'GET', '/journal');
  let lines = (first?.lines ?? []).filter(fits);
  const follow = o.has('follow');
  const n = o.has('lines') ? Number(o.value('lines') || 10) : follow ? 10 : Number.POSITIVE_INFINITY;
  if (n !== Number.POSITIVE_INFINITY) lines = n === 0 ? [] : lines.slice(-n);
  if (o.has('reverse')) lines = [...lines].reverse();
  if (lines.length === 0 && !follow) await ctx.out('-- No entries --\n');
  else await ctx.out(lines.map((l) => `${shown(l)}\n`).join(''));
  for (let next = first?.next ?? 0; follow; ) {
    const more = await Promise.race([
      ask<{ next: number; lines: Line[] }>(service, 'GET', '/journal', `after=${next}&wait=1`),
      interrupted(sys),
    ]);
    if (!more) return 130;
    next = more.next;
    for (const l of more.lines.filter(fits)) await ctx.out(`${shown(l)}\n`);
  }
  return 0;
}

/** Waits for a signal that has a handler; others end the process here. */
async function interrupted(sys: Sys): Promise<undefined> {
  for (;;) if (isErr(await sys.poll([], Number.POSITIVE_INFINITY))) return undefined;
}

/** `service docker restart`: the order of words is another one. */
async function sysv(ctx: Context): Promise<number> {
  const [name, action] = ctx.args;
  if (name === undefined || action === undefined) {
    await ctx.err('Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n');
    return 1;
  }
  return systemctl({ ...ctx, args: [action, name] });
}

/** The `systemctl` command. */
export const systemctlSpec = defineProgram({
  name: 'systemctl',
  path: '/usr/bin/systemctl',
  summary: 'Query or send control commands to the system manager',
  order: 'own',
  options: [{ name: 'no-pager', help: 'do not use a pager' }],
  words: [
    'status',
    'start',
    'stop',
    'restart',
    'reload',
    'is-active',
    'is-enabled',
    'enable',
    'disable',
    'list-units',
    'cat',
    'daemon-reload',
  ],
  run: systemctl,
});

/** The `service` command. */
export const serviceSpec = defineProgram({
  name: 'service',
  path: '/usr/sbin/service',
  summary: 'Run a command of a service',
  order: 'own',
  options: [],
  run: sysv,
});

/** The `journalctl` command. */
export const journalctlSpec = defineProgram({
  name: 'journalctl',
  path: '/usr/bin/journalctl',
  summary: 'Query the journal',
  synopsis: ['[OPTIONS...] [MATCHES...]'],
  options: [
    { name: 'unit', short: 'u', arg: 'required', metavar: 'UNIT', help: 'show logs from the specified unit' },
    { name: 'follow', short: 'f', help: 'follow the journal' },
    { name: 'lines', short: 'n', arg: 'required', metavar: 'INTEGER', help: 'number of journal entries to show' },
    { name: 'output', short: 'o', arg: 'required', metavar: 'STRING', help: 'short or cat' },
    { name: 'reverse', short: 'r', help: 'show the newest entries first' },
    { name: 'pager-end', short: 'e', help: 'jump to the end' },
    { name: 'catalog', short: 'x', help: 'add explanations where there are any' },
    { name: 'boot', short: 'b', arg: 'optional', metavar: 'ID', help: 'show the current boot' },
    { name: 'since', short: 'S', arg: 'required', metavar: 'DATE', help: 'from this date on' },
    { name: 'no-pager', help: 'do not use a pager' },
  ],
  run: journalctl,
});
