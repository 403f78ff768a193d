/** What cannot be predicted: there is no measurement then, and none is made up. */
export class MeasureError extends Error {
  override readonly name = "MeasureError";
}
