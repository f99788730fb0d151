import type { Tone } from '../document.ts';
import type { Ink } from './plot.ts';

/**
 * One set of colours for page and PDF. They differ in lightness too, so that a grey printer tells them apart, and words
 * on white have a contrast of 4.5 to 1 or more.
 */
export const INKS: Readonly<Record<Ink, string>> = {
  good: '#2f7d4f',
  bad: '#c0392b',
  warn: '#d9a520',
  first: '#2458a6',
  second: '#7a8797',
  axis: '#5b6673',
  grid: '#e3e7ec',
  text: '#3a4450',
  paper: '#ffffff',
};

export const TONES: Readonly<Record<Tone, string>> = {
  good: '#1f6b3e',
  bad: '#b02a1c',
  warn: '#8a5a00',
  muted: '#67717d',
};

export const TEXT = '#1b232c';
export const ACCENT = '#1d4a8c';
export const RULE = '#c9d0d8';
export const SHADE = '#f3f5f8';
