const STEPS = ["", "k", "M", "G", "T", "P", "E"] as const;

/** A number in at most five characters: `7`, `0.4`, `12.3k`, `4.0M`. */
export function figure(value: number): string {
  return short(value, 1000);
}

/** Bytes by powers of 1024: `17B`, `4.0KiB`. */
export function bytes(value: number): string {
  const text = short(value, 1024);
  const unit = /[a-zA-Z]$/.exec(text)?.[0];
  return unit === undefined ? `${text}B` : `${text.slice(0, -1)}${unit.toUpperCase()}iB`;
}

/** A time in ms: `0.12ms`, `3.4ms`, `250ms`. */
export function milliseconds(value: number): string {
  return `${value < 1 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value)}ms`;
}

function short(value: number, step: number): string {
  let scaled = value;
  let i = 0;
  while (scaled >= step && i < STEPS.length - 1) {
    scaled /= step;
    i++;
  }
  const isWhole = i === 0 && (Number.isInteger(scaled) || scaled >= 10);
  return `${isWhole ? Math.round(scaled) : scaled.toFixed(1)}${STEPS[i]}`;
}
