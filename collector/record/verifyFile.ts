import { createReadStream } from 'node:fs';
import { createVerifier, LONGEST_LINE, type Verified, type VerifyOptions } from './verify.ts';

/** Checks a file from its first byte to its last, whatever its size. Rejects when it cannot be read. */
export async function verifyFile(path: string, options: VerifyOptions): Promise<Verified> {
  const verifier = createVerifier(options);
  let rest: Buffer[] = [];
  let held = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      rest.push(chunk.subarray(from, end + 1));
      verifier.line(rest.length === 1 ? rest[0]! : Buffer.concat(rest));
      rest = [];
      held = 0;
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    held += chunk.length - from;
    // Whatever it is, it is no line of ours: told as such, without taking it into memory.
    if (held > LONGEST_LINE) break;
  }
  if (rest.length > 0) verifier.line(Buffer.concat(rest));
  return verifier.end();
}

const LF = 0x0a;
