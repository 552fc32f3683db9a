/**
 * nginx: reads its configuration, opens the sockets, keeps workers running, answers signals.
 * @see nginx src/core/nginx.c, src/os/unix/ngx_process_cycle.c
 */
import { MS } from '../../../../base/clock.ts';
import { text } from '../../../../base/http.ts';
import { type Errno, isErr } from '../../../../linux/kernel/errno.ts';
import type { Program } from '../../../../linux/kernel/machine.ts';
import { SIGNALS, signalName } from '../../../../linux/kernel/signal.ts';
import type { Fd, Sys } from '../../../../linux/kernel/sys.ts';
import { getaddrinfo } from '../../../../linux/programs/resolve.ts';
import { print } from '../serve.ts';
import { buildConfig, keyOf } from './build.ts';
import { Logs } from './log.ts';
import type { Config, Listen } from './model.ts';
import { Emerg, parseConfig, parseText, type Source } from './parse.ts';
import { LEVELS } from './settings.ts';
import { VERSION } from './variables.ts';
import { logPaths, type Socket, work } from './worker.ts';

const USAGE = `nginx version: nginx/${VERSION}
Usage: nginx [-?hvVtTq] [-s signal] [-p prefix]
             [-e filename] [-c filename] [-g directives]

Options:
  -?,-h         : print these lines
  -v            : print the version
  -V            : print the version and how it was built
  -t            : check the configuration
  -T            : check the configuration and print it
  -q            : say nothing but errors while checking
  -s signal     : tell a running master to stop, quit, reopen or reload
  -p prefix     : directory that relative names start from (default: /etc/nginx/)
  -e filename   : error log before one is configured (default: stderr)
  -c filename   : configuration file (default: /etc/nginx/nginx.conf)
  -g directives : further directives of the outermost block

`;

interface Options {
  file: string;
  directives: string;
  test: boolean;
  dump: boolean;
  quiet: boolean;
  signal?: string;
}

export const nginx: Program = { name: 'nginx', main };

async function main(sys: Sys): Promise<number> {
  await sys.cpu(20 * MS);
  const options = await optionsOf(sys);
  if (typeof options === 'number') return options;
  const source = sourceOf(sys, options.file);
  const config = await configure(sys, source, options);
  if (config instanceof Emerg) {
    await complain(sys, config, options);
    return 1;
  }
  for (const warning of config.warnings) await complain(sys, new Emerg(warning), options, 'warn');
  if (options.test) return tested(sys, options);
  if (options.signal !== undefined) return signalMaster(sys, config, options.signal);
  const sockets = await openSockets(sys, config, []);
  if (!sockets) return 1;
  if (!config.daemon) return master(sys, source, options, config, sockets);
  const fds: Record<number, Fd> = { 0: 0, 1: 1, 2: 2 };
  for (const s of sockets) fds[s.fd] = s.fd;
  const pid = sys.fork({ fds, session: true }, (child) => master(child, source, options, config, sockets));
  return isErr(pid) ? 1 : 0;
}

async function optionsOf(sys: Sys): Promise<Options | number> {
  const o: Options = { file: '/etc/nginx/nginx.conf', directives: '', test: false, dump: false, quiet: false };
  const args = sys.argv.slice(1);
  const wrong = async (message: string): Promise<number> => {
    await print(sys, 2, `nginx: ${message}\n`);
    return 1;
  };
  for (let a = args.shift(); a !== undefined; a = args.shift()) {
    if (!a.startsWith('-')) return wrong(`invalid option: "${a}"`);
    for (const letter of a.slice(1)) {
      if (letter === 'h' || letter === '?') return print(sys, 2, USAGE).then(() => 0);
      if (letter === 'v') return print(sys, 2, `nginx version: nginx/${VERSION}\n`).then(() => 0);
      if (letter === 'V')
        return print(sys, 2, `nginx version: nginx/${VERSION}\nconfigure arguments: --prefix=/etc/nginx\n`).then(
          () => 0,
        );
      if (letter === 't') o.test = true;
      else if (letter === 'T') o.test = o.dump = true;
      else if (letter === 'q') o.quiet = true;
      else if ('cgspe'.includes(letter)) {
        const value = args.shift();
        if (value === undefined)
          return wrong(
            `option "-${letter}" requires ${letter === 'g' ? 'parameter' : letter === 's' ? 'parameter' : 'file name'}`,
          );
        if (letter === 'c') o.file = value.startsWith('/') ? value : `${sys.cwd()}/${value}`;
        if (letter === 'g') o.directives = value;
        if (letter === 's' && !(value in SIGNAL_OF)) return wrong(`invalid option: "-s ${value}"`);
        if (letter === 's') o.signal = value;
      } else return wrong(`invalid option: "${letter}"`);
    }
  }
  return o;
}

