/** What things on the map say of themselves, as much as finds room: 6.95 px to a letter. */
import type { Card, Lane } from './drawing.ts';
import type { MapWords } from './words.ts';

const LETTER = 6.95;

export const clip = (s: string, n: number): string => (s.length > n ? `${s.slice(0, Math.max(0, n - 1))}…` : s);

/** A name cut in its middle: those of many are told apart by their ends. */
export const clipName = (s: string, n: number): string =>
  s.length > n && n > 5 ? `${s.slice(0, n - 4)}…${s.slice(-3)}` : clip(s, n);

/** `172.17/16`: without the zeros that the length makes plain. */
const short = (subnet: string): string => subnet.replace(/(\.0)+(?=\/)/, '');

/** Letters that find room in a lane, beside its mark. */
const letters = (lane: Lane): number => Math.floor((lane.w - 28) / LETTER);

/** A lane's network, whole: its name, its subnets, and whether there is a way out. */
export function networkText({ network }: Lane, t: MapWords): string {
  if (!network) return t.notDockers;
  return [network.name, ...network.subnets, network.internal ? t.internal : ''].filter(Boolean).join(' · ');
}

/** What stands above a bridge: the network, its subnet, as much as finds room. */
export function titleOf(lane: Lane, t: MapWords): string {
  const room = letters(lane);
  if (!lane.network) return clip(t.notDockers, room);
  const { name, subnets, internal } = lane.network;
  const subnet = subnets[0] ?? '';
  const all = [name, subnet, internal ? t.internal : ''].filter(Boolean).join(' · ');
  if (subnet === '') return clip(all, room);
  const ways = [all, `${name} · ${subnet}`, `${name} ${subnet}`, `${name} ${short(subnet)}`];
  return ways.find((way) => way.length <= room) ?? clip(name, room);
}

/** What a bridge says of itself: its name and its address, or the one that the title leaves out. */
export function barOf(lane: Lane, t: MapWords): { readonly name: string; readonly detail: string } {
  const { detail, upper } = lane.bar;
  const name = upper ? `${lane.network?.driver ?? ''} · ${lane.bar.name}` : lane.bar.name;
  const room = letters(lane);
  if (name.length + detail.length < room) return { name, detail };
  const told = detail === '' || titleOf(lane, t).includes('/');
  return told ? { name: clip(name, room), detail: '' } : { name: '', detail: clip(detail, room) };
}

/** What a card says below the name. */
export function below({ container, ip }: Card, t: MapWords): string {
  if (container.state !== 'running') return container.state;
  if (container.shares === 'host') return t.hostNetwork;
  if (container.shares === 'none') return t.noNetwork;
  return container.shares ? t.shares(container.shares) : ip;
}

/** What the network's prefix leaves open of an address: `.0.3` of 172.17.0.3 in a /16. */
function tail(ip: string, subnet: string): string {
  const fixed = Math.floor(Number(subnet.split('/')[1] ?? 0) / 8);
  return ip.includes('.') ? `.${ip.split('.').slice(fixed).join('.')}` : '';
}

/** Whether a card shows the marks of its networks: of several, where there is room. */
export const isMarked = ({ lanes, w }: Card): boolean => lanes.length > 1 && w > 80;

/** Px that they take. */
export const marksOf = (card: Card): number => (isMarked(card) ? card.lanes.length * 11 : 0);

/** What a card of one line says, left and right: all of the name first. @param subnet of its network */
export function oneLine(card: Card, subnet: string, t: MapWords): readonly [string, string] {
  const { name, state, shares } = card.container;
  const room = Math.floor((card.w - 12 - marksOf(card)) / LETTER);
  const plain = state === 'running' && shares === undefined;
  const rest = plain ? tail(card.ip, subnet) : below(card, t);
  const left = room - name.length - 1;
  return [clipName(name, room), rest.length <= left || (!plain && left > 4) ? clip(rest, left) : ''];
}
