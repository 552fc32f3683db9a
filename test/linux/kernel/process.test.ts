import { describe, expect, it } from 'vitest';
import { EINTR, EPIPE, isErr } from '../../../src/linux/kernel/errno.ts';
import { SIGNALS } from '../../../src/linux/kernel/signal.ts';
import type { Sys, WaitStatus } from '../../../src/linux/kernel/sys.ts';
import { makeRig, text, utf8 } from './rig.ts';

const say = (sys: Sys, line: string): Promise<unknown> => sys.write(1, utf8(`${line}\n`));
const { SIGTERM, SIGKILL, SIGPIPE, SIGCHLD, SIGUSR1, SIGTSTP, SIGCONT } = SIGNALS;

describe('processes', () => {
  it('run a program with its arguments and environment and give its exit code', async () => {
    const rig = await makeRig();
    rig.program('show', async (sys) => {
      await say(sys, `${sys.argv.join(' ')} ${sys.env.WHO} ${sys.cwd()}`);
      return 7;
    });
    expect(await rig.run(['show', 'a', 'b'], { env: { WHO: 'me' } })).toEqual({
      code: 7,
      signal: 0,
      stdout: 'show a b me /root\n',
      stderr: '',
    });
  });

  it('say why when their code does not arrive, and run when it does', async () => {
    const rig = await makeRig();
    rig.program('late', async () => 0);
    const entry = rig.world.programs.get('late');
    rig.world.programs.set('late', async () => {
      throw new Error('chunk is gone');
    });
    expect(await rig.run(['late'])).toEqual({
      code: 127,
      signal: 0,
      stdout: '',
      stderr: 'late: error while loading shared libraries: Error: chunk is gone\n',
    });
    rig.world.programs.set('late', entry as never);
    expect((await rig.run(['late'])).code).toBe(0);
  });

  it('spawn, wait and leave a zombie until they are waited for', async () => {
    const rig = await makeRig();
    rig.program('three', async () => 3);
    const { stdout } = await rig.exec(async (sys) => {
      const pid = sys.spawn('/usr/bin/three', { argv: ['three'] });
      if (isErr(pid)) return 1;
      await sys.sleep(1e9);
      const zombie = sys.processes().find((p) => p.pid === pid);
      const status = (await sys.wait(pid)) as WaitStatus;
      const again = await sys.wait(pid);
      await say(sys, `${zombie?.state} ${status.state} ${status.code} ${isErr(again) ? again.name : ''}`);
      return 0;
    });
    expect(stdout).toBe('Z exited 3 ECHILD\n');
  });

  it('refuse what is not there or may not run', async () => {
    const rig = await makeRig();
    const { stdout } = await rig.exec(async (sys) => {
      sys.writeFile('/tmp/plain', utf8('x'));
      sys.writeFile('/tmp/text', utf8('echo hi\n'), 0o777);
      for (const path of ['/nope', '/tmp', '/tmp/plain', '/tmp/text', '/tmp/plain/x']) {
        const r = sys.spawn(path, { argv: [path] });
        await say(sys, isErr(r) ? r.name : 'started');
      }
      return 0;
    });
    expect(stdout).toBe('ENOENT\nEACCES\nEACCES\nENOEXEC\nENOTDIR\n');
  });

  it('run scripts through their interpreter', async () => {
    const rig = await makeRig();
    rig.program('interp', async (sys) => {
      await say(sys, sys.argv.join('|'));
      return 0;
    });
    const { stdout } = await rig.exec(async (sys) => {
      sys.writeFile('/tmp/s', utf8('#!/usr/bin/interp -x y\nbody\n'), 0o755);
      const pid = sys.spawn('/tmp/s', { argv: ['s', 'arg'] });
      if (!isErr(pid)) await sys.wait(pid);
      return 0;
    });
    expect(stdout).toBe('/usr/bin/interp|-x y|/tmp/s|arg\n');
  });

  it('replace themselves by exec', async () => {
    const rig = await makeRig();
    rig.program('second', async (sys) => {
      await say(sys, `${sys.pid} ${sys.argv.join(' ')}`);
      return 9;
    });
    let pid = 0;
    const r = await rig.exec(async (sys) => {
      pid = sys.pid;
      await sys.exec('/usr/bin/second', ['second', 'x']);
      return 1;
    });
    expect(r).toMatchObject({ code: 9, stdout: `${pid} second x\n` });
  });

  it('fork with their own descriptors', async () => {
    const rig = await makeRig();
    const { stdout } = await rig.exec(async (sys) => {
      const [r, w] = sys.pipe();
      const pid = sys.fork({ fds: { 1: w } }, async (child) => {
        await say(child, `child of ${child.ppid === sys.pid} ${child.fds().join()}`);
        return 0;
      });
      sys.close(w);
      const got = (await sys.read(r)) as Uint8Array;
      if (!isErr(pid)) await sys.wait(pid);
      await say(sys, text(got).trim());
      return 0;
    });
    expect(stdout).toBe('child of true 1\n');
  });
});

