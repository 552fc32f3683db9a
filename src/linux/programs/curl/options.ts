/** curl's command line as a table, and what a transfer is told. @see curl src/tool_getparam.c */
import type { OptionSpec } from '../getopt.ts';

const flag = (name: string, help: string, short?: string): OptionSpec => ({ name, short, help });
const value = (name: string, metavar: string, help: string, short?: string): OptionSpec => ({
  name,
  short,
  arg: 'required',
  metavar,
  help,
});

export const OPTIONS: readonly OptionSpec[] = [
  flag('http1.0', 'use HTTP/1.0', '0'),
  flag('http1.1', 'use HTTP/1.1'),
  flag('ipv4', 'resolve names to IPv4 addresses', '4'),
  flag('ipv6', 'resolve names to IPv6 addresses', '6'),
  value('user-agent', '<name>', 'send User-Agent <name>', 'A'),
  flag('compressed', 'ask for a compressed answer'),
  value('connect-timeout', '<seconds>', 'longest time to connect'),
  value('connect-to', '<HOST1:PORT1:HOST2:PORT2>', 'connect to another host'),
  value('cookie', '<data>', 'send cookies', 'b'),
  value('data', '<data>', 'HTTP POST data', 'd'),
  value('data-ascii', '<data>', 'HTTP POST data'),
  value('data-binary', '<data>', 'HTTP POST data as it is'),
  value('data-raw', '<data>', 'HTTP POST data, @ is nothing special'),
  value('data-urlencode', '<data>', 'HTTP POST data, encoded'),
  value('dump-header', '<filename>', 'write the received headers to <filename>', 'D'),
  value('referer', '<URL>', 'referrer URL', 'e'),
  flag('fail', 'fail fast with no output on HTTP errors', 'f'),
  flag('fail-with-body', 'fail on HTTP errors but save the body'),
  value('form', '<name=content>', 'multipart MIME data', 'F'),
  flag('get', 'put the POST data in the URL', 'G'),
  flag('globoff', 'no URL globbing', 'g'),
  value('header', '<header>', 'send a header of your own', 'H'),
  flag('include', 'show response headers in the output', 'i'),
  flag('show-headers', 'show response headers in the output'),
  flag('head', 'show document info only', 'I'),
  value('interface', '<name>', 'use this interface or address'),
  flag('insecure', 'allow insecure server connections', 'k'),
  value('json', '<data>', 'HTTP POST JSON'),
  flag('location', 'follow redirects', 'L'),
  value('local-port', '<range>', 'use this local port'),
  value('max-redirs', '<num>', 'how many redirects at most'),
  value('max-time', '<seconds>', 'longest time for the transfer', 'm'),
  flag('no-buffer', 'no buffering of the output', 'N'),
  flag('no-progress-meter', 'no progress meter'),
  value('noproxy', '<list>', 'hosts that use no proxy'),
  value('output', '<file>', 'write to a file instead of standard output', 'o'),
  flag('remote-name', 'write to a file named as the remote file', 'O'),
  flag('parallel', 'transfers one after the other all the same', 'Z'),
  flag('progress-bar', 'show a bar', '#'),
  value('proxy', '[protocol://]host[:port]', 'use this proxy', 'x'),
  flag('proxytunnel', 'tunnel through the proxy (CONNECT)', 'p'),
  value('proxy-user', '<user:password>', 'proxy user and password', 'U'),
  value('request', '<method>', 'the request method to use', 'X'),
  value('resolve', '<[+]host:port:addr[,addr]...>', 'resolve host:port to this address'),
  value('retry', '<num>', 'retry if transient problems occur'),
  value('retry-delay', '<seconds>', 'wait between retries'),
  flag('retry-connrefused', 'retry on connection refused too'),
  flag('retry-all-errors', 'retry on every error'),
  flag('show-error', 'show errors even when silent', 'S'),
  flag('silent', 'silent mode', 's'),
  value('unix-socket', '<path>', 'connect through this Unix domain socket'),
  value('upload-file', '<file>', 'transfer a local file to the URL', 'T'),
  value('url', '<url>', 'the URL'),
  value('user', '<user:password>', 'server user and password', 'u'),
  flag('verbose', 'make the operation talkative', 'v'),
  flag('version', 'show the version number', 'V'),
  value('write-out', '<format>', 'write this after the transfer', 'w'),
];

/** What the tool calls itself on the wire. */
export const USER_AGENT = 'curl/8.22.0';

/** Everything a single transfer is told. */
export interface Transfer {
  readonly url: string;
  readonly method: string | undefined;
  readonly headers: readonly string[];
  readonly userAgent: string;
  readonly referer: string | undefined;
  readonly cookie: string | undefined;
  readonly user: string | undefined;
  readonly body: Uint8Array | undefined;
  /** Of the body, when it is a form. */
  readonly contentType: string | undefined;
  readonly json: boolean;
  readonly upload: boolean;
  readonly head: boolean;
  readonly include: boolean;
  readonly fail: 'no' | 'fail' | 'with-body';
  readonly follow: boolean;
  readonly maxRedirs: number;
  readonly http10: boolean;
  readonly family: 0 | 4 | 6;
  readonly resolve: readonly string[];
  readonly connectTo: readonly string[];
  readonly proxy: string | undefined;
  readonly noproxy: string | undefined;
  readonly proxyUser: string | undefined;
  /** Also HTTP goes through a tunnel. */
  readonly proxyTunnel: boolean;
  readonly iface: string | undefined;
  readonly localPort: number | undefined;
  readonly unixSocket: string | undefined;
  readonly compressed: boolean;
  /** ns, Infinity when not limited. */
  readonly maxTime: number;
  readonly connectTimeout: number;
  readonly verbose: boolean;
  readonly dumpHeader: string | undefined;
}

/** curl's exit codes that this one uses. @see curl include/curl/curl.h */
export const CURLE = {
  UNSUPPORTED_PROTOCOL: 1,
  FAILED_INIT: 2,
  URL_MALFORMAT: 3,
  COULDNT_RESOLVE_PROXY: 5,
  COULDNT_RESOLVE_HOST: 6,
  COULDNT_CONNECT: 7,
  WEIRD_SERVER_REPLY: 8,
  PARTIAL_FILE: 18,
  HTTP_RETURNED_ERROR: 22,
  WRITE_ERROR: 23,
  READ_ERROR: 26,
  OPERATION_TIMEDOUT: 28,
  SSL_CONNECT_ERROR: 35,
  INTERFACE_FAILED: 45,
  TOO_MANY_REDIRECTS: 47,
  GOT_NOTHING: 52,
  SEND_ERROR: 55,
  RECV_ERROR: 56,
} as const;

/** A transfer that went wrong. */
export interface CurlFailure {
  readonly code: number;
  readonly message: string;
}

/** What --write-out can tell. Times in ns since the start. */
export interface Report {
  url: string;
  effective: string;
  method: string;
  httpCode: number;
  httpVersion: string;
  namelookup: number;
  connect: number;
  pretransfer: number;
  starttransfer: number;
  redirect: number;
  total: number;
  download: number;
  upload: number;
  headerSize: number;
  requestSize: number;
  remoteIp: string;
  remotePort: number;
  localIp: string;
  localPort: number;
  redirects: number;
  redirectUrl: string;
  contentType: string | undefined;
  connects: number;
  exitcode: number;
  errormsg: string | undefined;
  filename: string;
  scheme: string;
  headers: readonly (readonly [string, string])[];
}
