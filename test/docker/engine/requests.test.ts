/** Parameters of requests that are none. */
import { beforeAll, expect, test } from 'vitest';
import { makeRig, type Rig } from '../rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig();
});

const refused = async (method: string, path: string, body?: object): Promise<string> => {
  const { status, body: answer } = await rig.api(method, path, body);
  return `${status} ${answer.message}`;
};

test('numbers, filters and types are checked', async () => {
  const atoi = '500 strconv.Atoi: parsing "abc": invalid syntax';
  await rig.api('POST', '/containers/create?name=one', { Image: 'busybox', Cmd: ['true'] });
  expect(await refused('GET', '/containers/json?limit=abc')).toBe(atoi);
  expect(await refused('POST', '/containers/one/stop?t=abc')).toBe(atoi);
  expect(await refused('GET', '/containers/one/logs?stdout=1&since=abc')).toBe(
    '500 strconv.ParseInt: parsing "abc": invalid syntax',
  );
  expect(await refused('GET', '/system/df?type=bogus')).toBe('400 unknown object type: bogus');
  expect((await rig.api('GET', '/system/df?type=volume')).body).toMatchObject({ Images: null, Volumes: [] });
  expect(await refused('GET', '/volumes?filters={"bogus":["x"]}')).toBe("400 invalid filter 'bogus'");
  expect(await refused('GET', '/containers/json?filters={"is-task":["x"]}')).toBe("400 invalid filter 'is-task=[x]'");
  expect(await refused('GET', '/containers/json?filters={"health":["x"]}')).toBe(
    "400 invalid filter 'health=x': invalid value for health (x): must be one of none, starting, healthy, unhealthy",
  );
});

test('a container needs settings and an image of its platform', async () => {
  expect(await refused('POST', '/containers/create', { HostConfig: {} })).toBe(
    '400 config cannot be empty in order to create a container',
  );
  const create = (platform: string): Promise<string> =>
    refused('POST', `/containers/create?platform=${platform}`, { Image: 'busybox' });
  expect(await create('linux/arm64')).toContain('404 image with reference busybox was found but does not match');
  expect(await create('foobar')).toBe('400 "foobar": unknown operating system or architecture: invalid argument');
  expect(await create('linux/amd64')).toContain('201');
});

test('volumes that nothing uses are found as dangling', async () => {
  for (const Name of ['used', 'free']) await rig.api('POST', '/volumes/create', { Name });
  await rig.api('POST', '/containers/create', { Image: 'busybox', HostConfig: { Binds: ['used:/x'] } });
  const names = async (dangling: string): Promise<string[]> =>
    (await rig.api('GET', `/volumes?filters={"dangling":["${dangling}"]}`)).body.Volumes.map(
      (v: { Name: string }) => v.Name,
    );
  expect([await names('true'), await names('false')]).toEqual([['free'], ['used']]);
});

test('the settings of a commit go before those of the container', async () => {
  await rig.api('POST', '/containers/create?name=two', { Image: 'busybox', Cmd: ['true'], Env: ['A=1'] });
  await rig.api('POST', '/commit?container=two&repo=two', { Env: ['B=2'], Cmd: ['top'] });
  const { Config } = (await rig.api('GET', '/images/two/json')).body;
  expect([Config.Env.includes('A=1'), Config.Env.includes('B=2'), Config.Cmd]).toEqual([true, true, ['top']]);
});

