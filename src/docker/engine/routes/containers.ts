/** Routes below /containers and /exec, and /commit. @see moby api/server/router/container */
import { type HttpResponse, utf8 } from '../../../base/http.ts';
import type { CreateBody } from '../../api/types.ts';
import { Failure } from '../../errdefs.ts';
import { parsePlatform, platformMismatch } from '../../images/platform.ts';
import type { ImageConfig } from '../../images/spec.ts';
import { attachContainer } from '../attach.ts';
import { readJson } from '../body.ts';
import { commitContainer } from '../commit.ts';
import type { Container, WaitCondition } from '../container.ts';
import { createContainer } from '../create.ts';
import type { Daemon } from '../daemon.ts';
import { CONFIG, CREATE, EXEC, EXEC_START, UPDATE } from '../decode/containers.ts';
import { moveSysctls } from '../endpointsysctls.ts';
import { errors } from '../errors.ts';
import { createExec, type Exec, type ExecConfig, type ExecStart, execJson, findExec, startExec } from '../exec.ts';
import { Filters } from '../filters.ts';
import { inspectContainer } from '../inspect.ts';
import { listContainers } from '../list.ts';
import { logOptions, readLogs } from '../logs.ts';
import { parsePruning } from '../prune.ts';
import { deleteContainer, removeContainer, renameContainer } from '../remove.ts';
import { bytes, empty, json, rows, streamType } from '../reply.ts';
import { type Call, flag, flagOr, type Handler, type Route } from '../router.ts';
import { startContainer } from '../start.ts';
import { statsStream } from '../stats.ts';
import { killContainer, pauseContainer, restartContainer, stopContainer, unpauseContainer } from '../stop.ts';
import { topContainer } from '../top.ts';
import { type UpdateBody, updateContainer } from '../update.ts';
import { handshake } from '../websocket.ts';

type On = (c: Container, call: Call) => Promise<HttpResponse | Failure> | HttpResponse | Failure;

/** A handler of a container that exists. */
const on =
  (handler: On): Handler =>
  (call) => {
    const c = call.daemon.container(call.params.id ?? '');
    return c instanceof Failure ? c : handler(c, call);
  };

/** An operation that answers 204. */
const act = (work: (c: Container, call: Call) => Promise<Failure | undefined> | Failure | undefined): Handler =>
  on(async (c, call) => (await work(c, call)) ?? empty(call.daemon, 204));

const timeoutOf = (call: Call): { timeout?: number; signal?: string } | Failure => {
  const t = call.query.get('t');
  if (t && !/^[+-]?\d+$/.test(t)) return errors.atoi(t);
  const signal = call.query.get('signal');
  return { ...(t === null || t === '' ? {} : { timeout: Number(t) }), ...(signal ? { signal } : {}) };
};

const create: Handler = async ({ daemon, request, query, version }) => {
  const body = await readJson<CreateBody>(request, CREATE);
  if (body instanceof Failure) return body;
  if (Object.keys(body).every((key) => key === 'HostConfig' || key === 'NetworkingConfig')) return errors.emptyConfig;
  const platform = parsePlatform(query.get('platform') ?? '');
  if (platform instanceof Failure) return platform;
  const other = body.Image ? platformMismatch(body.Image, platform) : undefined;
  if (other && !(daemon.images.get(body.Image as string) instanceof Failure)) return other;
  const moved = moveSysctls(body, version);
  if (moved instanceof Failure) return moved;
  const made = await createContainer(daemon, query.get('name') ?? '', body, moved);
  return made instanceof Failure ? made : json(daemon, 201, made);
};

const list: Handler = ({ daemon, query }) => {
  const limit = query.get('limit');
  if (limit && !/^[+-]?\d+$/.test(limit)) return errors.atoi(limit);
  const filters = Filters.parse(query.get('filters'));
  if (filters instanceof Failure) return filters;
  const found = listContainers(daemon, {
    all: flag(query, 'all'),
    limit: Number(query.get('limit') ?? 0),
    size: flag(query, 'size'),
    filters,
  });
  return found instanceof Failure ? found : rows(daemon, found);
};

const logs = on((c, { daemon, query, request, version }) => {
  const options = logOptions(query);
  if (options instanceof Failure) return options;
  if (c.hostConfig.LogConfig.Type === 'none') return errors.unreadableLog;
  const body = readLogs(c, options, () => daemon.now(), request.gone);
  return bytes(daemon, 200, streamType(c.config.Tty, version), body);
});

