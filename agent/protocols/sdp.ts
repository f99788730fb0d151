/** What a description (SDP, RFC 4566) says of the tracks that a camera can send. Pure; the text is bounded by its reader. */
export interface Sdp {
  /** `a=control` of the whole; `*` or an address. */
  readonly control: string | null;
  readonly tracks: readonly SdpTrack[];
}

export interface SdpTrack {
  readonly kind: 'video' | 'audio' | 'other';
  readonly payloadType: number;
  /** Upper-case: `H264`, `H265`, `MPEG4-GENERIC`, `PCMA`, `PCMU` …; null when it is not said. */
  readonly codec: string | null;
  /** Ticks of its timestamps a second. */
  readonly clockRate: number;
  readonly control: string | null;
  /** Of `a=fmtp`, names in lower case. */
  readonly format: Readonly<Record<string, string>>;
}

/** Payload types that need no `a=rtpmap` (RFC 3551 §6). */
const STATIC: Readonly<Record<number, readonly [codec: string, clockRate: number]>> = {
  0: ['PCMU', 8000],
  8: ['PCMA', 8000],
  // Samples 16,000 times a second, and by an old mistake ticks 8,000 times.
  9: ['G722', 8000],
  14: ['MPA', 90_000],
  26: ['JPEG', 90_000],
};

/** A camera has two or three; more are left out. */
const MOST_TRACKS = 16;

export function parseSdp(text: string): Sdp {
  const sections = text.split(/^(?=m=)/m);
  const media = sections.filter((section) => section.startsWith('m='));
  return {
    control: attribute(sections.find((section) => !media.includes(section)) ?? '', 'control'),
    tracks: media.slice(0, MOST_TRACKS).map(trackOf),
  };
}

function trackOf(section: string): SdpTrack {
  const [, kind = '', number = ''] = /^m=(\w+) \S+ \S+ (\d{1,3})/.exec(section) ?? [];
  const payloadType = Number(number);
  const map = new RegExp(`^a=rtpmap:${payloadType} +([\\w.-]{1,40})/(\\d{1,9})`, 'm').exec(section);
  const [codec, clockRate] = map ? [map[1]!.toUpperCase(), Number(map[2])] : (STATIC[payloadType] ?? [null, 0]);
  return {
    kind: kind === 'video' || kind === 'audio' ? kind : 'other',
    payloadType,
    codec,
    clockRate,
    control: attribute(section, 'control'),
    format: formatOf(section, payloadType),
  };
}

function attribute(section: string, name: string): string | null {
  const [, value = ''] = new RegExp(`^a=${name}:([^\\r\\n]{1,1000})`, 'm').exec(section) ?? [];
  return value.trim() || null;
}

function formatOf(section: string, payloadType: number): Readonly<Record<string, string>> {
  const [, text = ''] = new RegExp(`^a=fmtp:${payloadType} +([^\\r\\n]{1,8000})`, 'm').exec(section) ?? [];
  const format: Record<string, string> = {};
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) format[part.slice(0, equals).trim().toLowerCase()] = part.slice(equals + 1).trim();
  }
  return format;
}