test('hosts, kernel parameters and device rules are checked', async () => {
  const create = (HostConfig: object): Promise<string> =>
    refused('POST', '/containers/create', { Image: 'busybox', Cmd: ['true'], HostConfig });
  expect(await create({ ExtraHosts: ['a'] })).toBe('400 bad format for add-host: "a"');
  expect(await create({ ExtraHosts: ['a:b'] })).toBe('400 invalid IP address in add-host: "b"');
  expect(await create({ ExtraHosts: ['a:::1', 'b:host-gateway', 'c:10.0.0.1'] })).toContain('201');
  const start = async (HostConfig: object): Promise<string> => {
    const { Id } = (await rig.api('POST', '/containers/create', { Image: 'busybox', Cmd: ['true'], HostConfig })).body;
    const { status, body } = await rig.api('POST', `/containers/${Id}/start`);
    return `${status} ${body?.message ?? ''}`;
  };
  const none = { NetworkMode: 'none' };
  const own = (name: string): object => ({ ...none, Sysctls: { [name]: '1' } });
  expect(await start(own('kernel.foo'))).toContain('sysctl "kernel.foo" is not in a separate kernel namespace');
  expect(await start(own('kernel.hostname'))).toContain('is not allowed as it conflicts with the OCI "hostname" field');
  expect(await start(own('kernel.msgmax'))).toContain('204');
  expect(await start({ ...own('kernel.msgmax'), IpcMode: 'host' })).toContain('is not allowed in the hosts ipc');
  expect(await start({ ...none, DeviceCgroupRules: ['x'] })).toBe("500 invalid device cgroup rule format: 'x'");
  expect(await start({ ...none, DeviceCgroupRules: ['c *:* rwm'] })).toContain('204');
  expect(await start({ ...none, DeviceRequests: [{ Driver: 'gpu', Count: -1 }] })).toBe(
    '500 could not select device driver "gpu" with capabilities: []',
  );
});

test('namespaces have the names that there are', async () => {
  const create = async (HostConfig: object): Promise<string> =>
    refused('POST', '/containers/create?name=modes', { Image: 'busybox', Cmd: ['true'], HostConfig });
  expect(await create({ CgroupnsMode: 'x' })).toBe('400 invalid cgroup namespace mode: x');
  for (const [mode, what] of [
    ['PidMode', 'PID'],
    ['UTSMode', 'UTS'],
  ]) {
    expect(await create({ [mode as string]: 'x' })).toContain('201');
    expect(await refused('POST', '/containers/modes/start')).toBe(`500 invalid ${what} mode: x`);
    await rig.api('DELETE', '/containers/modes');
  }
});

test('what a build, an archive and experiments are asked for is checked first', async () => {
  const json = 'invalid character';
  for (const [path, said] of [
    ['buildargs=x', `400 error reading build args: ${json} 'x' looking for beginning of value`],
    ['buildargs={"a":1}', '400 error reading build args: json: cannot unmarshal number into Go value of type string'],
    ['labels=[]', '400 error reading labels: json: cannot unmarshal array into Go value of type map[string]string'],
    ['cachefrom={', '400 error reading cache-from: unexpected end of JSON input'],
    [
      'ulimits={}',
      '400 error reading ulimit settings: json: cannot unmarshal object into Go value of type []*units.Ulimit',
    ],
    ['outputs=x', `400 invalid outputs specified: ${json} 'x' looking for beginning of value`],
    ['shmsize=x', '500 strconv.ParseInt: parsing "x": invalid syntax'],
    ['isolation=foo', '400 unsupported isolation: "foo"'],
    ['version=3', '400 invalid version "3"'],
    ['squash=1', '400 squash is only supported with experimental mode'],
    ['securityopt=a', '400 security options are not supported on linux'],
  ] as const)
    expect(await refused('POST', `/build?${path}`)).toBe(said);
  for (const method of ['GET', 'HEAD', 'PUT'])
    expect((await rig.api(method, '/containers/nobody/archive')).status).toBe(400);
  expect(await refused('PUT', '/containers/nobody/archive')).toBe('400 bad parameter: pathcannot be empty');
  for (const [method, path] of [
    ['GET', ''],
    ['POST', ''],
    ['DELETE', '/one'],
  ] as const)
    expect(await refused(method, `/containers/nobody/checkpoints${path}`)).toContain(
      '501 This experimental feature is',
    );
});
