import { z } from 'zod';
import { parseTurnUrl } from './turn-url.ts';

/** Types of settings, with what each wants in words. */

export const httpUrl = z.url({ protocol: /^https?$/, error: 'a URL such as http://gpu-host:8000/v1' });
export const wsUrl = z.url({ protocol: /^(wss?|https?)$/, error: 'a URL such as ws://127.0.0.1:7880' });
/** Also without its scheme, as curl takes it. */
export const proxyUrl = z
  .string({ error: 'a proxy such as http://proxy.example:3128' })
  .transform((proxy) => (proxy.includes('://') ? proxy : `http://${proxy}`))
  .pipe(z.url({ protocol: /^https?$/, error: 'an HTTP proxy such as http://proxy.example:3128' }));
/** What a timer can hold; a longer one would fire at once. */
const LONGEST_MS = 2_147_483_647;
export const durationMs = (fallback: number, min = 1) =>
  z.coerce
    .number({ error: 'a number of milliseconds' })
    .int('a whole number')
    .min(min)
    .max(LONGEST_MS, `at most ${LONGEST_MS} ms, about 24 days`)
    .default(fallback);
export const count = (fallback: number, min = 0, max = 10_000) =>
  z.coerce.number({ error: 'a whole number' }).int('a whole number').min(min).max(max).default(fallback);
/** Of a whole: up to 1. */
export const share = (fallback: number, min = 0) =>
  z.coerce.number({ error: 'a number up to 1, such as 0.8' }).min(min).max(1).default(fallback);
export const port = (fallback: number) => count(fallback, 0, 65_535);
export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0', 'yes', 'no'], { error: 'true or false' })
    .transform((text) => ['true', '1', 'yes'].includes(text))
    .default(fallback);
/** As livekit-server checks it (protocol/agent/environment.go): it joins the name of the agent by `_`. */
export const deploymentName = z
  .string({ error: 'a text' })
  .regex(/^[^_\s]*$/, 'a name without `_` and white space')
  .refine((name) => Buffer.byteLength(name) <= 64, 'at most 64 bytes')
  .default('');
export const text = z.string({ error: 'a text' });
/** What an HTTP header can carry after `Bearer `, and nobody guesses. */
export const bearerToken = z
  .string()
  .regex(
    /^[\x21-\x7e]{24,}$/,
    'at least 24 characters of printable ASCII without spaces, such as `openssl rand -hex 24` makes',
  );
export const redisUrl = z.url({
  protocol: /^rediss?$/,
  error: 'a URL such as redis://:password@redis:6379, or rediss: for TLS',
});
export const turnUrls = z
  .string({ error: 'URLs, by comma' })
  .transform((list, context) =>
    list.split(',').flatMap((url) => {
      if (url.trim() === '') return [];
      const server = parseTurnUrl(url.trim());
      if (typeof server !== 'string') return [server];
      context.addIssue(server);
      return [];
    }),
  )
  .default([]);
export const oneOf = <const T extends readonly string[]>(choices: T, fallback: T[number]) =>
  z.enum(choices, { error: `one of ${choices.join(', ')}` }).default(fallback as never);