const wait = on((c, { daemon, query, request }) => {
  const condition = (query.get('condition') || 'not-running') as WaitCondition;
  if (condition !== 'not-running' && condition !== 'next-exit' && condition !== 'removed')
    return new Failure('invalid', `invalid condition: ${JSON.stringify(condition)}`);
  const code = c.wait(condition);
  const gone = request.gone?.then(() => undefined);
  async function* answer(): AsyncGenerator<Uint8Array> {
    const ended = await (gone ? Promise.race([code, gone]) : code);
    const why = ended === undefined ? 'context canceled' : condition === 'removed' ? '' : c.error;
    yield utf8(`${JSON.stringify({ ...(why === '' ? {} : { Error: { Message: why } }), StatusCode: ended ?? -1 })}\n`);
  }
  return bytes(daemon, 200, 'application/json', answer());
});

const attach = on((c, call) => attachAs(c, call));

const attachSocket = on((c, call) => {
  const answer = handshake(call.request.headers);
  return answer.hijacked ? attachAs(c, call, answer) : answer;
});

function attachAs(c: Container, call: Call, socket?: HttpResponse): HttpResponse | Failure {
  const { daemon, query } = call;
  return attachContainer(
    daemon,
    c,
    {
      stdin: flag(query, 'stdin'),
      stdout: flag(query, 'stdout'),
      stderr: flag(query, 'stderr'),
      logs: flag(query, 'logs'),
      stream: flag(query, 'stream'),
      detachKeys: query.get('detachKeys') ?? '',
    },
    call,
    socket,
  );
}

const resize = on((c, { daemon, query }) => {
  const size = sizeOf(query);
  if (size instanceof Failure) return size;
  if (!c.running) return errors.notRunning(c.id);
  c.running.streams.pty?.resize(size);
  return empty(daemon, 200);
});

/** `h` and `w` of a resize. */
function sizeOf(query: URLSearchParams): { rows: number; cols: number } | Failure {
  const read = (name: string, word: string): number | Failure => {
    const text = query.get(name) ?? '';
    return /^\d{1,10}$/.test(text) ? Number(text) : errors.badResize(word, text);
  };
  const [rows, cols] = [read('h', 'height'), read('w', 'width')];
  if (rows instanceof Failure) return rows;
  return cols instanceof Failure ? cols : { rows, cols };
}

const stats = on((c, { daemon, query, request }) =>
  bytes(
    daemon,
    200,
    'application/json',
    statsStream(daemon, c, { stream: flagOr(query, 'stream', true), oneShot: flag(query, 'one-shot') }, request.gone),
  ),
);

const top = on((c, { daemon, query }) => {
  const rows = topContainer(daemon, c, query.get('ps_args') ?? '-ef');
  return rows instanceof Failure ? rows : json(daemon, 200, rows);
});

const changes = on((c, { daemon }) => {
  const kinds = { C: 0, A: 1, D: 2 } as const;
  const list = c.rootfs.changes().map((x) => ({ Path: x.path, Kind: kinds[x.kind] }));
  return json(daemon, 200, list.length > 0 ? list : null);
});

const update = on(async (c, { daemon, request }) => {
  const body = await readJson<UpdateBody>(request, UPDATE);
  if (body instanceof Failure) return body;
  return updateContainer(daemon, c, body) ?? json(daemon, 200, { Warnings: null });
});

const prune: Handler = async ({ daemon, query }) => {
  const pruning = parsePruning(daemon, query.get('filters'), ['label', 'label!', 'until']);
  if (pruning instanceof Failure) return pruning;
  const gone: string[] = [];
  let space = 0;
  for (const c of [...daemon.containers.values()]) {
    if (c.isRunning || !pruning.labels(c.config.Labels) || !pruning.old(c.created)) continue;
    space += c.rootfs.upperSize;
    await removeContainer(daemon, c);
    gone.push(c.id);
  }
  daemon.pruned('container', space);
  return json(daemon, 200, { ContainersDeleted: gone.length > 0 ? gone : null, SpaceReclaimed: space });
};

