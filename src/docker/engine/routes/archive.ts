/** Archives of containers: GET, HEAD and PUT …/archive, …/export. @see moby api/server/router/container/copy.go */
import { collect, type HttpResponse } from '../../../base/http.ts';
import { Failure } from '../../errdefs.ts';
import { exportContainer, packPath, pathStat, unpackInto } from '../archive/container.ts';
import { errors } from '../errors.ts';
import { bytes, empty, extended } from '../reply.ts';
import { type Call, flag, type Handler, type Route } from '../router.ts';

const STAT = 'x-docker-container-path-stat';
const pathOf = (call: Call): string => call.query.get('path') ?? '';

/** A handler that needs a path, whether the container exists or not. @see moby api/server/httputils/form.go: ArchiveFormValues */
const at =
  (handler: Handler): Handler =>
  (call) =>
    pathOf(call) === '' ? errors.emptyParameter('path') : handler(call);

const head: Handler = (call) => {
  const { daemon, params } = call;
  const c = daemon.container(params.id as string);
  if (c instanceof Failure) return c;
  const stat = pathStat(daemon, c, params.id as string, pathOf(call));
  return stat instanceof Failure ? stat : extended(empty(daemon, 200), { [STAT]: stat });
};

const get: Handler = (call) => {
  const { daemon, params } = call;
  const c = daemon.container(params.id as string);
  if (c instanceof Failure) return c;
  const packed = packPath(daemon, c, params.id as string, pathOf(call));
  if (packed instanceof Failure) return packed;
  return extended(stream(call, 'application/x-tar', packed.chunks), { [STAT]: packed.stat });
};

const put: Handler = async (call) => {
  const { daemon, params, query, request } = call;
  const c = daemon.container(params.id as string);
  if (c instanceof Failure) return c;
  const archive = await collect(request.body);
  const noOverwriteDirNonDir = flag(query, 'noOverwriteDirNonDir');
  return (
    unpackInto(daemon, c, params.id as string, pathOf(call), archive, { noOverwriteDirNonDir }) ?? empty(daemon, 200)
  );
};

const exported: Handler = (call) => {
  const c = call.daemon.container(call.params.id as string);
  return c instanceof Failure ? c : stream(call, 'application/octet-stream', exportContainer(call.daemon, c));
};

/** An answer in chunks of some size, whole when it is small. */
export function stream({ daemon }: Call, type: string, chunks: Iterable<Uint8Array>): HttpResponse {
  const source = batches(chunks);
  const first = source.next().value;
  const second = source.next();
  if (second.done) return bytes(daemon, 200, type, first ?? new Uint8Array(0));
  async function* all(): AsyncGenerator<Uint8Array> {
    if (first) yield first;
    if (second.value) yield second.value;
    yield* source;
  }
  return bytes(daemon, 200, type, all());
}

/** Joins small chunks to pieces of about 32 KiB. */
function* batches(chunks: Iterable<Uint8Array>): Generator<Uint8Array, undefined> {
  let held: Uint8Array[] = [];
  let size = 0;
  const join = (): Uint8Array => {
    const out = new Uint8Array(size);
    let at = 0;
    for (const part of held) {
      out.set(part, at);
      at += part.length;
    }
    held = [];
    size = 0;
    return out;
  };
  for (const chunk of chunks) {
    held.push(chunk);
    size += chunk.length;
    if (size >= 32768) yield join();
  }
  if (size > 0) yield join();
  return undefined;
}

export const archiveRoutes: readonly Route[] = [
  { method: 'HEAD', pattern: '/containers/{id*}/archive', handler: at(head) },
  { method: 'GET', pattern: '/containers/{id*}/archive', handler: at(get) },
  { method: 'PUT', pattern: '/containers/{id*}/archive', handler: at(put) },
  { method: 'GET', pattern: '/containers/{id*}/export', handler: exported },
];
