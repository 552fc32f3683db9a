/** Processes started inside a running container. @see moby daemon/exec.go */
import type { HttpRequest, HttpResponse } from '../../base/http.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { Process } from '../../linux/kernel/machine.ts';
import { SIGNALS } from '../../linux/kernel/signal.ts';
import { Failure } from '../errdefs.ts';
import type { Container } from './container.ts';
import { COST, type Daemon } from './daemon.ts';
import { parseDetachKeys } from './detach.ts';
import { daemonEnvironment, override, withHome } from './environment.ts';
import { errors, MOUNT_HINT } from './errors.ts';
import { linkedEnvironment } from './links.ts';
import { privileges } from './process.ts';
import { empty, hijack, MIDDLEWARE, streamed, streamType } from './reply.ts';
import { duplexSink, encode, feed, never, OutputQueue } from './session.ts';
import { execError } from './start.ts';
import { STDOUT } from './stdcopy.ts';
import { type Sink, Streams } from './streams.ts';
import { limitsOf } from './ulimits.ts';
import { lookupUser } from './user.ts';

export interface ExecConfig {
  readonly User?: string;
  readonly Privileged?: boolean;
  readonly Tty?: boolean;
  readonly ConsoleSize?: [number, number] | null;
  readonly AttachStdin?: boolean;
  readonly AttachStdout?: boolean;
  readonly AttachStderr?: boolean;
  readonly DetachKeys?: string;
  readonly Env?: string[] | null;
  readonly WorkingDir?: string;
  readonly Cmd?: string[] | null;
}

export interface ExecStart {
  readonly Detach?: boolean;
  /** How the client wants its stream: raw, or in frames; the process has a terminal by {@link ExecConfig}. */
  readonly Tty?: boolean;
  readonly ConsoleSize?: [number, number] | null;
}

export interface Exec {
  readonly id: string;
  readonly container: Container;
  readonly config: ExecConfig;
  /** As at the time it was made. */
  readonly env: Readonly<Record<string, string>>;
  /** While it runs. */
  process: Process | undefined;
  streams: Streams | undefined;
  /** 0 before it has begun. */
  pid: number;
  exitCode: number | null;
  /** Round of the collector in which its process ended. */
  ended: number | undefined;
  started: boolean;
}

/** ns between two rounds of the collector. @see moby daemon/exec.go: execCommandGC */
const ROUND = 300e9;

const roundOf = (daemon: Daemon): number => Math.floor(daemon.kernel.world.clock.now / ROUND);

/** The exec of an id. One round after its process ended marks it, and the next forgets it. */
export function findExec(daemon: Daemon, id: string): Exec | undefined {
  const round = roundOf(daemon);
  for (const [old, { ended }] of daemon.execs) if (ended !== undefined && round >= ended + 2) daemon.execs.delete(old);
  return daemon.execs.get(id);
}

/** Its process has ended: what can still be asked of it is kept. */
function end(daemon: Daemon, exec: Exec, code: number): void {
  exec.exitCode = code;
  exec.process = undefined;
  exec.streams = undefined;
  exec.ended = roundOf(daemon);
  const { execIds } = exec.container;
  const at = execIds.indexOf(exec.id);
  if (at >= 0) execIds.splice(at, 1);
}

/** POST /containers/{id}/exec */
export function createExec(daemon: Daemon, name: string, c: Container, config: ExecConfig): { Id: string } | Failure {
  if ((config.Cmd ?? []).length === 0) return errors.noExecCommand;
  if (c.status === 'paused') return errors.execPaused(name);
  if (c.status === 'restarting') return errors.restarting(c.id);
  if (!c.running) return errors.notRunning(c.id);
  if (parseDetachKeys(config.DetachKeys ?? '') === undefined) return errors.escapeKeys(config.DetachKeys ?? '');
  const linked = linkedEnvironment(daemon.links, c);
  if (linked instanceof Failure) return linked;
  const exec: Exec = {
    id: daemon.rng.hex(64),
    container: c,
    config,
    env: override(daemonEnvironment(c, config.Tty ?? false, linked), config.Env ?? []),
    process: undefined,
    streams: undefined,
    pid: 0,
    exitCode: null,
    ended: undefined,
    started: false,
  };
  findExec(daemon, exec.id);
  daemon.execs.set(exec.id, exec);
  c.execIds.push(exec.id);
  daemon.containerEvent(c, `exec_create: ${commandLine(config)}`, { execID: exec.id });
  return { Id: exec.id };
}

