/** One fault of a model server in a real call: what is injected, and what caller, log and metrics get. */
export interface Row {
  injected: string;
  heard: string;
  /** Log line, or event on the page. */
  event: string;
  metric: string;
}
