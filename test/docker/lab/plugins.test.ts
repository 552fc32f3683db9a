/** Managed plugins: made from a directory, listed, set, removed. */
import { beforeAll, expect, test } from 'vitest';
import { type Machine, open } from './sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('mkdir -p p/rootfs; echo x > p/rootfs/file');
  const config = {
    description: 'a dummy',
    entrypoint: ['/dummy'],
    env: [
      { name: 'DEBUG', value: '0', settable: ['value'] },
      { name: 'FIXED', value: '1' },
    ],
    interface: { types: ['docker.volumedriver/1.0'], socket: 'dummy.sock' },
  };
  await m.out(`echo '${JSON.stringify(config)}' > p/config.json`);
});

test('create sends the directory; the plugin is there, and not enabled', async () => {
  expect(await m.out('docker plugin create me/dummy p')).toBe('me/dummy');
  expect(await m.out("docker plugin ls --format '{{.Name}} {{.Description}} {{.Enabled}}'")).toBe(
    'me/dummy:latest a dummy false',
  );
  expect(await m.out("docker plugin inspect -f '{{.Config.Entrypoint}} {{.Settings.Env}}' me/dummy")).toBe(
    '[/dummy] [DEBUG=0 FIXED=1]',
  );
  expect(await m.fails('docker plugin create me/dummy p')).toBe('plugin "me/dummy:latest" already exists [1]');
  await m.out('mkdir -p q; cp p/config.json q');
  expect(await m.fails('docker plugin create other q')).toContain('no rootfs found');
});

test('only what may be set is set', async () => {
  await m.out('docker plugin set me/dummy DEBUG=1');
  expect(await m.out("docker plugin inspect -f '{{.Settings.Env}}' me/dummy")).toBe('[DEBUG=1 FIXED=1]');
  expect(await m.fails('docker plugin set me/dummy FIXED=2')).toBe('"FIXED" is not settable [1]');
  expect(await m.fails('docker plugin set me/dummy NOPE=2')).toBe(
    'setting "NOPE" not found in the plugin configuration [1]',
  );
});

test('its program is really started: what keeps it from that is told', async () => {
  expect(await m.fails('docker plugin enable me/dummy')).toContain(
    'error during container init: exec: "/dummy": stat /dummy: no such file or directory [1]',
  );
  await m.out('cp -r p r; cp r/rootfs/file r/rootfs/dummy; docker plugin create me/plain r');
  expect(await m.fails('docker plugin enable me/plain')).toContain('exec: "/dummy": permission denied [1]');
  await m.out('chmod +x r/rootfs/dummy; docker plugin create me/text r');
  expect(await m.fails('docker plugin enable me/text')).toContain('exec /dummy: exec format error [1]');
});

test('a program that starts and does not answer is stopped', async () => {
  await m.out('cp -r p s; cp /bin/sleep s/rootfs/dummy');
  await m.out(
    `sed -i 's/"interface"/"args":{"value":["1000"]},"interface"/' s/config.json; docker plugin create me/sleep s`,
  );
  expect(await m.fails('docker plugin enable me/sleep')).toMatch(
    /dial unix \/run\/docker\/plugins\/[0-9a-f]{64}\/dummy.sock: connect: no such file or directory \[1\]$/,
  );
  expect(await m.out('pgrep -f "[d]ummy 1000" || echo none')).toBe('none');
  await m.out('docker plugin rm me/sleep me/text me/plain');
});

test('it is found by its id and removed', async () => {
  expect(await m.fails('docker plugin disable me/dummy')).toContain('plugin is already disabled');
  const id = await m.out('docker plugin ls -q');
  expect(await m.out('docker plugin ls -q -f capability=volumedriver -f enabled=false')).toBe(id);
  expect(await m.out('docker plugin ls -q -f enabled=true')).toBe('');
  expect(await m.out(`docker plugin rm ${id}`)).toBe(id);
  expect(await m.fails('docker plugin inspect me/dummy')).toContain('me/dummy');
});
