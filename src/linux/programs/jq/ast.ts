/** Filters. */

export type Filter =
  | { readonly op: 'identity' }
  | { readonly op: 'recurse' }
  | { readonly op: 'literal'; readonly value: unknown }
  | { readonly op: 'string'; readonly parts: readonly (string | Filter)[]; readonly format?: string }
  | { readonly op: 'format'; readonly name: string }
  | { readonly op: 'index'; readonly of: Filter; readonly key: Filter }
  | { readonly op: 'slice'; readonly of: Filter; readonly from?: Filter; readonly to?: Filter }
  | { readonly op: 'iterate'; readonly of: Filter }
  | { readonly op: 'try'; readonly body: Filter; readonly handler?: Filter }
  | { readonly op: 'pipe' | 'comma' | 'alternative' | 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly op: 'binary'; readonly name: string; readonly left: Filter; readonly right: Filter }
  | { readonly op: 'update'; readonly name: string; readonly left: Filter; readonly right: Filter }
  | { readonly op: 'negate'; readonly of: Filter }
  | { readonly op: 'array'; readonly of?: Filter }
  | { readonly op: 'object'; readonly fields: readonly { readonly key: Filter; readonly value: Filter }[] }
  | { readonly op: 'if'; readonly test: Filter; readonly then: Filter; readonly otherwise?: Filter }
  | { readonly op: 'call'; readonly name: string; readonly args: readonly Filter[] }
  | { readonly op: 'variable'; readonly name: string }
  | { readonly op: 'as'; readonly source: Filter; readonly pattern: Pattern; readonly body: Filter }
  | {
      readonly op: 'reduce';
      readonly source: Filter;
      readonly pattern: Pattern;
      readonly init: Filter;
      readonly update: Filter;
    }
  | {
      readonly op: 'foreach';
      readonly source: Filter;
      readonly pattern: Pattern;
      readonly init: Filter;
      readonly update: Filter;
      readonly extract?: Filter;
    }
  | {
      readonly op: 'def';
      readonly name: string;
      readonly params: readonly string[];
      readonly body: Filter;
      readonly rest: Filter;
    }
  | { readonly op: 'label'; readonly name: string; readonly body: Filter }
  | { readonly op: 'break'; readonly name: string };

/** What `as` takes apart. */
export type Pattern =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'array'; readonly items: readonly Pattern[] }
  | {
      readonly kind: 'object';
      readonly fields: readonly { readonly key: Filter; readonly pattern?: Pattern; readonly bind?: string }[];
    };
