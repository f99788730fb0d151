import { createPace } from '../history/pace.ts';

/** Characters; large enough that the socket, not the generator, sets the pace. */
const PIECE = 32 * 1024;

/**
 * `{"name":[…]}` in pieces: an answer of 200,000 rows is 20 MB of text, which made at once holds up the beat for a tenth
 * of a second.
 */
export async function* jsonList(name: string, rows: readonly unknown[]): AsyncGenerator<string> {
  const pace = createPace();
  let text = `{${JSON.stringify(name)}:[`;
  let comma = '';
  for (const row of rows) {
    text += comma + JSON.stringify(row);
    comma = ',';
    if (text.length > PIECE) {
      yield text;
      text = '';
    }
    if (pace.isDue()) await pace.rest();
  }
  yield `${text}]}`;
}
