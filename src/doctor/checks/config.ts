import { proxyFor } from '../../config/proxy.ts';
import type { Config } from '../../config/schema.ts';
import type { ConfigError } from '../../errors.ts';
import { ephemeralCredentials } from '../../stun/credentials.ts';
import { hideUrlSecrets } from '../../urls.ts';
import type { InsideCheck } from '../inside-context.ts';
import type { Relay } from '../seen.ts';

const ID = { id: 'config', proves: 'the settings are understood' };

/** What loading the configuration did not refuse. */
export const settings: InsideCheck = {
  ...ID,
  async run({ config, seen }) {
    const { url, publicUrl, apiKey, apiSecret } = config.livekit;
    seen.url = url;
    seen.proxy = proxyFor(url, config.proxy);
    if (config.check.turnUrls.length > 0) seen.relays = relaysOf(config.check);
    const evidence = `LiveKit at ${hideUrlSecrets(url)}, a secret of ${apiSecret.length} characters`;
    const wrong = [
      ...[quoteFault('LIVEKIT_API_KEY', apiKey), quoteFault('LIVEKIT_API_SECRET', apiSecret)],
      plainFault(publicUrl),
    ].filter((fault) => fault !== undefined);
    return wrong.length === 0 ? evidence : { verdict: 'warn', evidence, fix: wrong.join('\n') };
  },
};

const HOUR_MS = 3_600_000;

/** With what LiveKit would give a participant. */
function relaysOf({ turnUrls, turnSecret, turnUsername = '', turnPassword = '' }: Config['check']): Relay[] {
  const credentials = turnSecret
    ? ephemeralCredentials(turnSecret, { user: 'voice-agent-check', ttlMs: HOUR_MS, nowMs: Date.now() })
    : { username: turnUsername, password: turnPassword };
  return turnUrls.map((server) => {
    return { server, credentials, isEphemeral: Boolean(turnSecret), from: 'settings' };
  });
}

/** In place of `settings`, where the configuration could not be loaded. */
export const refusedSettings = ({ problems, hint = '' }: ConfigError): InsideCheck => ({
  ...ID,
  run: async () => ({
    verdict: 'fail',
    evidence: problems.map(({ key, got }) => `${key} is ${got}`).join('\n'),
    fix: [...problems.map(({ key, want }) => `${key}: ${want}`), hint].join('\n'),
  }),
});

/** A value with the quotes or the line end of the file that it came from. */
function quoteFault(key: string, value: string): string | undefined {
  if (/^(["']).*\1$/.test(value))
    return `${key} has quotes around it, which are taken as part of it: leave them out`;
  if (value !== value.trim())
    return `${key} begins or ends with a space or a line end, which is taken as part of it: leave it out (printf, not echo, into the Secret)`;
  return undefined;
}

/** Browsers open no `ws:` from a page over https, and give no microphone to a page that is not. */
function plainFault(publicUrl: string): string | undefined {
  const { protocol, hostname } = new URL(publicUrl);
  const isPlain = protocol === 'ws:' || protocol === 'http:';
  if (!isPlain || /^(localhost|127\.|\[::1\])/.test(hostname)) return undefined;
  return `browsers reach LiveKit from a page over https by wss: alone: LIVEKIT_PUBLIC_URL=wss://${hostname}`;
}
