/** Where packages come from, and what is known of them. @see sources.list(5) */
import { isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { readText } from '../stdio.ts';
import { type Paragraph, paragraphs } from './control.ts';

export const LISTS = '/var/lib/apt/lists';

/** One suite of one archive. */
export interface Source {
  /** Without a slash at the end. */
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
}

/** Sources of /etc/apt, one-line and deb822 form. */
export function readSources(sys: Sys): Source[] {
  const out: Source[] = [];
  const dir = '/etc/apt/sources.list.d';
  const entries = sys.readdir(dir);
  const files = isErr(entries) ? [] : entries.map((e) => `${dir}/${e.name}`).sort();
  for (const file of ['/etc/apt/sources.list', ...files]) {
    const text = readText(sys, file);
    if (isErr(text)) continue;
    if (file.endsWith('.sources')) {
      for (const p of paragraphs(text))
        for (const uri of (p.get('URIs') ?? '').split(/\s+/))
          for (const suite of (p.get('Suites') ?? '').split(/\s+/))
            if (uri !== '' && suite !== '' && (p.get('Types') ?? 'deb').split(/\s+/).includes('deb'))
              out.push({
                uri: uri.replace(/\/$/, ''),
                suite,
                components: (p.get('Components') ?? 'main').split(/\s+/),
              });
    } else
      for (const line of text.split('\n')) {
        const words = line
          .trim()
          .replace(/\[[^\]]*\]/, '')
          .split(/\s+/);
        if (words[0] !== 'deb' || !words[1] || !words[2]) continue;
        out.push({ uri: words[1].replace(/\/$/, ''), suite: words[2], components: words.slice(3) });
      }
  }
  return out;
}

/** File in {@link LISTS} for a path of a source. */
export const listFile = (s: Source, path: string): string =>
  `${LISTS}/${`${s.uri}/dists/${s.suite}/${path}`.replace(/^http:\/\//, '').replace(/\//g, '_')}`;

/** A package that can be had. */
export interface Candidate {
  readonly name: string;
  readonly version: string;
  readonly source: Source;
  readonly component: string;
  readonly fields: Paragraph;
}

/** All that the lists know. The first source that has a name wins. */
export function readCandidates(sys: Sys): Map<string, Candidate> {
  const out = new Map<string, Candidate>();
  for (const source of readSources(sys))
    for (const component of source.components) {
      const text = readText(sys, listFile(source, `${component}/binary-amd64/Packages`));
      for (const fields of isErr(text) ? [] : paragraphs(text)) {
        const name = fields.get('Package') ?? '';
        if (!out.has(name)) out.set(name, { name, version: fields.get('Version') ?? '', source, component, fields });
      }
    }
  return out;
}
