import { createHash, randomBytes } from 'node:crypto';
import { URL } from 'node:url';
import type { Credentials } from './digest.ts';
import { askHttp, HttpError, httpStatusTrouble } from './http.ts';
import { all, escaped, first, parseXml, textAt, type Element } from './xml.ts';

/**
 * The part of ONVIF that is needed here: device, clock, profiles and streams (Profiles S and T), and recordings by search
 * and replay (Profile G). Calls are SOAP 1.2 over HTTP, signed with WS-UsernameToken by the camera's own clock – a clock
 * that is wrong would refuse a right password – and with HTTP Digest where the device asks for that.
 * As commonly documented of ONVIF's core, media, search and replay services; tried on simulators alone, not verified on a device.
 */
export interface OnvifTarget extends Partial<Credentials> {
  /** `http://10.0.0.6` or with the path of its device service. */
  readonly url: string;
  readonly timeoutMs: number;
}

export interface OnvifClock {
  /** The device's clock minus ours, ms; half of the way there and back is taken off. */
  readonly offsetMs: number;
  /** As the device writes it, `CST-8`. */
  readonly zone: string | null;
  readonly fromNtp: boolean;
}

export interface OnvifProfile {
  readonly token: string;
  /** Two profiles of one source are one camera's large and small stream. */
  readonly source: string;
}

export interface OnvifRecording {
  readonly token: string;
  readonly source: string;
  /** ms since 1970 by the recorder's clock; null when it does not say. */
  readonly video: Span | null;
  readonly audio: Span | null;
  /** `Recording`, `Stopped`, …: its own word. */
  readonly status: string;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

const DEVICE_PATH = '/onvif/device_service';
const SCHEMAS = {
  device: 'http://www.onvif.org/ver10/device/wsdl',
  media: 'http://www.onvif.org/ver10/media/wsdl',
  search: 'http://www.onvif.org/ver10/search/wsdl',
  replay: 'http://www.onvif.org/ver10/replay/wsdl',
} as const;
type Service = keyof typeof SCHEMAS;

/** A search that is not done after so many answers is left; each waits two seconds at most. */
const MOST_ANSWERS = 8;

/** One device; asks for its clock and services once. Every call throws an `HttpError`. */
export class OnvifDevice {
  private readonly target: OnvifTarget;
  private readonly origin: string;
  private readonly paths: Partial<Record<Service, string>>;
  private offsetMs: number | null = null;
  private hasServices = false;

  constructor(target: OnvifTarget) {
    const { origin, pathname } = new URL(target.url);
    this.target = target;
    this.origin = origin;
    this.paths = { device: pathname === '/' ? DEVICE_PATH : pathname };
  }

  /** Needs no user. */
  async clock(): Promise<OnvifClock> {
    const before = Date.now();
    const answer = await this.call('device', '<GetSystemDateAndTime xmlns="$"/>', false);
    const middle = (before + Date.now()) / 2;
    const utc = first(answer, 'UTCDateTime');
    const number = (name: string): number => Number(textAt(utc, name) ?? Number.NaN);
    const at = Date.UTC(
      number('Year'),
      number('Month') - 1,
      number('Day'),
      number('Hour'),
      number('Minute'),
      number('Second'),
    );
    if (Number.isNaN(at)) throw new HttpError('nonsense', `${this.name}: a clock without a UTC time`);
    // It tells whole seconds, so on average it is half of one later.
    this.offsetMs = at + 500 - middle;
    return {
      offsetMs: this.offsetMs,
      zone: textAt(answer, 'TimeZone', 'TZ'),
      fromNtp: textAt(answer, 'DateTimeType') === 'NTP',
    };
  }

  async information(): Promise<{ readonly maker: string; readonly model: string; readonly firmware: string }> {
    const answer = await this.call('device', '<GetDeviceInformation xmlns="$"/>');
    const text = (name: string): string => (textAt(answer, name) ?? '').slice(0, 80);
    return { maker: text('Manufacturer'), model: text('Model'), firmware: text('FirmwareVersion') };
  }

