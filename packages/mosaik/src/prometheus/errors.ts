import { MosaikError } from "../primitives/index.js";

export type PrometheusErrorCode =
  /** The address cannot be bound; `cause` says why. */
  | "bind"
  /** The registry has a metric of one of our names. */
  | "nameTaken"
  /** An option has an unusable value. */
  | "invalidOption";

/** What the exporter throws. */
export class PrometheusError extends MosaikError<PrometheusErrorCode> {
  override readonly name = "PrometheusError";
}
