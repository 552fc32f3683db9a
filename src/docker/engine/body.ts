/** Bodies of requests. @see moby api/server/httputils/httputils.go: ReadJSON */
import { collect, type HttpRequest, text } from '../../base/http.ts';
import { depthFault, jsonFault } from '../../base/jsonfault.ts';
import type { Failure } from '../errdefs.ts';
import { decode } from './decode/decode.ts';
import type { GoType } from './decode/types.ts';
import { errors } from './errors.ts';

/**
 * The JSON body as the Go type that the route decodes; an empty one is an empty object.
 * @param needed an empty body is refused
 */
export async function readJson<T>(request: HttpRequest, as: GoType, needed = false): Promise<T | Failure> {
  const type = request.headers['content-type'] ?? '';
  if (type !== '' && type.split(';')[0]?.trim().toLowerCase() !== 'application/json') return errors.contentType(type);
  const body = await collect(request.body).then(text, (e: Error) => errors.invalidJson(e.message));
  if (typeof body !== 'string') return body;
  const chunked = request.headers['transfer-encoding'] !== undefined;
  if (body === '' && !chunked) return needed ? errors.jsonEnd : ({} as T);
  if (type === '') return errors.noContentType;
  if (body.trim() === '') return errors.jsonEnd;
  const deep = depthFault(body);
  if (deep !== undefined) return errors.invalidJson(deep);
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    const why = jsonFault(body);
    return why === undefined ? errors.jsonTail : errors.invalidJson(why);
  }
  const { value, fault } = decode(parsed, as);
  return fault === undefined ? ((value ?? {}) as T) : errors.invalidJson(fault);
}
