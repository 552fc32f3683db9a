/** The real docker command, if this computer has one, talking to a fake daemon on a unix socket. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpService } from '../../../src/base/http.ts';
import type { Result } from './fake.ts';

const BINARY = ['/usr/local/bin/docker', '/usr/bin/docker'].find((p) => existsSync(p));
export const ORACLE = BINARY !== undefined;

/** Puts a service behind a unix socket (plain requests only). */
export async function listen(service: HttpService): Promise<{ host: string; server: Server }> {
  const path = join(mkdtempSync(join(tmpdir(), 'drydock-')), 'd.sock');
  const server = createServer(async (req, res) => {
    const parts: Buffer[] = [];
    for await (const c of req) parts.push(c as Buffer);
    const url = new URL(req.url ?? '/', 'http://x');
    const answer = await service.handle({
      method: req.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: {},
      body: new Uint8Array(Buffer.concat(parts)),
    });
    res.writeHead(answer.status, { ...answer.headers, 'content-length': (answer.body as Uint8Array).length });
    res.end(answer.body as Uint8Array);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { host: `unix://${path}`, server };
}

/** Runs the real one. */
export function realDocker(argv: readonly string[], host: string): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(BINARY as string, argv, {
      env: { PATH: '/usr/bin', HOME: '/nonexistent', DOCKER_HOST: host, TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (d) => (stdout += d));
    child.stderr.on('data', (d) => (stderr += d));
    child.on('close', (code) => resolve({ stdout, stderr, exit: code ?? -1 }));
  });
}
