/** A small lesson that has one of everything. */
import type { LessonFiles } from '../../worker/api.ts';
import en from './example/en.md?raw';
import data from './example/lesson.yaml?raw';
import zh from './example/zh.md?raw';

export const example: LessonFiles = { 'lesson.yaml': data, 'en.md': en, 'zh.md': zh };
