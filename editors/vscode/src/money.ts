// Amounts for people, from the decimal strings that the daemon sends; sums nothing.

/** A decimal string for people: cents at least, two significant digits below a dollar. */
export function dollars(amount: string): string {
  const value = Number(amount);
  const size = Math.abs(value);
  if (size === 0) return "$0";
  const places = size < 1 ? Math.max(2, 1 - Math.floor(Math.log10(size))) : 2;
  const digits = size.toFixed(Math.min(places, 20)).replace(/(\.\d\d.*?)0+$/, "$1");
  return `${value < 0 ? "-" : ""}$${digits}`;
}
