import { provePart } from './prove.ts';

provePart('01-ports');
