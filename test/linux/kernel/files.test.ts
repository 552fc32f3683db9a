import { describe, expect, it } from 'vitest';
import { isErr } from '../../../src/linux/kernel/errno.ts';
import type { Sys } from '../../../src/linux/kernel/sys.ts';
import { makeRig, text, utf8 } from './rig.ts';

const say = (sys: Sys, line: string): Promise<unknown> => sys.write(1, utf8(`${line}\n`));
const read = (sys: Sys, path: string): string => {
  const bytes = sys.readFile(path);
  return isErr(bytes) ? bytes.name : text(bytes);
};

describe('overlay', () => {
  it('copies up on write, lists changes and freezes them into a layer', async () => {
    const { kernel } = await makeRig();
    const base = kernel.layer({ '/etc/motd': 'hello\n', '/etc/issue': 'old\n', '/bin/app': { program: 'app' } });
    const fs = kernel.overlay([base]);
    expect(fs.changes()).toEqual([]);
    fs.writeFile('/etc/motd', utf8('changed\n'));
    fs.unlink('/etc/issue');
    fs.writeFile('/var/log/x', utf8('abc'), { parents: true });
    expect(fs.changes()).toEqual([
      { kind: 'C', path: '/etc' },
      { kind: 'D', path: '/etc/issue' },
      { kind: 'C', path: '/etc/motd' },
      { kind: 'A', path: '/var' },
      { kind: 'A', path: '/var/log' },
      { kind: 'A', path: '/var/log/x' },
    ]);
    expect(fs.upperSize).toBe(11);
    const top = fs.freeze();
    expect(top.size).toBe(11);
    fs.writeFile('/var/log/x', utf8('later'));
    const again = kernel.overlay([base, top]);
    expect(text(again.readFile('/var/log/x') as Uint8Array)).toBe('abc');
    expect(text(again.readFile('/etc/motd') as Uint8Array)).toBe('changed\n');
    expect(isErr(again.stat('/etc/issue', true))).toBe(true);
    expect(again.changes()).toEqual([]);
    const other = kernel.overlay([base]);
    expect(text(other.readFile('/etc/motd') as Uint8Array)).toBe('hello\n');
    expect(other.stat('/bin/app', true)).toMatchObject({ program: 'app', mode: 0o755 });
  });
});

describe('paths', () => {
  it('follow symlinks, and refuse loops and files used as directories', async () => {
    const rig = await makeRig();
    const { stdout } = await rig.exec(async (sys) => {
      sys.mkdir('/tmp/d');
      sys.writeFile('/tmp/d/f', utf8('data'));
      sys.symlink('d', '/tmp/l');
      sys.symlink('../tmp/l/f', '/tmp/m');
      sys.symlink('loop', '/tmp/loop');
      await say(sys, read(sys, '/tmp/m'));
      await say(sys, String(sys.realpath('/tmp/l/../l/f')));
      for (const path of ['/tmp/loop', '/tmp/d/f/x', '/tmp/no/x', '']) {
        const s = sys.stat(path);
        await say(sys, isErr(s) ? s.name : 'ok');
      }
      return 0;
    });
    expect(stdout).toBe('data\n/tmp/d/f\nELOOP\nENOTDIR\nENOENT\nENOENT\n');
  });

  it('link, rename and remove as Linux does', async () => {
    const rig = await makeRig();
    const { stdout } = await rig.exec(async (sys) => {
      const name = (r: unknown): string => (isErr(r) ? r.name : String(r));
      sys.mkdir('/tmp/a');
      sys.writeFile('/tmp/a/f', utf8('1'));
      const out = [
        sys.rmdir('/tmp/a'),
        sys.unlink('/tmp/a'),
        sys.link('/tmp/a/f', '/tmp/g'),
        (sys.stat('/tmp/g') as { nlink: number }).nlink,
        sys.rename('/tmp/a', '/tmp/a/b'),
        sys.rename('/tmp/a', '/tmp/z'),
        read(sys, '/tmp/z/f'),
        sys.unlink('/tmp/z/f'),
        sys.rmdir('/tmp/z'),
        sys.unlink('/tmp/none'),
        sys.mkdir('/tmp/g'),
        sys.rename('/tmp/g', '/proc/x'),
      ];
      await say(sys, out.map(name).join(' '));
      return 0;
    });
    expect(stdout).toBe('ENOTEMPTY EISDIR 0 2 EINVAL 0 1 0 0 ENOENT EEXIST EXDEV\n');
  });

  it('see single files through bind mounts', async () => {
    const { kernel } = await makeRig();
    const rootfs = kernel.overlay([kernel.layer({ '/etc/hosts': 'image\n' })]);
    const table = kernel.mounts(rootfs, { pidns: kernel.pidns, netns: kernel.hostNetns });
    kernel.root.fs.writeFile('/var/lib/docker/c/hosts', utf8('bound\n'), { parents: true });
    table.bind('/etc/hosts', kernel.root.fs, '/var/lib/docker/c/hosts', { source: '/dev/vda1' });
    expect(text(table.fs.readFile('/etc/hosts') as Uint8Array)).toBe('bound\n');
    table.fs.writeFile('/etc/hosts', utf8('written inside\n'));
    expect(text(kernel.root.fs.readFile('/var/lib/docker/c/hosts') as Uint8Array)).toBe('written inside\n');
    expect(table.fs.unlink('/etc/hosts')).toMatchObject({ name: 'EBUSY' });
    expect(rootfs.changes()).toEqual([]);
  });
});

