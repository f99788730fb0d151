import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Put in by the bundler (`agent/build.ts`). */
declare const XUNKAO_VERSION: string | undefined;

/** The product's version, as in package.json. */
export const VERSION: string =
  typeof XUNKAO_VERSION === 'undefined'
    ? (JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { version: string }).version
    : XUNKAO_VERSION;
