import { expect, test } from 'vitest';
import { CREATE, EXEC } from '../../../src/docker/engine/decode/containers.ts';
import { decode } from '../../../src/docker/engine/decode/decode.ts';
import { NETWORK_CREATE } from '../../../src/docker/engine/decode/networks.ts';

const fault = (body: unknown, type = CREATE): string | undefined => decode(body, type).fault;

test('values of the wrong type are told as Go tells them', () => {
  const into = 'json: cannot unmarshal';
  expect(fault({ HostConfig: { Memory: '1g' } })).toBe(
    `${into} string into Go struct field HostConfig.HostConfig.Resources.Memory of type int64`,
  );
  expect(fault({ HostConfig: { Binds: [1] } })).toBe(
    `${into} number into Go struct field HostConfig.HostConfig.Binds of type string`,
  );
  expect(fault({ Image: 7 })).toBe(`${into} number into Go struct field CreateRequest.Config.Image of type string`);
  expect(fault({ HostConfig: [] })).toBe(
    `${into} array into Go struct field CreateRequest.HostConfig of type container.HostConfig`,
  );
  expect(fault([])).toBe(`${into} array into Go value of type container.CreateRequest`);
  expect(fault({ HostConfig: { BlkioWeight: 70000 } })).toContain('number 70000 into');
  expect(fault({ HostConfig: { CpuShares: 1.5 } })).toContain('number 1.5 into');
  expect(fault({ NetworkingConfig: { EndpointsConfig: { net: { Aliases: 'web' } } } })).toBe(
    `${into} string into Go struct field EndpointSettings.NetworkingConfig.EndpointsConfig.Aliases of type []string`,
  );
  expect(fault({ Name: 'n', Internal: 'yes' }, NETWORK_CREATE)).toBe(
    `${into} string into Go struct field CreateRequest.CreateOptions.Internal of type bool`,
  );
});

test('the first of several faults is told', () => {
  expect(fault({ Tty: 'x', Image: 7 })).toContain('Config.Tty');
});

test('names in any case, null as absent or zero, a word as a list of one', () => {
  const body = { tty: true, detachKeys: 'ctrl-x', Env: null, Cmd: ['a', null] };
  expect(decode(body, EXEC).value).toEqual({ Tty: true, DetachKeys: 'ctrl-x', Cmd: ['a', ''] });
  expect(decode({ Cmd: 'ls', Volumes: { '/x': null }, Labels: { a: null } }, CREATE).value).toEqual({
    Cmd: ['ls'],
    Volumes: { '/x': {} },
    Labels: { a: '' },
  });
  expect(decode({ IPAM: { Config: [null] } }, NETWORK_CREATE).value).toEqual({ IPAM: { Config: [{}] } });
});

test('what was read is written in the order of Go, and whole where nothing is left out', () => {
  const HostConfig = {
    Sysctls: { z: '1', a: '2' },
    PortBindings: { '9/tcp': [{ HostPort: '1' }, null], '80/tcp': null },
    Mounts: [{ Target: '/x', VolumeOptions: { Labels: { z: '', a: '' }, NoCopy: true }, Type: 'volume' }],
  };
  const { value } = decode({ HostConfig, Image: 'i' }, CREATE);
  expect(JSON.stringify(value)).toBe(
    '{"Image":"i","HostConfig":{"PortBindings":{"80/tcp":null,"9/tcp":[{"HostIp":"","HostPort":"1"},{"HostIp":"","HostPort":""}]},' +
      '"Sysctls":{"a":"2","z":"1"},' +
      '"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"NoCopy":true,"Labels":{"a":"","z":""}}}]}}',
  );
});
