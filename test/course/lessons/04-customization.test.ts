import { provePart } from './prove.ts';

provePart('04-customization');
