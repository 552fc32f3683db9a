/**
 * YAML as compose reads it: documents as plain values, with the places where `!reset` and `!override` stood.
 * @see compose-spec/compose-go loader/reset.go
 */
import type * as Yaml from 'yaml';
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import type { Mapping, Value } from './project.ts';
import { isMapping, type Path } from './tree.ts';
import { faultOf } from './yamlfault.ts';

/** The library, once it is loaded. */
export type YamlModule = typeof Yaml;

/** One of a text's documents. */
export interface Document {
  readonly value: Value;
  /** Where what earlier files said is to be forgotten. */
  readonly resets: readonly Path[];
}

/** Numbers as Go's library reads them, but for those that YAML 1.2 knows. */
const NUMBERS = [
  { test: /^[-+]?0[0-7]+$/, radix: 8, skip: 0 },
  { test: /^[-+]?0b[01]+$/, radix: 2, skip: 2 },
  { test: /^[-+]?[1-9][0-9]*(?:_[0-9]+)+$/, radix: 10, skip: 0 },
].map(({ test, radix, skip }) => ({
  tag: 'tag:yaml.org,2002:int',
  default: true as const,
  test,
  resolve: (s: string): number => {
    const sign = s.startsWith('-') ? -1 : 1;
    return sign * Number.parseInt(s.replace(/^[-+]/, '').slice(skip).replaceAll('_', ''), radix);
  },
}));

/** At the top level, it is found by a look for the project's name, which says it in other words. */
const twice = (text: string, path: Path): Failure =>
  new Failure(path.length === 0 ? `yaml: unmarshal errors:\n  ${text}` : text);

/** What aliases stand for, found in one walk: the last anchor of the name before each. */
function targetsIn(lib: YamlModule, doc: Yaml.Document): ReadonlyMap<Yaml.Alias, Yaml.Node> {
  const anchors = new Map<string, Yaml.Node>();
  const out = new Map<Yaml.Alias, Yaml.Node>();
  lib.visit(doc, {
    Node(_key, node) {
      if (!lib.isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return;
      }
      const target = anchors.get(node.source);
      if (target) out.set(node, target);
    },
  });
  return out;
}

class Reader {
  readonly resets: Path[] = [];
  private readonly visited = new Map<unknown, string[]>();
  private targets: ReadonlyMap<Yaml.Alias, Yaml.Node> | undefined;
  private nodes = 0;
  private aliased = 0;
  /** Aliases that the node being read stands under. */
  private depth = 0;

  constructor(
    private readonly lib: YamlModule,
    private readonly doc: Yaml.Document,
    private readonly lines: Yaml.LineCounter,
  ) {}

  private line(node: unknown): number {
    const range = (node as { range?: readonly number[] | null }).range;
    return this.lines.linePos(range?.[0] ?? 0).line;
  }

  /** @returns undefined where nothing is to be left */
  value(node: unknown, path: Path): Value | undefined | Failure {
    const { lib } = this;
    if (node === null || node === undefined) return null;
    if (this.tooMany()) return new Failure('yaml: document contains excessive aliasing');
    if (lib.isAlias(node)) return this.alias(node, path);
    const tag = (node as Yaml.Node).tag;
    if (tag === '!reset' || tag === '!override') this.resets.push(path);
    if (tag === '!reset') return undefined;
    if (lib.isSeq(node)) return this.list(node, path);
    if (lib.isMap(node)) return this.mapping(node, path);
    const scalar = (node as Yaml.Scalar).value;
    return scalar === undefined ? null : (scalar as Value);
  }

  private alias(node: Yaml.Alias, path: Path): Value | undefined | Failure {
    this.targets ??= targetsIn(this.lib, this.doc);
    const target = this.targets.get(node);
    if (!target) return new Failure(`yaml: unknown anchor '${node.source}' referenced`);
    const bad = this.cycle(target, path);
    if (bad) return bad;
    this.depth++;
    const got = this.value(target, path);
    this.depth--;
    return got;
  }

  /** Counts a node. @returns whether too many of a text's nodes come from aliases. @see go-yaml decode.go: allowedAliasRatio */
  private tooMany(): boolean {
    this.nodes++;
    if (this.depth > 0) this.aliased++;
    const allowed = 0.99 - 0.89 * Math.min(Math.max((this.nodes - 400_000) / 3_600_000, 0), 1);
    return this.aliased > 100 && this.nodes > 1000 && this.aliased / this.nodes > allowed;
  }

