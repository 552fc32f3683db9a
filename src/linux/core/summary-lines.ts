/**
 * Protocols of text over TCP as tcpdump prints them: HTTP, SMTP, FTP, RTSP and SSH by lines, Redis by its values.
 * @see tcpdump 4.99 print.c: txtproto_print, print-ssh.c, print-resp.c; the Redis serialization protocol
 */
import type { Tcp } from './dissect.ts';
import type { SummaryOptions } from './summary.ts';

/** Ports by protocol, as tcpdump knows them. */
const PORTS: Readonly<Record<number, string>> = {
  21: 'FTP',
  22: 'SSH',
  25: 'SMTP',
  80: 'HTTP',
  554: 'RTSP',
  6379: 'RESP',
  8080: 'HTTP',
  8554: 'RTSP',
};

/** First words by which a line is known as one of the protocol's; without any, every line is. */
const WORDS: Readonly<Record<string, RegExp>> = {
  HTTP: /^(GET|PUT|COPY|HEAD|LOCK|MOVE|POLL|POST|BCOPY|BMOVE|MKCOL|TRACE|LABEL|MERGE|DELETE|SEARCH|UNLOCK|REPORT|UPDATE|NOTIFY|BDELETE|CONNECT|OPTIONS|CHECKIN|PROPFIND|CHECKOUT|CCM_POST|SUBSCRIBE|PROPPATCH|BPROPFIND|BPROPPATCH|UNCHECKOUT|MKACTIVITY|MKWORKSPACE|UNSUBSCRIBE|RPC_CONNECT|VERSION-CONTROL|BASELINE-CONTROL)(\s|$)/i,
  RTSP: /^(OPTIONS|DESCRIBE|ANNOUNCE|SETUP|PLAY|PAUSE|TEARDOWN|GET_PARAMETER|SET_PARAMETER|REDIRECT|RECORD)(\s|$)/i,
  FTP: /^(ACCT|APPE|CDUP|CWD|DELE|EPRT|EPSV|HELP|LIST|MDTM|MKD|MODE|NLST|NOOP|PASS|PASV|PORT|PWD|QUIT|REIN|REST|RETR|RMD|RNFR|RNTO|SITE|SIZE|SMNT|STAT|STOR|STOU|STRU|SYST|TYPE|USER)(\s|$)/i,
  SMTP: /^(DATA|EHLO|EXPN|HELO|HELP|MAIL|NOOP|QUIT|RCPT|RSET|VRFY)(\s|$)/i,
};

/** Replies: HTTP and RTSP give a version and a code, FTP and SMTP the code. */
const REPLIES: Readonly<Record<string, RegExp>> = {
  HTTP: /^(HTTP\/\S*|\S+) \d{3}(\s|$)/,
  RTSP: /^RTSP\/\S* \d{3}(\s|$)/,
  FTP: /^\d{3}[ -]/,
  SMTP: /^\d{3}[ -]/,
};

/** The lines of a payload that are text; the last one without its end is told apart. */
function linesText(name: string, t: Tcp, verbose: number): string {
  const all = String.fromCharCode(...t.payload);
  const lines = all.split(/\r?\n/);
  const rest = lines.pop() ?? '';
  const first = lines[0] ?? rest;
  if (!(WORDS[name]?.test(first) || REPLIES[name]?.test(first)) || !/^[\t -~]*$/.test(first)) return name;
  if (verbose === 0) return `${name}: ${first}`;
  let text = `${name}, length: ${t.length}`;
  for (const line of lines) {
    if (!/^[\t -~]*$/.test(line)) return text;
    text += `\n\t${line}`;
  }
  return rest !== '' && /^[\t -~]*$/.test(rest) ? `${text}\n\t${rest} [|${name.toLowerCase()}]` : text;
}

/** Banners are shown, the ciphered rest is not. */
function sshText(t: Tcp): string {
  const line = /^SSH-[\t -~]*(?=\r?\n)/.exec(String.fromCharCode(...t.payload.subarray(0, 255)))?.[0];
  return line === undefined ? '' : `: SSH: ${line}`;
}

const visible = (s: string): string =>
  s.replace(/[^\t -~]/g, (c) =>
    c.charCodeAt(0) < 32 ? `^${String.fromCharCode(c.charCodeAt(0) ^ 64)}` : c.charCodeAt(0) === 127 ? '^?' : `M-${c}`,
  );

/** Values of Redis, one after the other; an array is its elements. */
function respText(payload: Uint8Array): string {
  const s = String.fromCharCode(...payload);
  let text = ': RESP';
  for (let at = 0; at < s.length; ) {
    if (s.startsWith('\r\n', at)) {
      at += 2;
      continue;
    }
    const end = s.indexOf('\r\n', at);
    if (end < 0) return `${text} [|resp]`;
    const kind = s[at] as string;
    const rest = s.slice(at + 1, end);
    at = end + 2;
    if (kind === '$' || kind === '*') {
      const n = Number(rest);
      if (n < 0) text += ' null';
      else if (n === 0) {
        text += ' empty';
        if (kind === '$') at += 2;
      } else if (kind === '$') {
        if (at + n > s.length) return `${text} [|resp]`;
        text += ` "${visible(s.slice(at, at + n))}"`;
        at += n + 2;
      }
    } else if (kind === '+' || kind === '-' || kind === ':') text += ` "${visible(rest)}"`;
    else text += ` "${visible(kind + rest)}"`;
  }
  return text;
}

/** What follows the length of a segment with a payload; empty when its ports are of no such protocol. */
export function linesProtocol(t: Tcp, o: SummaryOptions): string {
  const name = PORTS[t.sport] ?? PORTS[t.dport];
  if (name === undefined) return '';
  if (name === 'RESP') return respText(t.payload);
  return name === 'SSH' ? sshText(t) : `: ${linesText(name, t, o.verbose ?? 0)}`;
}
