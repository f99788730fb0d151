/** Characters of one unfinished event; the collector's largest is far below. */
const LARGEST_EVENT = 32 * 1024 * 1024;

/** Takes text as it comes in, in any pieces, and tells each whole event. Comments and unknown fields are ignored. */
export function eventReader(tell: (name: string, data: string) => void): (piece: string) => void {
  let rest = '';
  let name = '';
  let data: string[] = [];
  return (piece) => {
    rest += piece;
    if (rest.length > LARGEST_EVENT) throw new RangeError(`an event larger than ${LARGEST_EVENT} characters`);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const ended of lines) {
      const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
      if (line === '') {
        if (data.length > 0) tell(name === '' ? 'message' : name, data.join('\n'));
        name = '';
        data = [];
      } else if (line.startsWith('event:')) name = field(line);
      else if (line.startsWith('data:')) data.push(field(line));
    }
  };
}

function field(line: string): string {
  const value = line.slice(line.indexOf(':') + 1);
  return value.startsWith(' ') ? value.slice(1) : value;
}
