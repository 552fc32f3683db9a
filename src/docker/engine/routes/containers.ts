/** Routes below /containers and /exec, and /commit. @see moby api/server/router/container */
import { type HttpResponse, utf8 } from '../../../base/http.ts';
import type { CreateBody } from '../../api/types.ts';
import { Failure } from '../../errdefs.ts';
import { parsePlatform, platformMismatch } from '../../images/platform.ts';
import { repoTagReference } from '../../images/reference.ts';
import type { ImageConfig } from '../../images/spec.ts';
import { compareVersions } from '../apiversion.ts';
import { attachContainer } from '../attach.ts';
import { readJson } from '../body.ts';
import { commitContainer } from '../commit.ts';
import { inspectAs, listAs } from '../compat/answers.ts';
import { adaptCreate } from '../compat/create.ts';
import type { Container, WaitCondition } from '../container.ts';
import { createContainer } from '../create.ts';
import type { Daemon } from '../daemon.ts';
import { CONFIG, CREATE, EXEC, EXEC_START, UPDATE } from '../decode/containers.ts';
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
import { killContainer, pauseContainer, restartContainer, stopNamed, unpauseContainer } from '../stop.ts';
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

/** A handler that reads the request before it looks for the container. */
const readFirst =
  <T>(
    read: (call: Call) => Promise<T | Failure> | T | Failure,
    handler: (c: Container, read: T, call: Call) => ReturnType<On>,
  ): Handler =>
  async (call) => {
    const found = await read(call);
    return found instanceof Failure ? found : on((c) => handler(c, found, call))(call);
  };

const timeoutOf = (call: Call): { timeout?: number; signal?: string } | Failure => {
  const t = call.query.get('t');
  if (t && !/^[+-]?\d+$/.test(t)) return errors.atoi(t);
  const signal = compareVersions(call.version, '1.42') < 0 ? '' : call.query.get('signal');
  return { ...(t === null || t === '' ? {} : { timeout: Number(t) }), ...(signal ? { signal } : {}) };
};

const create: Handler = async ({ daemon, request, query, version }) => {
  const given = await readJson<CreateBody>(request, CREATE, true);
  if (given instanceof Failure) return given;
  if (Object.keys(given).every((key) => key === 'HostConfig' || key === 'NetworkingConfig')) return errors.emptyConfig;
  const platform = parsePlatform(compareVersions(version, '1.41') < 0 ? '' : (query.get('platform') ?? ''));
  if (platform instanceof Failure) return platform;
  const adapted = adaptCreate(given, version);
  if (adapted instanceof Failure) return adapted;
  const { body, warnings } = adapted;
  const other = body.Image ? platformMismatch(body.Image, platform) : undefined;
  if (other && !(daemon.images.get(body.Image as string) instanceof Failure)) return other;
  const made = await createContainer(daemon, query.get('name') ?? '', body);
  return made instanceof Failure ? made : json(daemon, 201, { ...made, Warnings: [...made.Warnings, ...warnings] });
};

const list: Handler = ({ daemon, query, version }) => {
  const filters = Filters.parse(query.get('filters'));
  if (filters instanceof Failure) return filters;
  const limit = query.get('limit');
  if (limit && !/^[+-]?\d+$/.test(limit)) return errors.atoi(limit);
  const found = listContainers(daemon, {
    all: flag(query, 'all'),
    limit: Number(query.get('limit') ?? 0),
    size: flag(query, 'size'),
    filters,
  });
  return found instanceof Failure ? found : rows(daemon, listAs(found, version));
};

const logs = readFirst(
  ({ query }) => (flag(query, 'stdout') || flag(query, 'stderr') ? true : errors.noStream),
  (c, _, { daemon, query, request, version }) => {
    const options = logOptions(query);
    if (options instanceof Failure) return options;
    if (c.hostConfig.LogConfig.Type === 'none') return errors.unreadableLog;
    const body = readLogs(c, options, () => daemon.now(), request.gone);
    return bytes(daemon, 200, streamType(c.config.Tty, version), body);
  },
);

/** Until 1.30 there was one condition. */
const conditionOf = ({ query, version }: Call): WaitCondition | Failure => {
  const condition = compareVersions(version, '1.30') < 0 ? '' : query.get('condition') || '';
  if (condition === '' || condition === 'not-running') return 'not-running';
  if (condition === 'next-exit' || condition === 'removed') return condition;
  return new Failure('invalid', `invalid condition: ${JSON.stringify(condition)}`);
};

