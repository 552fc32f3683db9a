/** `-F`: fields and files as multipart/form-data. @see curl lib/mime.c, src/tool_formparse.c; RFC 7578 */
import { isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { basename } from '../stdio.ts';
import { CURLE, type CurlFailure } from './options.ts';

const TYPES: Readonly<Record<string, string>> = {
  gif: 'image/gif',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  htm: 'text/html',
  html: 'text/html',
  pdf: 'application/pdf',
  xml: 'application/xml',
};

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A boundary as curl makes them: dashes and 22 letters. */
async function boundary(sys: Sys): Promise<string> {
  const fd = sys.open('/dev/urandom', { read: true });
  const bytes = isErr(fd) ? fd : await sys.read(fd, 22);
  if (!isErr(fd)) sys.close(fd);
  const tail = isErr(bytes) ? '' : [...bytes].map((b) => LETTERS[b % LETTERS.length]).join('');
  return `${'-'.repeat(24)}${tail}`;
}

/** `;type=…` and `;filename=…` behind a value. */
function extras(text: string): { value: string; type?: string; filename?: string } {
  const [value, ...rest] = text.split(';') as [string, ...string[]];
  const of = (name: string): string | undefined =>
    rest
      .find((r) => r.trim().startsWith(`${name}=`))
      ?.trim()
      .slice(name.length + 1)
      .replace(/^"|"$/g, '');
  const known = of('type') !== undefined || of('filename') !== undefined;
  return known ? { value, type: of('type'), filename: of('filename') } : { value: text };
}

/** The body of a form, and its type. @param fields `name=text`, `name=@file`, `name=<file` */
export async function formBody(
  sys: Sys,
  fields: readonly string[],
): Promise<{ body: Uint8Array; type: string } | CurlFailure> {
  const mark = await boundary(sys);
  const parts: Uint8Array[] = [];
  const put = (text: string): unknown => parts.push(new TextEncoder().encode(text));
  for (const field of fields) {
    const eq = field.indexOf('=');
    if (eq < 0) return { code: CURLE.FAILED_INIT, message: 'Illegally formatted input field' };
    const name = field.slice(0, eq);
    const text = field.slice(eq + 1);
    const kind = text[0] === '@' || text[0] === '<' ? text[0] : '';
    const { value, type, filename } = extras(kind === '' ? text : text.slice(1));
    const content = kind === '' ? new TextEncoder().encode(value) : sys.readFile(value === '-' ? '/dev/stdin' : value);
    if (isErr(content))
      return { code: CURLE.READ_ERROR, message: 'Failed to open/read local data from file/application' };
    const shown = kind === '@' ? (filename ?? basename(value)) : filename;
    const ending = value.slice(value.lastIndexOf('.') + 1).toLowerCase();
    const typed = type ?? (kind === '@' ? (TYPES[ending] ?? 'application/octet-stream') : undefined);
    put(`--${mark}\r\nContent-Disposition: form-data; name="${name}"`);
    put(`${shown === undefined ? '' : `; filename="${shown}"`}\r\n`);
    put(`${typed === undefined ? '' : `Content-Type: ${typed}\r\n`}\r\n`);
    parts.push(content);
    put('\r\n');
  }
  put(`--${mark}--\r\n`);
  const body = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    body.set(p, at);
    at += p.length;
  }
  return { body, type: `multipart/form-data; boundary=${mark}` };
}
