/** `-w`: variables of a finished transfer in a format. @see curl src/tool_writeout.c */
import type { Report } from './options.ts';

const seconds = (ns: number): string => {
  const us = Math.max(0, Math.floor(ns / 1000));
  return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`;
};

const speed = (bytes: number, r: Report): string => String(r.total > 0 ? Math.floor((bytes * 1e9) / r.total) : bytes);

const VARIABLES: Readonly<Record<string, (r: Report) => string>> = {
  content_type: (r) => r.contentType ?? '',
  errormsg: (r) => r.errormsg ?? '',
  exitcode: (r) => String(r.exitcode),
  filename_effective: (r) => r.filename,
  http_code: (r) => String(r.httpCode).padStart(3, '0'),
  http_connect: () => '000',
  http_version: (r) => r.httpVersion,
  local_ip: (r) => r.localIp,
  local_port: (r) => String(r.localPort),
  method: (r) => r.method,
  num_connects: (r) => String(r.connects),
  num_headers: (r) => String(r.headers.length),
  num_redirects: (r) => String(r.redirects),
  redirect_url: (r) => r.redirectUrl,
  referer: () => '',
  remote_ip: (r) => r.remoteIp,
  remote_port: (r) => String(r.remotePort),
  response_code: (r) => String(r.httpCode).padStart(3, '0'),
  scheme: (r) => r.scheme,
  size_download: (r) => String(r.download),
  size_header: (r) => String(r.headerSize),
  size_request: (r) => String(r.requestSize),
  size_upload: (r) => String(r.upload),
  speed_download: (r) => speed(r.download, r),
  speed_upload: (r) => speed(r.upload, r),
  ssl_verify_result: () => '0',
  time_appconnect: () => '0.000000',
  time_connect: (r) => seconds(r.connect),
  time_namelookup: (r) => seconds(r.namelookup),
  time_pretransfer: (r) => seconds(r.pretransfer),
  time_redirect: (r) => seconds(r.redirect),
  time_starttransfer: (r) => seconds(r.starttransfer),
  time_total: (r) => seconds(r.total),
  url: (r) => r.url,
  url_effective: (r) => r.effective,
  urlnum: () => '0',
};

/** The text, and whether it goes to standard error from some point on. */
export function writeOut(format: string, r: Report): { out: string; err: string } {
  const to = { out: '', err: '' };
  let stream: 'out' | 'err' = 'out';
  for (let i = 0; i < format.length; i++) {
    const c = format[i] as string;
    const next = format[i + 1];
    if (c === '\\' && next !== undefined) {
      to[stream] += { n: '\n', r: '\r', t: '\t' }[next] ?? `\\${next}`;
      i++;
    } else if (c === '%' && next === '%') {
      to[stream] += '%';
      i++;
    } else if (c === '%' && next === '{') {
      const end = format.indexOf('}', i);
      if (end < 0) {
        to[stream] += '%{';
        i++;
        continue;
      }
      const name = format.slice(i + 2, end);
      i = end;
      if (name === 'stderr') stream = 'err';
      else if (name === 'stdout') stream = 'out';
      else if (name === 'onerror') {
        if (r.exitcode === 0) return to;
      } else if (name === 'json') to[stream] += jsonOf(r);
      else to[stream] += VARIABLES[name]?.(r) ?? `curl: unknown --write-out variable: '${name}'\n`;
    } else if (c === '%' && format.startsWith('%header{', i)) {
      const end = format.indexOf('}', i);
      const name = format.slice(i + 8, end).toLowerCase();
      to[stream] += r.headers.find(([n]) => n.toLowerCase() === name)?.[1] ?? '';
      i = end;
    } else to[stream] += c;
  }
  return to;
}

const NUMERIC =
  /^(exitcode|http_code|response_code|http_connect|local_port|remote_port|num_|size_|speed_|time_|urlnum|ssl_)/;

function jsonOf(r: Report): string {
  const fields = Object.entries(VARIABLES).map(([k, f]) => {
    const v = f(r);
    return `"${k}":${NUMERIC.test(k) ? (k.startsWith('time_') ? v : Number(v)) : v === '' ? 'null' : JSON.stringify(v)}`;
  });
  return `{${fields.join(',')}}`;
}
