/** What keys do to the edited line: emacs bindings. @see GNU readline, emacs_keymap.c */
import type { EditedLine } from './line.ts';
import type { Recall } from './recall.ts';

/** Does what a key is bound to. @param name as keys.ts names it @returns false when there was nothing to do */
export function edit(l: EditedLine, recall: Recall, name: string): boolean {
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
    case 'C-h':
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
    case 'C-l':
      return true;
    default:
      return recallOrCase(l, recall, name);
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

function recallOrCase(l: EditedLine, recall: Recall, name: string): boolean {
  switch (name) {
    case 'C-p':
    case 'Up':
      return recall.walk(-1);
    case 'C-n':
    case 'Down':
      return recall.walk(1);
    case 'M-<':
      return recall.walk(Number.NEGATIVE_INFINITY);
    case 'M->':
      return recall.walk(Number.POSITIVE_INFINITY);
    case 'M-u':
      l.recase('upper');
      return true;
    case 'M-l':
      l.recase('lower');
      return true;
    case 'M-c':
      l.recase('capital');
      return true;
    case 'M-.':
    case 'M-_':
      return recall.yankLastArgument();
    default:
      return false;
  }
}
