import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { evidenceType } from '../../../collector/statements/evidence.ts';
import { JPEG, PDF, PNG, WEBP } from '../../fixtures/photos.ts';

test('a photo or paper is known by what stands in it', () => {
  expect([JPEG, PNG, WEBP, PDF].map(evidenceType)).toEqual([
    'image/jpeg',
    'image/png',
    'image/webp',
    'application/pdf',
  ]);
});

test.each([
  ['a text with a photo’s name', Buffer.from('这不是照片')],
  ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
  ['a drawing with a script', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
  ['a program', Buffer.from('MZ\u0090\u0000\u0003')],
  ['an animation', Buffer.from('GIF89a\u0001\u0000\u0001\u0000')],
  ['nothing', Buffer.alloc(0)],
  ['the first bytes of a JPEG alone', JPEG.subarray(0, 3)],
  [
    'a JPEG’s first bytes before a page',
    Buffer.concat([JPEG.subarray(0, 4), Buffer.from('<script>alert(1)</script>')]),
  ],
  ['a JPEG that was cut off', JPEG.subarray(0, JPEG.length - 2)],
  ['a JPEG without a width', withZero(JPEG, JPEG.indexOf(Buffer.from([0xff, 0xc0])) + 7)],
  ['a PNG that was cut off', PNG.subarray(0, 40)],
  ['a PNG without a width', withZero(PNG, 16, 4)],
  ['a WebP that was cut off', WEBP.subarray(0, WEBP.length - 4)],
  ['a PDF that was cut off', PDF.subarray(0, 60)],
])('%s is neither', (_, bytes) => {
  expect(evidenceType(bytes)).toBeNull();
});

test('any bytes, and any cut of a photo, are looked at without an exception', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        fc.tuple(fc.constantFrom(JPEG, PNG, WEBP, PDF), fc.nat(400)).map(([photo, at]) => photo.subarray(0, at)),
        fc
          .tuple(fc.constantFrom(JPEG, PNG, WEBP), fc.nat(300), fc.nat(255))
          .map(([photo, at, byte]) => Buffer.from(photo.map((old, index) => (index === at ? byte : old)))),
      ),
      (bytes) => {
        expect([null, 'image/jpeg', 'image/png', 'image/webp', 'application/pdf']).toContain(evidenceType(bytes));
      },
    ),
    { numRuns: 1_000 },
  );
});

function withZero(bytes: Buffer, at: number, length = 2): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0, at, at + length);
  return copy;
}
