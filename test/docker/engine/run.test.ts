import { beforeAll, expect, test } from 'vitest';
import { utf8 } from '../../../src/base/http.ts';
import { formatPrefix } from '../../../src/base/ip.ts';
import type { Program } from '../../../src/linux/kernel/machine.ts';
import { makeRig, type Rig } from '../rig.ts';

/** What the containers of these tests run: busybox, by the first word. */
const busybox: Program = {
  name: 'busybox',
  async main(sys) {
    const [name, ...args] = sys.argv;
    const applet = (name ?? '').split('/').pop();
    if (applet === 'echo') await sys.write(1, utf8(`${args.join(' ')}\n`));
    if (applet === 'sleep') await sys.sleep(Number(args[0]) * 1e9);
    if (applet === 'top') for (;;) await sys.sleep(1e9);
    if (applet === 'cat' && args[0]) {
      const b = sys.readFile(args[0]);
      await sys.write(1, b instanceof Uint8Array ? b : utf8('?'));
    }
    return applet === 'false' ? 1 : 0;
  },
};

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig([busybox]);
});

const create = async (name: string, body: object): Promise<string> => {
  const made = await rig.api('POST', `/containers/create?name=${name}`, { Image: 'busybox', ...body });
  expect(made.body.message).toBeUndefined();
  return made.body.Id;
};

test('the default networks and docker0 with its rules', async () => {
  const nets = await rig.api('GET', '/v1.51/networks');
  expect(nets.body.map((n: { Name: string }) => n.Name)).toEqual(['host', 'none', 'bridge']);
  const net = rig.kernel.net(rig.kernel.hostNetns);
  expect(net.link('docker0')?.up).toBe(true);
  const filter = net.nfChains(4, 'filter');
  expect(filter.find((c) => c.name === 'FORWARD')?.policy).toBe('DROP');
  expect(filter.find((c) => c.name === 'DOCKER-FORWARD')?.rules.map((r) => r.rule.target)).toEqual([
    { kind: 'jump', chain: 'DOCKER-CT' },
    { kind: 'jump', chain: 'DOCKER-ISOLATION-STAGE-1' },
    { kind: 'jump', chain: 'DOCKER-BRIDGE' },
    { kind: 'ACCEPT' },
  ]);
});

test('a container runs, writes its log, ends with its code', async () => {
  const id = await create('one', { Cmd: ['echo', 'hello'] });
  expect((await rig.api('POST', `/containers/${id}/start`)).status).toBe(204);
  const waited = await rig.api('POST', `/containers/one/wait`);
  expect(waited.body).toEqual({ StatusCode: 0 });
  const logs = await rig.api('GET', '/containers/one/logs?stdout=1&stderr=1');
  expect([...logs.body.slice(0, 8)]).toEqual([1, 0, 0, 0, 0, 0, 0, 6]);
  const seen = await rig.api('GET', '/containers/one/json');
  expect(seen.body.State).toMatchObject({ Status: 'exited', ExitCode: 0, Running: false, Pid: 0 });
  expect(seen.body.NetworkSettings.Ports).toEqual({});
});

test('a long one: addresses, files, stop, restart, remove', async () => {
  await create('two', { Cmd: ['top'] });
  await rig.api('POST', '/containers/two/start');
  const seen = await rig.api('GET', '/containers/two/json');
  expect(seen.body.State.Status).toBe('running');
  expect(seen.body.NetworkSettings.IPAddress).toBe('172.17.0.2');
  const exec = await rig.api('POST', '/containers/two/exec', { Cmd: ['cat', '/etc/hosts'], AttachStdout: true });
  const fs = rig.kernel.root.fs.readFile(`/var/lib/docker/containers/${seen.body.Id}/hosts`);
  expect(new TextDecoder().decode(fs as Uint8Array)).toContain(`172.17.0.2\t${seen.body.Id.slice(0, 12)}\n`);
  expect(exec.status).toBe(201);
  expect((await rig.api('POST', '/containers/two/start')).status).toBe(304);
  expect((await rig.api('DELETE', '/containers/two')).body.message).toMatch(/^cannot remove container "two"/);
  expect((await rig.api('POST', '/containers/two/stop?t=1')).status).toBe(204);
  expect((await rig.api('GET', '/containers/two/json')).body.State.ExitCode).toBe(137);
  const list = await rig.api('GET', '/containers/json?all=1');
  expect(list.body[0].Status).toMatch(/^Exited \(137\) Less than a second ago|1 second ago/);
  expect((await rig.api('POST', '/containers/two/restart?t=0')).status).toBe(204);
  expect((await rig.api('DELETE', '/containers/two?force=1')).status).toBe(204);
  expect((await rig.api('GET', '/containers/two/json')).status).toBe(404);
  expect(
    rig.kernel
      .net(rig.kernel.hostNetns)
      .links()
      .map((l) => l.name),
  ).toEqual(['lo', 'eth0', 'docker0']);
});

test('a program that is not there', async () => {
  await create('bad', { Cmd: ['nosuch'] });
  const started = await rig.api('POST', '/containers/bad/start');
  expect(started.status).toBe(400);
  expect(started.body.message).toBe(
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: ' +
      'unable to start container process: error during container init: exec: "nosuch": executable file not found in $PATH',
  );
  const seen = await rig.api('GET', '/containers/bad/json');
  expect(seen.body.State).toMatchObject({ Status: 'created', ExitCode: 127 });
});

test('forwarding is on; a container has its address and its default route', async () => {
  expect(rig.kernel.sysctl(rig.kernel.hostNetns, 'net.ipv4.ip_forward')).toBe('1');
  const id = await create('four', { Cmd: ['top'] });
  await rig.api('POST', `/containers/${id}/start`);
  await rig.pass(2e9);
  const c = rig.dockerd.daemon.containers.get(id);
  const net = rig.kernel.net(c?.running?.netns ?? 0);
  const four = net.addrs().filter((a) => a.prefix.addr.v === 4);
  expect(four.map((a) => `${a.label} ${formatPrefix(a.prefix)}`)).toEqual(['lo 127.0.0.1/8', 'eth0 172.17.0.2/16']);
  expect(net.routes(4).find((r) => r.dst === undefined)?.ifindex).toBe(net.link('eth0')?.ifindex);
});
