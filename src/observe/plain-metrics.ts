/** What readers get that do not take OpenMetrics. */
export const PLAIN_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Prometheus' older text format of a page in OpenMetrics. prom-client writes exemplars in OpenMetrics alone, and writing that
 * changes the names of counters for good.
 */
export function plainMetrics(openMetrics: string): string {
  const types = openMetrics.matchAll(/^# TYPE (\S+) counter$/gm);
  const counters = new Set([...types].map(([, name = '']) => name));
  const lines = openMetrics.split('\n').flatMap((line) => {
    if (line === '# EOF') return [];
    const [, about = '', name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (counters.has(name)) return [`# ${about} ${name}_total ${rest}`];
    return [line.replace(/ # \{trace_id="[0-9a-f]{32}"\} \S+ \S+$/, '')];
  });
  return lines.join('\n');
}
