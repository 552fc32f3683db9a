/** Addresses: `TCP:host:port,option=value`. @see socat doc/socat.yo "ADDRESS TYPES" */

export type Kind =
  | 'stdio'
  | 'tcp'
  | 'tcp-listen'
  | 'udp'
  | 'udp-listen'
  | 'unix'
  | 'unix-listen'
  | 'exec'
  | 'system'
  | 'open'
  | 'pipe';

export interface Address {
  readonly kind: Kind;
  /** 4, 6, or 0 for any. */
  readonly family: 0 | 4 | 6;
  readonly params: readonly string[];
  readonly options: ReadonlyMap<string, string>;
}

const KINDS: Readonly<Record<string, readonly [Kind, 0 | 4 | 6, number]>> = {
  '-': ['stdio', 0, 0],
  STDIO: ['stdio', 0, 0],
  STDIN: ['stdio', 0, 0],
  STDOUT: ['stdio', 0, 0],
  TCP: ['tcp', 0, 2],
  'TCP-CONNECT': ['tcp', 0, 2],
  TCP4: ['tcp', 4, 2],
  TCP6: ['tcp', 6, 2],
  'TCP-LISTEN': ['tcp-listen', 0, 1],
  'TCP-L': ['tcp-listen', 0, 1],
  'TCP4-LISTEN': ['tcp-listen', 4, 1],
  'TCP6-LISTEN': ['tcp-listen', 6, 1],
  UDP: ['udp', 0, 2],
  'UDP-CONNECT': ['udp', 0, 2],
  UDP4: ['udp', 4, 2],
  'UDP-SENDTO': ['udp', 0, 2],
  'UDP4-SENDTO': ['udp', 4, 2],
  'UDP-LISTEN': ['udp-listen', 0, 1],
  'UDP-L': ['udp-listen', 0, 1],
  'UDP4-LISTEN': ['udp-listen', 4, 1],
  'UDP-RECVFROM': ['udp-listen', 0, 1],
  'UDP4-RECVFROM': ['udp-listen', 4, 1],
  'UDP-RECV': ['udp-listen', 0, 1],
  'UNIX-CONNECT': ['unix', 0, 1],
  UNIX: ['unix', 0, 1],
  'UNIX-CLIENT': ['unix', 0, 1],
  'UNIX-LISTEN': ['unix-listen', 0, 1],
  'UNIX-L': ['unix-listen', 0, 1],
  EXEC: ['exec', 0, 1],
  SYSTEM: ['system', 0, 1],
  SHELL: ['system', 0, 1],
  OPEN: ['open', 0, 1],
  FILE: ['open', 0, 1],
  CREATE: ['open', 0, 1],
  PIPE: ['pipe', 0, 0],
};

const OPTIONS = new Set(
  'fork reuseaddr reuseport bind so-bindtodevice crlf crnl cr keepalive nodelay backlog max-children retry forever interval connect-timeout append create creat trunc rdonly wronly pty stderr ignoreeof shut-none shut-down linger mode unlink-early unlink-close broadcast sp sourceport ttl tos ipv6only range'.split(
    ' ',
  ),
);

/** @returns the complaint */
export function parseAddress(text: string): Address | string {
  const parts = split(text, ',');
  const [name = '', ...params] = split(parts[0] ?? '', ':');
  const known = name === '-' ? KINDS['-'] : KINDS[name.toUpperCase()];
  if (!known) {
    if (name.includes('/') || /^\./.test(name))
      return { kind: 'open', family: 0, params: [name], options: optionMap(parts.slice(1)) };
    return `unknown device/address "${name}"`;
  }
  const [kind, family, count] = known;
  const joined = kind === 'exec' || kind === 'system' ? [params.join(':')] : params;
  if (joined.length < count || (count > 0 && joined.some((p) => p === '') && kind !== 'system'))
    return `${name.toUpperCase()}: wrong number of parameters (${joined.length} instead of ${count})`;
  const options = optionMap(parts.slice(1));
  for (const o of options.keys()) if (!OPTIONS.has(o)) return `parseopts_table(): unknown option "${o}"`;
  return { kind, family, params: joined, options };
}

const optionMap = (list: readonly string[]): Map<string, string> =>
  new Map(
    list
      .filter((o) => o !== '')
      .map(
        (o) =>
          (o.includes('=')
            ? [o.slice(0, o.indexOf('=')).toLowerCase(), o.slice(o.indexOf('=') + 1)]
            : [o.toLowerCase(), '']) as [string, string],
      ),
  );

/** Cut at a separator outside of quotes and brackets. */
function split(s: string, at: string): string[] {
  const out: string[] = [''];
  let quote = '';
  let depth = 0;
  for (let i = 0; i < s.length; i++) {
    const c = s[i] as string;
    if (c === '\\') {
      out[out.length - 1] += s[++i] ?? '';
      continue;
    }
    if (quote !== '') {
      if (c === quote) quote = '';
      else out[out.length - 1] += c;
      if (c === quote || quote === '') continue;
      continue;
    }
    if (c === '"' || c === "'") {
      quote = c;
      if (at === ',') out[out.length - 1] += '';
      continue;
    }
    if (c === '[') depth++;
    if (c === ']') depth--;
    if (c === at && depth === 0) out.push('');
    else out[out.length - 1] += c;
  }
  return out;
}
