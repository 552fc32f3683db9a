/** Header lines and reason phrases. @see RFC 9112 §4, §5 */
import type { Headers } from '../http.ts';

/** `Name: value` lines; repeated names are joined with a comma, lines that go on with a space. @returns undefined when a line is malformed */
export function parseHeaders(lines: readonly string[]): Record<string, string> | undefined {
  const out: Record<string, string> = {};
  let last: string | undefined;
  for (const line of lines) {
    if (/^[ \t]/.test(line) && last !== undefined) {
      out[last] = `${out[last]} ${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0 || /^[ \t]/.test(line)) return undefined;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    last = name;
    out[name] = name in out ? `${out[name]}, ${value}` : value;
  }
  return out;
}

/** `content-type` → `Content-Type`. */
export function canonicalName(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

/** The lines of headers, each with its end. */
export function headerLines(headers: Headers): string {
  return Object.keys(headers)
    .map((name) => `${canonicalName(name)}: ${headers[name]}\r\n`)
    .join('');
}

const REASONS: Readonly<Record<number, string>> = {
  101: 'UPGRADED',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Request Entity Too Large',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};

/** Reason phrase of a status, empty when unknown. */
export function reason(status: number): string {
  return REASONS[status] ?? '';
}
