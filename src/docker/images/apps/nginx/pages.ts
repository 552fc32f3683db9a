/** nginx's own pages. @see nginx src/http/ngx_http_special_response.c */
import { utf8 } from '../../../../base/http.ts';
import { VERSION } from './variables.ts';

/** Reason phrases. @see RFC 9110 §15 */
export const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Moved Temporarily',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  408: 'Request Time-out',
  410: 'Gone',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** Titles that are not the reason phrase. */
const TITLES: Readonly<Record<number, string>> = { 302: '302 Found', 401: '401 Authorization Required' };

/** What `Server:` and the foot of a page say. */
export const serverName = (tokens: boolean): string => (tokens ? `nginx/${VERSION}` : 'nginx');

export function statusPage(status: number, tokens: boolean): Uint8Array {
  const title = TITLES[status] ?? `${status} ${REASONS[status] ?? ''}`.trim();
  return utf8(
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n` +
      `<hr><center>${serverName(tokens)}</center>\r\n</body>\r\n</html>\r\n`,
  );
}
