import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { messageOf } from '../../errors.ts';
import { cleanUrl } from '../../urls.ts';
import type { Log } from '../log.ts';

type Done = Parameters<SpanExporter['export']>[1];

/** Says once that spans are lost, and once that they arrive again: the SDK itself keeps silent. */
export class LoggedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #url: string;
  readonly #log: Log;
  #isFailing = false;

  constructor(exporter: SpanExporter, url: string, log: Log) {
    this.#exporter = exporter;
    this.#url = cleanUrl(url);
    this.#log = log;
  }

  export(spans: ReadableSpan[], done: Done): void {
    this.#exporter.export(spans, (result) => {
      this.#tell(result, spans.length);
      done(result);
    });
  }

  shutdown = (): Promise<void> => this.#exporter.shutdown();

  #tell({ code, error }: Parameters<Done>[0], spans: number): void {
    const hasFailed = code !== 0;
    if (hasFailed === this.#isFailing) return;
    this.#isFailing = hasFailed;
    const url = this.#url;
    if (hasFailed)
      this.#log.warn(
        {
          url,
          spans,
          error: messageOf(error),
          hint: 'OTEL_EXPORTER_OTLP_ENDPOINT must lead to a collector that takes OTLP over HTTP, usually at port 4318',
        },
        'traces do not arrive at the collector: they are lost until they do',
      );
    else this.#log.info({ url }, 'traces arrive at the collector again');
  }
}
