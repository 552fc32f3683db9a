/** A small kernel for the shell's tests: processes, signals, pipes, files, terminals, virtual time. */
import { COOKED } from '../../../src/linux/kernel/sys.ts';
import * as E from '../../../src/linux/kernel/errno.ts';
import type { OpenFile, Program, TtyDevice, Waiter } from '../../../src/linux/kernel/machine.ts';
import { defaultAction } from '../../../src/linux/kernel/signal.ts';
import { type Fd, ProcessExit, type SignalAction, type SpawnOptions, type Stat, type Sys, type WaitStatus } from '../../../src/linux/kernel/sys.ts';
import { Rng } from '../../../src/base/rng.ts';

const { isErr } = E;
interface Node { kind: 'file' | 'dir'; data: Uint8Array; ino: number; mode: number; program?: string; mtime: number }
interface Desc { file: OpenFile; refs: number }

class Proc {
  fds = new Map<number, Desc>();
  handlers = new Map<number, SignalAction>();
  interrupts = new Set<() => void>();
  killed = 0;
  stopped = 0;
  status: WaitStatus | undefined;
  changes: WaitStatus[] = [];
  childWait = new Set<() => void>();
  resume = new Set<() => void>();
  cwd = '/root';
  mask = 0o022;
  exec: (() => Promise<number>) | undefined;
  tty: TtyDevice | undefined;
  argv: readonly string[] = [];
  env: Record<string, string> = {};
  constructor(readonly pid: number, public ppid: number, public pgid: number, public sid: number) {}
}

export class FakeKernel {
  procs = new Map<number, Proc>();
  nodes = new Map<string, Node>();
  ttys = new Map<string, OpenFile & { readonly tty: TtyDevice }>();
  time = 0;
  #pid = 100;
  #ino = 1;
  #pts = 0;
  #timers: { at: number; seq: number; fire: () => void }[] = [];
  #cpu: { ns: number; go: () => void }[] = [];
  #running = false;
  #seq = 0;
  rng = new Rng(1);
  programs = new Map<string, Program>();

