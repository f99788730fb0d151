import { createHash, type Hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { parseRtp, Sequence, Ticks } from './rtp.ts';
import type { SdpTrack } from './sdp.ts';
import { sizeOfSps, type PictureSize } from './sps.ts';
import { isKey, isSlice, isSps, unitsOf, type VideoCodec } from './videoUnits.ts';

/** What came over one track. */
export interface TrackSeen {
  readonly kind: 'video' | 'audio';
  readonly codec: string | null;
  readonly packets: number;
  readonly bytes: number;
  /** By sequence number: what the camera sent and what never came. */
  readonly lost: number;
  /** Pictures, by their RTP timestamps, or frames of sound. */
  readonly frames: number;
  /** ms since its last packet came, by our clock; null when none came. */
  readonly silentMs: number | null;
  /** From the first timestamp to the last one: the time that was recorded, however fast it was sent. */
  readonly seconds: number;
  readonly size: PictureSize | null;
  /** `stream`: the camera sent it with the picture. `sdp`: it only said so beforehand, which may be of another day. */
  readonly sizeFrom: 'stream' | 'sdp' | null;
  /** Sizes in bytes of pictures that stand for themselves, and a digest of each: the same picture gives the same. */
  readonly keys: readonly Picture[];
  /** Bytes of the pictures between them. */
  readonly between: readonly number[];
  /** When the camera says it recorded the first and last of it, ms since 1970; null when it does not say. */
  readonly recorded: { readonly from: number; readonly to: number } | null;
}

export interface Picture {
  readonly bytes: number;
  readonly digest: string;
}

/** Two minutes at 30 a second; the rest is counted and not kept. */
const MOST_PICTURES = 4_000;

/** Counts what comes over one track of a stream; never throws, whatever it is given. */
export class RtpTrack {
  readonly kind: 'video' | 'audio';
  private readonly track: SdpTrack;
  private readonly video: VideoCodec | null;
  private readonly sequence = new Sequence();
  private readonly ticks = new Ticks();
  private bytes = 0;
  private lastAt: number | null = null;
  private frames = 0;
  private timestamp: number | null = null;
  private size: PictureSize | null;
  private sizeFrom: TrackSeen['sizeFrom'];
  private readonly keys: Picture[] = [];
  private readonly between: number[] = [];
  private recorded: { from: number; to: number } | null = null;
  /** Of the picture that is coming in. */
  private pictureBytes = 0;
  private key: Hash | null = null;

  constructor(track: SdpTrack, kind: 'video' | 'audio') {
    this.kind = kind;
    this.track = track;
    this.video = track.codec === 'H264' || track.codec === 'H265' ? track.codec : null;
    this.size = this.video === null ? null : sizeOfSdp(this.video, track);
    this.sizeFrom = this.size === null ? null : 'sdp';
  }

  take(packet: Buffer): void {
    const rtp = parseRtp(packet);
    if (!rtp || rtp.payloadType !== this.track.payloadType) return;
    this.sequence.take(rtp);
    this.ticks.take(rtp.timestamp);
    this.bytes += packet.length;
    this.lastAt = performance.now();
    const { recordedAt } = rtp;
    if (recordedAt !== null) {
      const { from, to } = this.recorded ?? { from: recordedAt, to: recordedAt };
      this.recorded = { from: Math.min(from, recordedAt), to: Math.max(to, recordedAt) };
    }
    if (this.kind === 'audio') return this.takeSound(rtp.payload);
    if (rtp.timestamp !== this.timestamp) {
      this.endPicture();
      this.timestamp = rtp.timestamp;
      this.frames++;
    }
    this.takePicture(rtp.payload);
  }

  seen(): TrackSeen {
    const { clockRate, codec } = this.track;
    return {
      kind: this.kind,
      codec,
      packets: this.sequence.received,
      bytes: this.bytes,
      lost: this.sequence.lost,
      frames: this.frames,
      silentMs: this.lastAt === null ? null : performance.now() - this.lastAt,
      seconds: clockRate > 0 ? (this.ticks.most - this.ticks.least) / clockRate : 0,
      size: this.size,
      sizeFrom: this.sizeFrom,
      keys: this.keys,
      between: this.between,
      recorded: this.recorded,
    };
  }

  /** AAC as RFC 3640 packs it says how many frames a packet holds; of every other sound each packet is one. */
  private takeSound(payload: Buffer): void {
    const { codec, format } = this.track;
    const bits = Number(format['sizelength'] ?? 0) + Number(format['indexlength'] ?? 0);
    if (codec !== 'MPEG4-GENERIC' || !(bits > 0) || payload.length < 2) {
      this.frames++;
      return;
    }
    this.frames += Math.max(1, Math.min(64, Math.floor(payload.readUInt16BE(0) / bits)));
  }

  private takePicture(payload: Buffer): void {
    const codec = this.video;
    if (codec === null) {
      this.pictureBytes += payload.length;
      return;
    }
    for (const { type, bytes, isWhole } of unitsOf(codec, payload)) {
      if (isSps(codec, type) && isWhole) this.takeSize(sizeOfSps(codec, bytes));
      if (!isSlice(codec, type)) continue;
      this.pictureBytes += bytes.length;
      if (isKey(codec, type)) (this.key = this.key ?? createHash('sha1')).update(bytes);
    }
  }

  private takeSize(size: PictureSize | null): void {
    if (size === null) return;
    this.size = size;
    this.sizeFrom = 'stream';
  }

  private endPicture(): void {
    const { key, pictureBytes: bytes } = this;
    this.key = null;
    this.pictureBytes = 0;
    if (bytes === 0) return;
    if (key === null) {
      if (this.between.length < MOST_PICTURES) this.between.push(bytes);
    } else if (this.keys.length < MOST_PICTURES) this.keys.push({ bytes, digest: key.digest('hex') });
  }
}

function sizeOfSdp(codec: VideoCodec, { format }: SdpTrack): PictureSize | null {
  const sets = (codec === 'H264' ? format['sprop-parameter-sets'] : format['sprop-sps']) ?? '';
  for (const text of sets.split(',').slice(0, 16)) {
    const unit = Buffer.from(text, 'base64');
    const type = codec === 'H264' ? (unit[0] ?? 0) & 0x1f : ((unit[0] ?? 0) >> 1) & 0x3f;
    const size = isSps(codec, type) ? sizeOfSps(codec, unit) : null;
    if (size !== null) return size;
  }
  return null;
}