/** As events name it: the program, a space, its arguments. */
function commandLine(config: ExecConfig): string {
  const [program = '', ...args] = config.Cmd ?? [];
  return `${program} ${args.join(' ')}`;
}

/** POST /exec/{id}/start */
export async function startExec(
  daemon: Daemon,
  exec: Exec,
  options: ExecStart,
  { request, version }: { readonly request: HttpRequest; readonly version: string },
): Promise<HttpResponse | Failure> {
  const c = exec.container;
  if (exec.started) return errors.execRan(exec.id);
  if (c.status === 'paused') return errors.execPaused(c.name);
  if (!c.running) return errors.notRunning(c.id);
  const keys = parseDetachKeys(exec.config.DetachKeys ?? '') ?? [];
  exec.started = true;
  const size = (options.Tty ? options.ConsoleSize : undefined) ?? exec.config.ConsoleSize;
  const tty = exec.config.Tty ?? false;
  const raw = options.Tty ?? false;
  const streams = new Streams(daemon.kernel, {
    ...(tty && daemon.openPty ? { tty: daemon.openPty } : {}),
    ...(size ? { size: { rows: size[0], cols: size[1] } } : {}),
    terminals: c.terminals,
    stdin: exec.config.AttachStdin ?? false,
  });
  exec.streams = streams;
  daemon.containerEvent(c, `exec_start: ${commandLine(exec.config)}`, { execID: exec.id });
  if (options.Detach) {
    const failure = await begin(daemon, exec, streams);
    return failure ?? empty(daemon, 200);
  }
  const want = {
    stdin: exec.config.AttachStdin ?? false,
    stdout: exec.config.AttachStdout ?? false,
    stderr: exec.config.AttachStderr ?? false,
  };
  const duplex = request.duplex;
  const queue = new OutputQueue();
  const sink: Sink = duplex
    ? duplexSink(duplex, want, raw)
    : (stream, bytes) => queue.push(encode(want, raw, stream, bytes));
  streams.add(sink);
  void begin(daemon, exec, streams).then(async (failure) => {
    if (failure) await sink(STDOUT, failureText(failure));
    else {
      const left = duplex && want.stdin ? feed(duplex, streams, true, tty ? keys : undefined) : never();
      if (await Promise.race([streams.drained.then(() => ended(exec)), left.then((keyed) => keyed || never())]))
        daemon.containerEvent(c, 'exec_detach', { execID: exec.id });
    }
    duplex?.closeWrite();
    duplex?.close();
    queue.end();
  });
  if (!duplex) return streamed(queue.body());
  return hijack(request.headers.upgrade !== undefined, streamType(raw, version), MIDDLEWARE);
}

/** The client reads a process's exit code right after its output: wait until it is known. */
async function ended(exec: Exec): Promise<false> {
  await exec.process?.exited;
  return false;
}

const failureText = (f: Failure): Uint8Array => new TextEncoder().encode(`${f.message}\r\n`);

/** Starts the process; what was got ready for it is given back when there is none. */
async function begin(daemon: Daemon, exec: Exec, streams: Streams): Promise<Failure | undefined> {
  await daemon.sleep(COST.exec);
  const refused = spawnExec(daemon, exec, streams);
  if (refused) {
    streams.abandon();
    end(daemon, exec, refused.code);
    return refused.failure;
  }
  streams.pump();
  return undefined;
}

/** Why there is no process, and the exit code that the exec gets. */
interface Refused {
  readonly code: number;
  readonly failure: Failure;
}

const refuse = (code: number, why: string): Refused => ({
  code,
  failure: new Failure('invalid', errors.execFailed(why)),
});

