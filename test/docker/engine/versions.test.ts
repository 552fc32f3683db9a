/** Clients of older API versions: what they may say, and what they are told. */
import { beforeAll, describe, expect, test } from 'vitest';
import { makeRig, type Rig } from '../rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig();
  await rig.api('POST', '/networks/create', { Name: 'n1' });
  await rig.api('POST', '/networks/create', { Name: 'n2' });
});

const ask = async (method: string, path: string, body?: object): Promise<string> => {
  const { status, body: answer } = await rig.api(method, path, body);
  return `${status} ${answer?.message ?? JSON.stringify(answer?.Warnings)}`;
};
const create = (version: string, body: object): Promise<string> =>
  ask('POST', `/v${version}/containers/create`, { Image: 'busybox', ...body });

describe('POST /containers/create', () => {
  test('several networks since 1.44', async () => {
    const NetworkingConfig = { EndpointsConfig: { n1: {}, n2: {} } };
    const body = { HostConfig: { NetworkMode: 'n1' }, NetworkingConfig };
    expect(await create('1.43', body)).toBe('400 Container cannot be created with multiple network endpoints: n1, n2');
    expect(await create('1.44', body)).toBe('201 []');
  });

  test('options of mounts are checked since 1.42, and some came later', async () => {
    const mount = (more: object): object => ({ HostConfig: { Mounts: [{ Type: 'tmpfs', Target: '/x', ...more }] } });
    const odd = mount({ BindOptions: { Propagation: 'private' } });
    expect(await create('1.42', odd)).toBe('400 BindOptions must not be specified on mount type "tmpfs"');
    const volume = mount({ Type: 'volume', VolumeOptions: { Subpath: 'a' } });
    expect(await create('1.44', volume)).toBe('400 VolumeOptions.Subpath needs API v1.45 or newer');
    expect(await create('1.41', mount({ VolumeOptions: {} }))).toBe('201 []');
  });

  test('the address of a container is that of its endpoint', async () => {
    const MacAddress = '02:00:00:00:00:07';
    const NetworkingConfig = { EndpointsConfig: { n1: { MacAddress: '02:00:00:00:00:08' } } };
    const on = (more: object): object => ({ MacAddress, HostConfig: { NetworkMode: 'n1' }, ...more });
    expect(await create('1.51', on({}))).toContain('The container-wide MacAddress field is now deprecated.');
    expect(await create('1.51', on({ NetworkingConfig }))).toContain('400 the container-wide MAC address must match');
    expect(await create('1.43', { MacAddress, HostConfig: { NetworkMode: 'host' } })).toBe(
      '400 conflicting options: mac-address and the network mode',
    );
    const { body } = await rig.api('POST', '/v1.43/containers/create?name=mac', {
      Image: 'busybox',
      ...on({ NetworkingConfig }),
    });
    expect(body.Warnings).toEqual([]);
    const seen = (await rig.api('GET', '/containers/mac/json')).body;
    expect(seen.NetworkSettings.Networks.n1.MacAddress).toBe(MacAddress);
  });

  test('sysctls of eth0 become options of the endpoint until 1.47', async () => {
    const body = { HostConfig: { Sysctls: { 'net.ipv4.conf.eth0.log_martians': '1' } } };
    expect(await create('1.47', body)).toContain('Migrated sysctl');
    expect(await create('1.48', body)).toBe(
      '500 interface specific sysctl setting "net.ipv4.conf.eth0.log_martians" must be supplied using driver option ' +
        "'com.docker.network.endpoint.sysctls'",
    );
  });

  test('what a structure leaves out is empty', async () => {
    const HostConfig = { LogConfig: {}, RestartPolicy: { MaximumRetryCount: 0 } };
    expect(await create('1.51', { HostConfig })).toBe('201 []');
    const { body } = await rig.api('POST', '/containers/create', { Image: 'busybox', HostConfig });
    const { LogConfig, RestartPolicy } = (await rig.api('GET', `/containers/${body.Id}/json`)).body.HostConfig;
    expect([LogConfig, RestartPolicy]).toEqual([
      { Type: 'json-file', Config: {} },
      { Name: 'no', MaximumRetryCount: 0 },
    ]);
  });

  test('before 1.40 IPC was shareable', async () => {
    for (const [version, mode] of [
      ['1.39', 'shareable'],
      ['1.40', 'private'],
    ]) {
      await rig.api('POST', `/v${version}/containers/create?name=ipc${mode}`, { Image: 'busybox' });
      expect((await rig.api('GET', `/containers/ipc${mode}/json`)).body.HostConfig.IpcMode).toBe(mode);
    }
  });
});

describe('answers', () => {
  test('have the fields of their version', async () => {
    const keys = async (path: string, of: readonly string[]): Promise<string[]> => {
      const { body } = await rig.api('GET', path);
      const one = Array.isArray(body) ? body[0] : body;
      return of.filter((key) => key in one);
    };
    const image = ['VirtualSize', 'ContainerConfig'];
    expect(await keys('/v1.43/images/busybox/json', image)).toEqual(image);
    expect(await keys('/v1.44/images/busybox/json', image)).toEqual(['ContainerConfig']);
    expect(await keys('/v1.51/images/busybox/json', image)).toEqual([]);
    expect(await keys('/v1.43/images/json', ['VirtualSize'])).toEqual(['VirtualSize']);
    const usage = async (v: string): Promise<unknown> => (await rig.api('GET', `/v${v}/system/df`)).body.Images[0];
    expect(await usage('1.43')).toHaveProperty('VirtualSize');
    expect(await usage('1.44')).not.toHaveProperty('VirtualSize');
    const info = ['ExecutionDriver', 'BridgeNfIptables', 'FirewallBackend', 'Containerd'];
    expect(await keys('/v1.24/info', info)).toEqual(['ExecutionDriver', 'BridgeNfIptables']);
    expect(await keys('/v1.49/info', info)).toEqual(['BridgeNfIptables', 'FirewallBackend', 'Containerd']);
    expect(await keys('/v1.51/info', info)).toEqual(['FirewallBackend', 'Containerd']);
  });

  test('name the short id among the aliases until 1.44', async () => {
    const body = { Image: 'busybox', HostConfig: { NetworkMode: 'n2' } };
    const { Id } = (await rig.api('POST', '/containers/create?name=al', body)).body;
    const aliases = async (v: string): Promise<unknown> =>
      (await rig.api('GET', `/v${v}/containers/al/json`)).body.NetworkSettings.Networks.n2.Aliases;
    expect(await aliases('1.44')).toEqual([Id.slice(0, 12)]);
    expect(await aliases('1.45')).toBe(null);
  });
});

test('what is wrong with a request is said before what is not there', async () => {
  expect(await ask('POST', '/containers/nosuch/exec', {})).toBe('400 No exec command specified');
  expect(await ask('POST', '/containers/nosuch/wait?condition=x')).toBe('400 invalid condition: "x"');
  expect(await ask('GET', '/containers/nosuch/logs')).toContain('400 Bad parameters');
  expect(await ask('POST', '/containers/nosuch/start?checkpoint=c')).toBe(
    '400 checkpoint is only supported in experimental mode',
  );
  expect(await ask('GET', '/events?since=20&until=10')).toBe('400 `since` time (20) cannot be after `until` time (10)');
  expect(await ask('POST', '/containers/create')).toBe('400 invalid JSON: got EOF while reading request body');
});