describe('signals', () => {
  it('end a process that has no handler, and call the handler of one that has', async () => {
    const rig = await makeRig();
    rig.program('plain', async (sys) => {
      await sys.sleep(1e12);
      return 0;
    });
    rig.program('handles', async (sys) => {
      let got = 0;
      sys.sigaction(SIGTERM, (n) => {
        got = n;
      });
      const slept = await sys.sleep(1e12);
      return slept === EINTR ? got : 1;
    });
    const { stdout } = await rig.exec(async (sys) => {
      for (const name of ['plain', 'handles']) {
        const pid = sys.spawn(`/usr/bin/${name}`, { argv: [name] });
        if (isErr(pid)) return 1;
        await sys.sleep(1e8);
        sys.kill(pid, SIGTERM);
        const s = (await sys.wait(pid)) as WaitStatus;
        await say(sys, `${s.state} ${s.code} ${s.signal}`);
      }
      return 0;
    });
    expect(stdout).toBe('signaled 0 15\nexited 15 0\n');
  });

  it('stop the writer of a pipe without readers with SIGPIPE, or give EPIPE when it is ignored', async () => {
    const rig = await makeRig();
    rig.program('yes', async (sys) => {
      if (sys.argv[1] === 'ignore') sys.sigaction(SIGPIPE, 'ignore');
      for (;;) {
        const n = await sys.write(1, utf8('y\n'.repeat(1000)));
        if (n === EPIPE) return 5;
      }
    });
    const { stdout } = await rig.exec(async (sys) => {
      for (const arg of ['die', 'ignore']) {
        const [r, w] = sys.pipe();
        const pid = sys.spawn('/usr/bin/yes', { argv: ['yes', arg], fds: { 1: w } });
        sys.close(w);
        await sys.read(r, 10);
        sys.close(r);
        const s = (await sys.wait(pid as number)) as WaitStatus;
        await say(sys, `${s.state} ${s.code} ${s.signal}`);
      }
      return 0;
    });
    expect(stdout).toBe('signaled 0 13\nexited 5 0\n');
  });

  it('stop and continue, and tell the parent', async () => {
    const rig = await makeRig();
    const ticks: number[] = [];
    rig.program('tick', async (sys) => {
      for (let i = 0; i < 6; i++) {
        await sys.sleep(1e9);
        ticks.push(Math.round(sys.now() / 1e9));
      }
      return 0;
    });
    const { stdout } = await rig.exec(async (sys) => {
      const chld: number[] = [];
      sys.sigaction(SIGCHLD, () => chld.push(1));
      const pid = sys.spawn('/usr/bin/tick', { argv: ['tick'], pgid: 0 }) as number;
      await sys.sleep(2.5e9);
      sys.kill(pid, SIGTSTP);
      const s = (await sys.wait(pid, { untraced: true })) as WaitStatus;
      const state = sys.processes().find((p) => p.pid === pid)?.state;
      await sys.sleep(10e9);
      sys.kill(pid, SIGCONT);
      let end = await sys.wait(pid);
      while (end === EINTR) end = await sys.wait(pid);
      await say(sys, `${s.state} ${s.signal} ${state} ${(end as WaitStatus).state} ${chld.length >= 2}`);
      return 0;
    });
    expect(stdout).toBe('stopped 20 T exited true\n');
    expect(ticks.slice(0, 2)).toEqual([1, 2]);
    expect(ticks[2]).toBeGreaterThanOrEqual(12);
  });

  it('do not reach pid 1 of a container unless it has a handler; SIGKILL does from outside', async () => {
    const rig = await makeRig();
    rig.program('init', async (sys) => {
      expect(sys.pid).toBe(1);
      const child = sys.spawn('/usr/bin/inner', { argv: ['inner'] });
      await sys.wait(child as number);
      for (;;) await sys.sleep(1e12);
    });
    let inner: unknown;
    rig.program('inner', async (sys) => {
      sys.kill(1, SIGKILL);
      sys.kill(1, SIGTERM);
      inner = [sys.pid, sys.ppid];
      return 0;
    });
    const p = rig.start(['init'], { pidns: 'new' });
    await rig.pass(1e9);
    expect(inner).toEqual([2, 1]);
    rig.kernel.kill(p.pid, SIGTERM);
    await rig.pass(1e9);
    expect(p.alive).toBe(true);
    rig.kernel.kill(p.pid, SIGKILL);
    expect(await p.exited).toMatchObject({ state: 'signaled', signal: 9 });
  });

  it('kill everything in a PID namespace when its pid 1 ends', async () => {
    const rig = await makeRig();
    rig.program('forever', async (sys) => {
      for (;;) await sys.sleep(1e12);
    });
    rig.program('init', async (sys) => {
      sys.spawn('/usr/bin/forever', { argv: ['forever'] });
      await sys.sleep(1e9);
      return 4;
    });
    const p = rig.start(['init'], { pidns: 'new' });
    await rig.pass(5e8);
    expect(rig.kernel.processes(p.pidns)).toHaveLength(2);
    const before = rig.kernel.processes().length;
    await rig.until(p.exited);
    expect(rig.kernel.processes(p.pidns)).toHaveLength(0);
    expect(rig.kernel.processes()).toHaveLength(before - 2);
  });

  it('go to a whole process group', async () => {
    const rig = await makeRig();
    rig.program('forever', async (sys) => {
      for (;;) await sys.sleep(1e12);
    });
    const { stdout } = await rig.exec(async (sys) => {
      const a = sys.spawn('/usr/bin/forever', { argv: ['a'], pgid: 0 }) as number;
      const b = sys.spawn('/usr/bin/forever', { argv: ['b'], pgid: a }) as number;
      const c = sys.spawn('/usr/bin/forever', { argv: ['c'] }) as number;
      sys.kill(-a, SIGUSR1);
      const ended = [(await sys.wait(-1)) as WaitStatus, (await sys.wait(-1)) as WaitStatus].map((s) => s.pid);
      const none = await sys.wait(c, { noHang: true });
      sys.kill(c, SIGKILL);
      await say(sys, `${ended.join() === [a, b].join()} ${none}`);
      return 0;
    });
    expect(stdout).toBe('true 0\n');
  });
});

