/**
 * fork, execve and both in one: how processes start, run their program and end with its answer.
 *
 * Limits: a new process begins 0.7 ms after spawn (fork and execve) or 0.2 ms after fork, whatever the machine does
 * besides.
 */
import { EAGAIN, ENOENT, type Errno, ESRCH, isErr } from './errno.ts';
import { type Image, loadProgram, resolveImage, searchPath } from './exec.ts';
import type { MountTable } from './fs/mounts.ts';
import { pathOf } from './fs/path.ts';
import { find } from './fs/vfs.ts';
import type { Machine } from './kernel.ts';
import type { OpenFile, SpawnRequest } from './machine.ts';
import type { PidNamespace } from './pidns.ts';
import type { Proc, ProcSpec } from './process.ts';
import { endWith } from './signals.ts';
import { ProcessExit, type SignalAction, type SpawnOptions, type Sys } from './sys.ts';
import { makeSys } from './sysimpl/sys.ts';

const EXEC_NS = 700_000;
const FORK_NS = 200_000;

type Child = Omit<SpawnOptions, 'argv'>;

/** The descriptors that a child is to have; undefined when one is not open. */
function childFiles(parent: Proc, options: Child): Map<number, OpenFile> | Errno {
  const out = new Map<number, OpenFile>();
  if (!options.fds) {
    for (const fd of [0, 1, 2]) {
      const file = parent.fds.get(fd);
      if (file) out.set(fd, file);
    }
    return out;
  }
  const numbers = Object.keys(options.fds)
    .map(Number)
    .sort((a, b) => a - b);
  for (const fd of numbers) {
    const file = parent.fds.get(options.fds[fd] as number);
    if (file) out.set(fd, file);
  }
  return out;
}

/** Ignored signals pass on; handlers do not. */
function childActions(parent: Proc, ignore: readonly number[] = []): Map<number, SignalAction> {
  const out = new Map<number, SignalAction>();
  for (const [signal, action] of parent.actions) if (action === 'ignore') out.set(signal, action);
  for (const signal of ignore) out.set(signal, 'ignore');
  return out;
}

interface Spaces {
  readonly netns: number;
  readonly mounts: MountTable;
  readonly uts: { hostname: string };
  readonly pidns: PidNamespace;
  readonly cwd: string;
}

/** Namespaces of a child: its parent's, but for those entered by path or taken from another process. */
function childSpaces(m: Machine, parent: Proc, options: Child, base: { netns: number }): Spaces | Errno {
  let { netns } = base;
  let { mounts, uts, pidns } = parent;
  let cwd = options.cwd ?? parent.cwd;
  if (options.netns !== undefined) {
    const place = find(parent.mounts, parent.cwd, options.netns);
    if (isErr(place)) return place;
    if (place.inode.netns === undefined) return ENOENT;
    netns = place.inode.netns;
  }
  const from = options.namespacesOf;
  if (from) {
    const target = parent.pidns.byPid.get(from.pid);
    if (!target) return ESRCH;
    if (from.mount) {
      mounts = target.mounts;
      cwd = options.cwd ?? '/';
    }
    if (from.uts) uts = target.uts;
    if (from.pidns) pidns = target.pidns;
  }
  if (cwd !== parent.cwd) {
    const place = find(mounts, parent.cwd, cwd);
    if (isErr(place)) return place;
    cwd = pathOf(place);
  }
  m.netnsHold(netns);
  return { netns, mounts, uts, pidns, cwd };
}

function childSpec(parent: Proc, options: Child, spaces: Spaces, argv: readonly string[], comm: string): ProcSpec {
  const env = options.env ?? parent.env;
  const own = options.session === true;
  let pgid: number | undefined = parent.pgid;
  if (own || options.pgid === 0) pgid = undefined;
  else if (options.pgid !== undefined) pgid = parent.pidns.byPid.get(options.pgid)?.pid ?? options.pgid;
  return {
    parent,
    ...spaces,
    argv,
    comm,
    env,
    uid: options.uid ?? parent.uid,
    gid: options.gid ?? parent.gid,
    groups: parent.groups,
    caps: options.namespacesOf ? undefined : parent.caps,
    confinement: parent.confinement,
    umask: parent.umask,
    limits: parent.limits,
    pgid,
    sid: own ? undefined : parent.sid,
    tty: own ? undefined : parent.tty,
    actions: childActions(parent, options.ignore),
  };
}

