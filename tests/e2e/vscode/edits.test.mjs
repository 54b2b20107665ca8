// The extension's arithmetic of edits, without any editor.

import assert from "node:assert/strict";
import { test } from "node:test";
import { changesOf, lineAbove, lineBelow, stands } from "../../../editors/vscode/src/changes.ts";
import { applied, carried, insertsOnly, offsetOf, rebased } from "../../../editors/vscode/src/offsets.ts";

/** Numbers from 0 to below `limit`, the same in every run (mulberry32). */
function numbers(seed) {
  return (limit) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

test("an edit follows what was typed elsewhere, or is given up, but never lands wrong", () => {
  const next = numbers(7);
  let followed = 0;
  for (let round = 0; round < 20_000; round++) {
    // All characters differ, so that there is only one place where something can have been typed.
    const before = Array.from({ length: next(30) }, (_, n) => String.fromCharCode(0x4e00 + n)).join("");
    const cuts = Array.from({ length: 4 }, () => next(before.length + 1)).sort((a, b) => a - b);
    const first = { start: cuts[0], end: cuts[1], text: "ab".slice(next(3)) };
    const pieces = [first, { start: cuts[2], end: cuts[3], text: "XY".slice(next(3)) }];
    const [edit, typed] = next(2) ? pieces : pieces.toReversed();
    const now = applied(before, [typed]);
    const moved = rebased(before, now, [edit]);
    if (!moved) continue;
    followed++;
    assert.equal(applied(now, moved), applied(before, [edit, typed]), JSON.stringify({ before, edit, typed }));
  }
  assert.ok(followed > 8_000, `${followed} of 20000`);
});

test("an edit of a place that was changed meanwhile is given up", () => {
  assert.equal(rebased("one two", "one 2", [{ start: 4, end: 7, text: "three" }]), null);
});

test("an offset stays at its character, however many edits come before and behind it", () => {
  const next = numbers(11);
  let stayed = 0;
  for (let round = 0; round < 5_000; round++) {
    let text = Array.from({ length: 1 + next(30) }, (_, n) => String.fromCharCode(0x4e00 + n)).join("");
    let offset = next(text.length);
    const character = text[offset];
    for (let edits = next(9); edits > 0; edits--) {
      const [start, end] = [next(text.length + 1), next(text.length + 1)].sort((a, b) => a - b);
      const edit = { start, end: Math.min(end, start + 3), text: "abc".slice(next(4)) };
      text = applied(text, [edit]);
      offset = carried(offset, edit);
      assert.ok(offset >= 0 && offset <= text.length);
    }
    if (!text.includes(character)) continue;
    stayed++;
    assert.equal(text[offset], character);
  }
  assert.ok(stayed > 2_000, `${stayed} of 5000`);
});

test("only what replaces nothing counts as insertion", () => {
  assert.ok(insertsOnly([{ start: 3, end: 3, text: "new" }]));
  assert.ok(!insertsOnly([{ start: 3, end: 3, text: "new" }, { start: 5, end: 6, text: "" }]));
});

test("lines end where LSP says, and columns are UTF-16", () => {
  const text = "a\r\nb\f\u2028c\r🎉d\n";
  assert.equal(text.slice(offsetOf(text, 1, 0), offsetOf(text, 1, 4)), "b\f\u2028c");
  assert.equal(text[offsetOf(text, 2, 2)], "d");
  assert.equal(offsetOf(text, 9, 0), text.length);
});

test("the changes of a proposal are whole lines, come to what its edits come to, and stand until they are touched", () => {
  const next = numbers(13);
  const lines = (count) =>
    Array.from({ length: count }, () => "ab🎉 "[next(4)] + ["\n", "\r\n", "\n"][next(3)]).join("") + "z".repeat(next(2));
  let many = 0;
  for (let round = 0; round < 5_000; round++) {
    const before = lines(next(12));
    const cuts = Array.from({ length: 4 }, () => next(before.length + 1)).sort((a, b) => a - b);
    const edits = [
      { start: cuts[0], end: cuts[1], text: lines(next(3)) },
      { start: cuts[2], end: cuts[3], text: lines(next(3)) },
    ];
    if (cuts[1] === cuts[2]) continue; // two edits at one place have no order of their own
    const changes = changesOf(before, edits);
    const told = JSON.stringify({ before, edits, changes });
    const wanted = applied(before, edits);
    assert.equal(applied(before, changes), wanted, told);
    if (changes.length > 1) many++;
    for (const change of changes) {
      assert.equal(before.slice(change.start, change.end), change.old, told);
      assert.notEqual(change.old, change.text, told);
      const neighbours = { above: lineAbove(before, change.start), below: lineBelow(before, change.start) };
      assert.ok(stands(before, change, neighbours), told);
      if (change.old) assert.ok(!stands(applied(before, [{ ...change, end: change.start, text: "x" }]), change, neighbours), told);
    }
  }
  assert.ok(many > 500, `${many} of 5000`);
});
