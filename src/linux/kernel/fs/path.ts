/**
 * The path walk: from a string to a place in the tree of mounts, through symlinks, `.`, `..` and mount points.
 * @see path_resolution(7), Linux fs/namei.c
 */
import { EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, type Errno, isErr } from '../errno.ts';
import type { Inode } from './inode.ts';
import type { Mount } from './mounts.ts';

/** A place: an inode reached through a mount, and where it was entered from. */
export interface Place {
  readonly mount: Mount;
  readonly inode: Inode;
  /** Undefined at the root. */
  readonly up: Place | undefined;
  readonly name: string;
}

/** What a walk found: the place, or the directory in which the last name is missing. */
export interface Walked {
  readonly place: Place | undefined;
  /** Directory that holds (or would hold) the last name. */
  readonly dir: Place;
  readonly name: string;
  /** The path ended in a slash: only a directory will do. */
  readonly slash: boolean;
}

/** Crosses mount points. */
export interface Crossing {
  readonly top: Place;
  /** The mount on this inode, if any. */
  over(mount: Mount, inode: Inode): Mount | undefined;
}

const MAX_LINKS = 40;
const NAME_MAX = 255;
const SLASH = 47;

/** Absolute path of a place. */
export function pathOf(place: Place): string {
  const names: string[] = [];
  for (let p: Place | undefined = place; p?.up; p = p.up) names.push(p.name);
  return `/${names.reverse().join('/')}`;
}

/** `a/b` under `cwd`, or `/a/b` itself. */
export function absolute(cwd: string, path: string): string {
  return path.startsWith('/') ? path : cwd === '/' ? `/${path}` : `${cwd}/${path}`;
}

/** The names of a path that are still to be walked. */
class Names {
  #at = 0;

  constructor(private path: string) {}

  /** Whether there is one more. */
  more(): boolean {
    while (this.path.charCodeAt(this.#at) === SLASH) this.#at++;
    return this.#at < this.path.length;
  }

  /** Pre: there is one more. */
  next(): string {
    const end = this.path.indexOf('/', this.#at);
    const name = end < 0 ? this.path.slice(this.#at) : this.path.slice(this.#at, end);
    this.#at += name.length;
    return name;
  }

  /** Whether anything but `.` is left. */
  some(): boolean {
    return this.path
      .slice(this.#at)
      .split('/')
      .some((name) => name !== '' && name !== '.');
  }

  /** Puts a path before what is left. */
  first(path: string): void {
    this.path = `${path}/${this.path.slice(this.#at)}`;
    this.#at = 0;
  }
}

/**
 * Walks `path`. @param follow whether a symlink in the last place is followed
 * @returns ENOENT when something but the last name is missing (or the path is empty), ENOTDIR, ELOOP, ENAMETOOLONG
 */
export function walk(crossing: Crossing, cwd: string, path: string, follow: boolean): Walked | Errno {
  if (path === '') return ENOENT;
  if (path.includes('\0')) return EINVAL;
  const todo = new Names(absolute(cwd, path));
  const slash = path.endsWith('/');
  let here = crossing.top;
  let links = 0;
  /** Where the last name was looked up. */
  let dir = here;
  let last = '.';
  while (todo.more()) {
    const name = todo.next();
    if (name === '.') continue;
    if (here.inode.kind !== 'dir') return ENOTDIR;
    if (name.length > NAME_MAX) return ENAMETOOLONG;
    if (name === '..') {
      here = here.up ?? here;
      dir = here.up ?? here;
      last = here.name;
      continue;
    }
    const child = here.inode.lookup(name);
    if (!child) return todo.some() ? ENOENT : { place: undefined, dir: here, name, slash };
    if (child.kind === 'symlink' && (follow || slash || todo.more())) {
      if (++links > MAX_LINKS) return ELOOP;
      const jump = follows(crossing, here, child, name, todo);
      if (isErr(jump)) return jump;
      dir = here;
      last = name;
      here = jump.place;
      continue;
    }
    dir = here;
    last = name;
    here = enter(crossing, here, child, name);
  }
  if (slash && here.inode.kind !== 'dir') return ENOTDIR;
  return { place: here, dir, name: last, slash };
}

function enter(crossing: Crossing, here: Place, child: Inode, name: string): Place {
  let mount = here.mount;
  let inode = child;
  for (let over = crossing.over(mount, inode); over; over = crossing.over(mount, inode)) {
    mount = over;
    inode = over.root;
  }
  return { mount, inode, up: here, name };
}

/** Either jumps to a magic link's inode, or puts the link's target before the names still to walk. */
function follows(crossing: Crossing, here: Place, link: Inode, name: string, todo: Names): { place: Place } | Errno {
  const magic = link.follow();
  if (isErr(magic)) return magic;
  if (magic) return { place: { mount: here.mount, inode: magic, up: here, name } };
  const target = link.readlink();
  if (isErr(target)) return target;
  if (target === '') return ENOENT;
  todo.first(target);
  return { place: target.startsWith('/') ? crossing.top : here };
}
