/** A line of the screen. */
export interface Line {
  readonly text: string;
  readonly style?: "bold" | "inverse" | "dim";
}

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** Whatever a terminal would obey: texts of peers may have it in them. */

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A text in so many columns and not one more, with nothing in it that a terminal would obey. */
export function fit(text: string, columns: number): string {
  const safe = text.replace(CONTROL, "?");
  return safe.length <= columns ? safe : `${safe.slice(0, Math.max(0, columns - 1))}…`;
}

/** A cell of a table: numbers stand at the right. */
export function cell(text: string, width: number, isNumber: boolean): string {
  const fitted = fit(text, width);
  return isNumber ? fitted.padStart(width) : fitted.padEnd(width);
}
