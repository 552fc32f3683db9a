/** Names that are empty, as `docker logs "$NOSUCH"` gives them: the client refuses most before it asks the daemon. */
import { expect, it } from 'vitest';
import { docker, FakeDaemon } from './fake.ts';

const refuse = async (...argv: string[]): Promise<string> => {
  const daemon = new FakeDaemon({});
  const { stderr, exit } = await docker(argv, { daemon });
  expect(exit).toBe(1);
  expect(daemon.seen).toEqual([]);
  return stderr;
};

it.each(['port', 'logs', 'top', 'stop', 'attach', 'stats --no-stream', 'container inspect', 'wait', 'pause'])(
  'docker %s of no container',
  async (verb) => {
    expect(await refuse(...verb.split(' '), '')).toBe('invalid container name or ID: value is empty\n');
  },
);

it.each(['network', 'volume', 'node', 'service', 'secret', 'plugin'])('docker %s inspect of nothing', async (kind) => {
  expect(await refuse(kind, 'inspect', '')).toBe(`invalid ${kind} name or ID: value is empty\n`);
});

it('some commands have words of their own', async () => {
  expect(await refuse('rm', '')).toBe('container name cannot be empty\n');
  expect(await refuse('diff', '')).toBe('Container name cannot be empty\n');
  expect(await refuse('network', 'connect', '', 'web')).toBe('invalid network name or ID: value is empty\n');
  expect(await refuse('network', 'disconnect', 'app', '')).toBe('invalid container name or ID: value is empty\n');
});

it('a name that begins with a slash is no empty one', async () => {
  const daemon = new FakeDaemon({
    'GET /containers/web/json': {
      json: { NetworkSettings: { Ports: { '80/tcp': [{ HostIp: '::', HostPort: '8' }] } } },
    },
  });
  expect((await docker(['port', '/web', '80/'], { daemon })).stdout).toBe('[::]:8\n');
});
