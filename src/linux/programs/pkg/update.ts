/** `apt-get update`. @see apt apt-pkg/update.cc */
import { isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { type Console, size } from './console.ts';
import { Fetcher } from './fetch.ts';
import { LISTS, listFile, readSources, type Source } from './sources.ts';

/** Acquire::Retries */
const RETRIES = 3;

export async function update(sys: Sys, c: Console): Promise<number> {
  const sources = readSources(sys);
  const fetcher = new Fetcher(sys, 'Debian APT-HTTP/1.3 (3.1.12)');
  const start = sys.now();
  const failed = new Map<Source, string>();
  let number = 0;
  const order = new Map(sources.map((s, i) => [s, i + 1]));
  number = sources.length;
  const name = (s: Source): string => `${s.uri} ${s.suite}`;
  let waiting = [...sources];
  for (let turn = 0; waiting.length > 0; turn++) {
    const again: Source[] = [];
    for (const s of waiting) {
      await c.passing('0% [Working]');
      const got = await fetcher.get(`${s.uri}/dists/${s.suite}/InRelease`);
      await c.wipe();
      if ('error' in got) {
        if (turn < RETRIES && got.temporary) {
          await c.say(`Ign:${order.get(s)} ${name(s)} InRelease\n`);
          again.push(s);
        } else {
          failed.set(s, got.error);
          await c.say(`Err:${order.get(s)} ${name(s)} InRelease\n  ${got.error}\n`);
        }
        continue;
      }
      const file = listFile(s, 'InRelease');
      const old = sys.readFile(file);
      const same = !isErr(old) && old.length === got.bytes.length && old.every((b, i) => b === got.bytes[i]);
      await c.say(
        `${same ? 'Hit' : 'Get'}:${order.get(s)} ${name(s)} InRelease${same ? '' : ` [${size(got.bytes.length)}B]`}\n`,
      );
      if (same) continue;
      sys.writeFile(file, got.bytes);
      for (const component of s.components) number = await packages(sys, c, fetcher, s, component, number);
    }
    waiting = again;
    if (again.length > 0) await sys.sleep(1e9 * 2 ** turn);
  }
  fetcher.close();
  if (fetcher.received > 0) await c.say(`${fetchedLine(fetcher.received, sys.now() - start)}\n`);
  await c.step('Reading package lists');
  for (const [s, error] of failed)
    await c.ctx.err(`W: Failed to fetch ${s.uri}/dists/${s.suite}/InRelease  ${error}\n`);
  if (failed.size > 0)
    await c.ctx.err('W: Some index files failed to download. They have been ignored, or old ones used instead.\n');
  return 0;
}

async function packages(
  sys: Sys,
  c: Console,
  f: Fetcher,
  s: Source,
  component: string,
  number: number,
): Promise<number> {
  const path = `${component}/binary-amd64/Packages`;
  const got = await f.get(`${s.uri}/dists/${s.suite}/${path}`);
  if ('error' in got) return number;
  sys.mkdir(LISTS, 0o755);
  sys.writeFile(listFile(s, path), got.bytes);
  if (got.bytes.length > 0)
    await c.say(`Get:${number + 1} ${s.uri} ${s.suite}/${component} amd64 Packages [${size(got.bytes.length)}B]\n`);
  return got.bytes.length > 0 ? number + 1 : number;
}

/** `Fetched 47.1 kB in 0s (1234 kB/s)` */
export function fetchedLine(bytes: number, ns: number): string {
  const seconds = Math.max(ns / 1e9, 1e-6);
  return `Fetched ${size(bytes)}B in ${Math.floor(seconds)}s (${size(bytes / seconds)}B/s)`;
}