describe('time', () => {
  it('lets others run while one computes, in the same order every time', async () => {
    const once = async (): Promise<string> => {
      const rig = await makeRig();
      rig.program('busy', async (sys) => {
        for (let i = 0; i < 50; i++) {
          await sys.cpu(3e5);
          if (i % 10 === 0) await say(sys, `${sys.argv[1]}${i}@${sys.now()}`);
        }
        return 0;
      });
      return (
        await rig.exec(async (sys) => {
          for (const name of ['a', 'b']) sys.spawn('/usr/bin/busy', { argv: ['busy', name] });
          while (!isErr(await sys.wait(-1)));
          return 0;
        })
      ).stdout;
    };
    const first = await once();
    expect(first.indexOf('b0')).toBeLessThan(first.indexOf('a40'));
    expect(await once()).toBe(first);
  });

  it('freezes and thaws a PID namespace', async () => {
    const rig = await makeRig();
    let count = 0;
    rig.program('count', async (sys) => {
      for (;;) {
        await sys.sleep(1e9);
        count++;
      }
    });
    const p = rig.start(['count'], { pidns: 'new' });
    await rig.pass(3.5e9);
    rig.kernel.freeze(p.pidns, true);
    await rig.pass(10e9);
    expect(count).toBe(3);
    rig.kernel.freeze(p.pidns, false);
    await rig.pass(2e9);
    expect(count).toBeGreaterThan(3);
  });
});

describe('descriptors given by the owner', () => {
  it('are /dev/null where the first three are missing', async () => {
    const rig = await makeRig();
    const [r, w] = rig.kernel.pipe();
    rig.program('look', async (sys) => {
      await say(sys, [0, 1, 2].map((fd) => sys.fdPath(fd)).join(' '));
      return sys.pipe()[0];
    });
    const p = rig.start(['look'], { fds: [undefined, w] });
    await rig.until(p.exited);
    expect((await rig.drain(r)).replace(/\d+/, 'N')).toBe('/dev/null pipe:[N] /dev/null\n');
    expect(await p.exited).toMatchObject({ code: 3 });
    expect(rig.kernel.daemon(['d']).sys.fds()).toEqual([0, 1, 2]);
  });
});

describe('sessions', () => {
  it('hang orphaned stopped jobs up when their shell ends', async () => {
    const rig = await makeRig();
    const got: number[] = [];
    rig.program('job', async (sys) => {
      for (const n of [SIGNALS.SIGHUP, SIGCONT]) sys.sigaction(n, (signal) => got.push(signal));
      await sys.sleep(100e9);
      await sys.sleep(1e9);
      return 0;
    });
    rig.program('shell', async (sys) => {
      const pid = sys.spawn('/usr/bin/job', { argv: ['job'], pgid: 0 }) as number;
      await sys.sleep(1e9);
      sys.kill(pid, SIGTSTP);
      await sys.wait(pid, { untraced: true });
      return 0;
    });
    rig.start(['shell']);
    await rig.pass(50e9);
    expect(got).toEqual([SIGNALS.SIGHUP, SIGCONT]);
  });

  it('interrupt a sleep after a stop as before it', async () => {
    const rig = await makeRig();
    let end: unknown;
    rig.program('sleeper', async (sys) => {
      sys.sigaction(SIGUSR1, () => {});
      end = await sys.sleep(1e12);
      return 0;
    });
    const p = rig.start(['sleeper']);
    await rig.pass(1e9);
    for (const n of [SIGNALS.SIGSTOP, SIGCONT, SIGUSR1]) rig.kernel.kill(p.pid, n);
    await rig.until(p.exited);
    expect(end).toBe(EINTR);
  });
});