const wait = readFirst(conditionOf, (c, condition, { daemon, request }) => {
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

const resize = readFirst(sizeOf, (c, size, { daemon }) => {
  if (!c.running) return errors.notRunning(c.id);
  c.running.streams.pty?.resize(size);
  daemon.containerEvent(c, 'resize', { height: String(size.rows), width: String(size.cols) });
  return empty(daemon, 200);
});

/** `h` and `w` of a resize. */
function sizeOf({ query }: Call): { rows: number; cols: number } | Failure {
  const read = (name: string, word: string): number | Failure => {
    const text = query.get(name) ?? '';
    return /^\d{1,10}$/.test(text) ? Number(text) : errors.badResize(word, text);
  };
  const [rows, cols] = [read('h', 'height'), read('w', 'width')];
  if (rows instanceof Failure) return rows;
  return cols instanceof Failure ? cols : { rows, cols };
}

/** What a start may not bring along: a body, but for `null` and `{}`; a checkpoint. */
const startable = ({ request, query }: Call): true | Failure => {
  if (request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 7)
    return errors.startBody;
  return query.get('checkpoint') ? errors.checkpoint : true;
};

const stats = on((c, { daemon, query, request, version }) =>
  bytes(
    daemon,
    200,
    'application/json',
    statsStream(
      daemon,
      c,
      {
        stream: flagOr(query, 'stream', true),
        oneShot: compareVersions(version, '1.41') >= 0 && flag(query, 'one-shot'),
      },
      request.gone,
    ),
  ),
);

const top = on((c, { daemon, query }) => {
  const rows = topContainer(daemon, c, query.get('ps_args') ?? '-ef');
  if (rows instanceof Failure) return rows;
  daemon.containerEvent(c, 'top');
  return json(daemon, 200, rows);
});

const changes = on((c, { daemon }) => {
  const kinds = { C: 0, A: 1, D: 2 } as const;
  const list = c.rootfs.changes().map((x) => ({ Path: x.path, Kind: kinds[x.kind] }));
  return json(daemon, 200, list.length > 0 ? list : null);
});

const update = readFirst(
  ({ request }) => readJson<UpdateBody>(request, UPDATE),
  (c, body, { daemon }) => updateContainer(daemon, c, body) ?? json(daemon, 200, { Warnings: null }),
);

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
  const config = await readJson<Partial<ImageConfig>>(request, CONFIG);
  if (config instanceof Failure) return config;
  const ref = repoTagReference(query.get('repo') ?? '', query.get('tag') ?? '');
  if (ref instanceof Failure) return ref;
  const c = daemon.container(query.get('container') ?? '');
  if (c instanceof Failure) return c;
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

const execCreate = readFirst(
  async ({ request, version }) => {
    const body = await readJson<ExecConfig>(request, EXEC);
    if (!(body instanceof Failure) && (body.Cmd ?? []).length === 0) return errors.noExecCommand;
    return compareVersions(version, '1.42') < 0 ? withoutSize(body) : body;
  },
  (c, body, { daemon, params }) => {
    const made = createExec(daemon, params.id as string, c, body);
    return made instanceof Failure ? made : json(daemon, 201, made);
  },
);

/** Nobody told a size of the terminal before 1.42. */
function withoutSize<T extends ExecConfig | ExecStart>(body: T | Failure): T | Failure {
  return body instanceof Failure ? body : { ...body, ConsoleSize: undefined };
}

const execOf = (daemon: Daemon, id: string): Exec | Failure => findExec(daemon, id) ?? errors.noExec(id);

const execStart: Handler = async (call) => {
  const { daemon, request, params } = call;
  const read = await readJson<ExecStart>(request, EXEC_START);
  const body = compareVersions(call.version, '1.42') < 0 ? withoutSize(read) : read;
  if (body instanceof Failure) return body;
  const exec = execOf(daemon, params.id as string);
  return exec instanceof Failure ? exec : startExec(daemon, exec, body, call);
};

const execInspect: Handler = ({ daemon, params }) => {
  const exec = execOf(daemon, params.id as string);
  return exec instanceof Failure ? exec : json(daemon, 200, execJson(daemon, exec));
};

const execResize: Handler = (call) => {
  const { daemon, params } = call;
  const size = sizeOf(call);
  if (size instanceof Failure) return size;
  const exec = execOf(daemon, params.id as string);
  if (exec instanceof Failure) return exec;
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
    on((c, { daemon, query, version }) =>
      json(daemon, 200, inspectAs(inspectContainer(daemon, c, flag(query, 'size')), version)),
    ),
  ),
  get('/containers/{id*}/top', top),
  get('/containers/{id*}/logs', logs),
  get('/containers/{id*}/stats', stats),
  get('/containers/{id*}/changes', changes),
  post(
    '/containers/{id*}/start',
    readFirst(startable, async (c, _, { daemon }) => (await startContainer(daemon, c)) ?? empty(daemon, 204)),
  ),
  post(
    '/containers/{id*}/stop',
    readFirst(
      timeoutOf,
      async (c, how, { daemon, params }) =>
        (await stopNamed(daemon, params.id as string, c, how)) ?? empty(daemon, 204),
    ),
  ),
  post(
    '/containers/{id*}/restart',
    readFirst(
      timeoutOf,
      async (c, how, { daemon, params }) =>
        (await restartContainer(daemon, params.id as string, c, how)) ?? empty(daemon, 204),
    ),
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
  { method: 'DELETE', pattern: '/containers/{id}/checkpoints/{checkpoint}', handler: () => errors.experimental },
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
  // those that only an experimental daemon has
  get('/containers/{id*}/checkpoints', () => errors.experimental),
  post('/containers/{id*}/checkpoints', () => errors.experimental),
  post('/exec/{id}/start', execStart),
  post('/exec/{id}/resize', execResize),
  get('/exec/{id}/json', execInspect),
  post('/commit', commit),
];
