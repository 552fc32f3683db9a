/** What changes in a namespace, as rtnetlink's groups tell it: `ip monitor`, `bridge monitor`. */
import type { Addr } from './address.ts';
import type { Link } from './link.ts';
import type { FdbEntry, Neigh } from './neigh.ts';
import type { PolicyRule, Route } from './route.ts';

/** Something that changed, and how it is now, or was when it went. */
export type NetEvent = {
  /** Virtual ns. */
  readonly time: number;
  readonly gone: boolean;
} & (
  | { readonly group: 'link'; readonly link: Link }
  | { readonly group: 'address'; readonly addr: Addr }
  | { readonly group: 'route'; readonly route: Route }
  | { readonly group: 'neigh'; readonly neigh: Neigh }
  | { readonly group: 'rule'; readonly rule: PolicyRule }
  | { readonly group: 'fdb'; readonly fdb: FdbEntry }
);