/** Makes the child of a process, with its files; it does not run yet. */
function born(m: Machine, options: Child, spec: ProcSpec, files: Map<number, OpenFile>): Proc {
  const child = m.addProc(spec);
  for (const [fd, file] of files) child.fds.set(fd, file);
  if (options.foreground && child.tty) child.tty.foreground = child.pgid;
  return child;
}

/** Whether a user other than root has as many processes as its limit allows. @see Linux kernel/fork.c: copy_process */
function isFull(m: Machine, { uid, limits, caps }: Proc): boolean {
  const most = limits.nproc.soft;
  if (uid === 0 || most === Number.POSITIVE_INFINITY || caps?.has('CAP_SYS_RESOURCE')) return false;
  let count = 0;
  for (const p of m.pidns.byPid.values()) if (p.uid === uid) count++;
  return count >= most;
}

/** fork and execve. @param netns namespace of the caller's calls */
export function spawnFrom(m: Machine, parent: Proc, netns: number, path: string, options: SpawnOptions): Proc | Errno {
  if (isFull(m, parent)) return EAGAIN;
  const spaces = childSpaces(m, parent, options, { netns });
  if (isErr(spaces)) return spaces;
  const image = resolveImage(spaces.mounts, spaces.cwd, path, options.argv);
  const files = isErr(image) ? image : childFiles(parent, options);
  if (isErr(image) || isErr(files)) {
    m.netnsLetGo(spaces.netns);
    return isErr(image) ? image : (files as Errno);
  }
  const child = born(m, options, childSpec(parent, options, spaces, image.argv, image.comm), files);
  child.exe = image.exe;
  void start(m, child, EXEC_NS, () => runImage(m, child, image));
  return child;
}

/** fork: `body` runs in the child. */
export function forkFrom(
  m: Machine,
  parent: Proc,
  netns: number,
  options: Child,
  body: (sys: Sys) => Promise<number>,
): Proc | Errno {
  if (isFull(m, parent)) return EAGAIN;
  const spaces = childSpaces(m, parent, options, { netns });
  if (isErr(spaces)) return spaces;
  const files = childFiles(parent, options);
  if (isErr(files)) return files;
  const spec = childSpec(parent, options, spaces, parent.argv, parent.comm);
  const child = born(m, options, spec, files);
  child.exe = parent.exe;
  const run = (): Promise<number> => body(makeSys(m, child));
  void start(m, child, FORK_NS, () => (child.isGuarded ? loadGuard(m).then(run) : run()));
  return child;
}

/** What the kernel's owner starts (containers, exec, the terminal's shell). */
export function spawnRequest(m: Machine, r: SpawnRequest): Proc | Errno {
  const mounts = (r.root as MountTable | undefined) ?? m.root;
  const place = find(mounts, '/', r.cwd ?? '/');
  if (isErr(place)) return place;
  const cwd = pathOf(place);
  const name = r.path ?? r.argv[0] ?? '';
  const path = r.search ? searchPath(mounts, cwd, name, r.env.PATH) : name;
  if (isErr(path)) return path;
  const image = resolveImage(mounts, cwd, path, r.argv);
  if (isErr(image)) return image;
  const parent = r.parent === undefined ? m.init : m.pidns.byPid.get(r.parent);
  if (!parent) return ESRCH;
  const netns = r.netns ?? m.hostNetns;
  m.netnsHold(netns);
  const pidns = r.pidns === 'new' ? m.pidnsAdd() : ((r.pidns as PidNamespace | undefined) ?? m.pidns);
  const child = m.addProc({
    parent,
    pidns,
    netns,
    uts: r.uts ?? m.uts,
    mounts,
    cwd,
    argv: image.argv,
    comm: image.comm,
    env: r.env,
    uid: r.uid ?? 0,
    gid: r.gid ?? 0,
    groups: r.groups ?? [],
    caps: r.caps,
    confinement: r.confinement,
    umask: 0o022,
    limits: { ...parent.limits, ...r.limits },
    pgid: undefined,
    sid: undefined,
    tty: r.tty,
    actions: new Map(),
  });
  child.exe = image.exe;
  child.onExit = r.onExit;
  if (r.tty) {
    r.tty.session = child.sid;
    r.tty.foreground = child.pgid;
  }
  giveFiles(m, child, r.fds);
  void start(m, child, EXEC_NS, () => runImage(m, child, image));
  return child;
}

