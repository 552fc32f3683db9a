/** The answers in the bytes of one HTTP connection, as far as they came. */

export interface Answer {
  /** `HTTP/1.1 200 OK` */
  readonly line: string;
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Without chunk sizes; latin1. What follows a connection's takeover too. */
  readonly body: string;
  /** The values of a JSON body, one a line. */
  readonly json: readonly unknown[] | undefined;
}

/** @param requests first lines, in order: HEAD answers have no body */
export function parseAnswers(bytes: Buffer, requests: readonly string[]): Answer[] {
  const out: Answer[] = [];
  let rest = bytes.toString('latin1');
  while (rest.startsWith('HTTP/1.1 ')) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const [line = '', ...lines] = rest.slice(0, end).split('\r\n');
    const headers = new Map(lines.map((l) => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 2)]));
    rest = rest.slice(end + 4);
    const status = Number(line.split(' ')[1]);
    let body = '';
    if (headers.get('Transfer-Encoding') === 'chunked') [body, rest] = unchunk(rest);
    else if (requests[out.length]?.startsWith('HEAD ') || status === 204 || status === 304) body = '';
    else {
      const length = Number(headers.get('Content-Length') ?? rest.length);
      body = rest.slice(0, length);
      rest = rest.slice(length);
    }
    const isJson = headers.get('Content-Type') === 'application/json';
    out.push({ line, status, headers, body, json: isJson ? values(body) : undefined });
  }
  return out;
}

function unchunk(text: string): [body: string, rest: string] {
  let body = '';
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n');
    if (end < 0) return [body, ''];
    const size = Number.parseInt(rest.slice(0, end), 16);
    body += rest.slice(end + 2, end + 2 + size);
    rest = rest.slice(end + 2 + size + 2);
    if (!(size > 0)) return [body, rest];
  }
}

function values(body: string): unknown[] | undefined {
  try {
    return body
      .split('\n')
      .filter((l) => l !== '')
      .map((l) => JSON.parse(l) as unknown);
  } catch {
    return undefined;
  }
}
