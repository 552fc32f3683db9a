import { provePart } from './prove.ts';

provePart('05-beyond');