function sourceOf(sys: Sys, file: string): Source {
  return {
    dir: file.slice(0, file.lastIndexOf('/')),
    read(path) {
      const bytes = sys.readFile(path);
      return isErr(bytes) ? { error: `(${bytes.code}: ${bytes.text})` } : text(bytes);
    },
    glob(pattern) {
      if (!/[*?[]/.test(pattern)) return undefined;
      const cut = pattern.lastIndexOf('/');
      const entries = sys.readdir(pattern.slice(0, cut));
      const re = new RegExp(
        `^${pattern
          .slice(cut + 1)
          .replace(/[.+^${}()|\\]/g, '\\$&')
          .replace(/\*/g, '.*')
          .replace(/\?/g, '.')}$`,
      );
      if (isErr(entries)) return [];
      const names = entries.map((e) => e.name).filter((n) => re.test(n) && !n.startsWith('.'));
      return names.sort().map((n) => `${pattern.slice(0, cut)}/${n}`);
    },
  };
}

async function configure(sys: Sys, source: Source, options: Options): Promise<Config | Emerg> {
  const extra = parseText(source, options.directives, 'command line');
  if (extra instanceof Emerg) return extra;
  const tree = parseConfig(source, options.file);
  if (tree instanceof Emerg) return tree;
  return buildConfig([...extra, ...tree], async (name) => {
    const got = await getaddrinfo(sys, name);
    return typeof got === 'string' ? undefined : got.addrs;
  });
}

/** To stderr, and to the error log that is compiled in when it is another file. */
async function complain(sys: Sys, e: Emerg, options: Options, level = 'emerg'): Promise<void> {
  const logs = new Logs(sys);
  const log = { path: '/var/log/nginx/error.log', level: LEVELS.indexOf('notice') };
  const stderr = isErr(logs.open(log.path));
  if (!stderr) await logs.error(log, level, e.message);
  await print(sys, 2, `nginx: [${level}] ${e.message}\n`);
  if (options.test && level === 'emerg') await print(sys, 2, `nginx: configuration file ${options.file} test failed\n`);
}

async function tested(sys: Sys, o: Options): Promise<number> {
  if (!o.quiet)
    await print(
      sys,
      2,
      `nginx: the configuration file ${o.file} syntax is ok\nnginx: configuration file ${o.file} test is successful\n`,
    );
  const bytes = o.dump ? sys.readFile(o.file) : undefined;
  if (bytes && !isErr(bytes)) await print(sys, 1, `# configuration file ${o.file}:\n${text(bytes)}\n`);
  return 0;
}

const SIGNAL_OF: Readonly<Record<string, number>> = {
  stop: SIGNALS.SIGTERM,
  quit: SIGNALS.SIGQUIT,
  reopen: SIGNALS.SIGUSR1,
  reload: SIGNALS.SIGHUP,
};

/** `nginx -s …` */
async function signalMaster(sys: Sys, config: Config, name: string): Promise<number> {
  const logs = new Logs(sys);
  logs.open(config.errorLog.path);
  await logs.error(config.errorLog, 'notice', 'signal process started');
  const bytes = sys.readFile(config.pid);
  const problem = async (message: string): Promise<number> => {
    await print(sys, 2, `nginx: [error] ${message}\n`);
    return 1;
  };
  if (isErr(bytes)) return problem(`open() "${config.pid}" failed (${bytes.code}: ${bytes.text})`);
  const pid = Number(text(bytes).trim());
  if (!(pid > 0)) return problem(`invalid PID number "${text(bytes).trim()}" in "${config.pid}"`);
  const e = sys.kill(pid, SIGNAL_OF[name] as number);
  return isErr(e) ? problem(`kill(${pid}, ${SIGNAL_OF[name]}) failed (${e.code}: ${e.text})`) : 0;
}

/** The sockets of a configuration; those of `have` that it keeps are kept. @returns undefined after saying why */
async function openSockets(sys: Sys, config: Config, have: readonly Socket[]): Promise<Socket[] | undefined> {
  const wanted = new Map<string, Listen>();
  for (const s of config.servers) for (const l of s.listens) if (!wanted.has(keyOf(l))) wanted.set(keyOf(l), l);
  const out: Socket[] = [];
  for (const [key, listen] of wanted) {
    const kept = have.find((s) => keyOf(s.listen) === key);
    const fd = kept ? kept.fd : await bindPatiently(sys, listen, key);
    if (fd === undefined) return undefined;
    out.push({ listen, fd });
  }
  return out;
}

/** nginx tries five times, half a second apart. */
async function bindPatiently(sys: Sys, l: Listen, key: string): Promise<Fd | undefined> {
  for (let turn = 0; turn < 5; turn++) {
    const fd = listenOn(sys, l);
    if (!isErr(fd)) return fd;
    await complain(sys, new Emerg(`bind() to ${key} failed (${fd.code}: ${fd.text})`), NO_OPTIONS);
    if (fd.name !== 'EADDRINUSE') return undefined;
    await sys.sleep(500 * MS);
  }
  await complain(sys, new Emerg('still could not bind()'), NO_OPTIONS);
  return undefined;
}

const NO_OPTIONS: Options = { file: '', directives: '', test: false, dump: false, quiet: false };

function listenOn(sys: Sys, l: Listen): Fd | Errno {
  const fd = sys.socket(l.ip.v === 4 ? 'inet' : 'inet6', 'stream');
  if (isErr(fd)) return fd;
  sys.setsockopt(fd, 'reuseaddr', 1);
  if (l.ip.v === 6) sys.setsockopt(fd, 'v6only', 1);
  const bound = sys.bind(fd, { ip: l.ip, port: l.port });
  const e = isErr(bound) ? bound : sys.listen(fd, 511);
  if (!isErr(e)) return fd;
  sys.close(fd);
  return e;
}

async function master(sys: Sys, source: Source, options: Options, first: Config, opened: Socket[]): Promise<number> {
  let config = first;
  let sockets = opened;
  const logs = new Logs(sys);
  for (const path of logPaths(config)) {
    const e = logs.open(path);
    if (!isErr(e)) continue;
    await complain(sys, new Emerg(`open() "${path}" failed (${e.code}: ${e.text})`), options);
    return 1;
  }
  const say = (message: string, level = 'notice'): Promise<void> => logs.error(config.errorLog, level, message);
  sys.setTitle([`nginx: master process ${sys.argv.join(' ')}`]);
  sys.writeFile(config.pid, new TextEncoder().encode(`${sys.pid}\n`));
  const pending: number[] = [];
  for (const s of [SIGNALS.SIGQUIT, SIGNALS.SIGTERM, SIGNALS.SIGINT, SIGNALS.SIGHUP, SIGNALS.SIGUSR1])
    sys.sigaction(s, (n) => pending.push(n));
  await say('using the "epoll" event method');
  await say(`nginx/${VERSION}`);
  await say(`OS: Linux ${sys.uname().release}`);
  await say('getrlimit(RLIMIT_NOFILE): 1048576:1048576');
  let workers = await startWorkers(sys, config, sockets, logs);
  const old = new Set<number>();
  for (let ending = false; ; ) {
    const signal = pending.shift();
    if (signal === undefined) {
      const status = await sys.wait(-1);
      if (isErr(status) || status === 0) {
        if (isErr(status) && status.name === 'ECHILD') break;
        continue;
      }
      const how = status.state === 'exited' ? `with code ${status.code}` : `on signal ${status.signal}`;
      await say(`signal ${SIGNALS.SIGCHLD} (SIGCHLD) received from ${status.pid}`);
      await say(`worker process ${status.pid} exited ${how}`, status.state === 'exited' ? 'notice' : 'alert');
      if (old.delete(status.pid)) continue;
      workers = workers.filter((p) => p !== status.pid);
      if (!ending && workers.length < config.workers)
        workers.push(...(await startWorkers(sys, { ...config, workers: 1 }, sockets, logs, true)));
      continue;
    }
    if (signal === SIGNALS.SIGHUP) {
      await say(`signal ${signal} (SIGHUP) received, reconfiguring`);
      await say('reconfiguring');
      const next = await configure(sys, source, options);
      const ready = next instanceof Emerg ? undefined : await openSockets(sys, next, sockets);
      if (next instanceof Emerg) await say(next.message, 'emerg');
      if (next instanceof Emerg || !ready) continue;
      const before = workers;
      for (const path of logPaths(next)) logs.open(path);
      config = next;
      for (const s of sockets) if (!ready.some((x) => x.fd === s.fd)) sys.close(s.fd);
      sockets = ready;
      await say('using the "epoll" event method');
      workers = await startWorkers(sys, config, sockets, logs);
      for (const pid of before) {
        old.add(pid);
        sys.kill(pid, SIGNALS.SIGQUIT);
      }
      continue;
    }
    if (signal === SIGNALS.SIGUSR1) {
      await say('signal 10 (SIGUSR1) received, reopening logs');
      await say('reopening logs');
      continue;
    }
    ending = true;
    const graceful = signal === SIGNALS.SIGQUIT;
    await say(`signal ${signal} (${signalName(signal)}) received, ${graceful ? 'shutting down' : 'exiting'}`);
    for (const pid of [...workers, ...old]) sys.kill(pid, graceful ? SIGNALS.SIGQUIT : SIGNALS.SIGTERM);
  }
  await say('exit');
  sys.unlink(config.pid);
  return 0;
}

async function startWorkers(
  sys: Sys,
  config: Config,
  sockets: readonly Socket[],
  logs: Logs,
  again = false,
): Promise<number[]> {
  const say = (message: string): Promise<void> => logs.error(config.errorLog, 'notice', message);
  if (!again) await say('start worker processes');
  const out: number[] = [];
  const account = accountOf(sys, config.user);
  for (let i = 0; i < config.workers; i++) {
    const fds: Record<number, Fd> = { 0: 0, 1: 1, 2: 2 };
    for (const fd of [...sockets.map((s) => s.fd), ...logs.fds]) fds[fd] = fd;
    const pid = sys.fork({ fds, ...account }, (child) => work(child, config, sockets, logs));
    if (isErr(pid)) continue;
    out.push(pid);
    await say(`start worker process ${pid}`);
  }
  return out;
}

/** User and group of a name in /etc/passwd; none when it is not there. */
function accountOf(sys: Sys, name: string): { uid?: number; gid?: number } {
  const passwd = sys.readFile('/etc/passwd');
  const row = isErr(passwd)
    ? undefined
    : text(passwd)
        .split('\n')
        .find((l) => l.startsWith(`${name}:`))
        ?.split(':');
  return row ? { uid: Number(row[2]), gid: Number(row[3]) } : {};
}
