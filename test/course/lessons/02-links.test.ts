import { provePart } from './prove.ts';

provePart('02-links');
