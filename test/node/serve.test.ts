/** drydock serve: plain HTTP requests everywhere, the real docker command where there is one. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const dir = mkdtempSync(join(tmpdir(), 'drydock-'));
const socketPath = join(dir, 'd.sock');
const real = spawnSync('docker', ['--version']).status === 0;
let server: ChildProcess;

function ask(path: string, method = 'GET', body = ''): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = body === '' ? {} : { 'content-type': 'application/json' };
    const req = request({ socketPath, path, method, headers }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (d: string) => {
        text += d;
      });
      res.on('end', () => resolve({ status: res.statusCode, text }));
    });
    req.on('error', reject).end(body);
  });
}

const docker = async (...args: string[]): Promise<string> =>
  (await run('docker', args, { env: { ...process.env, DOCKER_HOST: `unix://${socketPath}` } })).stdout;

beforeAll(async () => {
  const args = [
    'scripts/drydock.mjs',
    'serve',
    '-H',
    `unix://${socketPath}`,
    '--pace',
    'fast',
    '--publish',
    '127.0.0.1',
  ];
  server = spawn('node', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    server.stdout?.once('data', () => resolve());
    server.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
  });
});

afterAll(() => {
  server?.kill('SIGTERM');
  rmSync(dir, { recursive: true, force: true });
});

describe('drydock serve', () => {
  it('answers requests, bad ones with an error, and goes on', async () => {
    expect(await ask('/_ping')).toEqual({ status: 200, text: 'OK' });
    expect(await ask('/nope')).toEqual({ status: 404, text: '{"message":"page not found"}\n' });
    expect((await ask('/containers/create', 'POST', '{bad')).status).toBe(400);
    expect((await ask('//')).status).toBeGreaterThanOrEqual(300);
    expect((await ask('/_ping')).text).toBe('OK');
  });

  it('answers many clients at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => ask('/v1.51/version')));
    for (const { status, text } of all) expect([status, JSON.parse(text).ApiVersion]).toEqual([200, '1.51']);
  });

  it('has the ports that containers publish, as long as these run', async () => {
    const HostConfig = { PortBindings: { '80/tcp': [{ HostPort: '18473' }] } };
    const made = await ask('/containers/create?name=published', 'POST', JSON.stringify({ Image: 'nginx', HostConfig }));
    expect(made.status).toBe(201);
    expect((await ask('/containers/published/start', 'POST')).status).toBe(204);
    const page = await fetch('http://127.0.0.1:18473/');
    expect([page.status, page.headers.get('server')]).toEqual([200, expect.stringContaining('nginx')]);
    await page.text();
    expect((await ask('/containers/published/logs?stdout=1')).text).toContain('172.17.0.1 - - ');
    expect((await ask('/containers/published?force=1', 'DELETE')).status).toBe(204);
    await expect(fetch('http://127.0.0.1:18473/')).rejects.toThrow('fetch failed');
  });

  it.skipIf(!real)('the real docker command runs, lists and removes (skipped without a docker command)', async () => {
    expect(await docker('run', '--rm', 'busybox', 'echo', 'hi')).toBe('hi\n');
    await docker('run', '-d', '-p', '8080:80', '--name', 'web', 'nginx');
    expect(await docker('port', 'web', '80')).toBe('0.0.0.0:8080\n[::]:8080\n');
    expect(await docker('ps', '--format', '{{.Names}} {{.RunningFor}}')).toMatch(/^web .*(second|minute)s? ago\n$/);
    expect(await docker('exec', 'web', 'echo', 'in')).toBe('in\n');
    expect(await docker('rm', '-f', 'web')).toBe('web\n');
  });
});