const commit: Handler = async ({ daemon, query, request }) => {
  const c = daemon.container(query.get('container') ?? '');
  if (c instanceof Failure) return c;
  const config = await readJson<Partial<ImageConfig>>(request, CONFIG);
  if (config instanceof Failure) return config;
  const made = await commitContainer(daemon, c, {
    config,
    repo: query.get('repo') ?? '',
    tag: query.get('tag') ?? '',
    author: query.get('author') ?? '',
    comment: query.get('comment') ?? '',
    changes: query.getAll('changes').flatMap((x) => x.split('\n')),
    pause: flagOr(query, 'pause', true),
  });
  return made instanceof Failure ? made : json(daemon, 201, made);
};

const execCreate = on(async (c, { daemon, request, params }) => {
  const body = await readJson<ExecConfig>(request, EXEC);
  if (body instanceof Failure) return body;
  const made = createExec(daemon, params.id as string, c, body);
  return made instanceof Failure ? made : json(daemon, 201, made);
});

const execOf = (daemon: Daemon, id: string): Exec | Failure => findExec(daemon, id) ?? errors.noExec(id);

const execStart: Handler = async (call) => {
  const { daemon, request, params } = call;
  const exec = execOf(daemon, params.id as string);
  if (exec instanceof Failure) return exec;
  const body = await readJson<ExecStart>(request, EXEC_START);
  return body instanceof Failure ? body : startExec(daemon, exec, body, call);
};

const execInspect: Handler = ({ daemon, params }) => {
  const exec = execOf(daemon, params.id as string);
  return exec instanceof Failure ? exec : json(daemon, 200, execJson(daemon, exec));
};

const execResize: Handler = ({ daemon, params, query }) => {
  const exec = execOf(daemon, params.id as string);
  if (exec instanceof Failure) return exec;
  const size = sizeOf(query);
  if (size instanceof Failure) return size;
  exec.streams?.pty?.resize(size);
  return empty(daemon, 200);
};

const get = (pattern: string, handler: Handler): Route => ({ method: 'GET', pattern, handler });
const post = (pattern: string, handler: Handler): Route => ({ method: 'POST', pattern, handler });

export const containerRoutes: readonly Route[] = [
  get('/containers/json', list),
  post('/containers/create', create),
  post('/containers/prune', prune),
  get(
    '/containers/{id*}/json',
    on((c, { daemon, query }) => json(daemon, 200, inspectContainer(daemon, c, flag(query, 'size')))),
  ),
  get('/containers/{id*}/top', top),
  get('/containers/{id*}/logs', logs),
  get('/containers/{id*}/stats', stats),
  get('/containers/{id*}/changes', changes),
  post(
    '/containers/{id*}/start',
    act((c, { daemon }) => startContainer(daemon, c)),
  ),
  post(
    '/containers/{id*}/stop',
    act((c, call) => {
      const how = timeoutOf(call);
      return how instanceof Failure ? how : stopContainer(call.daemon, c, how);
    }),
  ),
  post(
    '/containers/{id*}/restart',
    act((c, call) => {
      const how = timeoutOf(call);
      return how instanceof Failure ? how : restartContainer(call.daemon, call.params.id as string, c, how);
    }),
  ),
  post('/containers/{id*}/kill', async (call) => {
    const { daemon, params, query } = call;
    const name = params.id as string;
    const c = daemon.container(name);
    if (c instanceof Failure) return errors.cannotKill(name, c);
    return (await killContainer(daemon, name, c, query.get('signal') ?? '')) ?? empty(daemon, 204);
  }),
  post(
    '/containers/{id*}/pause',
    act((c, { daemon }) => pauseContainer(daemon, c)),
  ),
  post(
    '/containers/{id*}/unpause',
    act((c, { daemon }) => unpauseContainer(daemon, c)),
  ),
  post('/containers/{id*}/wait', wait),
  post('/containers/{id*}/attach', attach),
  get('/containers/{id*}/attach/ws', attachSocket),
  post('/containers/{id*}/resize', resize),
  post(
    '/containers/{id*}/rename',
    act((c, { daemon, query }) => renameContainer(daemon, c, query.get('name') ?? '')),
  ),
  post('/containers/{id*}/update', update),
  post('/containers/{id*}/exec', execCreate),
  {
    method: 'DELETE',
    pattern: '/containers/{id*}',
    handler: act((c, { daemon, query, params }) =>
      deleteContainer(daemon, params.id as string, c, {
        force: flag(query, 'force'),
        volumes: flag(query, 'v'),
        link: flag(query, 'link'),
      }),
    ),
  },
  post('/exec/{id}/start', execStart),
  post('/exec/{id}/resize', execResize),
  get('/exec/{id}/json', execInspect),
  post('/commit', commit),
];