  constructor(programs: readonly Program[]) {
    for (const d of ['/', '/bin', '/dev', '/tmp', '/root', '/etc']) this.put(d, 'dir');
    for (const p of programs) this.install(p.name, p);
    this.put('/etc/passwd', 'file', new TextEncoder().encode('root:x:0:0:root:/root:/bin/bash\n'));
  }
  install(name: string, p: Program): void {
    this.programs.set(name, p);
    this.put(`/bin/${name}`, 'file').program = name;
    (this.nodes.get(`/bin/${name}`) as Node).mode = 0o755;
  }
  put(path: string, kind: 'file' | 'dir', data: Uint8Array = new Uint8Array(0)): Node {
    const n: Node = { kind, data, ino: this.#ino++, mode: kind === 'dir' ? 0o755 : 0o644, mtime: this.time };
    this.nodes.set(path, n);
    return n;
  }
  // --- time
  #drive(): void {
    if (this.#running) return;
    this.#running = true;
    const step = (): void => {
      const c = this.#cpu.shift();
      if (c) {
        this.time += c.ns;
        this.#due();
        c.go();
      } else if (this.#timers.length > 0) {
        this.#timers.sort((a, b) => a.at - b.at || a.seq - b.seq);
        const t = this.#timers.shift() as { at: number; fire: () => void };
        this.time = Math.max(this.time, t.at);
        t.fire();
      } else {
        this.#running = false;
        return;
      }
      setImmediate(step);
    };
    setImmediate(step);
  }
  #due(): void {
    this.#timers.sort((a, b) => a.at - b.at || a.seq - b.seq);
    while (this.#timers[0] && this.#timers[0].at <= this.time) (this.#timers.shift() as { fire: () => void }).fire();
  }
  after(ns: number, fire: () => void): () => void {
    const t = { at: this.time + ns, seq: this.#seq++, fire };
    this.#timers.push(t);
    this.#drive();
    return () => void (this.#timers = this.#timers.filter((x) => x !== t));
  }
  cpu(ns: number): Promise<void> {
    return new Promise((go) => {
      this.#cpu.push({ ns, go });
      this.#drive();
    });
  }
  // --- tty
  addTty(file: OpenFile & { readonly tty: TtyDevice }): void {
    this.ttys.set(file.path, file);
  }
  ptsNumber(): number {
    return this.#pts++;
  }
  killGroup(pgid: number, signal: number): void {
    for (const p of this.procs.values()) if (p.pgid === pgid && !p.status) this.deliver(p, signal);
  }
  deliver(p: Proc, signal: number): void {
    if (signal === 0 || p.status) return;
    if (signal === 18 && p.stopped) {
      p.stopped = 0;
      for (const f of [...p.resume]) f();
      p.resume.clear();
    }
    const action = p.handlers.get(signal) ?? 'default';
    if (action === 'ignore') return;
    if (typeof action === 'function') {
      action(signal);
      this.#interrupt(p);
      return;
    }
    const d = defaultAction(signal);
    if (d === 'terminate' || signal === 9) {
      p.killed = signal;
      p.stopped = 0;
      for (const f of [...p.resume]) f();
      this.#interrupt(p);
    } else if (d === 'stop') {
      p.stopped = signal;
      this.#changed(p, { pid: p.pid, state: 'stopped', code: 0, signal });
    }
  }
  #interrupt(p: Proc): void {
    const all = [...p.interrupts];
    p.interrupts.clear();
    for (const f of all) f();
  }
  #changed(p: Proc, st: WaitStatus): void {
    const parent = this.procs.get(p.ppid);
    if (!parent) return;
    parent.changes.push(st);
    const all = [...parent.childWait];
    parent.childWait.clear();
    for (const f of all) f();
  }
  // --- processes
  start(parent: Proc | undefined, options: Omit<SpawnOptions, 'argv'> & { argv?: readonly string[] }, main: (sys: Sys, p: Proc) => Promise<number>, files?: readonly OpenFile[]): Proc {
    const pid = this.#pid++;
    const p = new Proc(pid, parent?.pid ?? 1, parent?.pgid ?? pid, parent?.sid ?? pid);
    if (parent) {
      p.cwd = options.cwd ?? parent.cwd;
      p.mask = parent.mask;
      p.tty = parent.tty;
      for (const [s, a] of parent.handlers) if (a === 'ignore') p.handlers.set(s, a);
      const want = options.fds ?? { 0: 0, 1: 1, 2: 2 };
      for (const [n, fd] of Object.entries(want)) {
        const d = parent.fds.get(fd);
        if (d) {
          d.refs++;
          p.fds.set(Number(n), d);
        }
      }
      p.env = { ...(options.env ?? parent.env) };
      p.argv = options.argv ?? parent.argv;
    }
    for (const s of options.ignore ?? []) p.handlers.set(s, 'ignore');
    if (options.pgid !== undefined) p.pgid = options.pgid || pid;
    if (options.foreground && p.tty) p.tty.foreground = p.pgid;
    files?.forEach((f, i) => p.fds.set(i, { file: f, refs: 1 }));
    this.procs.set(pid, p);
    const sys = makeSys(this, p);
    void (async () => {
      await null;
      let code = 0;
      let signal = 0;
      let run: (() => Promise<number>) | undefined = () => main(sys, p);
      while (run) {
        const now: () => Promise<number> = run;
        run = undefined;
        try {
          code = await now();
        } catch (e) {
          if (!(e instanceof ProcessExit)) {
            console.error(e);
            code = 99;
          } else {
            code = e.code;
            signal = e.signal;
          }
          if (p.exec) run = p.exec;
          p.exec = undefined;
        }
      }
      for (const d of p.fds.values()) this.release(d);
      p.fds.clear();
      p.status = { pid, state: signal ? 'signaled' : 'exited', code, signal };
      this.#changed(p, p.status);
      this.onExit?.(p);
    })();
    return p;
  }
  onExit: ((p: Proc) => void) | undefined;
  release(d: Desc): void {
    if (--d.refs === 0) d.file.release();
  }
  resolve(p: Proc, path: string): string {
    const parts: string[] = [];
    for (const x of (path.startsWith('/') ? path : `${p.cwd}/${path}`).split('/')) {
      if (x === '..') parts.pop();
      else if (x !== '' && x !== '.') parts.push(x);
    }
    return `/${parts.join('/')}`;
  }
  pipe(): [OpenFile, OpenFile] {
    let chunks: Uint8Array[] = [];
    let size = 0;
    let readers = 1;
    let writers = 1;
    let wake: (() => void)[] = [];
    const notify = (): void => {
      const w = wake;
      wake = [];
      for (const f of w) f();
    };
    const wait = (w: Waiter): Promise<boolean> =>
      new Promise((r) => {
        const off = w.onInterrupt(() => r(false));
        wake.push(() => {
          off();
          r(true);
        });
      });
    const st = (): Stat => ({ kind: 'fifo', ino: 1, mode: 0o600, nlink: 1, uid: 0, gid: 0, size: 0, mtime: 0, rdev: [0, 0] });
    const base = { kind: 'fifo' as const, path: 'pipe:[1]', onReady: () => () => {}, stat: st };
    const r: OpenFile = {
      ...base,
      ready: () => ({ in: size > 0 || writers === 0, out: false, hup: writers === 0, err: false }),
      read: async (max, w) => {
        for (;;) {
          if (size > 0) {
            const c = chunks[0] as Uint8Array;
            const out = c.subarray(0, max);
            if (out.length === c.length) chunks.shift();
            else chunks[0] = c.subarray(out.length);
            size -= out.length;
            notify();
            return out;
          }
          if (writers === 0) return new Uint8Array(0);
          if (!(await wait(w))) return E.EINTR;
        }
      },
      write: async () => E.EBADF,
      release: () => {
        readers = 0;
        chunks = [];
        notify();
      },
    };
    const w: OpenFile = {
      ...base,
      ready: () => ({ in: false, out: size < 65536, hup: false, err: readers === 0 }),
      read: async () => E.EBADF,
      write: async (bytes, wt) => {
        for (;;) {
          if (readers === 0) return E.EPIPE;
          if (size < 65536) break;
          if (!(await wait(wt))) return E.EINTR;
        }
        if (bytes.length > 0) chunks.push(bytes.slice());
        size += bytes.length;
        notify();
        return bytes.length;
      },
      release: () => {
        writers = 0;
        notify();
      },
    };
    return [r, w];
  }
}

function makeSys(k: FakeKernel, p: Proc): Sys {
  const check = async (): Promise<void> => {
    while (p.stopped && !p.killed) await new Promise<void>((r) => p.resume.add(r));
    if (p.killed) throw new ProcessExit(128 + p.killed, p.killed);
  };
  const waiter: Waiter = {
    nonBlocking: false,
    onInterrupt: (f) => {
      p.interrupts.add(f);
      return () => void p.interrupts.delete(f);
    },
  };
  const add = (file: OpenFile, from = 0): Fd => {
    let n = from;
    while (p.fds.has(n)) n++;
    p.fds.set(n, { file, refs: 1 });
    return n;
  };
  const get = (fd: Fd): Desc | undefined => p.fds.get(fd);
  const st = (path: string): Stat | E.Errno => {
    const full = k.resolve(p, path);
    const n = k.nodes.get(full);
    if (k.ttys.has(full)) return (k.ttys.get(full) as OpenFile).stat();
    if (full === '/dev/null') return { kind: 'char', ino: 1, mode: 0o666, nlink: 1, uid: 0, gid: 0, size: 0, mtime: 0, rdev: [1, 3] };
    if (!n) return E.ENOENT;
    return { kind: n.kind, ino: n.ino, mode: n.mode, nlink: 1, uid: 0, gid: 0, size: n.data.length, mtime: n.mtime, rdev: [0, 0], program: n.program };
  };
  const parentOk = (full: string): boolean => k.nodes.get(full.replace(/\/[^/]*$/, '') || '/')?.kind === 'dir';
  const start = (path: string, o: SpawnOptions): number | E.Errno => {
    const n = k.nodes.get(k.resolve(p, path));
    if (!n) return E.ENOENT;
    if (n.kind === 'dir' || !(n.mode & 0o111)) return E.EACCES;
    const prog = n.program === undefined ? undefined : k.programs.get(n.program);
    if (!prog) return E.ENOEXEC;
    return k.start(p, o, (s) => prog.main(s)).pid;
  };
  const sys: Partial<Sys> = {
    pid: p.pid,
    get ppid() { return p.ppid; },
    get argv() { return p.argv; },
    get env() { return p.env; },
    getuid: () => 0,
    getpgid: (pid) => (pid ? (k.procs.get(pid)?.pgid ?? E.ESRCH) : p.pgid),
    setpgid: (pid, pg) => {
      const q = pid ? k.procs.get(pid) : p;
      if (!q) return E.ESRCH;
      q.pgid = pg || q.pid;
      return 0;
    },
    cwd: () => p.cwd,
    chdir: (path) => {
      const s = st(path);
      if (isErr(s)) return s;
      if (s.kind !== 'dir') return E.ENOTDIR;
      p.cwd = k.resolve(p, path);
      return 0;
    },
    umask: (m) => {
      const old = p.mask;
      if (m !== undefined) p.mask = m;
      return old;
    },
    exit: (code) => { throw new ProcessExit(code, 0); },
    now: () => k.time,
    realtime: () => 1764000000000000000n + BigInt(Math.floor(k.time)),
    sleep: async (ns) => {
      await check();
      const r = await new Promise<0 | E.Errno>((res) => {
        const off = waiter.onInterrupt(() => { cancel(); res(E.EINTR); });
        const cancel = k.after(ns, () => { off(); res(0); });
      });
      await check();
      return r;
    },
    cpu: async (ns) => {
      await k.cpu(ns);
      await check();
    },
    rng: k.rng,
    spawn: start,
    fork: (o, body) => k.start(p, o, (s) => body(s)).pid,
    exec: async (path, argv, env) => {
      const n = k.nodes.get(k.resolve(p, path));
      if (!n) return E.ENOENT;
      if (n.kind === 'dir' || !(n.mode & 0o111)) return E.EACCES;
      const prog = n.program === undefined ? undefined : k.programs.get(n.program);
      if (!prog) return E.ENOEXEC;
      p.argv = argv;
      if (env) p.env = { ...env };
      for (const [s, a] of [...p.handlers]) if (typeof a === 'function') p.handlers.delete(s);
      p.exec = () => prog.main(sys as Sys);
      throw new ProcessExit(0, 0);
    },
    wait: async (pid, o = {}) => {
      for (;;) {
        await check();
        const i = p.changes.findIndex((c) => (pid === -1 || c.pid === pid) && (c.state !== 'stopped' || o.untraced));
        if (i >= 0) return p.changes.splice(i, 1)[0] as WaitStatus;
        const alive = [...k.procs.values()].some((q) => q.ppid === p.pid && !q.status && (pid === -1 || q.pid === pid));
        if (!alive) return E.ECHILD;
        if (o.noHang) return 0;
        const ok = await new Promise<boolean>((res) => {
          const off = waiter.onInterrupt(() => res(false));
          p.childWait.add(() => { off(); res(true); });
        });
        await check();
        if (!ok) return E.EINTR;
      }
    },
    kill: (pid, s) => {
      const list = [...k.procs.values()].filter((q) => !q.status && (pid > 0 ? q.pid === pid : pid === 0 ? q.pgid === p.pgid : q.pgid === -pid));
      if (list.length === 0) return E.ESRCH;
      for (const q of list) k.deliver(q, s);
      return 0;
    },
    sigaction: (s, a) => {
      const old = p.handlers.get(s) ?? 'default';
      p.handlers.set(s, a);
      return old;
    },
    processes: () => [],
    read: async (fd, max = 65536) => {
      await check();
      const d = get(fd);
      if (!d) return E.EBADF;
      const r = await d.file.read(max, waiter);
      await check();
      return r;
    },
    write: async (fd, bytes) => {
      await check();
      const d = get(fd);
      if (!d) return E.EBADF;
      const r = await d.file.write(bytes, waiter);
      if (r === E.EPIPE) k.deliver(p, 13);
      await check();
      return r;
    },
    close: (fd) => {
      const d = get(fd);
      if (!d) return E.EBADF;
      p.fds.delete(fd);
      k.release(d);
      return 0;
    },
    dup: (fd) => {
      const d = get(fd);
      if (!d) return E.EBADF;
      let n = 0;
      while (p.fds.has(n)) n++;
      d.refs++;
      p.fds.set(n, d);
      return n;
    },
    dup2: (a, b) => {
      const d = get(a);
      if (!d) return E.EBADF;
      if (a === b) return b;
      const old = p.fds.get(b);
      d.refs++;
      p.fds.set(b, d);
      if (old) k.release(old);
      return b;
    },
    pipe: () => {
      const [r, w] = k.pipe();
      return [add(r), add(w)];
    },
    poll: async (fds, timeout) => {
      const end = k.time + timeout;
      for (;;) {
        const ready = fds.map((f) => ({ fd: f.fd, ...(get(f.fd)?.file.ready() ?? { in: false, out: false, hup: false, err: true }) })).filter((r) => r.in || r.hup);
        if (ready.length > 0 || k.time >= end) return ready;
        await k.cpu(Math.min(1e7, end - k.time));
        await check();
      }
    },
    fds: () => [...p.fds.keys()].sort((a, b) => a - b),
    fstat: (fd) => get(fd)?.file.stat() ?? E.EBADF,
    open: (path, f) => {
      const full = k.resolve(p, path);
      const tty = full === '/dev/tty' ? k.ttys.values().next().value : k.ttys.get(full);
      if (tty) return add(tty);
      const m = /^\/dev\/fd\/(\d+)$/.exec(full);
      if (m) return sys.dup!(Number(m[1]));
      if (full === '/dev/null') {
        return add({ kind: 'char', path: full, read: async () => new Uint8Array(0), write: async (b) => b.length, ready: () => ({ in: true, out: true, hup: false, err: false }), onReady: () => () => {}, stat: () => st(full) as Stat, release: () => {} });
      }
      let n = k.nodes.get(full);
      if (n?.kind === 'dir' && f.write) return E.EISDIR;
      if (!n) {
        if (!f.create || !parentOk(full)) return E.ENOENT;
        n = k.put(full, 'file');
        n.mode = (f.mode ?? 0o644) & ~p.mask;
      }
      const node = n;
      if (f.truncate) node.data = new Uint8Array(0);
      let pos = 0;
      return add({
        kind: 'file', path: full,
        read: async (max) => { const out = node.data.slice(pos, pos + max); pos += out.length; return out; },
        write: async (b) => {
          if (f.append) pos = node.data.length;
          const out = new Uint8Array(Math.max(node.data.length, pos + b.length));
          out.set(node.data); out.set(b, pos); pos += b.length; node.data = out; node.mtime = k.time;
          return b.length;
        },
        ready: () => ({ in: true, out: true, hup: false, err: false }), onReady: () => () => {}, stat: () => st(full) as Stat, release: () => {},
      });
    },
    stat: st,
    lstat: st,
    readdir: (path) => {
      const full = k.resolve(p, path);
      const n = k.nodes.get(full);
      if (!n) return E.ENOENT;
      if (n.kind !== 'dir') return E.ENOTDIR;
      const base = full === '/' ? '/' : `${full}/`;
      return [...k.nodes].filter(([q]) => q !== full && q.startsWith(base) && !q.slice(base.length).includes('/')).map(([q, x]) => ({ name: q.slice(base.length), kind: x.kind, ino: x.ino }));
    },
    readlink: () => E.EINVAL,
    realpath: (path) => k.resolve(p, path),
    access: (path, m) => {
      const s = st(path);
      if (isErr(s)) return s;
      return m.exec && s.kind === 'file' && !(s.mode & 0o111) ? E.EACCES : 0;
    },
    mkdir: (path) => { k.put(k.resolve(p, path), 'dir'); return 0; },
    unlink: (path) => (k.nodes.delete(k.resolve(p, path)) ? 0 : E.ENOENT),
    chmod: (path, mode) => { const n = k.nodes.get(k.resolve(p, path)); if (!n) return E.ENOENT; n.mode = mode; return 0; },
    readFile: (path) => { const n = k.nodes.get(k.resolve(p, path)); return !n ? E.ENOENT : n.kind === 'dir' ? E.EISDIR : n.data; },
    writeFile: (path, b) => { const full = k.resolve(p, path); if (!parentOk(full)) return E.ENOENT; const n = k.nodes.get(full) ?? k.put(full, 'file'); n.data = b; return 0; },
    gethostname: () => 'node1',
    isatty: (fd) => get(fd)?.file.tty !== undefined,
    tcgetattr: (fd) => get(fd)?.file.tty?.termios ?? E.ENOTTY,
    tcsetattr: (fd, t) => { const y = get(fd)?.file.tty; if (!y) return E.ENOTTY; y.termios = t; return 0; },
    tcgetpgrp: (fd) => get(fd)?.file.tty?.foreground ?? E.ENOTTY,
    tcsetpgrp: (fd, g) => { const y = get(fd)?.file.tty; if (!y) return E.ENOTTY; y.foreground = g; return 0; },
    winsize: (fd) => get(fd)?.file.tty?.winsize ?? E.ENOTTY,
    load: (f) => f(),
  };
  return sys as Sys;
}
export { COOKED };
