/** The panes below the terminals: one row for each, whose code arrives when it is first shown. */
import type { Component } from 'svelte';
import type { Session } from '../session.svelte.ts';
import type { Strings } from '../strings.ts';

/** A pane. To add one, add a row. */
export interface Pane {
  /** Part of element ids, and what `Session.show` takes. */
  readonly id: string;
  readonly name: (t: Strings) => string;
  /** A component that fills its parent (a flex column) and shows one lab; it is there only while its tab is in front. */
  readonly load: () => Promise<{ default: Component<{ session: Session }> }>;
}

export const panes: readonly Pane[] = [
  { id: 'map', name: (t) => t.paneMap, load: () => import('../map/MapPane.svelte') },
  { id: 'packets', name: (t) => t.panePackets, load: () => import('../packets/PacketsPane.svelte') },
  { id: 'tables', name: (t) => t.paneTables, load: () => import('../tables/TablesPane.svelte') },
  { id: 'browser', name: (t) => t.paneBrowser, load: () => import('../browser/BrowserPane.svelte') },
];