  async profiles(): Promise<readonly OnvifProfile[]> {
    const answer = await this.call('media', '<GetProfiles xmlns="$"/>');
    return all(answer, 'Profiles').flatMap((profile) => {
      const token = profile.attributes['token'];
      const source = textAt(profile, 'VideoSourceConfiguration', 'SourceToken');
      return token === undefined || source === null ? [] : [{ token, source }];
    });
  }

  /** The first profile of the channel-th source, which is the large stream. */
  async streamUri(channel: number): Promise<string> {
    const profiles = await this.profiles();
    const source = [...new Set(profiles.map((profile) => profile.source))][channel - 1];
    const profile = profiles.find((each) => each.source === source);
    if (!profile) throw new HttpError('unsupported', `${this.name}: no channel ${channel}`);
    const setup =
      '<StreamSetup><Stream xmlns="http://www.onvif.org/ver10/schema">RTP-Unicast</Stream><Transport xmlns="http://www.onvif.org/ver10/schema"><Protocol>RTSP</Protocol></Transport></StreamSetup>';
    const token = `<ProfileToken>${escaped(profile.token)}</ProfileToken>`;
    return this.uri(await this.call('media', `<GetStreamUri xmlns="$">${setup}${token}</GetStreamUri>`));
  }

  /** Every recording, with the span of each track: FindRecordings, its results until they are complete, EndSearch. */
  async recordings(): Promise<readonly OnvifRecording[]> {
    const begun = await this.call(
      'search',
      '<FindRecordings xmlns="$"><Scope/><MaxMatches>256</MaxMatches><KeepAliveTime>PT20S</KeepAliveTime></FindRecordings>',
    );
    const token = textAt(begun, 'SearchToken');
    if (token === null) throw new HttpError('nonsense', `${this.name}: a search without a token`);
    const search = `<SearchToken>${escaped(token)}</SearchToken>`;
    const found = new Map<string, OnvifRecording>();
    for (let turn = 0; turn < MOST_ANSWERS; turn++) {
      const answer = await this.call(
        'search',
        `<GetRecordingSearchResults xmlns="$">${search}<MaxResults>256</MaxResults><WaitTime>PT2S</WaitTime></GetRecordingSearchResults>`,
      );
      for (const information of all(answer, 'RecordingInformation')) {
        const recording = recordingOf(information);
        if (recording) found.set(recording.token, recording);
      }
      if (textAt(answer, 'SearchState') === 'Completed') break;
    }
    // Some do not know it; the search ends by itself after its keep-alive time.
    await this.call('search', `<EndSearch xmlns="$">${search}</EndSearch>`).catch(() => undefined);
    return [...found.values()];
  }

  async recording(token: string): Promise<OnvifRecording | null> {
    const body = `<GetRecordingInformation xmlns="$"><RecordingToken>${escaped(token)}</RecordingToken></GetRecordingInformation>`;
    const information = first(await this.call('search', body), 'RecordingInformation');
    return information && recordingOf(information);
  }

  async replayUri(token: string): Promise<string> {
    const setup =
      '<StreamSetup><Stream xmlns="http://www.onvif.org/ver10/schema">RTP-Unicast</Stream><Transport xmlns="http://www.onvif.org/ver10/schema"><Protocol>RTSP</Protocol></Transport></StreamSetup>';
    const body = `<GetReplayUri xmlns="$">${setup}<RecordingToken>${escaped(token)}</RecordingToken></GetReplayUri>`;
    return this.uri(await this.call('replay', body));
  }

  private uri(answer: Element): string {
    const uri = textAt(answer, 'Uri');
    if (uri === null || uri.length > 500) throw new HttpError('nonsense', `${this.name}: no address of the stream`);
    return uri;
  }

  private async call(service: Service, body: string, isSigned = true): Promise<Element> {
    if (isSigned && this.offsetMs === null) await this.clock();
    if (service !== 'device' && !this.hasServices) await this.findServices();
    const path = this.paths[service];
    if (path === undefined) throw new HttpError('unsupported', `${this.name} has no service for ${service}`);
    const envelope = `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">${isSigned ? this.signature() : ''}<s:Body>${body.replace('$', SCHEMAS[service])}</s:Body></s:Envelope>`;
    const { user, password, timeoutMs } = this.target;
    const { status, body: text } = await askHttp(
      {
        origin: this.origin,
        timeoutMs,
        ...(isSigned && user !== undefined ? { user, password: password ?? '' } : {}),
      },
      { method: 'POST', path, body: envelope, type: 'application/soap+xml; charset=utf-8' },
    );
    const answer = parseXml(text);
    const fault = first(answer, 'Fault');
    if (fault) throw this.refusal(fault);
    if (status !== 200)
      throw new HttpError(httpStatusTrouble(status), `${this.name} answered ${service} with ${status}`);
    const content = first(answer, 'Body');
    if (!content) throw new HttpError('nonsense', `${this.name} answered ${service} with something else than SOAP`);
    return content;
  }

