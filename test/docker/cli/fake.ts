/** A process and a daemon to try the docker command on: no kernel, no engine. */
import {
  type Duplex,
  type HttpRequest,
  type HttpResponse,
  type HttpService,
  text,
  utf8,
} from '../../../src/base/http.ts';
import { dockerProgram } from '../../../src/docker/cli/main.ts';
import { EBADF, ENOENT, ENOTTY } from '../../../src/linux/kernel/errno.ts';
import type { Sys } from '../../../src/linux/kernel/sys.ts';

export interface Answer {
  status?: number;
  json?: unknown;
  raw?: Uint8Array | string;
  type?: string;
  /** Takes the connection over. */
  hijack?: (duplex: Duplex) => void;
  headers?: Record<string, string>;
}
export type Route = (request: HttpRequest, body: string) => Answer;

/** Answers by `METHOD /path` (without version), or a 404 like the daemon's. */
export class FakeDaemon implements HttpService {
  readonly seen: { method: string; url: string; body: string }[] = [];
  constructor(readonly routes: Record<string, Route | Answer>) {}

  async handle(request: HttpRequest): Promise<HttpResponse> {
    const body = request.body instanceof Uint8Array ? text(request.body) : '';
    const query = request.query.toString();
    this.seen.push({ method: request.method, url: request.path + (query ? `?${query}` : ''), body });
    const base = { 'api-version': '1.51', ostype: 'linux', server: 'Docker/28.5.2+dfsg4 (linux)' };
    const path = request.path.replace(/^\/v[\d.]+/, '');
    if (path === '/_ping') return { status: 200, headers: base, body: new Uint8Array() };
    const route = this.routes[`${request.method} ${path}`];
    const answer: Answer =
      route === undefined
        ? { status: 404, json: { message: 'page not found' } }
        : typeof route === 'function'
          ? route(request, body)
          : route;
    if (answer.hijack && request.duplex) {
      answer.hijack(request.duplex);
      return {
        status: 101,
        headers: { ...base, 'content-type': answer.type ?? 'application/vnd.docker.multiplexed-stream' },
        body: new Uint8Array(),
        hijacked: true,
      };
    }
    const bytes =
      answer.json !== undefined
        ? utf8(`${JSON.stringify(answer.json)}\n`)
        : typeof answer.raw === 'string'
          ? utf8(answer.raw)
          : (answer.raw ?? new Uint8Array());
    return {
      status: answer.status ?? 200,
      headers: { ...base, 'content-type': answer.type ?? 'application/json', ...answer.headers },
      body: bytes,
    };
  }
}

export interface Result {
  stdout: string;
  stderr: string;
  exit: number;
}

export interface Setting {
  daemon?: HttpService;
  stdin?: string;
  env?: Record<string, string>;
  files?: Record<string, string>;
  /** Unix seconds. */
  now?: number;
}

/** Runs `docker …` once. */
export async function docker(argv: readonly string[], setting: Setting = {}): Promise<Result> {
  let stdout = '';
  let stderr = '';
  let fed = false;
  const sys: Partial<Sys> = {
    argv: ['docker', ...argv],
    env: { HOME: '/root', ...setting.env },
    cpu: async () => {},
    cwd: () => '/root',
    isatty: () => false,
    winsize: () => ENOTTY,
    tcgetattr: () => ENOTTY,
    realtime: () => BigInt(setting.now ?? 1795473754) * 1_000_000_000n,
    poll: () => new Promise(() => {}),
    sigaction: () => 'default',
    service: (path) => (path === '/var/run/docker.sock' && setting.daemon ? setting.daemon : ENOENT),
    readFile: (path) => (setting.files?.[path] === undefined ? ENOENT : utf8(setting.files[path])),
    stat: () => ENOENT,
    readdir: () => ENOENT,
    read: async (fd) => {
      if (fd !== 0) return EBADF;
      if (fed) return new Uint8Array();
      fed = true;
      return utf8(setting.stdin ?? '');
    },
    write: async (fd, bytes) => {
      if (fd === 1) stdout += text(bytes);
      else stderr += text(bytes);
      return bytes.length;
    },
  };
  const exit = await dockerProgram.main(sys as Sys);
  return { stdout, stderr, exit };
}
