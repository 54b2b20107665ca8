// Edits as offsets into a text: what they make of it, and where they belong once the text has changed elsewhere.

/** Replaces the characters from `start` to `end` (UTF-16 offsets) by `text`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** Whether nothing that stands in the text is replaced or removed. */
export function insertsOnly(edits: readonly Edit[]): boolean {
  return edits.every((edit) => edit.start === edit.end);
}

/** The text after all edits, which do not overlap. */
export function applied(before: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    pieces.push(before.slice(done, edit.start), edit.text);
    done = edit.end;
  }
  return [...pieces, before.slice(done)].join("");
}

/** The edits of `before` as edits of `now`; null where what changed meanwhile touches one of them. */
export function rebased(before: string, now: string, edits: readonly Edit[]): Edit[] | null {
  if (before === now) return [...edits];
  const shorter = Math.min(before.length, now.length);
  let head = 0;
  while (head < shorter && before[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const shift = now.length - before.length;
  const moved: Edit[] = [];
  for (const edit of edits) {
    if (edit.end < head) moved.push(edit);
    else if (edit.start > before.length - tail) {
      moved.push({ ...edit, start: edit.start + shift, end: edit.end + shift });
    } else return null;
  }
  return moved;
}

/** Where an offset is after an edit: what stands behind the edit moves along, what it replaces is at its start. */
export function carried(offset: number, { start, end, text }: Edit): number {
  return offset >= end ? offset + text.length - (end - start) : Math.min(offset, start);
}

/** The offset of a line and a UTF-16 column, both from 0, clamped to the text. */
export function offsetOf(text: string, line: number, column: number): number {
  const breaks = /\r\n|\r|\n/g; // what LSP calls a line break
  for (let n = 0; n < line; n++) if (!breaks.exec(text)) return text.length;
  return Math.min(breaks.lastIndex + column, text.length);
}
