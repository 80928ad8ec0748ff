/**
 * A module of the page, which is plain JavaScript for browsers: its types are checked on their own
 * (`test/web/page.tsconfig.json`), so tests say which ones they rely on.
 */
export async function pageModule<T>(name: string): Promise<T> {
  return (await import(new URL(`../../src/web/page/${name}`, import.meta.url).href)) as T;
}
