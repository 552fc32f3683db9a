/** A directory as a page. @see nginx src/http/modules/ngx_http_autoindex_module.c */
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Sys } from '../../../../linux/kernel/sys.ts';
import { listingDate } from './variables.ts';

/** Columns that a name may take. */
const WIDTH = 50;

export function listing(sys: Sys, dir: string, uri: string): string {
  const entries = sys.readdir(dir);
  const rows = (isErr(entries) ? [] : entries)
    .filter((e) => !e.name.startsWith('.'))
    .map((e) => ({ name: e.name, st: sys.stat(`${dir}${e.name}`) }))
    .flatMap(({ name, st }) => (isErr(st) ? [] : [{ name, dir: st.kind === 'dir', st }]))
    .sort((a, b) => Number(b.dir) - Number(a.dir) || (a.name < b.name ? -1 : 1));
  let out = `<html>\r\n<head><title>Index of ${uri}</title></head>\r\n<body>\r\n<h1>Index of ${uri}</h1><hr><pre><a href="../">../</a>\r\n`;
  for (const row of rows) {
    const name = row.dir ? `${row.name}/` : row.name;
    const shown = name.length > WIDTH ? `${name.slice(0, WIDTH - 3)}..&gt;` : name;
    const date = listingDate(sys.realtime() - BigInt(Math.round(sys.now() - row.st.mtime)));
    const size = row.dir ? '-' : String(row.st.size);
    out += `<a href="${encodeURI(name)}">${shown}</a>${' '.repeat(Math.max(0, WIDTH - name.length))} ${date}${size.padStart(20)}\r\n`;
  }
  return `${out}</pre><hr></body>\r\n</html>\r\n`;
}
