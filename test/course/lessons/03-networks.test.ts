import { provePart } from './prove.ts';

provePart('03-networks');
