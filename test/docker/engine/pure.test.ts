import { expect, test } from 'vitest';
import { Rng } from '../../../src/base/rng.ts';
import { Filters } from '../../../src/docker/engine/filters.ts';
import { hostConfig, mergeConfig } from '../../../src/docker/engine/hostconfig.ts';
import { ContainerLog } from '../../../src/docker/engine/log.ts';
import { generateName, validName } from '../../../src/docker/engine/names.ts';
import { checkBindings, parsePortKey, parseRange, portFilter, portRequests } from '../../../src/docker/engine/ports.ts';
import { matchPath } from '../../../src/docker/engine/router.ts';
import { frame } from '../../../src/docker/engine/stdcopy.ts';
import type { Failure } from '../../../src/docker/errdefs.ts';

test('paths: one segment, several segments, none', () => {
  expect(matchPath('/containers/{id}/json', '/containers/web/json')).toEqual({ id: 'web' });
  expect(matchPath('/images/{name*}/json', '/images/training/webapp/json')).toEqual({ name: 'training/webapp' });
  expect(matchPath('/containers/{id}/json', '/containers/json')).toBeUndefined();
  expect(matchPath('/networks/{id*}', '/networks/x/y')).toEqual({ id: 'x/y' });
  expect(matchPath('/images/{name*}', '/images/')).toBeUndefined();
});

test('filters in both forms, and what is none', () => {
  const both = ['{"name":{"web":true}}', '{"name":["web"]}'].map((s) => Filters.parse(s) as Filters);
  for (const f of both) {
    expect(f.match('name', 'web2')).toBe(true);
    expect(f.match('name', 'db')).toBe(false);
    expect(f.check(['label'])?.message).toBe("invalid filter 'name'");
  }
  expect((Filters.parse('xx') as Failure).message).toBe('invalid filter');
  const labels = Filters.parse('{"label":["a=b","c"]}') as Filters;
  expect(labels.labels({ a: 'b', c: '' })).toBe(true);
  expect(labels.labels({ a: 'x', c: '' })).toBe(false);
});

test('ports', () => {
  expect(parsePortKey('53/udp')).toEqual({ port: 53, proto: 'udp' });
  expect(parseRange('99999')).toBeUndefined();
  expect(parseRange('7000-7003')).toEqual([7000, 7003]);
  expect(checkBindings({ '80/tcp': [{ HostIp: '', HostPort: '99999' }] })?.message).toBe(
    'invalid port specification: "99999"',
  );
  expect(portFilter('8000-8010')?.({ port: 8005, proto: 'tcp' })).toBe(true);
  expect(portFilter('80')?.({ port: 80, proto: 'udp' })).toBe(false);
  const all = portRequests({ '90/tcp': {}, '100/tcp': {} }, { PortBindings: {}, PublishAllPorts: true });
  expect(all.map((r) => [r.port, r.hostPort])).toEqual([
    [90, 0],
    [100, 0],
  ]);
});

test('made-up names are of the engine lists, and are not given twice', () => {
  const rng = new Rng(7);
  const seen = new Set<string>();
  for (let i = 0; i < 200; i++) seen.add(generateName(rng, (n) => seen.has(n)));
  expect(seen.size).toBe(200);
  expect([...seen].every((n) => /^[a-z]+_[a-z]+\d?$/.test(n))).toBe(true);
  expect(validName('a')).toBe(false);
  expect(validName('a/b')).toBe(false);
  expect(validName('web.1_x-2')).toBe(true);
});

test('HostConfig has the fields and order of the API', () => {
  const keys = Object.keys(JSON.parse(JSON.stringify(hostConfig({ NetworkMode: 'default' }))));
  expect(keys.slice(0, 6)).toEqual([
    'Binds',
    'ContainerIDFile',
    'LogConfig',
    'NetworkMode',
    'PortBindings',
    'RestartPolicy',
  ]);
  expect(keys.at(-1)).toBe('ReadonlyPaths');
  const h = hostConfig({ NetworkMode: 'default' });
  expect([h.NetworkMode, h.LogConfig.Type, h.Runtime, h.ShmSize]).toEqual(['bridge', 'json-file', 'runc', 67108864]);
});

test('a command replaces the image command; an entrypoint drops it', () => {
  const image = {
    config: {
      Cmd: ['nginx'],
      Entrypoint: ['/e.sh'],
      Env: ['PATH=/bin', 'A=1'],
      Labels: null,
      OnBuild: null,
      User: '',
      Volumes: null,
      WorkingDir: '/w',
    },
  } as never;
  const id = '0123456789abcdef';
  expect(mergeConfig(id, { Cmd: ['top'] }, image)).toMatchObject({
    Cmd: ['top'],
    Entrypoint: ['/e.sh'],
    WorkingDir: '/w',
  });
  expect(mergeConfig(id, { Entrypoint: ['sh'] }, image)).toMatchObject({ Cmd: null, Entrypoint: ['sh'] });
  expect(mergeConfig(id, { Env: ['A=2'] }, image).Env).toEqual(['A=2', 'PATH=/bin']);
  expect(mergeConfig(id, {}, image).Hostname).toBe('0123456789ab');
});

test('frames and lines', () => {
  expect([...frame(2, new Uint8Array([104, 105]))]).toEqual([2, 0, 0, 0, 0, 0, 0, 2, 104, 105]);
  const log = new ContainerLog();
  const bytes = (s: string): Uint8Array => new TextEncoder().encode(s);
  log.open();
  log.append(1, 5n, bytes('one\ntw'));
  log.append(1, 6n, bytes('o\nlast'));
  expect(log.lines.map((l) => new TextDecoder().decode(l.bytes))).toEqual(['one\n', 'two\n']);
  log.close(7n);
  expect(log.lines.map((l) => new TextDecoder().decode(l.bytes))).toEqual(['one\n', 'two\n', 'last']);
  expect(log.writing).toBe(false);
});