describe('open files', () => {
  it('share their position when duplicated, append, seek and truncate', async () => {
    const rig = await makeRig();
    const { stdout } = await rig.exec(async (sys) => {
      const fd = sys.open('/tmp/f', { write: true, read: true, create: true }) as number;
      await sys.write(fd, utf8('hello '));
      const two = sys.dup(fd) as number;
      await sys.write(two, utf8('world'));
      sys.lseek(fd, 0, 'set');
      const bytes = (await sys.read(two)) as Uint8Array;
      const log = sys.open('/tmp/f', { append: true }) as number;
      await sys.write(log, utf8('!'));
      sys.ftruncate(fd, 3);
      await sys.write(log, utf8('?'));
      await say(sys, `${text(bytes)} ${read(sys, '/tmp/f')}`);
      return 0;
    });
    expect(stdout).toBe('hello world hel?\n');
  });

  it('hold a fast writer of a pipe back until it is read', async () => {
    const rig = await makeRig();
    let written = 0;
    rig.program('writer', async (sys) => {
      for (let i = 0; i < 100; i++) {
        await sys.write(1, new Uint8Array(4096));
        written++;
      }
      return 0;
    });
    const { code } = await rig.exec(async (sys) => {
      const [r, w] = sys.pipe();
      sys.spawn('/usr/bin/writer', { argv: ['writer'], fds: { 1: w } });
      sys.close(w);
      await sys.sleep(1e9);
      const full = written;
      let total = 0;
      for (;;) {
        const bytes = (await sys.read(r)) as Uint8Array;
        if (bytes.length === 0) break;
        total += bytes.length;
      }
      return full === 16 && total === 409600 ? 0 : 1;
    });
    expect(code).toBe(0);
  });

  it('are polled', async () => {
    const rig = await makeRig();
    const { stdout } = await rig.exec(async (sys) => {
      const [r, w] = sys.pipe();
      const none = await sys.poll([{ fd: r, in: true }], 1e6);
      sys.fork({ fds: { 1: w } }, async (c) => {
        await c.sleep(1e9);
        await c.write(1, utf8('x'));
        return 0;
      });
      const at = sys.now();
      const some = await sys.poll([{ fd: r, in: true }], Number.POSITIVE_INFINITY);
      await say(sys, JSON.stringify([none, some, Math.round((sys.now() - at) / 1e9)]));
      return 0;
    });
    expect(stdout).toBe('[[],[{"fd":3,"in":true,"out":false,"hup":false,"err":false}],1]\n');
  });
});

