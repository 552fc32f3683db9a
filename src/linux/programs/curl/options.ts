/** curl's command line as a table, and what a transfer is told. @see curl src/tool_getparam.c */
import { flag, type OptionSpec, valued } from '../getopt.ts';

export const OPTIONS: readonly OptionSpec[] = [
  flag('http1.0', '0', 'use HTTP/1.0'),
  flag('http1.1', undefined, 'use HTTP/1.1'),
  flag('ipv4', '4', 'resolve names to IPv4 addresses'),
  flag('ipv6', '6', 'resolve names to IPv6 addresses'),
  valued('user-agent', 'A', '<name>', 'send User-Agent <name>'),
  flag('compressed', undefined, 'ask for a compressed answer'),
  valued('connect-timeout', undefined, '<seconds>', 'longest time to connect'),
  valued('connect-to', undefined, '<HOST1:PORT1:HOST2:PORT2>', 'connect to another host'),
  valued('cookie', 'b', '<data>', 'send cookies'),
  valued('data', 'd', '<data>', 'HTTP POST data'),
  valued('data-ascii', undefined, '<data>', 'HTTP POST data'),
  valued('data-binary', undefined, '<data>', 'HTTP POST data as it is'),
  valued('data-raw', undefined, '<data>', 'HTTP POST data, @ is nothing special'),
  valued('data-urlencode', undefined, '<data>', 'HTTP POST data, encoded'),
  valued('dump-header', 'D', '<filename>', 'write the received headers to <filename>'),
  valued('referer', 'e', '<URL>', 'referrer URL'),
  flag('fail', 'f', 'fail fast with no output on HTTP errors'),
  flag('fail-with-body', undefined, 'fail on HTTP errors but save the body'),
  valued('form', 'F', '<name=content>', 'multipart MIME data'),
  flag('get', 'G', 'put the POST data in the URL'),
  flag('globoff', 'g', 'no URL globbing'),
  valued('header', 'H', '<header>', 'send a header of your own'),
  flag('include', 'i', 'show response headers in the output'),
  flag('show-headers', undefined, 'show response headers in the output'),
  flag('head', 'I', 'show document info only'),
  valued('interface', undefined, '<name>', 'use this interface or address'),
  flag('insecure', 'k', 'allow insecure server connections'),
  valued('json', undefined, '<data>', 'HTTP POST JSON'),
  flag('location', 'L', 'follow redirects'),
  valued('local-port', undefined, '<range>', 'use this local port'),
  valued('max-redirs', undefined, '<num>', 'how many redirects at most'),
  valued('max-time', 'm', '<seconds>', 'longest time for the transfer'),
  flag('no-buffer', 'N', 'no buffering of the output'),
  flag('no-progress-meter', undefined, 'no progress meter'),
  valued('noproxy', undefined, '<list>', 'hosts that use no proxy'),
  valued('output', 'o', '<file>', 'write to a file instead of standard output'),
  flag('remote-name', 'O', 'write to a file named as the remote file'),
  flag('parallel', 'Z', 'transfers one after the other all the same'),
  flag('progress-bar', '#', 'show a bar'),
  valued('proxy', 'x', '[protocol://]host[:port]', 'use this proxy'),
  flag('proxytunnel', 'p', 'tunnel through the proxy (CONNECT)'),
  valued('proxy-user', 'U', '<user:password>', 'proxy user and password'),
  valued('request', 'X', '<method>', 'the request method to use'),
  valued('resolve', undefined, '<[+]host:port:addr[,addr]...>', 'resolve host:port to this address'),
  valued('retry', undefined, '<num>', 'retry if transient problems occur'),
  valued('retry-delay', undefined, '<seconds>', 'wait between retries'),
  flag('retry-connrefused', undefined, 'retry on connection refused too'),
  flag('retry-all-errors', undefined, 'retry on every error'),
  flag('show-error', 'S', 'show errors even when silent'),
  flag('silent', 's', 'silent mode'),
  valued('unix-socket', undefined, '<path>', 'connect through this Unix domain socket'),
  valued('upload-file', 'T', '<file>', 'transfer a local file to the URL'),
  valued('url', undefined, '<url>', 'the URL'),
  valued('user', 'u', '<user:password>', 'server user and password'),
  flag('verbose', 'v', 'make the operation talkative'),
  flag('version', 'V', 'show the version number'),
  valued('write-out', 'w', '<format>', 'write this after the transfer'),
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
