// A proposal cut into changes of whole lines, each of which can be decided by itself; pure, without any editor.

import type { Edit } from "./offsets.ts";

/** One run of whole lines: what it replaces, from `start` to `end` (UTF-16 offsets), and what comes instead. */
export interface Change {
  start: number;
  end: number;
  old: string;
  text: string;
}

/** The changes that all edits of `before` come to, from top to bottom; equal lines at their ends are left out. */
export function changesOf(before: string, edits: readonly Edit[]): Change[] {
  const found: Change[] = [];
  let open: { start: number; end: number; edits: Edit[] } | undefined;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const [start, end] = [lineStart(before, edit.start), lineEnd(before, edit)];
    if (open && start < open.end) {
      open.end = Math.max(open.end, end);
      open.edits.push(edit);
    } else {
      if (open) found.push(...changed(before, open));
      open = { start, end, edits: [edit] };
    }
  }
  if (open) found.push(...changed(before, open));
  return found;
}

/** Whether a change still stands where it is: its lines are as they were, or for an insertion its neighbours. */
export function stands(now: string, change: Change, before: { above: string; below: string }): boolean {
  const { start, end, old } = change;
  if (start > end || start !== lineStart(now, start) || now.slice(start, end) !== old) return false;
  if (end < now.length && end !== lineStart(now, end)) return false;
  return old !== "" || (lineAbove(now, start) === before.above && lineBelow(now, start) === before.below);
}

/** The line that ends at an offset, with its line break. */
export function lineAbove(text: string, offset: number): string {
  return text.slice(lineStart(text, offset - 1), offset);
}

/** The line that begins at an offset, with its line break. */
export function lineBelow(text: string, offset: number): string {
  return text.slice(offset, nextLine(text, offset));
}

/** Lines with their line breaks, as LSP cuts them. */
function linesOf(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

function changed(before: string, { start, end, edits }: { start: number; end: number; edits: Edit[] }): Change[] {
  let text = "";
  let done = start;
  for (const edit of edits) {
    text += before.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  text += before.slice(done, end);
  const [old, fresh] = [linesOf(before.slice(start, end)), linesOf(text)];
  let head = 0;
  while (head < Math.min(old.length, fresh.length) && old[head] === fresh[head]) head++;
  let tail = 0;
  const shorter = Math.min(old.length, fresh.length) - head;
  while (tail < shorter && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
  const kept = old.slice(head, old.length - tail).join("");
  const from = start + old.slice(0, head).join("").length;
  const came = fresh.slice(head, fresh.length - tail).join("");
  return kept === came ? [] : [{ start: from, end: from + kept.length, old: kept, text: came }];
}

function lineStart(text: string, offset: number): number {
  let at = Math.max(0, offset);
  if (text[at - 1] === "\r" && text[at] === "\n") at--;
  while (at > 0 && text[at - 1] !== "\n" && text[at - 1] !== "\r") at--;
  return at;
}

/** The offset behind the line of the edit's end, which is a line's start where the edit takes whole lines. */
function lineEnd(text: string, { start, end, text: fresh }: Edit): number {
  const whole = end === lineStart(text, end) && start === lineStart(text, start) && /[\r\n]$|^$/.test(fresh);
  return whole ? end : nextLine(text, end);
}

function nextLine(text: string, offset: number): number {
  const found = /\r\n|\r|\n/g;
  found.lastIndex = offset;
  return found.exec(text) ? found.lastIndex : text.length;
}
