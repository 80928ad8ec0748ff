import { AppError } from '../../errors.ts';

/** A SIP message as it came (RFC 3261), of which only what a caller needs is read. */
export interface SipMessage {
  /** Of a response; 0 for a request. */
  status: number;
  /** Of a response: its words. Of a request: its method. */
  reason: string;
  /** Values by lower-case name, in their order; compact names are written out. */
  headers: ReadonlyMap<string, readonly string[]>;
  body: string;
}

const COMPACT: Readonly<Record<string, string>> = {
  ...{ v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact', l: 'content-length', c: 'content-type' },
};

/** @throws AppError when it is no SIP message. */
export function parseMessage(bytes: Buffer): SipMessage {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end < 0 ? undefined : end).split('\r\n');
  const response = /^SIP\/2\.0 (\d{3}) (.*)$/.exec(first);
  const request = /^([A-Z]+) \S+ SIP\/2\.0$/.exec(first);
  const reason = response?.[2] ?? request?.[1];
  if (reason === undefined) throw new AppError('what answers speaks no SIP');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const written = line.slice(0, colon).trim().toLowerCase();
    const name = COMPACT[written] ?? written;
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return { status: Number(response?.[1] ?? 0), reason, headers, body: end < 0 ? '' : text.slice(end + 4) };
}

export const headerOf = ({ headers }: SipMessage, name: string): string => headers.get(name)?.[0] ?? '';

/** What stands between the brackets of a Contact or Record-Route, or the value without its parameters. */
export const uriOf = (value: string): string => /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0] ?? '';

export function requestText(
  method: string,
  uri: string,
  headers: readonly (readonly [name: string, value: string])[],
  body = '',
): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const length = Buffer.byteLength(body);
  return Buffer.from(`${method} ${uri} SIP/2.0\r\n${lines}Content-Length: ${length}\r\n\r\n${body}`);
}

/** The headers that every response copies from its request. */
export function responseText(request: SipMessage, status: string, extra = '', body = ''): Buffer {
  const copied = ['via', 'record-route', 'from', 'to', 'call-id', 'cseq'].flatMap((name) =>
    (request.headers.get(name) ?? []).map((value) => `${name}: ${value}\r\n`),
  );
  const length = Buffer.byteLength(body);
  return Buffer.from(
    `SIP/2.0 ${status}\r\n${copied.join('')}${extra}content-length: ${length}\r\n\r\n${body}`,
  );
}
