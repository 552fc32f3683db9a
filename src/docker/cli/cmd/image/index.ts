/** Commands on images. */
import type { CommandSpec } from '../../spec.ts';
import { history } from './history.ts';
import { imageInspect } from './inspect.ts';
import { images } from './ls.ts';
import { imagePrune } from './prune.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { rmi } from './rm.ts';
import { tag } from './tag.ts';

/** The subcommands of this folder. */
export const IMAGE_COMMANDS: readonly CommandSpec[] = [history, imageInspect, imagePrune, images, pull, push, rmi, tag];
