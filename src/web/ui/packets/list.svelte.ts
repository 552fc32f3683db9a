/** The page's side of the packet list: its filter, the window of it that is in sight, and the frame that is chosen. */
import type { FrameDetail, PacketQuery, PacketWindow, ViewFrame } from '../../worker/api.ts';
import type { Session } from '../session.svelte.ts';
import { settings } from '../settings.svelte.ts';

/** Rows that are asked for beyond those in sight. */
const MARGIN = 8;

export class PacketList {
  /** What is being typed, and the filter in use. */
  draft = $state('');
  text = $state('');
  protos = $state.raw<readonly string[]>([]);
  place = $state('');
  stopped = $state(false);
  /** The newest rows stay in sight. */
  following = $state(true);
  window = $state.raw<PacketWindow | undefined>(undefined);
  /** The chosen frame, and all about it once it has come. */
  chosen = $state<number | undefined>(undefined);
  detail = $state.raw<FrameDetail | 'gone' | undefined>(undefined);

  /** What is shown of the chosen frame: its layers and bytes, or its way. */
  face = $state<'layers' | 'way'>('layers');

  constructor(readonly session: Session) {}

  get query(): PacketQuery {
    return { text: this.text.trim(), protos: [...this.protos], place: this.place, stopped: this.stopped };
  }

  toggle(proto: string): void {
    this.protos = this.protos.includes(proto) ? this.protos.filter((p) => p !== proto) : [...this.protos, proto];
  }

  /** Asks for what is in sight. @param top number of the first row in sight @param rows in sight */
  async look(top: number, rows: number): Promise<void> {
    const from = this.following ? -1 : Math.max(0, top - MARGIN);
    this.window = await this.session.remote.packets.window(this.query, from, rows + 2 * MARGIN);
  }

  async choose(seq: number): Promise<void> {
    this.chosen = seq;
    await this.tell();
  }

  /** Chooses the first frame of a packet, and shows its way. */
  async tellWay(packet: number): Promise<void> {
    const seq = await this.session.remote.packets.find(packet);
    if (seq === undefined) return;
    this.following = false;
    this.face = 'way';
    await this.choose(seq);
  }

  /** Asks for all about the chosen frame: its way may have become longer, or the language another. */
  async tell(): Promise<void> {
    const seq = this.chosen;
    if (seq === undefined) return;
    const detail = await this.session.remote.packets.detail(seq, settings.language);
    if (this.chosen === seq) this.detail = detail ?? 'gone';
  }

  close(): void {
    this.chosen = undefined;
    this.detail = undefined;
  }

  row(number: number): ViewFrame | undefined {
    return this.window?.rows[number - this.window.first];
  }
}

const lists = new WeakMap<Session, PacketList>();

/** The list of a session: what was chosen in it outlives the pane. */
export function listOf(session: Session): PacketList {
  let list = lists.get(session);
  if (!list) {
    list = new PacketList(session);
    lists.set(session, list);
  }
  return list;
}
