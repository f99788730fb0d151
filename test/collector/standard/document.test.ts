import { describe, expect, it } from 'vitest';
import { isMap, type Node } from 'yaml';
import { addFault, offsetInside, openDocument } from '../../../collector/standard/document.ts';

/** The character of the file that `offsetInside` finds for the first `wanted` in the text under `rule`. */
function found(yaml: string, wanted: string): { readonly line: number; readonly column: number } {
  const document = openDocument('x.yaml', yaml);
  if (!isMap(document.root)) throw new Error('no map');
  const node = document.root.get('rule', true) as Node & { value: string };
  addFault(document, offsetInside(document, node, node.value.indexOf(wanted)), 'here');
  const [fault] = document.faults;
  return { line: fault!.line, column: fault!.column };
}

describe('a place inside a text', () => {
  it.each([
    ['plain', 'rule: a && X', { line: 1, column: 12 }],
    ['in single quotes', "rule: 'it''s X'", { line: 1, column: 14 }],
    ['in double quotes', 'rule: "say \\"X\\""', { line: 1, column: 14 }],
    ['literal', 'rule: |\n  a &&\n  b X\n', { line: 3, column: 5 }],
    ['folded', 'rule: >-\n    a &&\n    b X\n', { line: 3, column: 7 }],
    ['folded with a blank line', 'rule: >\n  a &&\n\n  b X\n', { line: 4, column: 5 }],
    ['plain over two lines', 'rule: a &&\n  b X\n', { line: 2, column: 5 }],
    ['after a comment and an indent', '# note\nother: 1\nrule:   X', { line: 3, column: 9 }],
  ])('is found when it is %s', (_, yaml, place) => {
    expect(found(yaml, 'X')).toEqual(place);
  });

  it('is the end of a text that stops too soon', () => {
    const document = openDocument('x.yaml', 'rule: a >=\nnext: 1');
    const node = isMap(document.root) ? (document.root.get('rule', true) as Node) : null;
    expect(offsetInside(document, node!, 4)).toBe('rule: a >='.length);
  });
});

describe('openDocument', () => {
  it('tells what is not YAML, with its place', () => {
    const { faults } = openDocument('x.yaml', 'id: a\nid: b\n');
    expect(faults).toMatchObject([
      { file: 'x.yaml', line: 2, column: 1, message: 'this is not YAML: Map keys must be unique' },
    ]);
  });

  it('takes yes and no for words, as YAML 1.2 does', () => {
    const { root } = openDocument('x.yaml', 'a: yes\nb: no\nc: true\n');
    expect(root?.toJSON()).toEqual({ a: 'yes', b: 'no', c: true });
  });
});
