/** Functions that are written in jq's own language. @see jq src/builtin.jq */
import type { Filter } from './ast.ts';
import { parse } from './parse.ts';

const PRELUDE = `
def map(f): [.[] | f];
def select(f): if f then . else empty end;
def values: select(. != null);
def nulls: select(. == null);
def strings: select(type == "string");
def numbers: select(type == "number");
def arrays: select(type == "array");
def objects: select(type == "object");
def booleans: select(type == "boolean");
def iterables: select(type == "array" or type == "object");
def scalars: select(type != "array" and type != "object");
def recurse(f): def r: ., (f | r); r;
def map_values(f): .[] |= f;
def with_entries(f): to_entries | map(f) | from_entries;
def add: reduce .[] as $x (null; . + $x);
def add(f): reduce f as $x (null; . + $x);
def any: reduce .[] as $x (false; . or $x);
def all: reduce .[] as $x (true; . and $x);
def any(f): [.[] | f] | any;
def all(f): [.[] | f] | all;
def any(g; f): isempty(first(g | f | select(.))) | not;
def all(g; f): isempty(first(g | f | select(. | not)));
def isempty(g): [limit(1; g)] | length == 0;
def first: .[0];
def last: .[-1];
def last(f): reduce f as $x (null; $x);
def nth($n): .[$n];
def in(o): . as $k | o | has($k);
def inside(o): . as $v | o | contains($v);
def paths(f): path(.. | select(f)) | select(length > 0);
def leaf_paths: paths(scalars);
def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;
def until(c; u): def _u: if c then . else (u | _u) end; _u;
def while(c; u): def _w: if c then ., (u | _w) else empty end; _w;
def splits($re): split($re; null) | .[];
def splits($re; $f): split($re; $f) | .[];
def ascii: [.] | implode;
def todate: tostring;
def pick(f): . as $v | reduce path(f) as $p (null; setpath($p; $v | getpath($p)));
def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $w | [$x] + $w end;
.`;

/** What is written in jq itself: name → parameters and body. */
export const DEFINED: ReadonlyMap<string, { readonly params: readonly string[]; readonly body: Filter }> = (() => {
  const out = new Map<string, { params: readonly string[]; body: Filter }>();
  for (let f = parse(PRELUDE); f.op === 'def'; f = f.rest)
    out.set(`${f.name}/${f.params.length}`, { params: f.params, body: f.body });
  return out;
})();