  private refusal(fault: Element): HttpError {
    const codes = all(fault, 'Value').map(({ text }) => text.slice(text.indexOf(':') + 1));
    const said = (textAt(fault, 'Reason', 'Text') ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
    const message = `${this.name} refused: ${said}`;
    // Some say it only in words.
    if (codes.some((code) => /NotAuthorized|FailedAuthentication/i.test(code)) || /not authori[sz]ed/i.test(said))
      return new HttpError('unauthorized', message);
    return new HttpError(
      codes.some((code) => /NotSupported|NoSuchService/i.test(code)) ? 'unsupported' : 'error',
      message,
    );
  }

  /** GetServices; older devices only know GetCapabilities. Nothing of their host is taken, which may be another one. */
  private async findServices(): Promise<void> {
    try {
      const answer = await this.call(
        'device',
        '<GetServices xmlns="$"><IncludeCapability>false</IncludeCapability></GetServices>',
      );
      for (const service of all(answer, 'Service')) {
        const word = (Object.keys(SCHEMAS) as Service[]).find((each) => SCHEMAS[each] === textAt(service, 'Namespace'));
        if (word !== undefined && word !== 'device') this.take(word, textAt(service, 'XAddr'));
      }
    } catch (error) {
      if (!(error instanceof HttpError) || error.trouble === 'unauthorized') throw error;
      const answer = await this.call('device', '<GetCapabilities xmlns="$"><Category>All</Category></GetCapabilities>');
      for (const word of ['media', 'search', 'replay'] as const)
        this.take(word, textAt(answer, word[0]!.toUpperCase() + word.slice(1), 'XAddr'));
    }
    this.hasServices = true;
  }

  private take(service: Service, address: string | null): void {
    try {
      if (address !== null) this.paths[service] = new URL(address).pathname;
    } catch {
      // An address that is none: the service is then not there.
    }
  }

  /** WS-UsernameToken 1.0: Base64(SHA-1(nonce + created + password)). */
  private signature(): string {
    const { user, password = '' } = this.target;
    if (user === undefined) return '';
    const nonce = randomBytes(16);
    const created = new Date(Date.now() + (this.offsetMs ?? 0)).toISOString();
    const digest = createHash('sha1').update(nonce).update(`${created}${password}`).digest('base64');
    const security = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
    const utility = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
    const profile = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest';
    return `<s:Header><Security xmlns="${security}" s:mustUnderstand="1"><UsernameToken><Username>${escaped(user)}</Username><Password Type="${profile}">${digest}</Password><Nonce>${nonce.toString('base64')}</Nonce><Created xmlns="${utility}">${created}</Created></UsernameToken></Security></s:Header>`;
  }

  private get name(): string {
    return `ONVIF at ${new URL(this.origin).host}`;
  }
}

function recordingOf(information: Element): OnvifRecording | null {
  const token = textAt(information, 'RecordingToken');
  if (token === null) return null;
  const span = (type: string): Span | null => {
    const track = all(information, 'Track').find((each) => textAt(each, 'TrackType') === type);
    const [from, to] = [timeOf(textAt(track ?? null, 'DataFrom')), timeOf(textAt(track ?? null, 'DataTo'))];
    return from === null || to === null ? null : { from, to };
  };
  return {
    token,
    source: `${textAt(information, 'Source', 'SourceId') ?? ''} ${textAt(information, 'Source', 'Name') ?? ''}`.trim(),
    video: span('Video'),
    audio: span('Audio'),
    status: (textAt(information, 'RecordingStatus') ?? '').slice(0, 20),
  };
}

function timeOf(text: string | null): number | null {
  const at = text === null ? Number.NaN : Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(at) ? null : at;
}