  private cycle(target: unknown, path: Path): Failure | undefined {
    const here = path.join('.');
    const before = this.visited.get(target);
    const service = (p: string): string | undefined => /^services\.([^.]+)/.exec(p)?.[1];
    for (const prev of before ?? []) {
      if (here === prev) continue;
      const nested = here.startsWith(`${prev}.`) || prev.startsWith(`${here}.`);
      if (nested && service(here) === service(prev))
        return new Failure(`cycle detected: node at path ${here} references node at path ${prev}`);
    }
    if (before) before.push(here);
    else this.visited.set(target, [here]);
    return undefined;
  }

  private list(node: Yaml.YAMLSeq, path: Path): Value[] | Failure {
    const out: Value[] = [];
    for (const [i, item] of node.items.entries()) {
      const got = this.value(item, [...path, String(i)]);
      if (failed(got)) return got;
      if (got !== undefined) out.push(got);
    }
    return out;
  }

  private mapping(node: Yaml.YAMLMap, path: Path): Mapping | Failure {
    const out: Mapping = {};
    const seen = new Map<string, number>();
    const merged: Mapping[] = [];
    for (const { key, value } of node.items) {
      const name = this.keyText(key, path);
      if (failed(name)) return name;
      const line = this.line(key);
      const first = seen.get(name);
      if (first !== undefined)
        return twice(`line ${line}: mapping key ${goQuote(name)} already defined at line ${first}`, path);
      seen.set(name, line);
      const isMerge = name === '<<' && this.lib.isScalar(key) && key.type === 'PLAIN';
      const got = this.value(value, isMerge ? path : [...path, name]);
      if (failed(got)) return got;
      if (got === undefined) continue;
      if (!isMerge) out[name] = got;
      else for (const m of Array.isArray(got) ? got : [got]) if (isMapping(m)) merged.push(m);
    }
    for (const m of merged) for (const [k, v] of Object.entries(m)) if (!(k in out)) out[k] = v;
    return out;
  }

  private keyText(key: unknown, path: Path): string | Failure {
    const got = this.value(key, path);
    if (failed(got)) return got;
    if (typeof got === 'string') return got;
    const shown = this.lib.isScalar(key) ? (key.source ?? String(got)) : String(got);
    const where = path.length === 0 ? 'at top level' : `in ${path.join('.').replace(/\.(\d+)(?=\.|$)/g, '[$1]')}`;
    return new Failure(`non-string key ${where}: ${got === null ? '<nil>' : shown}`);
  }
}

/** How deep values may lie in each other. Limits: go-yaml takes ten thousand. @see go-yaml scannerc.go: max_flow_level */
const DEEPEST = 500;

/** The text's tokens, as far as they do not lie too deep. */
function tokensOf(lib: YamlModule, lines: Yaml.LineCounter, text: string): Yaml.CST.Token[] | Failure {
  const parser = new lib.Parser(lines.addNewLine);
  const out: Yaml.CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new lib.Lexer().lex(text)) {
    out.push(...parser.next(lexeme));
    if (parser.stack.length > DEEPEST) return new Failure(`yaml: exceeded max depth of ${DEEPEST}`);
  }
  return [...out, ...parser.end()];
}

/** All documents of a text. */
export function parseYaml(lib: YamlModule, text: string): Document[] | Failure {
  const lines = new lib.LineCounter();
  const tokens = tokensOf(lib, lines, text);
  if (failed(tokens)) return tokens;
  const composer = new lib.Composer({
    uniqueKeys: false,
    customTags: (tags) => [...NUMBERS, ...tags],
    logLevel: 'error',
  });
  const out: Document[] = [];
  for (const doc of composer.compose(tokens)) {
    const [bad, ...more] = doc.errors;
    if (bad) return new Failure(faultOf(text, bad, more));
    if (doc.contents === null && !doc.directives?.docStart) continue;
    const reader = new Reader(lib, doc as unknown as Yaml.Document, lines);
    const value = reader.value(doc.contents, []);
    if (failed(value)) return value;
    out.push({ value: value ?? null, resets: reader.resets });
  }
  return out;
}
