/** Headers of every answer, by path. Scripts and styles come from this server only; the microphone is the page's. */
export function securityHeaders(livekitPublicUrl: string): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(livekitPublicUrl),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy':
      'microphone=(self), camera=(), display-capture=(), geolocation=(), payment=(), usb=()',
    'cross-origin-resource-policy': 'same-origin',
  };
}

/** The page talks to this server and to LiveKit (its socket, and HTTP to learn why a join was refused). */
export function contentSecurityPolicy(livekitPublicUrl: string): string {
  const { host, protocol } = new URL(livekitPublicUrl);
  const isSecure = protocol === 'wss:' || protocol === 'https:';
  const livekit = isSecure ? `wss://${host} https://${host}` : `ws://${host} http://${host}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'self' blob:",
    `connect-src 'self' ${livekit}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Answers of the API carry tokens and states: never kept. Page files are asked for again, and mostly unchanged. */
export function cacheControl(url: string): string {
  return url.startsWith('/api/') ? 'no-store' : 'no-cache';
}
