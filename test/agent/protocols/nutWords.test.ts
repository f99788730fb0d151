import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote, words } from '../../../agent/protocols/nutWords.ts';

describe('words', () => {
  it('splits a line at its spaces and keeps what is quoted together', () => {
    expect(words('VAR exam ups.status "OL CHRG"')).toEqual(['VAR', 'exam', 'ups.status', 'OL CHRG']);
    expect(words('  BEGIN   LIST VAR exam ')).toEqual(['BEGIN', 'LIST', 'VAR', 'exam']);
    expect(words('')).toEqual([]);
  });

  it('takes back the escapes of quotes and backslashes, and keeps an empty word', () => {
    expect(words(String.raw`VAR u ups.alarm "say \"hi\" to C:\\nut"`)).toEqual([
      'VAR',
      'u',
      'ups.alarm',
      'say "hi" to C:\\nut',
    ]);
    expect(words('VAR u ups.status ""')).toEqual(['VAR', 'u', 'ups.status', '']);
  });

  it('does not mind the carriage return of a server on Windows', () => {
    expect(words('VAR u ups.status "OL"\r')).toEqual(['VAR', 'u', 'ups.status', 'OL']);
  });

  it('gives null for a quotation that does not end', () => {
    expect(words('VAR u ups.status "OL')).toBeNull();
    expect(words('VAR u ups.status "OL\\"')).toBeNull();
    expect(words('"')).toBeNull();
  });

  it('gives back whatever texts were quoted', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('"', '\\', ' ', '\r', 'a', '山') }),
    );
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        expect(words(texts.map(quote).join(' '))).toEqual(texts);
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 4_096 });
    fc.assert(
      fc.property(bytes, (bytes) => {
        const row = words(Buffer.from(bytes).toString());
        expect(row === null || row.every((word) => typeof word === 'string')).toBe(true);
      }),
    );
  });
});
