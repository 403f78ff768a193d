/** Days between 1970-01-01 and a date of the proleptic Gregorian calendar; `month` is 1 to 12. */
export function daysFromDate(year: number, month: number, day: number): number {
  // Years begin in March here, so that the leap day is the last of a year; eras are the 400 years of the cycle.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date that many days after 1970-01-01. */
export function dateFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** The number in which chrono keeps a date: the year, the day of the year, and the year's length and first weekday. */
export function packDate(days: number): number {
  const { year } = dateFromDays(days);
  const newYear = daysFromDate(year, 1, 1);
  const isLeap = daysFromDate(year + 1, 1, 1) - newYear === 366;
  // 1970-01-01 was a Thursday; chrono counts weekdays so that a year which begins with a Wednesday has 1.
  const weekday = (((newYear % 7) + 8) % 7) + 1;
  return (year << 13) | ((days - newYear + 1) << 4) | (isLeap ? 0 : 8) | weekday;
}

/** Whether the calendar has the date; `month` and `day` count from 1. */
export function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const next = month === 12 ? daysFromDate(year + 1, 1, 1) : daysFromDate(year, month + 1, 1);
  return day <= next - daysFromDate(year, month, 1);
}