describe('/proc and /dev', () => {
  it('show the process to itself', async () => {
    const rig = await makeRig();
    const { stdout } = await rig.exec(async (sys) => {
      await say(sys, `${read(sys, '/proc/self/comm').trim()} ${sys.readlink('/proc/self') === String(sys.pid)}`);
      await say(sys, read(sys, `/proc/${sys.pid}/cmdline`).replaceAll('\0', ' '));
      await say(sys, (sys.readdir('/proc/self/fd') as { name: string }[]).map((e) => e.name).join());
      await say(sys, read(sys, '/proc/sys/kernel/hostname').trim());
      const out = sys.open('/dev/stdout', { write: true }) as number;
      await sys.write(out, utf8('through /dev/stdout\n'));
      const nul = sys.open('/dev/null', { read: true, write: true }) as number;
      await say(sys, `${await sys.write(nul, utf8('gone'))} ${((await sys.read(nul)) as Uint8Array).length}`);
      return 0;
    });
    expect(stdout).toMatch(/^test-1 true\ntest-1 \n0,1,2\nnode1\nthrough \/dev\/stdout\n4 0\n$/);
  });

  it('number processes by the PID namespace of the mount', async () => {
    const rig = await makeRig();
    const fs = rig.kernel.overlay([rig.kernel.layer({ '/bin/p': { program: 'p' } })]);
    const pidns = rig.kernel.pidnsAdd();
    const root = rig.kernel.mounts(fs, { pidns, netns: rig.kernel.hostNetns });
    let seen: unknown;
    rig.world.programs.set('p', {
      name: 'p',
      main: async (sys) => {
        seen = [
          (sys.readdir('/proc') as { name: string }[]).filter((e) => /^\d+$/.test(e.name)).map((e) => e.name),
          sys.processes().length,
        ];
        return 0;
      },
    });
    const p = rig.start(['/bin/p'], { root, pidns, cwd: '/' });
    await rig.until(p.exited);
    expect(seen).toEqual([['1'], 1]);
    expect(p.pid).toBeGreaterThan(1);
  });
});

describe('unix sockets', () => {
  it('carry bytes between processes by path', async () => {
    const rig = await makeRig();
    rig.program('server', async (sys) => {
      const fd = sys.socket('unix', 'stream') as number;
      sys.bind(fd, { path: '/run/s.sock' });
      sys.listen(fd, 5);
      const conn = await sys.accept(fd);
      if (isErr(conn)) return 1;
      const got = (await sys.read(conn.fd)) as Uint8Array;
      await sys.write(conn.fd, utf8(`you said ${text(got)}`));
      return 0;
    });
    const { stdout } = await rig.exec(async (sys) => {
      sys.spawn('/usr/bin/server', { argv: ['server'] });
      await sys.sleep(1e8);
      const fd = sys.socket('unix', 'stream') as number;
      const none = await sys.connect(fd, { path: '/run/other.sock' });
      const ok = await sys.connect(fd, { path: '/run/s.sock' });
      await sys.write(fd, utf8('hi'));
      const answer = text((await sys.read(fd)) as Uint8Array);
      const end = ((await sys.read(fd)) as Uint8Array).length;
      await say(sys, `${isErr(none) && none.name} ${ok} ${answer} ${end}`);
      return 0;
    });
    expect(stdout).toBe('ENOENT 0 you said hi 0\n');
  });

  it('answer HTTP for a service of the kernel owner', async () => {
    const rig = await makeRig();
    const stop = rig.kernel.serve('/run/docker.sock', {
      handle: async (q) => ({
        status: 200,
        headers: { 'x-path': q.path },
        body: utf8(`${q.method} ${q.query.get('a')}`),
      }),
    });
    const { stdout } = await rig.exec(async (sys) => {
      const fd = sys.socket('unix', 'stream') as number;
      await sys.connect(fd, { path: '/var/run/docker.sock' });
      await sys.write(fd, utf8('GET /x?a=1 HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n'));
      for (;;) {
        const bytes = (await sys.read(fd)) as Uint8Array;
        if (bytes.length === 0) break;
        await sys.write(1, bytes);
      }
      return 0;
    });
    expect(stdout).toBe('HTTP/1.1 200 OK\r\nX-Path: /x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nGET 1');
    stop();
    const gone = await rig.exec(async (sys) => (isErr(sys.service('/run/docker.sock')) ? 1 : 0));
    expect(gone.code).toBe(1);
  });
});
