/** `url` (relative to `base`) without credentials, query and fragment. */
export function cleanUrl(url: string, base?: string): string {
  if (!URL.canParse(url, base)) return '(not a URL)';
  const { origin, pathname } = new URL(url, base);
  return origin + pathname;
}

/**
 * A text with what its URLs may hold of secrets replaced by `…`: user and password, and the values of a query, whose
 * names stay. For what a person has to recognise, also where it is no valid URL.
 */
export function hideUrlSecrets(text: string): string {
  return text
    .replace(/\/\/[^/?#\s]*@/g, '//…@')
    .replace(/(^|["'\s])[^\s"'/@:]{1,256}:[^\s"'/@]{0,256}@/g, '$1…@')
    .replace(/([?&#][^=&#?\s]{0,64}=)[^&#\s"',]+/g, '$1…');
}

/** Host and port of a URL; `unknown` where there is none. */
export function urlHost(url: string | undefined): string {
  return url && URL.canParse(url) ? new URL(url).host : 'unknown';
}