/** What the owner gives; where 0, 1 or 2 is missing, /dev/null. */
function giveFiles(m: Machine, child: Proc, fds: readonly (OpenFile | undefined)[] = []): void {
  for (let fd = 0; fd < Math.max(3, fds.length); fd++) {
    const file = fds[fd] ?? (fd < 3 ? m.devNull() : undefined);
    if (file) child.fds.set(fd, file);
  }
}

/** Permissions: needed before the first process that they hold runs. */
async function loadGuard(m: Machine): Promise<void> {
  m.guarded ??= (await m.world.hold(import('./sysimpl/guard.ts'))).GuardedSys;
}

/**
 * Loads the program and runs it. When its module does not arrive, or throws while it is evaluated, the process says so
 * as ld.so does and ends with 127; the next run tries again.
 */
async function runImage(m: Machine, p: Proc, image: Image): Promise<number> {
  const program = await loadProgram(m.world.programs, image.program, m.world.hold).catch((error: unknown) =>
    String(error),
  );
  if (p.isGuarded) await loadGuard(m);
  await p.runnable();
  if (typeof program === 'string') {
    m.log(`${image.exe}: ${program}`);
    const text = `${image.comm}: error while loading shared libraries: ${program}\n`;
    await makeSys(m, p).write(2, new TextEncoder().encode(text));
    return 127;
  }
  if (!program) {
    m.log(`${image.exe}: no program named ${image.program}`);
    await makeSys(m, p).write(
      2,
      new TextEncoder().encode(`${image.comm}: this laboratory does not have this program\n`),
    );
    return 127;
  }
  return program.main(makeSys(m, p));
}

/** Runs a body as the process's program, from `delay` ns on, and ends the process with its answer. */
export async function start(m: Machine, p: Proc, delay: number, body: () => Promise<number>): Promise<void> {
  p.running++;
  p.cpuTime += delay;
  await m.world.clock.sleep(delay);
  p.running--;
  await p.runnable();
  try {
    const code = await body();
    endWith(m.signals, p, new ProcessExit(code & 255, 0));
  } catch (error) {
    if (error instanceof ProcessExit) endWith(m.signals, p, error);
    else {
      const fault = `${p.comm}: fault in this laboratory's program: ${String(error)}\n`;
      await makeSys(m, p).write(2, new TextEncoder().encode(fault));
      m.signals.bug(p, error);
    }
  }
}

/** execve in place: the new program runs within the old one's last call. @returns only errors */
export async function execIn(m: Machine, p: Proc, path: string, options: SpawnOptions): Promise<Errno> {
  const spaces = childSpaces(m, p, options, { netns: p.netns });
  if (isErr(spaces)) return spaces;
  const image = resolveImage(spaces.mounts, spaces.cwd, path, options.argv);
  if (isErr(image)) {
    m.netnsLetGo(spaces.netns);
    return image;
  }
  m.netnsLetGo(p.netns);
  p.netns = spaces.netns;
  p.mounts = spaces.mounts;
  p.uts = spaces.uts;
  p.cwd = spaces.cwd;
  for (const [signal, action] of [...p.actions]) if (typeof action === 'function') p.actions.delete(signal);
  p.drop();
  p.argv = image.argv;
  p.comm = image.comm;
  p.exe = image.exe;
  p.env = options.env ?? p.env;
  p.cpuTime += EXEC_NS;
  await m.world.clock.sleep(EXEC_NS);
  await p.runnable();
  const code = await runImage(m, p, image);
  endWith(m.signals, p, new ProcessExit(code & 255, 0));
  throw new ProcessExit(code & 255, 0);
}
