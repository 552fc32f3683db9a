/** What keys that are pressed often do to the edited line: emacs bindings. @see GNU readline, emacs_keymap.c */
import type { EditedLine } from './line.ts';
import type { Recall } from './recall.ts';

/**
 * Does what a key is bound to.
 * @param name as keys.ts names it
 * @param last the key before it
 * @returns false when there was nothing to do, undefined for a key that is not one of these
 */
export function edit(l: EditedLine, recall: Recall, name: string, last: string): boolean | undefined {
  const kill = killed(l, name);
  if (kill) {
    if (kill[0] === kill[1]) return false;
    l.kill(kill[0], kill[1]);
    return true;
  }
  l.notKill();
  switch (name) {
    case 'C-a':
    case 'Home':
      l.home();
      return true;
    case 'C-e':
    case 'End':
      l.end();
      return true;
    case 'C-b':
    case 'Left':
      l.left();
      return true;
    case 'C-f':
    case 'Right':
      l.right();
      return true;
    case 'M-b':
      l.cursor = l.wordLeft();
      return true;
    case 'M-f':
      l.cursor = l.wordRight();
      return true;
    case 'Backspace':
      return l.backspace();
    case 'C-d':
    case 'Delete':
      return l.delete();
    case 'C-y':
      l.yank();
      return true;
    case 'C-t':
      l.transpose();
      return true;
    case 'C-p':
    case 'Up':
      return recall.to(recall.place - 1);
    case 'C-n':
    case 'Down':
      return recall.to(recall.place + 1);
    case 'M-.':
    case 'M-_':
      return recall.yankLastArgument(last);
  }
}

/** What a key kills: from and to. */
function killed(l: EditedLine, name: string): [number, number] | undefined {
  switch (name) {
    case 'C-k':
      return [l.cursor, l.chars.length];
    case 'C-u':
      return [0, l.cursor];
    case 'C-w':
      return [l.blankLeft(), l.cursor];
    case 'M-d':
      return [l.cursor, l.wordRight()];
    case 'M-Backspace':
      return [l.wordLeft(), l.cursor];
    default:
      return undefined;
  }
}
