/** Queries, and bodies that say the same. @see Go net/http/request.go: ParseForm, parsePostForm; net/url: parseQuery */
import { collect, type HttpRequest, text } from '../../base/http.ts';
import { Failure } from '../errdefs.ts';

/** Bytes of a form. */
const MOST = 10 << 20;

/** What Go does not read. */
function fault(search: string): Failure | undefined {
  for (const part of search.split('&')) {
    if (part.includes(';')) return new Failure('invalid', 'invalid semicolon separator in query');
    const bad = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(part);
    if (bad) return new Failure('invalid', `invalid URL escape ${JSON.stringify(bad[0])}`);
  }
  return undefined;
}

/** The query of a request; the fields of its body come first when that is a form, and nothing is left of the body. */
export async function readForm(request: HttpRequest): Promise<URLSearchParams | Failure> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const { search = '', query, method } = request;
  if (type !== 'application/x-www-form-urlencoded' || !/^(?:POST|PUT|PATCH)$/.test(method))
    return fault(search) ?? query;
  const sent = await collect(request.body).catch((e: Error) => new Failure('invalid', e.message));
  if (sent instanceof Failure) return sent;
  if (sent.length > MOST) return new Failure('invalid', 'http: POST too large');
  const form = text(sent);
  return fault(form) ?? fault(search) ?? new URLSearchParams([...new URLSearchParams(form), ...query]);
}
