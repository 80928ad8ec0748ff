import { headerOf, type SipMessage, uriOf } from './message.ts';

/** What requests within a call need. */
export interface Dialog {
  to: string;
  uri: string;
  /** `Route` headers: the proxies that recorded themselves, the last one first. */
  routes: [string, string][];
  /** Where they are sent: the first of those, or what the other end names as its Contact. */
  target: Target | undefined;
}

export interface Target {
  host: string;
  port: number;
}

/** @param uri - of the INVITE that was answered. */
export function dialogOf(answer: SipMessage, uri: string): Dialog {
  const recorded = (answer.headers.get('record-route') ?? []).flatMap((value) => value.split(',')).reverse();
  const contact = headerOf(answer, 'contact');
  const remote = contact === '' ? uri : uriOf(contact);
  return {
    to: headerOf(answer, 'to'),
    uri: remote,
    routes: recorded.map((route): [string, string] => ['Route', route.trim()]),
    target: targetOf(recorded[0] === undefined ? remote : uriOf(recorded[0].trim())),
  };
}

/** Of `sip:user@10.0.0.4:5060;transport=udp`. */
function targetOf(uri: string): Target | undefined {
  const [, host, port] = /^sips?:(?:[^@]*@)?([\w.-]+)(?::(\d+))?/.exec(uri) ?? [];
  return host === undefined ? undefined : { host, port: Number(port ?? 5060) };
}