/** Where and as whom it runs, then the process. */
function spawnExec(daemon: Daemon, exec: Exec, streams: Streams): Refused | undefined {
  const { container: c, config } = exec;
  const run = c.running;
  if (!run) return { code: 126, failure: errors.notRunning(c.id) };
  const groups = config.User ? null : (c.hostConfig.GroupAdd as string[] | null);
  const user = lookupUser(run.mounts.fs, config.User || c.config.User, groups);
  if (user instanceof Failure) return { code: 126, failure: user };
  const cwd = config.WorkingDir || c.config.WorkingDir || '/';
  if (!cwd.startsWith('/'))
    return {
      code: 126,
      failure: new Failure('invalid', 'OCI runtime exec failed: exec failed: Cwd must be an absolute path'),
    };
  const there = run.mounts.fs.stat(cwd, true);
  if (isErr(there) || there.kind !== 'dir') {
    const why = isErr(there) ? 'no such file or directory' : `not a directory: ${MOUNT_HINT}`;
    return refuse(127, `chdir to cwd (${JSON.stringify(cwd)}) set in config.json failed: ${why}`);
  }
  const process = daemon.kernel.spawn({
    argv: config.Cmd as string[],
    env: withHome(exec.env, user.home),
    cwd,
    uid: user.uid,
    gid: user.gid,
    groups: user.groups,
    ...privileges(c, config.Privileged),
    limits: limitsOf(daemon, c),
    root: run.mounts,
    netns: run.netns,
    uts: run.uts,
    pidns: run.pidns,
    fds: streams.fds,
    search: true,
    parent: run.shim,
    ...(streams.pty ? { tty: streams.pty.slave.tty } : {}),
    onExit: (status) => {
      end(daemon, exec, status.state === 'signaled' ? 128 + status.signal : status.code);
      streams.end();
      daemon.containerEvent(c, 'exec_die', { execID: exec.id, exitCode: String(exec.exitCode) });
    },
  });
  if (isErr(process)) {
    const cause = execError(run.mounts.fs, config.Cmd?.[0] as string, process);
    return refuse(cause.code, cause.text);
  }
  exec.process = process;
  exec.pid = process.pid;
  return undefined;
}

/** A health check: its output (of both streams, up to `limit` bytes) and exit code, and a way to end it. */
export function probeExec(
  daemon: Daemon,
  c: Container,
  command: readonly string[],
  limit: number,
): { readonly ended: Promise<{ code: number; output: string }>; kill(): void } {
  const made = createExec(daemon, c.name, c, { Cmd: [...command], AttachStdout: true, AttachStderr: true });
  if (made instanceof Failure) return { ended: Promise.resolve({ code: -1, output: made.message }), kill() {} };
  const exec = daemon.execs.get(made.Id) as Exec;
  exec.started = true;
  let output = '';
  const decoder = new TextDecoder();
  const onOutput: Sink = (_stream, bytes) => {
    if (output.length < limit) output = (output + decoder.decode(bytes, { stream: true })).slice(0, limit);
  };
  const streams = new Streams(daemon.kernel, { terminals: c.terminals, stdin: false, onOutput });
  daemon.containerEvent(c, `exec_start: ${commandLine(exec.config)}`, { execID: exec.id });
  const run = async (): Promise<{ code: number; output: string }> => {
    const failure = await begin(daemon, exec, streams);
    if (!failure) {
      await streams.drained;
      await exec.process?.exited;
    }
    daemon.execs.delete(exec.id);
    return failure ? { code: exec.exitCode ?? -1, output: failure.message } : { code: exec.exitCode ?? -1, output };
  };
  return {
    ended: run(),
    kill() {
      if (exec.process) daemon.kernel.kill(exec.process.pid, SIGNALS.SIGKILL);
    },
  };
}

/** GET /exec/{id}/json */
export function execJson(daemon: Daemon, exec: Exec): Record<string, unknown> {
  const { config } = exec;
  const [entrypoint = '', ...args] = config.Cmd ?? [];
  return {
    ID: exec.id,
    Running: exec.process !== undefined && exec.exitCode === null,
    ExitCode: exec.exitCode,
    ProcessConfig: {
      tty: config.Tty ?? false,
      entrypoint,
      arguments: args,
      privileged: config.Privileged ?? false,
      ...(config.User ? { user: config.User } : {}),
    },
    OpenStdin: config.AttachStdin ?? false,
    OpenStderr: config.AttachStderr ?? false,
    OpenStdout: config.AttachStdout ?? false,
    CanRemove: exec.ended !== undefined && roundOf(daemon) > exec.ended,
    ContainerID: exec.container.id,
    DetachKeys: config.DetachKeys ?? '',
    Pid: exec.pid,
  };
}
